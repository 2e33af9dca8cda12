"""Python: requirements.txt, pyproject.toml (PEP 621, PEP 735, Poetry), uv.lock and poetry.lock."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.hazards.dependencies.lock import (
    Lock,
    Manifest,
    Package,
    Unreadable,
    read_toml,
    table,
    without_versions,
)

REGISTRIES = ("https://pypi.org/simple", "https://pypi.org/simple/")
LONGEST = 20_000  # characters of a line, its hashes with it
_FILES = ("https://files.pythonhosted.org/packages/",)
_LINE = re.compile(r"([A-Za-z0-9][\w.-]*+)\s*+(\[[^\]]*\])?\s*([^;#@]*)\s*(;[^#]*)?(?:\s#.*)?")
_HASH = re.compile(r"\s*--hash[= ](\w+:[0-9A-Za-z+/=]+)")
_PINNED = re.compile(r"\s*==\s*([^\s,*]+)\s*")


def folded(name: str) -> str:
    """PEP 503: names that differ in case and marks are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _plain(line: str) -> str:
    """A line with single blanks, and none too long to be looked at more than once. Raises Unreadable."""
    if len(line) > LONGEST:
        raise Unreadable("a line is too long")
    return " ".join(line.split())


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that say something, those broken by a backslash as one. Raises Unreadable."""
    for number, line in enumerate(text.replace("\\\r\n", " ").replace("\\\n", " ").split("\n")):
        bare = _plain(line)
        if bare and not bare.startswith("#"):
            yield number, bare


def requirements(text: str) -> Lock:
    """Read requirements.txt: what is pinned is a package, with the hashes beside it; all else may not change."""
    packages, rest = set(), []
    for _, bare in _lines(text):
        hashes = frozenset(_HASH.findall(bare))
        match = _LINE.fullmatch(_HASH.sub("", bare).strip())
        pinned = _PINNED.fullmatch(match[3] or "") if match is not None else None
        if match is None or pinned is None:
            rest.append(_HASH.sub("", bare).strip())
            continue
        place = f"{match[2] or ''}{(match[4] or '').strip()}"
        packages.add(Package(folded(match[1]), pinned[1], digest=hashes, place=place))
    # a line that is no pin is a requirement, an option or an address: each as it was, in order
    return Lock(frozenset(packages), tuple(rest))


def loose(text: str) -> Manifest:
    """The same file as requirements that are not pinned: `name>=1.2,<2`."""
    needs, rest = {}, []
    for number, bare in _lines(text):
        match = _LINE.fullmatch(bare)
        if match is None or not match[3].strip():
            rest.append(bare)
            continue
        needs[f"{number}{match[2] or ''}{match[4] or ''}//{folded(match[1])}"] = match[3].strip()
    return Manifest(needs, tuple(rest))


def manifest(text: str) -> Manifest:
    """Read pyproject.toml."""
    whole, needs = read_toml(text), dict[str, str]()
    project, groups = table(whole, "project"), table(whole, "dependency-groups")
    extras, poetry = table(project, "optional-dependencies"), table(table(whole, "tool"), "poetry")
    lists = [("build", table(whole, "build-system"), "requires"), ("project", project, "dependencies")]
    lists += [(f"extra {key}", extras, key) for key in extras] + [(f"group {key}", groups, key) for key in groups]
    for group, above, key in lists:
        above[key] = list(_listed(group, above.get(key, []), needs))
    tables = [("poetry", poetry, "dependencies"), ("poetry dev", poetry, "dev-dependencies")]
    tables += [(f"poetry {key}", each, "dependencies") for key, each in table(poetry, "group").items()]
    for group, above, key in tables:
        if key in above:
            above[key] = dict(without_versions(group, table(above, key), needs))
    folded_needs = {f"{key.rpartition('//')[0]}//{folded(key.rpartition('//')[2])}": needs[key] for key in needs}
    return Manifest(folded_needs, json.dumps(whole, default=str))


def _listed(group: str, lines: object, needs: dict[str, str]) -> Iterator[object]:
    """What stays of a list of requirements without their versions."""
    if not isinstance(lines, list):
        raise Unreadable("it has another form")
    for line in lines:
        match = _LINE.fullmatch(_plain(line)) if isinstance(line, str) else None
        if match is None or "@" in line:
            yield line
            continue
        key = f"{group}{match[2] or ''}{match[4] or ''}//{folded(match[1])}"
        if key in needs:
            raise Unreadable("it asks for a package twice")
        needs[key] = (match[3] or "").strip()
        yield [match[1], match[2], match[4]]


def uv_lock(text: str) -> Lock:
    """Read uv.lock."""
    whole = read_toml(text)
    packages, local, declared = set(), [], {}
    for entry in whole.pop("package", []):
        source = entry.get("source", {})
        if isinstance(source, dict) and set(source) & {"editable", "virtual"}:
            local.append({key: value for key, value in entry.items() if key in ("name", "version", "source")})
            declared[str(source.get("editable", source.get("virtual"))).removeprefix(".").removeprefix("/")] = dict(
                _required(entry)
            )
            continue
        packages.add(_uv_package(entry, source))
    return Lock(frozenset(packages), json.dumps([whole, local], default=str), declared)


def _required(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the project's own entry repeats of its manifest."""
    said = entry.get("metadata", {})
    listed = [("project", each) for each in said.get("requires-dist", [])]
    for group, each in said.get("requires-dev", {}).items():
        listed += [(f"group {group}", one) for one in each]
    for group, one in listed:
        yield f"{group} {one.get('marker', '')}//{folded(str(one.get('name')))}", str(one.get("specifier", ""))


def _uv_package(entry: Mapping[str, Any], source: object) -> Package:
    files = [*entry.get("wheels", []), *([entry["sdist"]] if "sdist" in entry else [])]
    public = source in [{"registry": one} for one in REGISTRIES]
    name, version = str(entry.get("name")), str(entry.get("version", ""))
    public = public and all(_is_of(name, version, str(file.get("url", ""))) for file in files)
    needs = [one for key in ("dependencies",) for one in entry.get(key, [])]
    needs += [one for each in entry.get("optional-dependencies", {}).values() for one in each]
    return Package(
        folded(name),
        version,
        "" if public and files else json.dumps(source, sort_keys=True) + " ".join(_hosts(files)),
        frozenset(str(file.get("hash", "")) for file in files),
        json.dumps(entry.get("resolution-markers", [])),
        # what is only to be had as source runs setup.py when it is installed
        not entry.get("wheels"),
        frozenset(folded(str(one.get("name"))) for one in needs),
    )


def _is_of(name: str, version: str, url: str) -> bool:
    """Whether a file of the public registry bears the name of that very release."""
    file = url.rpartition("/")[2]
    return url.startswith(_FILES) and folded(file).startswith(f"{folded(name)}-{folded(version)}-")


def _hosts(files: list[Mapping[str, Any]]) -> list[str]:
    return sorted({"/".join(str(file.get("url", "")).split("/")[:3]) for file in files})


def poetry_lock(text: str) -> Lock:
    """Read poetry.lock. Its hash over the manifest is no part of what stays."""
    whole = read_toml(text)
    whole.get("metadata", {}).pop("content-hash", None)
    packages = set()
    for entry in whole.pop("package", []):
        files = entry.get("files", [])
        packages.add(
            Package(
                folded(str(entry.get("name"))),
                str(entry.get("version", "")),
                json.dumps(entry["source"], sort_keys=True) if "source" in entry else "",
                frozenset(str(file.get("hash", "")) for file in files),
                "",
                not any(str(file.get("file", "")).endswith(".whl") for file in files),
                frozenset(map(folded, entry.get("dependencies", {}))),
            )
        )
    # each release of poetry says so in the first line, which is a comment
    return Lock(frozenset(packages), json.dumps(whole, default=str))
