"""How much the author has done here and how it went. Every one speaks of a person, and may gate only to lower a score.

Whoever is new here stands at the end of each column that gates, so that not being known lowers no score, and a record
worse than usual counts like none. How many faults there were, and how long somebody was away, gates nothing.
"""

from scoring.facts.moment import Facts
from scoring.features.feature import Feature
from scoring.features.measures import LONG_AGO, MINE, days_since, fault_rate, worst_rate


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
        name="author_recent",
        family="experience",
        of=lambda f: f.author.recent * f.author.decay(f.at),
        topic="experience",
        log=True,
        person=True,
        newcomer="lowest",
    ),
    Feature(
        name="author_changes",
        family="experience",
        of=lambda f: f.author.n,
        topic="experience",
        log=True,
        person=True,
        newcomer="lowest",
    ),
    Feature(
        name="author_pace",
        family="experience",
        of=lambda f: f.author.hot,
        topic="experience",
        log=True,
        person=True,
        newcomer="lowest",
    ),
    Feature(
        name="author_days",
        family="experience",
        of=lambda f: days_since(f.author.first, f.at) if f.author.n else 0.0,
        topic="experience",
        log=True,
        person=True,
        newcomer="lowest",
    ),
    Feature(
        name="author_pause",
        family="experience",
        of=lambda f: days_since(f.author.last, f.at) if f.author.n else 0.0,
        topic="experience",
        log=True,
        person=True,
    ),
    Feature(
        name="author_share",
        family="experience",
        of=lambda f: f.author.n / max(1, f.repository.n),
        topic="experience",
        person=True,
        newcomer="lowest",
    ),
    Feature(
        name="author_here", family="experience", of=_here, topic="familiarity", log=True, person=True, newcomer="lowest"
    ),
    Feature(
        name="author_here_mean",
        family="experience",
        of=_here_mean,
        topic="familiarity",
        log=True,
        person=True,
        newcomer="lowest",
    ),
    Feature(
        name="author_unfamiliar",
        family="experience",
        of=_unfamiliar,
        topic="familiarity",
        person=True,
        newcomer="highest",
    ),
    Feature(
        name="author_touched",
        family="experience",
        of=_touched_before,
        topic="familiarity",
        person=True,
        newcomer="lowest",
    ),
    Feature(
        name="author_fault_rate",
        family="experience",
        of=lambda f: fault_rate(f.author, f),
        topic="track record",
        log=True,
        person=True,
        newcomer="highest",
        cap=1.0,
    ),
    Feature(
        name="author_here_rate",
        family="experience",
        of=worst_rate(MINE),
        topic="track record",
        log=True,
        person=True,
        newcomer="highest",
        cap=1.0,
    ),
    Feature(
        name="author_faults",
        family="experience",
        of=lambda f: f.author.decayed_bad(f.at),
        topic="track record",
        log=True,
        person=True,
    ),
    Feature(
        name="author_away_here",
        family="experience",
        of=_away_here,
        topic="familiarity",
        log=True,
        person=True,
        newcomer="highest",
    ),
    Feature(
        name="author_fixes",
        family="experience",
        of=lambda f: f.author.fixes / (1 + f.author.recent),
        topic="experience",
        person=True,
        newcomer="lowest",
    ),
)
