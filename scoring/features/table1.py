"""Table I of the Diff Risk Score paper: the features of a regression that gates changes in production."""

from collections import Counter
from math import log

from scoring.facts.languages import extension
from scoring.facts.moment import Facts, once
from scoring.features.feature import Feature
from scoring.features.measures import churns, people_before

LANGUAGES = {
    "c": frozenset({"c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm"}),
    "python": frozenset({"py", "pyi", "pyx"}),
    "javascript": frozenset({"js", "jsx", "mjs", "cjs", "ts", "tsx", "dart"}),
    "java": frozenset({"java", "kt", "kts", "scala", "groovy", "cs", "swift"}),
    "go": frozenset({"go"}),
    "rust": frozenset({"rs"}),
    "ruby": frozenset({"rb", "erb", "rake", "php", "pl", "sh"}),
}


def relative_churn(facts: Facts) -> float:
    """log((added + deleted + 1) / (lines of the touched files before + 1))."""
    churn = sum(churns(facts))
    return log((churn + 1) / (sum(file.path.lines for file in facts.files) + 1))


def creates_files(facts: Facts) -> float:
    """1 when a file is new."""
    return float(any(file.file.status == "A" for file in facts.files))


def only_creates_files(facts: Facts) -> float:
    """1 when every file is new."""
    return float(bool(facts.files) and all(file.file.status == "A" for file in facts.files))


def files_touched(facts: Facts) -> float:
    """log(files), 0 for none."""
    return log(max(1, len(facts.files)))


def prior_authors(facts: Facts) -> float:
    """log(1 + people who changed these files before)."""
    return log(1 + people_before(facts))


def file_incident(facts: Facts) -> float:
    """1 when a touched file was part of a change known to have been at fault."""
    return float(any(file.path.bad for file in facts.files))


def folder_incident(facts: Facts) -> float:
    """The same for the folder of a touched file."""
    return float(any(file.folder.bad for file in facts.files))


def critical(facts: Facts) -> float:
    """1 when a touched file belongs to a service of the highest criticality."""
    return float(facts.tier == 1)


def complexity(facts: Facts) -> float:
    """Decision words in the touched files before the change."""
    return float(sum(file.path.branches for file in facts.files))


def own_file(facts: Facts) -> float:
    """1 when the author created a touched file."""
    return float(any(file.path.creator in facts.author_ids for file in facts.files))


def prior_changes(facts: Facts) -> float:
    """Changes this author landed before."""
    return float(facts.author.n)


@once
def extensions(facts: Facts) -> Counter[str]:
    """How many files there are of each ending."""
    return Counter(extension(file.file.path) for file in facts.files)


def _language(name: str) -> Feature:
    endings = LANGUAGES[name]

    def touched(facts: Facts) -> float:
        return float(not endings.isdisjoint(extensions(facts).keys()))

    return Feature(name=f"language_{name}", family="table1", of=touched, topic="language")


TABLE1: tuple[Feature, ...] = (
    Feature(name="relative_churn", family="table1", of=relative_churn, topic="share rewritten"),
    Feature(name="creates_files", family="table1", of=creates_files, topic="new files"),
    Feature(name="only_creates_files", family="table1", of=only_creates_files, topic="new files"),
    Feature(name="files_touched", family="table1", of=files_touched, topic="spread"),
    Feature(name="prior_authors", family="table1", of=prior_authors, topic="people before"),
    Feature(name="file_incident", family="table1", of=file_incident, topic="faults in file"),
    Feature(name="folder_incident", family="table1", of=folder_incident, topic="faults nearby"),
    Feature(name="critical", family="table1", of=critical, topic="service", live=True),
    Feature(name="complexity", family="table1", of=complexity, topic="complex files"),
    *(_language(name) for name in LANGUAGES),
    Feature(name="own_file", family="table1", of=own_file, topic="authorship", person=True, newcomer="lowest"),
    Feature(
        name="prior_changes", family="table1", of=prior_changes, topic="experience", person=True, newcomer="lowest"
    ),
)
TABLE1_COLUMNS = tuple(feature.name for feature in TABLE1)
