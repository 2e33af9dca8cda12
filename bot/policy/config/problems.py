"""From what pydantic says to what a maintainer can act on: the place, what is wrong, what was meant."""

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bot.policy.config.yaml_positions import Document, Path, Place
from bot.policy.state import ConfigProblem
from bot.policy.text.suggest import did_you_mean


def problem(file: str, place: Place | None, words: str) -> ConfigProblem:
    """Without a place it is the file as a whole: its first line."""
    return ConfigProblem(file, place.line if place else 1, place.column if place else 1, words)


def of_shape(error: ValidationError, shape: type[BaseModel], document: Document, file: str) -> list[ConfigProblem]:
    """One problem for each thing wrong, in the order of the file."""
    problems = [_one(details, shape, document, file) for details in error.errors(include_url=False)]
    return sorted(problems, key=lambda item: (item.line or 0, item.column or 0))


def dotted(path: Path) -> str:
    """windows[2].weekly.from"""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the file"


def _one(details: Mapping[str, Any], shape: type[BaseModel], document: Document, file: str) -> ConfigProblem:
    path = tuple(part for part in details["loc"] if part != "[key]")
    is_key = details["loc"][-1:] == ("[key]",) or details["type"] == "extra_forbidden"
    place = document.key_place(path) if is_key else document.place(path)
    return problem(file, place, _words(details, path, shape))


def _words(details: Mapping[str, Any], path: Path, shape: type[BaseModel]) -> str:
    given = str(details.get("input"))[:60]
    match details["type"]:
        case "extra_forbidden":
            return f"unknown setting {_short(dotted(path))}{did_you_mean(str(path[-1]), _known(shape, path[:-1]))}"
        case "missing":
            return f"{dotted(path)} is missing"
        case "literal_error":
            known = [part.strip("' ") for part in details["ctx"]["expected"].replace(" or ", ", ").split(",")]
            return f'{dotted(path)} is "{given}"{did_you_mean(given, known) or "; write " + ", ".join(known)}'
        case "value_error":
            return f"{_short(dotted(path))}: {details['ctx']['error']}"
        case "list_type":
            many = "[one, two]" if path[-1:] not in (("windows",), ("except",)) else "- {from: ..., to: ...}"
            return f"{dotted(path)} is a list; write it like {many}"
        case "model_type" if path[-1:] == ("holidays",) and isinstance(details.get("input"), list):
            return f"{dotted(path)} is of one country; write a window of its own for each office"
        case "dict_type" | "model_type":
            return f"{dotted(path)} holds settings of its own; write them as key: value"
        case "too_short":
            return f"{dotted(path)} is empty; leave it out or name something"
        case "too_long":
            return f"{dotted(path)} holds more than {details['ctx']['max_length']} entries"
        case _:
            return f"{dotted(path)}: {details['msg']}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def _known(shape: type[BaseModel], path: Path) -> Iterable[str]:
    """The keys that stand where `path` leads; only settings of their own forbid others."""
    for part in path:
        if isinstance(part, str):
            shape = _inside(shape, part)
    return [field.alias or name for name, field in shape.model_fields.items()]


def settings_of(*shapes: type[BaseModel]) -> list[str]:
    """The names of their settings."""
    return [name for shape in shapes for name in _known(shape, ())]


def _inside(shape: type[BaseModel], key: str) -> type[BaseModel]:
    """A name that somebody gave leads no further: the settings of that shape stand below each."""
    field = next((field for name, field in shape.model_fields.items() if key == (field.alias or name)), None)
    kinds = [] if field is None else [field.annotation, *get_args(field.annotation)]
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), shape)
