"""Which service a path belongs to, and how critical that is: from globs, CODEOWNERS or Backstage catalog files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from scoring.errors import ScoringError

# log-odds added for a tier, by hand: a repository's own history cannot tell what an outage would cost
WEIGHTS = {1: 0.6, 2: 0.3, 3: 0.15}
_LIFECYCLE = {"production": 1, "deprecated": 2, "experimental": 3}
_WILDCARDS = 6  # in one segment of a pattern: more would let a pattern cost more than reading is worth
Rule = tuple[str, int]  # a glob and the tier of what it matches, 0 for none


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """A glob as an expression over whole paths: `*` stays within one segment, `**` crosses them."""
    return re.compile(_expression(glob), re.S)


def _expression(glob: str) -> str:
    parts = []
    for part in re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", glob.strip("/")):
        match part:
            case "**/":
                parts.append("(?:[^/]+/)*")
            case "/**":
                parts.append("/.*")
            case "**":
                parts.append(".*")
            case "*":
                parts.append("[^/]*")
            case "?":
                parts.append("[^/]")
            case _:
                parts.append(re.escape(part))
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Services:
    """How critical each path is; the most critical of what globs, owners and catalogs say counts.

    Of `owners` the last rule that matches counts, as in CODEOWNERS; of `catalogs`, the one in the nearest folder.
    """

    globs: Mapping[str, int] = field(default_factory=dict)  # to tiers, 1 the highest
    owners: Sequence[Rule] = ()
    catalogs: Mapping[str, int] = field(default_factory=dict)  # folder ("" for the top) to tier
    _known: dict[str, int] = field(default_factory=dict, repr=False, compare=False)
    _last: list[re.Pattern[str]] = field(default_factory=list, repr=False, compare=False)

    def __bool__(self) -> bool:
        """Say whether anything is critical at all."""
        return any(self.globs.values()) or any(tier for _, tier in self.owners) or bool(self.catalogs)

    def tier(self, paths: Iterable[str]) -> int:
        """The tier of the most critical service among `paths` (1 is highest), 0 when none is named."""
        return min((tier for path in paths if (tier := self._tier(path))), default=0) if self else 0

    def _tier(self, path: str) -> int:
        if path not in self._known:
            levels = [level for glob, level in self.globs.items() if matcher(glob).fullmatch(path)]
            levels += [self._owned(path), self._catalogued(path)]
            self._known[path] = min((level for level in levels if level > 0), default=0)
        return self._known[path]

    def _owned(self, path: str) -> int:
        if not self.owners:
            return 0
        if not self._last:
            # one expression for all: a large repository has thousands of rules and tens of thousands of paths
            rules = (f"({_expression(glob)})" for glob, _ in reversed(self.owners))
            self._last.append(re.compile("|".join(rules), re.S))
        match = self._last[0].fullmatch(path)
        return self.owners[-(match.lastindex or 0)][1] if match else 0

    def _catalogued(self, path: str) -> int:
        folder = path
        while self.catalogs and folder:
            folder = folder.rpartition("/")[0]
            if folder in self.catalogs:
                return self.catalogs[folder]
        return 0


NONE = Services()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where it is told how critical services are."""

    globs: Mapping[str, int] = field(default_factory=dict)  # to tiers, 1 the highest
    owners: Mapping[str, int] = field(default_factory=dict)  # owner in CODEOWNERS, in lower case, to tier
    catalogs: bool = False  # Backstage's catalog-info.yaml files are read

    def of_files(self) -> bool:
        """Say whether files of the repository have to be read."""
        return bool(self.owners) or self.catalogs


def from_codeowners(text: str, tiers: Mapping[str, int]) -> tuple[Rule, ...]:
    """The rules of a CODEOWNERS file in its order, given the tier of each owner in lower case.

    A pattern that GitHub would not obey, or that has too many wildcards, is left out.
    """
    rules: list[Rule] = []
    for line in text.splitlines():
        pattern, *owners = line.partition("#")[0].split() or [""]
        level = min((tiers[owner.lower()] for owner in owners if owner.lower() in tiers), default=0)
        if pattern.strip("/") and not pattern.startswith("!") and not re.search(r"[\[\]\\]", pattern):
            rules += [(glob, level) for glob in _owned_globs(pattern) if _is_cheap(glob)]
    return tuple(rules)


def _owned_globs(pattern: str) -> list[str]:
    base = pattern.strip("/")
    if base in ("*", "**"):
        return ["**"]
    if "/" not in pattern.rstrip("/"):
        base = f"**/{base}"
    if pattern.endswith("/"):
        return [f"{base}/**"]
    # a last star stays in its folder, anything else is a file or all that lies below
    return [base] if base.endswith(("/*", "/**")) else [base, f"{base}/**"]


def _is_cheap(glob: str) -> bool:
    parts = glob.split("/")
    return parts.count("**") <= 3 and all(part.count("*") <= _WILDCARDS for part in parts) and len(parts) <= 64


def from_backstage(text: str, folder: str = "") -> dict[str, int]:
    """Folder -> tier from a catalog-info.yaml in `folder`: its tier label or annotation, else its lifecycle.

    Raises ScoringError when it is no YAML.
    """
    try:
        documents = [each for each in yaml.safe_load_all(text) if isinstance(each, dict)]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ScoringError(f"The catalog file in {folder or 'the top folder'} is no YAML.") from error
    levels = [level for each in documents if each.get("kind") == "Component" and (level := _level(each))]
    return {folder: min(levels)} if levels else {}


def _level(component: Mapping[str, object]) -> int:
    metadata, spec = component.get("metadata"), component.get("spec")
    marks: dict[str, object] = {}
    if isinstance(metadata, dict):
        for kind in ("labels", "annotations"):
            marks |= metadata.get(kind) or {} if isinstance(metadata.get(kind), dict) else {}
    names = ("tier", "criticality")
    tier = next((str(value) for name, value in marks.items() if str(name).rsplit("/", 1)[-1] in names), "")
    digits = re.search(r"\d", tier)
    if digits:
        return max(1, int(digits[0]))
    return _LIFECYCLE.get(str(spec.get("lifecycle")), 0) if isinstance(spec, dict) else 0
