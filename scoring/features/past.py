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
    Feature(name="folders", family="diffusion", of=lambda f: len(folders(f)), topic="spread", log=True),
    Feature(
        name="areas",
        family="diffusion",
        of=lambda f: len({area(x.file.path) for x in f.files}),
        topic="spread",
        log=True,
    ),
    Feature(name="endings", family="diffusion", of=lambda f: len(extensions(f)), topic="spread", log=True),
    Feature(name="entropy", family="diffusion", of=evenness, topic="spread"),
    Feature(name="depth", family="diffusion", of=mean(lambda f: f.file.path.count("/")), topic="place"),
)

HISTORY: tuple[Feature, ...] = (
    Feature(name="file_lines", family="history", of=total(lambda f: f.path.lines), topic="complex files", log=True),
    Feature(name="largest_touched", family="history", of=peak(lambda f: f.path.lines), topic="complex files", log=True),
    Feature(name="most_complex", family="history", of=peak(lambda f: f.path.branches), topic="complex files", log=True),
    Feature(
        name="all_branches", family="history", of=total(lambda f: f.path.branches), topic="complex files", log=True
    ),
    Feature(name="file_changes", family="history", of=total(lambda f: f.path.n), topic="activity", log=True),
    Feature(name="file_changes_most", family="history", of=peak(lambda f: f.path.n), topic="activity", log=True),
    Feature(name="file_activity", family="history", of=total(lambda f: f.path.recent), topic="activity", log=True),
    Feature(name="file_activity_now", family="history", of=_hot, topic="activity", log=True),
    Feature(name="file_churn", family="history", of=total(lambda f: f.path.churn), topic="activity", log=True),
    Feature(name="file_fixes", family="history", of=total(lambda f: f.path.fixes), topic="repairs", log=True),
    Feature(name="file_fixes_most", family="history", of=peak(lambda f: f.path.fixes), topic="repairs", log=True),
    Feature(name="fix_share", family="history", of=_fix_share, topic="repairs"),
    Feature(
        name="file_people", family="history", of=peak(lambda f: len(f.path.authors)), topic="people before", log=True
    ),
    Feature(name="youngest_days", family="history", of=_youngest, topic="activity", log=True),
    Feature(name="mean_days", family="history", of=_mean_age, topic="activity", log=True),
    Feature(name="oldest_days", family="history", of=_oldest, topic="age", log=True),
    Feature(name="unknown_share", family="history", of=mean(lambda f: not f.path.n), topic="new files"),
    Feature(name="folder_changes", family="history", of=peak(lambda f: f.folder.n), topic="place", log=True),
    Feature(name="folder_activity", family="history", of=peak(lambda f: f.folder.recent), topic="place", log=True),
    Feature(name="folder_fixes", family="history", of=peak(lambda f: f.folder.fixes), topic="repairs", log=True),
    Feature(
        name="folder_people",
        family="history",
        of=mean(lambda f: f.folder.n / max(1.0, f.path.n)),
        topic="place",
        log=True,
    ),
    Feature(name="area_changes", family="history", of=peak(lambda f: f.area.n), topic="place", log=True),
    Feature(name="area_activity", family="history", of=peak(lambda f: f.area.recent), topic="place", log=True),
    Feature(
        name="area_fixes", family="history", of=peak(lambda f: f.area.fixes / (1 + f.area.recent)), topic="repairs"
    ),
    Feature(name="pace", family="history", of=lambda f: f.repository.hot, topic="pace", log=True),
    Feature(
        name="repository_fixes",
        family="history",
        of=lambda f: f.repository.fixes / (1 + f.repository.recent),
        topic="pace",
    ),
)

INCIDENTS: tuple[Feature, ...] = (
    Feature(name="file_faults", family="incidents", of=total(lambda f: f.path.bad), topic="faults in file", log=True),
    Feature(name="file_faults_recent", family="incidents", of=_recent_faults, topic="faults in file", log=True),
    Feature(name="file_fault_rate", family="incidents", of=worst_rate(PATH), topic="faults in file", log=True),
    Feature(name="file_fault_mean", family="incidents", of=mean_rate(PATH), topic="faults in file", log=True),
    Feature(name="file_fault_days", family="incidents", of=_since_fault, topic="faults in file", log=True),
    Feature(name="folder_faults", family="incidents", of=_folder_faults, topic="faults nearby", log=True),
    Feature(name="folder_fault_rate", family="incidents", of=worst_rate(FOLDER), topic="faults nearby", log=True),
    Feature(name="folder_fault_mean", family="incidents", of=mean_rate(FOLDER), topic="faults nearby", log=True),
    Feature(name="folder_fault_days", family="incidents", of=_folder_since, topic="faults nearby", log=True),
    Feature(name="area_fault_rate", family="incidents", of=worst_rate(AREA), topic="faults nearby", log=True),
    Feature(name="area_fault_mean", family="incidents", of=mean_rate(AREA), topic="faults nearby", log=True),
    Feature(name="kind_fault_rate", family="incidents", of=worst_rate(KIND), topic="kind of files", log=True),
    Feature(name="kind_fault_mean", family="incidents", of=mean_rate(KIND), topic="kind of files", log=True),
    Feature(name="base_rate", family="incidents", of=base_rate, topic="pace"),
    Feature(
        name="repository_fault_days",
        family="incidents",
        of=lambda f: days_since(f.repository.bad_last, f.at),
        topic="pace",
        log=True,
    ),
)
