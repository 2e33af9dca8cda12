"""Gradle: version catalogs, libs.versions.toml. There is no lock file beside one; a released version stays as it is."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scoring.hazards.dependencies.lock import Manifest, Unreadable, read_toml, table

NAMED = {"libraries": "module", "plugins": "id"}  # what an entry of a table is called by


def catalog(text: str) -> Manifest:
    """Read a version catalog. Versions of which more is said than a number (`strictly`, `reject`) may not change."""
    whole, needs = read_toml(text), dict[str, str]()
    if "versions" in whole:
        whole["versions"] = dict(_versions(table(whole, "versions"), needs))
    for group, named in NAMED.items():
        if group in whole:
            whole[group] = dict(_entries(group, named, table(whole, group), needs))
    return Manifest(needs, json.dumps(whole, default=str))


def _versions(some: Mapping[str, Any], needs: dict[str, str]) -> Iterator[tuple[str, object]]:
    for name, value in some.items():
        if isinstance(value, str):
            needs[f"versions//{name}"] = value
        yield name, "#" if isinstance(value, str) else value


def _entries(group: str, named: str, some: Mapping[str, Any], needs: dict[str, str]) -> Iterator[tuple[str, object]]:
    """An entry is a table or one text, "group:name:version" of a library and "id:version" of a plugin."""
    for alias, value in some.items():
        if isinstance(value, str):
            module, colon, version = value.rpartition(":")
            if not colon:
                raise Unreadable("it has another form")
            needs[f"{group} {alias}//{module}"] = version
            yield alias, f"{module}:#"
        elif isinstance(value, dict) and isinstance(value.get("version"), str):
            needs[f"{group} {alias}//{value.get(named, alias)}"] = value["version"]
            yield alias, {**value, "version": "#"}
        else:
            yield alias, value
