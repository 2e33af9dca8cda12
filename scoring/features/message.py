"""What the title and the description say, and how much they say."""

import re
from functools import lru_cache

from scoring.features.feature import Feature
from scoring.features.measures import repairs
from scoring.history.state import Facts, once
from scoring.incidents import is_relanding, is_revert

_TRAILER = re.compile(
    r"^[A-Z][\w-]+-(?:by|off-by|to):|^(?:Cc|Link|Closes|Fixes|Change-Id|PiperOrigin-RevId|Differential Revision)\b.*$",
    re.M,
)
_REVIEWED = re.compile(r"^(?:Reviewed|Acked|Approved)-by:|^Reviewed By:|^Reviewers?:", re.M | re.I)
_TESTED = re.compile(r"^Tested-by:|^Test[ -]?Plan:|\btest(?:ed|s)?\b", re.M | re.I)
_ISSUE = re.compile(r"#\d+|\b[A-Z]{2,10}-\d+\b|issues?/\d+", re.I)
# without one of these no issue is named: looked for first, since it is found much faster
_MAY_BE_ISSUE = re.compile(r"[#/-]\d")
_WORD = re.compile(r"\w+")

_TOPICS = {
    "adds": r"\b(?:add(?:s|ed|ing)?|new|introduc\w*|support\w*|implement\w*|feat\w*|allow\w*|enable\w*)\b",
    "removes": r"\b(?:remov\w*|delet\w*|drop\w*|deprecat\w*|clean\w*|unused)\b",
    "refactors": r"\b(?:refactor\w*|rework\w*|rewrit\w*|restructur\w*|simplif\w*|mov(?:e|es|ed|ing)|renam\w*|convert\w*"
    r"|split\w*|use)\b",
    "optimises": r"\b(?:optimi[sz]\w*|perf\w*|faster|speed\w*|cach\w*|improv\w*)\b",
    "updates": r"\b(?:updat\w*|bump\w*|upgrad\w*|roll\w*|sync\w*|releas\w*|version\w*|import\w*)\b",
    "documents": r"\b(?:docs?|document\w*|readme|comment\w*|typos?|changelog|spelling|man)\b",
    "tests": r"\b(?:tests?|testing|specs?|ci|lint\w*|coverage|flak\w*)\b",
    "handles": r"\b(?:lock\w*|rac(?:e|es|y)|thread\w*|async\w*|concurren\w*|atomic\w*|memory|leaks?|overflow\w*"
    r"|crash\w*|null)\b",
    "default": r"\b(?:defaults?|enable[sd]?|disable[sd]?|flags?|config\w*)\b",
}


_PATTERNS = {name: re.compile(pattern, re.I) for name, pattern in _TOPICS.items()}


@lru_cache(maxsize=1 << 16)
def _topics_of(word: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.fullmatch(word))


@once
def _topics(facts: Facts) -> frozenset[str]:
    # every pattern is about whole words, so it is enough to ask once for each word ever seen
    return frozenset().union(*map(_topics_of, _WORD.findall(facts.title)))


def _says(name: str) -> Feature:
    return Feature(f"title_{name}", "message", lambda f: float(name in _topics(f)), unit="yes/no", topic="title")


def names_issue(text: str) -> bool:
    """Say whether a text names an issue of a tracker."""
    return bool(_MAY_BE_ISSUE.search(text) and _ISSUE.search(text))


def tells_of_tests(text: str) -> bool:
    """Say whether a text speaks of tests."""
    return "test" in text.casefold() and bool(_TESTED.search(text))


MESSAGE: tuple[Feature, ...] = (
    Feature(
        "description_words",
        "message",
        lambda f: f.body.count(" ") + f.body.count("\n"),
        "The description is long",
        "",
        "",
        "words",
        "description",
        log=True,
    ),
    Feature("description_lines", "message", lambda f: f.body.count("\n"), "", "", "", "lines", "description", log=True),
    Feature("title_length", "message", lambda f: len(f.title), "", "", "", "characters", "title", log=True),
    Feature("title_depth", "message", lambda f: f.title.count(":"), "", "", "", "", "title"),
    Feature("trailers", "message", lambda f: len(_TRAILER.findall(f.body)), "", "", "", "lines", "reviewed", log=True),
    Feature(
        "reviewers_named",
        "message",
        lambda f: len(_REVIEWED.findall(f.body)),
        "",
        "",
        "",
        "people",
        "reviewed",
        log=True,
    ),
    Feature("mentions_tests", "message", lambda f: tells_of_tests(f.body), "", "", "", "yes/no", "description"),
    Feature(
        "mentions_issue",
        "message",
        lambda f: names_issue(f.title) or names_issue(f.body),
        "",
        "",
        "",
        "yes/no",
        "description",
    ),
    Feature("is_fix", "message", repairs, "Repairs something", "", "", "yes/no", "title"),
    Feature(
        "is_revert", "message", lambda f: is_revert(f.title), "Takes an earlier change back", "", "", "yes/no", "title"
    ),
    Feature(
        "is_relanding",
        "message",
        lambda f: is_relanding(f.title),
        "Brings back a change that had been taken back",
        "",
        "Say in the description what is different this time.",
        "yes/no",
        "title",
    ),
    *(_says(name) for name in _TOPICS),
)
