"""Go: go.mod and go.sum. Of a module a major version is another module, by its path."""

import re

from scoring.hazards.dependencies.lock import Lock, Manifest, Package, Unreadable

_REQUIRE = re.compile(r"(\S+) (v\S+)( // indirect)?")
_SUM = re.compile(r"(\S+) (v[^\s/]+)(/go\.mod)? (h1:[A-Za-z0-9+/]{43}=)")


def manifest(text: str) -> Manifest:
    """Read go.mod: what it requires, directly or not, and everything else line by line."""
    needs, rest, block = {}, [], ""
    for line in text.split("\n"):
        bare = " ".join(line.split())
        if not bare or bare.startswith("//"):
            continue
        if bare == ")":
            block = ""
        elif bare.endswith("("):
            block = bare[:-1].strip()
            continue
        match = _REQUIRE.fullmatch(bare if block == "require" else bare.removeprefix("require "))
        required = block == "require" or (not block and bare.startswith("require "))
        if required and match is not None:
            key = f"{'indirect' if match[3] else 'direct'}//{match[1]}"
            if key in needs:
                raise Unreadable("it asks for a module twice")
            needs[key] = match[2]
        elif bare != ")":
            rest.append(f"{block} {bare}")
    return Manifest(needs, tuple(rest))


def sums(text: str) -> Lock:
    """Read go.sum: a sum for each version of a module, and one for its go.mod alone."""
    packages = set()
    for line in text.split("\n"):
        if not line:
            continue
        match = _SUM.fullmatch(line)
        if match is None:
            raise Unreadable("a line is no sum")
        packages.add(Package(match[1], match[2], "", frozenset((match[4],)), match[3] or ""))
    return Lock(frozenset(packages), ())
