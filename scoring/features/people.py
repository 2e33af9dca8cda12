"""How much the author has done here and how it went. Every one speaks of a person and can be switched off."""

from scoring.features.feature import Feature
from scoring.features.measures import LONG_AGO, MINE, days_since, fault_rate, worst_rate
from scoring.history.state import Facts

_HOME = "Ask someone at home in this code for a review."


def _here(facts: Facts) -> float:
    return min((file.mine.n for file in facts.files), default=0)


def _here_mean(facts: Facts) -> float:
    return sum(file.mine.n for file in facts.files) / max(1, len(facts.files))


def _unfamiliar(facts: Facts) -> float:
    return sum(not file.mine.n for file in facts.files) / max(1, len(facts.files))


def _touched_before(facts: Facts) -> float:
    return sum(not facts.author_ids.isdisjoint(file.path.authors) for file in facts.files) / max(1, len(facts.files))


def _away_here(facts: Facts) -> float:
    return min((days_since(file.mine.last, facts.at) for file in facts.files), default=LONG_AGO)


EXPERIENCE: tuple[Feature, ...] = (
    Feature(
        "author_recent",
        "experience",
        lambda f: f.author.recent * f.author.decay(f.at),
        "The author has landed much of late",
        "The author has landed little of late",
        _HOME,
        "changes",
        "experience",
        log=True,
        person=True,
    ),
    Feature(
        "author_changes",
        "experience",
        lambda f: f.author.n,
        "",
        "The author has landed few changes here",
        _HOME,
        "changes",
        "experience",
        log=True,
        person=True,
    ),
    Feature(
        "author_pace", "experience", lambda f: f.author.hot, "", "", "", "changes", "experience", log=True, person=True
    ),
    Feature(
        "author_days",
        "experience",
        lambda f: days_since(f.author.first, f.at) if f.author.n else 0.0,
        "",
        "The author is new to this repository",
        _HOME,
        "days",
        "experience",
        log=True,
        person=True,
    ),
    Feature(
        "author_pause",
        "experience",
        lambda f: days_since(f.author.last, f.at) if f.author.n else 0.0,
        "The author has been away for a while",
        "",
        "",
        "days",
        "experience",
        log=True,
        person=True,
    ),
    Feature(
        "author_share",
        "experience",
        lambda f: f.author.n / max(1, f.repository.n),
        "",
        "",
        "",
        "of 1",
        "experience",
        person=True,
    ),
    Feature(
        "author_here",
        "experience",
        _here,
        "",
        "The author has hardly worked in these folders",
        _HOME,
        "changes",
        "familiarity",
        log=True,
        person=True,
    ),
    Feature("author_here_mean", "experience", _here_mean, "", "", "", "changes", "familiarity", log=True, person=True),
    Feature(
        "author_unfamiliar",
        "experience",
        _unfamiliar,
        "Much of it lies where the author has not worked before",
        "",
        _HOME,
        "of 1",
        "familiarity",
        person=True,
    ),
    Feature("author_touched", "experience", _touched_before, "", "", "", "of 1", "familiarity", person=True),
    Feature(
        "author_fault_rate",
        "experience",
        lambda f: fault_rate(f.author, f),
        "Recent changes by the same hand were reverted or fixed more often than usual",
        "",
        "",
        "times the usual rate",
        "track record",
        log=True,
        person=True,
    ),
    Feature(
        "author_here_rate",
        "experience",
        worst_rate(MINE),
        "",
        "",
        "",
        "times the usual rate",
        "track record",
        log=True,
        person=True,
    ),
    Feature(
        "author_faults",
        "experience",
        lambda f: f.author.decayed_bad(f.at),
        "",
        "",
        "",
        "faults",
        "track record",
        log=True,
        person=True,
    ),
    Feature(
        "author_away_here",
        "experience",
        _away_here,
        "The author has not worked in these folders for long",
        "",
        _HOME,
        "days",
        "familiarity",
        log=True,
        person=True,
    ),
    Feature(
        "author_fixes",
        "experience",
        lambda f: f.author.fixes / (1 + f.author.recent),
        "",
        "",
        "",
        "of 1",
        "experience",
        person=True,
    ),
)
