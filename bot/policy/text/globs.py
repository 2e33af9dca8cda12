"""Globs over paths and branch names: `*` and `?` stay within one segment, `**` stands for whole segments.

Matching never backtracks further than one wildcard, so a hostile pattern or path costs at most their product.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache


def problem(glob: str) -> str | None:
    """What is wrong with a glob and what was meant, or None."""
    if not glob or glob != glob.strip():
        return "a glob must not be empty or have spaces around it"
    if glob.startswith("/"):
        return f"globs start at the root already; write {glob.lstrip('/') or '**'}"
    if glob.endswith("/"):
        return f"this names a folder only; write {glob}** for everything in it"
    if any("**" in part and part != "**" for part in glob.split("/")):
        return "** stands alone between slashes; write for example src/**/*.py"
    return None


_READ = 500  # characters of a glob that are searched for one; no branch has a longer name
_REGULAR = re.compile(r"\^|.*\$$|.*\\|(.*/)?\.[*+]|.*\[|.*\(.*\|", re.DOTALL)
_ANY = re.compile(r"\[\^?[^\]]*\][*+]?|\\[dwsDWS][*+]?|\.[*+]\??")


def branch_problem(glob: str) -> str | None:
    """The same for branch names, which hold no ^, \\ or [: where one stands a regular expression was meant."""
    if len(glob) > _READ or not _REGULAR.match(glob):
        return problem(glob)
    plain = _ANY.sub("*", glob.removeprefix("^").removesuffix("$")).replace("\\", "")
    meant = f"{plain[:-1]}**" if plain.endswith("/*") else plain
    usable = problem(meant) is None and not _REGULAR.match(meant)
    return f"this is a regular expression; a glob is wanted here, like {meant[:60] if usable else 'release/*'}"


def matches(glob: str, path: str) -> bool:
    """True when the whole path matches. `a/**` needs something below `a`; `**/b` matches `b` at any depth."""
    parts = _parts(glob)
    if parts[-1] == "**":
        # at least one segment must stand where a final ** stands
        parts = (*parts, "*")
    return _match(parts, tuple(path.split("/")), lambda part: part == "**", _segment)


def any_matches(globs: Iterable[str], path: str) -> bool:
    return any(matches(glob, path) for glob in globs)


@lru_cache(maxsize=1024)
def _parts(glob: str) -> tuple[str, ...]:
    return tuple(glob.split("/"))


def _segment(pattern: str, text: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return _match(pattern, text, lambda char: char == "*", lambda char, asked: char in ("?", asked))


def _match(
    pattern: Sequence[str], text: Sequence[str], wild: Callable[[str], bool], same: Callable[[str, str], bool]
) -> bool:
    """Greedy wildcard matching: on a mismatch only the last wildcard takes one element more."""
    at = star = back = 0
    seen = False
    for_text = 0
    while for_text < len(text):
        if at < len(pattern) and wild(pattern[at]):
            star, back, seen = at, for_text, True
            at += 1
        elif at < len(pattern) and same(pattern[at], text[for_text]):
            at, for_text = at + 1, for_text + 1
        elif seen:
            back += 1
            at, for_text = star + 1, back
        else:
            return False
    return all(wild(part) for part in pattern[at:])
