"""What a lock file and a manifest say, whatever their form: packages with where they come from, and all the rest."""

import tomllib
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


class Unreadable(ValueError):
    """Something that is not read here; the message completes "It cannot be read: "."""


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a lock file."""

    name: str
    version: str
    source: str = ""  # where it comes from: "" is the public registry of its ecosystem, else whatever was written
    digest: frozenset[str] = frozenset()  # of its content
    place: str = ""  # where it is put, if that matters
    scripts: bool = False  # whether it runs something when it is installed
    needs: frozenset[str] = frozenset()  # names of packages
    said: str = ""  # what else is said of it and of no version changes: the programs that it brings


@dataclass(frozen=True, slots=True)
class Lock:
    """`rest` is everything that is no package of somebody else's: it may not change. `declared` are the requirements
    of manifests that it repeats, by place of the manifest ("": beside it), group and name."""

    packages: frozenset[Package]
    rest: Hashable
    declared: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    asked: frozenset[str] | None = None  # "name@requirement", where it repeats each that anybody asks for
    tells_scripts: bool = True  # as far as those of its ecosystem do

    def named(self) -> dict[str, list[Package]]:
        by_name: dict[str, list[Package]] = {}
        for package in self.packages:
            by_name.setdefault(package.name, []).append(package)
        return by_name


@dataclass(frozen=True, slots=True)
class Manifest:
    """`needs` by group and name, "dependencies/left-pad": what is asked for of each; all other content is `rest`."""

    needs: Mapping[str, str]
    rest: Hashable

    def requirement(self, name: str) -> list[str]:
        """What it asks for of a package, in each group that names it."""
        return [spec for key, spec in self.needs.items() if key.rpartition("//")[2] == name]


def read_toml(text: str) -> dict[str, Any]:
    """Raises ValueError."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error


def table(above: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The table under a key, empty where there is none."""
    value = above.get(key, {})
    if not isinstance(value, dict):
        raise Unreadable("it has another form")
    return value


def without_versions(group: str, some: Mapping[str, Any], needs: dict[str, str]) -> Iterator[tuple[str, object]]:
    """What stays of a table of requirements without their versions, which go into `needs`."""
    for name, value in some.items():
        if isinstance(value, str):
            needs[f"{group}//{name}"] = value
            yield name, "#"
        elif isinstance(value, dict) and isinstance(value.get("version"), str):
            needs[f"{group}//{value.get('package', name)}"] = value["version"]
            yield name, {**value, "version": "#"}
        else:
            yield name, value
