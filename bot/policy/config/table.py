"""The sections as one file: its shape, its schema, what it says, what two files say together, and what is shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field, ValidationError, create_model

from bot.policy.config import problems
from bot.policy.config.config import FILE, Config
from bot.policy.config.section import BUILT_IN, BY_KEY, Joining, Reading, Section, Shown, Side, Source
from bot.policy.config.sections import SECTIONS, floor
from bot.policy.config.values import Shape, Version
from bot.policy.config.window_shape import ExceptShape, HolidaysShape, WeeklyShape, WindowShape
from bot.policy.config.yaml_positions import Document, Unreadable, read
from bot.policy.config.yaml_words import misspelt
from bot.policy.state import ConfigProblem

C = TypeVar("C", bound=Config)


class ConfigError(ValueError):
    """The file cannot be used. `problems` are all that is wrong with it, in the order of the file."""

    def __init__(self, problems: tuple[ConfigProblem, ...]) -> None:
        super().__init__("\n".join(f"{p.file}:{p.line or 1}:{p.column or 1}: {p.words}" for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class Table(Generic[C]):
    """Sections, in the order of the file, and the kind of configuration that has a field for each."""

    rows: tuple[Section[Any, Any], ...]
    of: type[C]

    @cached_property
    def sections(self) -> tuple[Section[Any, Any], ...]:
        """With that of the floor, which names the others."""
        return (*self.rows, floor.section(tuple(row.key for row in self.rows if row.may_be_floor)))

    @cached_property
    def shape(self) -> type[BaseModel]:
        """The file as pydantic checks it."""
        fields: dict[str, Any] = {"version": (Version, Field(description="Always 1.", examples=[1]))}
        fields |= {section.key: (section.kind, section.field) for section in self.sections}
        description = "How codechill treats this repository: .github/codechill.yml on the base branch."
        return create_model("FileShape", __base__=Shape, __doc__=description, **fields)

    def parse(self, text: str, file: str, under: Config) -> C:
        """Raises ConfigError with every problem, in the order of the file."""
        try:
            document = read(text)
        except Unreadable as error:
            raise ConfigError((problems.problem(file, error.place, error.words), *self._misspelt(text, file))) from None
        try:
            shape = self.shape.model_validate(_without_empty(document.value))
        except ValidationError as error:
            raise ConfigError(tuple(problems.of_shape(error, self.shape, document, file))) from None
        reading = Reading(shape, document, file, self._values(under))
        for section in self.sections:
            reading.values[section.key] = section.read(getattr(shape, section.key), reading)
        if reading.problems:
            raise ConfigError(tuple(sorted(reading.problems, key=lambda p: (p.line or 0, p.column or 0))))
        return self.of(**self._fields(reading.values), file=file, sources=_sources(document, file))

    def merge(self, org: Config, repo: Config) -> C:
        """What is in force. `repo` was parsed under `org`. Nothing fails: what would loosen a floor has no effect."""
        joining = Joining(Side(self._values(org), org.sources), Side(self._values(repo), repo.sources), org.floor)
        for section in self.sections:
            values = (side.values[section.key] for side in (joining.org, joining.repo))
            joining.values[section.key] = section.join(joining, *values)
        idle = sorted(joining.idle, key=lambda problem: problem.line or 0)
        return self.of(
            **self._fields(joining.values),
            problems=(*org.problems, *repo.problems, *idle),
            notes=(*org.notes, *repo.notes),
            file=repo.file,
            sources=MappingProxyType(joining.sources),
        )

    def shown(self, config: Config) -> Iterator[Shown]:
        """Every setting in force with its value and the file and line that it comes from."""
        values = self._values(config)
        for section in self.sections:
            for setting in section.shown(values[section.key], values):
                source = setting.source
                if source is BY_KEY:
                    source = _source(setting.key, config)
                yield Shown(setting.key, setting.value, source)

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of the file, for editors: what they flag, we refuse too."""
        schema = self.shape.model_json_schema(by_alias=True)
        kinds: list[dict[str, Any]] = [{"required": [kind]} for kind in ("weekly", "holidays", "ics")]
        kinds += [{"required": ["rrule", "for"]}, {"anyOf": [{"required": ["from"]}, {"required": ["to"]}]}]
        schema["$defs"]["WindowShape"]["oneOf"] = kinds
        draft = "https://json-schema.org/draft/2020-12/schema"
        return {"$schema": draft, "title": "codechill", **_without_titles(schema)}

    def _values(self, config: Config) -> Mapping[str, Any]:
        return {section.key: getattr(config, section.attribute) for section in self.sections}

    def _fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {section.attribute: values[section.key] for section in self.sections}

    def _misspelt(self, text: str, file: str) -> Iterator[ConfigProblem]:
        """What can be told of a text that is no YAML: names of settings that are none."""
        inside = problems.settings_of(WindowShape, WeeklyShape, HolidaysShape, ExceptShape)
        known = {"": problems.settings_of(self.shape), "windows": inside}
        for key, meant, (line, column) in misspelt(text, known):
            yield ConfigProblem(file, line, column, f"unknown setting {key}; did you mean {meant}?")


TABLE = Table(SECTIONS, Config)


def parse(text: str, file: str = FILE, under: Config | None = None) -> Config:
    """What this file says by itself; `under` is an organisation's default, whose levels and zone it may use.

    Raises ConfigError with every problem found, in the order of the file.
    """
    return TABLE.parse(text, file, under or Config())


def merge(org: Config, repo: Config) -> Config:
    """An organisation's default under a repository's file: the repository decides, but may only tighten a floor."""
    return TABLE.merge(org, repo)


def settings(config: Config) -> Iterator[Shown]:
    """Every setting in force with its value and the file and line that it comes from."""
    return TABLE.shown(config)


def _without_empty(value: object) -> object:
    """A key without a value counts as left out."""
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item is not None}
    return [_without_empty(item) for item in value] if isinstance(value, list) else value


def _without_titles(value: Any) -> Any:
    """Generated titles only repeat the keys."""
    if isinstance(value, dict):
        return {key: _without_titles(item) for key, item in value.items() if key != "title" or isinstance(item, dict)}
    return [_without_titles(item) for item in value] if isinstance(value, list) else value


def _sources(document: Document, file: str) -> Mapping[str, Source]:
    return MappingProxyType({problems.dotted(path): Source(file, place.line) for path, place in document.keys.items()})


def _source(key: str, config: Config) -> Source:
    """That of the key, or of the nearest key around it that a file gives."""
    while key and key not in config.sources:
        key = key.rpartition(".")[0]
    return config.sources.get(key, BUILT_IN)
