"""Which service a path belongs to, and how critical that is: from globs, CODEOWNERS or Backstage catalog files."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

import yaml

from scoring.errors import ScoringError

# log-odds added for a tier, by hand: a repository's own history cannot tell what an outage would cost
WEIGHTS = {1: 0.6, 2: 0.3, 3: 0.15}
_LIFECYCLE = {"production": 1, "deprecated": 2, "experimental": 3}


@lru_cache(maxsize=4096)
def matcher(glob: str) -> re.Pattern[str]:
    """Return a glob as an expression over whole paths: `*` stays within one segment, `**` crosses them."""
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
    return re.compile("".join(parts), re.S)


def tier(paths: Iterable[str], critical: Mapping[str, int]) -> int:
    """Return the tier of the most critical service among `paths` (1 is highest), 0 when none is named."""
    if not critical:
        return 0
    found = [level for path in paths for glob, level in critical.items() if level > 0 and matcher(glob).fullmatch(path)]
    return min(found, default=0)


def from_codeowners(text: str, tiers: Mapping[str, int]) -> dict[str, int]:
    """Return glob -> tier from a CODEOWNERS file, given the tier of each owner; later lines win, as they do there."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        pattern, *owners = line.partition("#")[0].split() or [""]
        levels = [tiers[owner] for owner in owners if owner in tiers]
        if not pattern:
            continue
        base = pattern.strip("/")
        anywhere = "/" not in pattern.rstrip("/")
        for glob in (f"**/{base}" if anywhere else base, f"**/{base}/**" if anywhere else f"{base}/**"):
            found.pop(glob, None)
            if levels:
                found[glob] = min(levels)
    return found


def from_backstage(text: str, folder: str = "") -> dict[str, int]:
    """Return glob -> tier from a catalog-info.yaml in `folder`: its tier label or annotation, else its lifecycle."""
    try:
        documents = [each for each in yaml.safe_load_all(text) if isinstance(each, dict)]
    except yaml.YAMLError as error:
        raise ScoringError(f"The catalog file in {folder or 'the top folder'} is no YAML.") from error
    levels = [level for each in documents if each.get("kind") == "Component" and (level := _level(each))]
    return {f"{folder}/**" if folder else "**": min(levels)} if levels else {}


def _level(component: Mapping[str, object]) -> int:
    metadata, spec = component.get("metadata"), component.get("spec")
    marks: dict[str, object] = {}
    if isinstance(metadata, dict):
        for kind in ("labels", "annotations"):
            marks |= metadata.get(kind) or {} if isinstance(metadata.get(kind), dict) else {}
    told = next((str(value) for name, value in marks.items() if name.rsplit("/", 1)[-1] in ("tier", "criticality")), "")
    digits = re.search(r"\d", told)
    if digits:
        return max(1, int(digits[0]))
    return _LIFECYCLE.get(str(spec.get("lifecycle")), 0) if isinstance(spec, dict) else 0
