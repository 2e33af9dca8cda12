"""What the past of the touched files, folders and subsystems says."""

from scoring.features.feature import Feature
from scoring.features.measures import (
    AREA,
    FOLDER,
    KIND,
    PATH,
    ages,
    base_rate,
    days_since,
    evenness,
    folders,
    mean,
    mean_rate,
    peak,
    total,
    worst_rate,
)
from scoring.features.table1 import REVIEW, SPLIT, extensions, worst_file, worst_folder
from scoring.history.state import Facts, area


def _busiest(facts: Facts) -> str | None:
    files = [file for file in facts.files if file.path.n]
    return max(files, key=lambda file: file.path.hot).file.path if files else None


def _youngest(facts: Facts) -> float:
    return min(ages(facts), default=0.0)


def _oldest(facts: Facts) -> float:
    return max((days_since(file.path.first, facts.at) for file in facts.files if file.path.n), default=0.0)


def _mean_age(facts: Facts) -> float:
    known = ages(facts)
    return sum(known) / len(known) if known else 0.0


def _since_fault(facts: Facts) -> float:
    return min((days_since(file.path.bad_last, facts.at) for file in facts.files), default=days_since(0, facts.at))


def _recent_faults(facts: Facts) -> float:
    return sum(file.path.decayed_bad(facts.at) for file in facts.files)


def _folder_faults(facts: Facts) -> float:
    return max((file.folder.decayed_bad(facts.at) for file in facts.files), default=0.0)


def _folder_since(facts: Facts) -> float:
    return min((days_since(file.folder.bad_last, facts.at) for file in facts.files), default=days_since(0, facts.at))


def _hot(facts: Facts) -> float:
    return max(
        (file.path.hot * 0.5 ** (max(0, facts.at - file.path.last) / 2592000) for file in facts.files), default=0.0
    )


def _fix_share(facts: Facts) -> float:
    seen = sum(file.path.recent for file in facts.files)
    return sum(file.path.fixes for file in facts.files) / seen if seen else 0.0


DIFFUSION: tuple[Feature, ...] = (
    Feature(
        "folders",
        "diffusion",
        lambda f: len(folders(f)),
        "Spreads over many folders",
        "Stays in one place",
        SPLIT,
        "folders",
        "spread",
        log=True,
    ),
    Feature(
        "areas",
        "diffusion",
        lambda f: len({area(x.file.path) for x in f.files}),
        "Spreads over many parts of the code",
        "",
        SPLIT,
        "parts",
        "spread",
        log=True,
    ),
    Feature(
        "endings",
        "diffusion",
        lambda f: len(extensions(f)),
        "Mixes many kinds of files",
        "",
        SPLIT,
        "kinds",
        "spread",
        log=True,
    ),
    Feature(
        "entropy",
        "diffusion",
        evenness,
        "Spreads its lines evenly over many files",
        "",
        SPLIT,
        "bits",
        "spread",
    ),
    Feature("depth", "diffusion", mean(lambda f: f.file.path.count("/")), "", "", "", "levels", "place"),
)

HISTORY: tuple[Feature, ...] = (
    Feature(
        "file_lines",
        "history",
        total(lambda f: f.path.lines),
        "The files it touches are large",
        "The files it touches are small",
        "",
        "lines",
        "complex files",
        log=True,
    ),
    Feature("largest_touched", "history", peak(lambda f: f.path.lines), "", "", "", "lines", "complex files", log=True),
    Feature(
        "most_complex",
        "history",
        peak(lambda f: f.path.branches),
        "One of its files holds much branching code",
        "",
        "",
        "branches",
        "complex files",
        log=True,
    ),
    Feature(
        "all_branches", "history", total(lambda f: f.path.branches), "", "", "", "branches", "complex files", log=True
    ),
    Feature(
        "file_changes",
        "history",
        total(lambda f: f.path.n),
        "Its files have changed many times",
        "",
        "",
        "changes",
        "activity",
        log=True,
    ),
    Feature("file_changes_most", "history", peak(lambda f: f.path.n), "", "", "", "changes", "activity", log=True),
    Feature(
        "file_activity",
        "history",
        total(lambda f: f.path.recent),
        "Its files have changed often of late",
        "",
        "",
        "changes",
        "activity",
        log=True,
    ),
    Feature(
        "file_activity_now",
        "history",
        _hot,
        "{subject} is changing often these weeks",
        "Nothing it touches has changed of late",
        "Land it after the other changes to this file.",
        "changes",
        "activity",
        log=True,
        subject=_busiest,
    ),
    Feature("file_churn", "history", total(lambda f: f.path.churn), "", "", "", "lines", "activity", log=True),
    Feature(
        "file_fixes",
        "history",
        total(lambda f: f.path.fixes),
        "Its files were repaired often of late",
        "Its files were seldom repaired",
        "",
        "repairs",
        "repairs",
        log=True,
    ),
    Feature("file_fixes_most", "history", peak(lambda f: f.path.fixes), "", "", "", "repairs", "repairs", log=True),
    Feature("fix_share", "history", _fix_share, "", "", "", "of 1", "repairs"),
    Feature(
        "file_people",
        "history",
        peak(lambda f: len(f.path.authors)),
        "Many people have changed one of its files",
        "",
        REVIEW,
        "people",
        "people before",
        log=True,
    ),
    Feature(
        "youngest_days",
        "history",
        _youngest,
        "",
        "One of its files changed only lately",
        "",
        "days",
        "activity",
        log=True,
    ),
    Feature(
        "mean_days", "history", _mean_age, "Its files have not changed for long", "", "", "days", "activity", log=True
    ),
    Feature("oldest_days", "history", _oldest, "Its files are old", "", "", "days", "age", log=True),
    Feature("unknown_share", "history", mean(lambda f: not f.path.n), "", "", "", "of 1", "new files"),
    Feature("folder_changes", "history", peak(lambda f: f.folder.n), "", "", "", "changes", "place", log=True),
    Feature("folder_activity", "history", peak(lambda f: f.folder.recent), "", "", "", "changes", "place", log=True),
    Feature("folder_fixes", "history", peak(lambda f: f.folder.fixes), "", "", "", "repairs", "repairs", log=True),
    Feature(
        "folder_people", "history", mean(lambda f: f.folder.n / max(1.0, f.path.n)), "", "", "", "", "place", log=True
    ),
    Feature("area_changes", "history", peak(lambda f: f.area.n), "", "", "", "changes", "place", log=True),
    Feature("area_activity", "history", peak(lambda f: f.area.recent), "", "", "", "changes", "place", log=True),
    Feature("area_fixes", "history", peak(lambda f: f.area.fixes / (1 + f.area.recent)), "", "", "", "of 1", "repairs"),
    Feature(
        "pace",
        "history",
        lambda f: f.repository.hot,
        "Much is landing in this repository just now",
        "",
        "",
        "changes",
        "pace",
        log=True,
    ),
    Feature(
        "repository_fixes",
        "history",
        lambda f: f.repository.fixes / (1 + f.repository.recent),
        "",
        "",
        "",
        "of 1",
        "pace",
    ),
)

INCIDENTS: tuple[Feature, ...] = (
    Feature(
        "file_faults",
        "incidents",
        total(lambda f: f.path.bad),
        "{subject} was part of changes that had to be reverted or fixed",
        "",
        "Land the part in the file that failed before on its own, with a test for what failed.",
        "faults",
        "faults in file",
        log=True,
        subject=worst_file,
    ),
    Feature(
        "file_faults_recent",
        "incidents",
        _recent_faults,
        "{subject} was lately part of changes that had to be reverted or fixed",
        "",
        "Land the part in the file that failed before on its own, with a test for what failed.",
        "faults",
        "faults in file",
        log=True,
        subject=worst_file,
    ),
    Feature(
        "file_fault_rate",
        "incidents",
        worst_rate(PATH),
        "Changes to {subject} fail more often than others here",
        "",
        "",
        "times the usual rate",
        "faults in file",
        log=True,
        subject=worst_file,
    ),
    Feature(
        "file_fault_mean",
        "incidents",
        mean_rate(PATH),
        "",
        "",
        "",
        "times the usual rate",
        "faults in file",
        log=True,
    ),
    Feature("file_fault_days", "incidents", _since_fault, "", "", "", "days", "faults in file", log=True),
    Feature(
        "folder_faults",
        "incidents",
        _folder_faults,
        "Changes in {subject} had to be reverted or fixed lately",
        "",
        "",
        "faults",
        "faults nearby",
        log=True,
        subject=worst_folder,
    ),
    Feature(
        "folder_fault_rate",
        "incidents",
        worst_rate(FOLDER),
        "Changes in {subject} fail more often than others here",
        "",
        "",
        "times the usual rate",
        "faults nearby",
        log=True,
        subject=worst_folder,
    ),
    Feature(
        "folder_fault_mean",
        "incidents",
        mean_rate(FOLDER),
        "",
        "",
        "",
        "times the usual rate",
        "faults nearby",
        log=True,
    ),
    Feature("folder_fault_days", "incidents", _folder_since, "", "", "", "days", "faults nearby", log=True),
    Feature(
        "area_fault_rate",
        "incidents",
        worst_rate(AREA),
        "Changes in this part of the code fail more often than others",
        "Changes in this part of the code fail less often than others",
        "",
        "times the usual rate",
        "faults nearby",
        log=True,
    ),
    Feature(
        "area_fault_mean",
        "incidents",
        mean_rate(AREA),
        "",
        "",
        "",
        "times the usual rate",
        "faults nearby",
        log=True,
    ),
    Feature(
        "kind_fault_rate",
        "incidents",
        worst_rate(KIND),
        "Files of this kind fail more often than others here",
        "Files of this kind seldom fail",
        "",
        "times the usual rate",
        "kind of files",
        log=True,
    ),
    Feature(
        "kind_fault_mean",
        "incidents",
        mean_rate(KIND),
        "",
        "",
        "",
        "times the usual rate",
        "kind of files",
        log=True,
    ),
    Feature("base_rate", "incidents", base_rate, "Changes here fail more often of late", "", "", "of 1", "pace"),
    Feature(
        "repository_fault_days",
        "incidents",
        lambda f: days_since(f.repository.bad_last, f.at),
        "",
        "",
        "",
        "days",
        "pace",
        log=True,
    ),
)
