"""npm: package.json, and package-lock.json of lockfile versions 2 and 3."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.hazards.dependencies.lock import Lock, Manifest, Package, Unreadable

GROUPS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
# What may be said anew of a version: where it is needed, and what nobody acts on.
PASSING = frozenset({
    "version", "resolved", "integrity", "dev", "optional", "devOptional", "peer", "license", "funding", "deprecated",
    "hasInstallScript", "name",
})  # fmt: skip
REGISTRIES = ("https://registry.npmjs.org/", "https://registry.yarnpkg.com/")


def manifest(text: str) -> Manifest:
    """Read package.json."""
    whole = _object(_json(text))
    needs = {}
    for group in GROUPS:
        for name, spec in _object(whole.pop(group, {})).items():
            needs[f"{group}//{name}"] = _text(spec)
    return Manifest(needs, json.dumps(whole))


def lock(text: str) -> Lock:
    """Read package-lock.json."""
    whole = _object(_json(text))
    if whole.get("lockfileVersion") not in (2, 3):
        raise Unreadable("its version is not known here")
    entries = _object(whole.pop("packages", None))
    legacy = whole.pop("dependencies", {})
    packages, declared, local = set(), {}, []
    for place, entry in entries.items():
        entry = _object(entry)
        if entry.get("extraneous") is True:
            local.append((place, entry))  # it says that nothing needs it; npm finds out by itself whether that is so
        elif _is_own(place, entry):
            if entry.get("link") is not True:
                declared[place] = {key: spec for group in GROUPS for key, spec in _needs(entry, group)}
            local.append((place, {key: value for key, value in entry.items() if key not in GROUPS}))
        else:
            packages.add(_package(place, entry))
    if whole["lockfileVersion"] == 2:
        _agree(legacy, {package.place: package for package in packages})
    return Lock(frozenset(packages), json.dumps([whole, local], sort_keys=True), declared)


def _is_own(place: str, entry: Mapping[str, Any]) -> bool:
    """The project itself, and packages of its own that lie beside."""
    return "node_modules/" not in place or entry.get("link") is True


def _needs(entry: Mapping[str, Any], group: str) -> Iterator[tuple[str, str]]:
    for name, spec in _object(entry.get(group, {})).items():
        yield f"{group}//{name}", _text(spec)


def _package(place: str, entry: Mapping[str, Any]) -> Package:
    name, version = place.rpartition("node_modules/")[2], _text(entry.get("version", ""))
    resolved = _text(entry.get("resolved", ""))
    alias = _text(entry.get("name", name))
    needs = {key.rpartition("//")[2] for group in GROUPS for key, _ in _needs(entry, group)}
    return Package(
        name,
        version,
        "" if alias == name and address(name, version, resolved) else f"{alias} {resolved}",
        frozenset(_text(entry.get("integrity", "")).split()),
        place,
        entry.get("hasInstallScript") is True,
        frozenset(needs),
        json.dumps({key: value for key, value in entry.items() if key not in PASSING}, sort_keys=True),
    )


def address(name: str, version: str, resolved: str) -> bool:
    """Whether it is the address of that very package on the public registry."""
    base = name.rpartition("/")[2]
    return any(resolved.partition("#")[0] == f"{one}{name}/-/{base}-{version}.tgz" for one in REGISTRIES)


def _agree(legacy: object, packages: Mapping[str, Package]) -> None:
    """Version 2 says everything twice: what older npms read has to be what newer ones do."""
    seen = 0
    pending = [("", _object(legacy))]
    while pending:
        above, entries = pending.pop()
        for name, entry in entries.items():
            place, entry = f"{above}node_modules/{name}", _object(entry)
            pending.append((f"{place}/", _object(entry.get("dependencies", {}))))
            package = packages.get(place)
            if package is None:
                if not _text(entry.get("version", "")).startswith("file:"):
                    raise Unreadable("it says two things of one package")
                continue
            seen += 1
            same = package.version == entry.get("version") and package.digest == frozenset(
                _text(entry.get("integrity", "")).split()
            )
            if not same or (
                "resolved" in entry
                and not package.source
                and not address(package.name, package.version, _text(entry["resolved"]))
            ):
                raise Unreadable("it says two things of one package")
    if seen != len(packages):
        raise Unreadable("it says two things of one package")


def _json(text: str) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        if len({key for key, _ in items}) < len(items):
            raise Unreadable("a key is repeated")
        return dict(items)

    try:
        return json.loads(text, object_pairs_hook=pairs)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("it has another form")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable("it has another form")
    return value
