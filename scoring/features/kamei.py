"""The fourteen measures of Kamei et al. (2013), the usual baseline of the research on defect prediction."""

from scoring.facts.moment import Facts
from scoring.features.feature import Feature
from scoring.features.measures import ages, evenness, folders, line_total, mean, people_before, repairs, total


def _subsystems(facts: Facts) -> float:
    return len({file.file.path.partition("/")[0] for file in facts.files})


def _subsystem_experience(facts: Facts) -> float:
    return sum(file.mine.n for file in facts.files)


def _age(facts: Facts) -> float:
    known = ages(facts)
    return sum(known) / len(known) if known else 0.0


_MEASURES = (
    ("ns", _subsystems, False),
    ("nd", lambda f: len(folders(f)), False),
    ("nf", lambda f: len(f.files), False),
    ("entropy", evenness, False),
    ("la", line_total("added"), False),
    ("ld", line_total("deleted"), False),
    ("lt", mean(lambda f: f.path.lines), False),
    ("fix", repairs, False),
    ("ndev", people_before, False),
    ("age", _age, False),
    ("nuc", total(lambda f: f.path.n), False),
    ("exp", lambda f: f.author.n, True),
    ("rexp", lambda f: f.author.recent * f.author.decay(f.at), True),
    ("sexp", _subsystem_experience, True),
)

KAMEI: tuple[Feature, ...] = tuple(
    Feature(name=f"kamei_{name}", family="kamei", of=of, topic="kamei", log=True, person=person, typed=of is repairs)
    for name, of, person in _MEASURES
)
