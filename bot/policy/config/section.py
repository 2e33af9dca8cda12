"""A section of the file: one key, how it is written, what it means, how two files agree on it, and how it is shown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from bot.policy.config import problems
from bot.policy.config.yaml_positions import Document, Path
from bot.policy.state import ConfigProblem

T = TypeVar("T")
W = TypeVar("W")  # as it is written, checked by pydantic
V = TypeVar("V")  # as it counts


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from; line None: it is built in."""

    file: str
    line: int | None = None


BUILT_IN = Source("built in")
BY_KEY = Source("")  # that of the key, or of the nearest key around it that a file gives


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting in force, for people."""

    key: str
    value: str
    source: Source = BY_KEY


class Reading:
    """A file while its sections are read, in their order: each may look at those before it."""

    def __init__(self, shape: BaseModel, document: Document, file: str, under: Mapping[str, Any]) -> None:
        self.shape = shape
        self.document = document
        self.file = file
        self.under = under  # what an organisation's default, or codechill itself, says; by section
        self.values: dict[str, Any] = {}  # of the sections that are read; by section
        self.problems: list[ConfigProblem] = []

    def written(self, key: str) -> bool:
        return key in self.shape.model_fields_set

    def wrong(self, path: Path, words: str, *, key: bool = False) -> None:
        """Note what spans several keys; the place is that of the value, or of its key."""
        place = self.document.key_place(path) if key else self.document.place(path)
        self.problems.append(problems.problem(self.file, place, words))


@dataclass(frozen=True, slots=True)
class Side:
    """One of two files that are joined: its values by section, where they stand, and its name."""

    values: Mapping[str, Any]
    sources: Mapping[str, Source]


class Joining:
    """An organisation's default and a repository's file while they are joined; notes where each value comes from."""

    def __init__(self, org: Side, repo: Side, floor: frozenset[str]) -> None:
        self.org = org
        self.repo = repo
        self.floor = floor  # sections that the repository may only tighten
        self.values: dict[str, Any] = {}  # of the sections that are joined; by section
        self.sources: dict[str, Source] = {}
        self.idle: list[ConfigProblem] = []  # what the repository wrote in vain

    def value(self, key: str, org: T, repo: T, stricter: Callable[[T, T], T] | None = None, partly: str = "") -> T:
        """The repository's when it says one; at a floor the stricter of both. `partly`: said when less of it counts."""
        written = key in self.repo.sources
        value = repo if written else org
        if written and stricter is not None and key.split(".", 1)[0] in self.floor:
            value = stricter(org, repo)
            self._say_idle(key, org, repo, value, partly)
        self.note(key, of_repo=value == repo and written)
        return value

    def table(
        self, key: str, org: Mapping[str, T], repo: Mapping[str, T], stricter: Callable[[T, T], T] | None = None
    ) -> Mapping[str, T]:
        """Entry by entry."""
        names = dict.fromkeys((*org, *repo))
        return MappingProxyType({name: self._entry(f"{key}.{name}", org, repo, name, stricter) for name in names})

    def note(self, key: str, *, of_repo: bool) -> None:
        source = (self.repo if of_repo else self.org).sources.get(key)
        if source is not None:
            self.sources[key] = source

    def _entry(
        self, key: str, org: Mapping[str, T], repo: Mapping[str, T], name: str, stricter: Callable[[T, T], T] | None
    ) -> T:
        if name in org and name in repo:
            return self.value(key, org[name], repo[name], stricter)
        self.note(key, of_repo=name in repo)
        return repo[name] if name in repo else org[name]

    def _say_idle(self, key: str, org: object, repo: object, value: object, partly: str) -> None:
        source, floor = self.repo.sources[key], f"the organisation keeps {key.split('.', 1)[0]} as a floor"
        if value == org != repo:
            self.idle.append(ConfigProblem(source.file, source.line, None, f"{key} has no effect here: {floor}"))
        elif partly and value != repo:
            self.idle.append(ConfigProblem(source.file, source.line, None, f"{key} {partly}: {floor}"))


@dataclass(frozen=True, slots=True)
class Section(Generic[W, V]):
    """A row of the table of sections. Everything else (schema, reference, floors, what is shown) follows from it."""

    key: str
    kind: Any  # what pydantic checks it by
    field: Any  # pydantic's: its default, what it means, an example
    read: Callable[[W, Reading], V]
    join: Callable[[Joining, V, V], V]
    shown: Callable[[V, Mapping[str, Any]], Iterator[Shown]]  # with all values, by section
    name: str = ""  # of the field of Config that holds it; left out: the key
    may_be_floor: bool = True

    @property
    def attribute(self) -> str:
        return self.name or self.key


def listed(names: tuple[str, ...]) -> str:
    """For people."""
    return ", ".join(names) or "none"
