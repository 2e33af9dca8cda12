"""What the past of the touched files, folders and subsystems says."""

from scoring.facts.moment import Facts, area
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
from scoring.features.table1 import extensions


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
    Feature("folders", "diffusion", lambda f: len(folders(f)), topic="spread", log=True),
    Feature("areas", "diffusion", lambda f: len({area(x.file.path) for x in f.files}), topic="spread", log=True),
    Feature("endings", "diffusion", lambda f: len(extensions(f)), topic="spread", log=True),
    Feature("entropy", "diffusion", evenness, topic="spread"),
    Feature("depth", "diffusion", mean(lambda f: f.file.path.count("/")), topic="place"),
)

HISTORY: tuple[Feature, ...] = (
    Feature("file_lines", "history", total(lambda f: f.path.lines), topic="complex files", log=True),
    Feature("largest_touched", "history", peak(lambda f: f.path.lines), topic="complex files", log=True),
    Feature("most_complex", "history", peak(lambda f: f.path.branches), topic="complex files", log=True),
    Feature("all_branches", "history", total(lambda f: f.path.branches), topic="complex files", log=True),
    Feature("file_changes", "history", total(lambda f: f.path.n), topic="activity", log=True),
    Feature("file_changes_most", "history", peak(lambda f: f.path.n), topic="activity", log=True),
    Feature("file_activity", "history", total(lambda f: f.path.recent), topic="activity", log=True),
    Feature("file_activity_now", "history", _hot, topic="activity", log=True),
    Feature("file_churn", "history", total(lambda f: f.path.churn), topic="activity", log=True),
    Feature("file_fixes", "history", total(lambda f: f.path.fixes), topic="repairs", log=True),
    Feature("file_fixes_most", "history", peak(lambda f: f.path.fixes), topic="repairs", log=True),
    Feature("fix_share", "history", _fix_share, topic="repairs"),
    Feature("file_people", "history", peak(lambda f: len(f.path.authors)), topic="people before", log=True),
    Feature("youngest_days", "history", _youngest, topic="activity", log=True),
    Feature("mean_days", "history", _mean_age, topic="activity", log=True),
    Feature("oldest_days", "history", _oldest, topic="age", log=True),
    Feature("unknown_share", "history", mean(lambda f: not f.path.n), topic="new files"),
    Feature("folder_changes", "history", peak(lambda f: f.folder.n), topic="place", log=True),
    Feature("folder_activity", "history", peak(lambda f: f.folder.recent), topic="place", log=True),
    Feature("folder_fixes", "history", peak(lambda f: f.folder.fixes), topic="repairs", log=True),
    Feature("folder_people", "history", mean(lambda f: f.folder.n / max(1.0, f.path.n)), topic="place", log=True),
    Feature("area_changes", "history", peak(lambda f: f.area.n), topic="place", log=True),
    Feature("area_activity", "history", peak(lambda f: f.area.recent), topic="place", log=True),
    Feature("area_fixes", "history", peak(lambda f: f.area.fixes / (1 + f.area.recent)), topic="repairs"),
    Feature("pace", "history", lambda f: f.repository.hot, topic="pace", log=True),
    Feature("repository_fixes", "history", lambda f: f.repository.fixes / (1 + f.repository.recent), topic="pace"),
)

INCIDENTS: tuple[Feature, ...] = (
    Feature("file_faults", "incidents", total(lambda f: f.path.bad), topic="faults in file", log=True),
    Feature("file_faults_recent", "incidents", _recent_faults, topic="faults in file", log=True),
    Feature("file_fault_rate", "incidents", worst_rate(PATH), topic="faults in file", log=True),
    Feature("file_fault_mean", "incidents", mean_rate(PATH), topic="faults in file", log=True),
    Feature("file_fault_days", "incidents", _since_fault, topic="faults in file", log=True),
    Feature("folder_faults", "incidents", _folder_faults, topic="faults nearby", log=True),
    Feature("folder_fault_rate", "incidents", worst_rate(FOLDER), topic="faults nearby", log=True),
    Feature("folder_fault_mean", "incidents", mean_rate(FOLDER), topic="faults nearby", log=True),
    Feature("folder_fault_days", "incidents", _folder_since, topic="faults nearby", log=True),
    Feature("area_fault_rate", "incidents", worst_rate(AREA), topic="faults nearby", log=True),
    Feature("area_fault_mean", "incidents", mean_rate(AREA), topic="faults nearby", log=True),
    Feature("kind_fault_rate", "incidents", worst_rate(KIND), topic="kind of files", log=True),
    Feature("kind_fault_mean", "incidents", mean_rate(KIND), topic="kind of files", log=True),
    Feature("base_rate", "incidents", base_rate, topic="pace"),
    Feature(
        "repository_fault_days", "incidents", lambda f: days_since(f.repository.bad_last, f.at), topic="pace", log=True
    ),
)
