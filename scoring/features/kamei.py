"""The fourteen measures of Kamei et al. (2013), the usual baseline of the research on defect prediction."""

from scoring.features.feature import Feature
from scoring.features.measures import days_since, entropy, mean, total
from scoring.history.state import Facts, folder
from scoring.incidents import is_fix


def _subsystems(facts: Facts) -> float:
    return len({file.file.path.partition("/")[0] for file in facts.files})


def _developers(facts: Facts) -> float:
    return len(set().union(*(file.path.authors for file in facts.files)))


def _subsystem_experience(facts: Facts) -> float:
    return sum(file.mine.n for file in facts.files)


def _age(facts: Facts) -> float:
    known = [days_since(file.path.last, facts.at) for file in facts.files if file.path.n]
    return sum(known) / len(known) if known else 0.0


_MEASURES = (
    ("ns", _subsystems, False),
    ("nd", lambda f: len({folder(file.file.path) for file in f.files}), False),
    ("nf", lambda f: len(f.files), False),
    ("entropy", lambda f: entropy(file.lines.added + file.lines.deleted for file in f.files), False),
    ("la", total(lambda f: f.lines.added), False),
    ("ld", total(lambda f: f.lines.deleted), False),
    ("lt", mean(lambda f: f.path.lines), False),
    ("fix", lambda f: is_fix(f.title), False),
    ("ndev", _developers, False),
    ("age", _age, False),
    ("nuc", total(lambda f: f.path.n), False),
    ("exp", lambda f: f.author.n, True),
    ("rexp", lambda f: f.author.recent * f.author.decay(f.at), True),
    ("sexp", _subsystem_experience, True),
)

KAMEI: tuple[Feature, ...] = tuple(
    Feature(f"kamei_{name}", "kamei", of, topic="kamei", log=True, person=person) for name, of, person in _MEASURES
)
