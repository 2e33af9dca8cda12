"""Static rules, one at a time: what each lets pass, and what it does not."""

from collections.abc import Iterable

import pytest

from scoring.hazards.rule import File, Rule, Sides
from scoring.hazards.table import MOST_HAZARDS, RULES, hazards
from scoring.inspection import Hazard

TEXT = b"one\ntwo\n"


def named(*files: File, at: dict[tuple[str, str], bytes] | None = None) -> list[str]:
    """Names of the rules that speak of a change of these files."""
    beside = at or {}
    return sorted({each.rule for each in hazards(Sides(files, lambda side, path: beside.get((side, path), b"")))})


def edit(path: str, old: bytes | None, new: bytes | None, **modes: str) -> File:
    return File(path, old, new, **modes)


@pytest.mark.parametrize(
    ("file", "rules"),
    [
        (edit("a.py", TEXT, b"one\nthree\n"), []),
        (edit("a.py", TEXT, TEXT, new_mode="100755"), ["mode"]),
        (edit("a.sh", None, TEXT, old_mode="000000", new_mode="100755"), ["mode"]),
        (edit("a.sh", TEXT, b"two\n", old_mode="100755", new_mode="100755"), []),
        (edit("a.py", TEXT, b"b.py", new_mode="120000"), ["mode"]),
        (edit("a.py", None, b"b.py", old_mode="000000", new_mode="120000"), ["mode"]),
        (edit("a.py", b"b.py", None, old_mode="120000", new_mode="000000"), ["mode"]),
        (edit("vendored", b"", b"", old_mode="160000", new_mode="160000"), ["mode"]),
        (edit("a.py", TEXT, None, new_mode="000000"), []),
    ],
)
def test_whatever_is_not_an_ordinary_file_or_does_not_stay_one_is_for_a_person(file: File, rules: list[str]) -> None:
    assert [rule for rule in named(file) if rule == "mode"] == rules


@pytest.mark.parametrize("path", [".gitattributes", "docs/.gitattributes", ".gitmodules", ".lfsconfig"])
def test_a_file_that_tells_git_how_to_show_others_is_for_a_person_also_when_it_goes(path: str) -> None:
    assert "attributes" in named(edit(path, None, b"*.py linguist-generated\n"))
    assert "attributes" in named(edit(path, b"*.py linguist-generated\n", None))


def test_a_pointer_of_git_lfs_says_nothing_of_what_it_points_to() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    assert "lfs_pointer" in named(edit("a.json", b"{}\n", pointer))
    assert "lfs_pointer" in named(edit("a.json", pointer, b"{}\n"))


@pytest.mark.parametrize(
    ("file", "speaks"),
    [
        (edit("a.py", TEXT, b"one\0two"), True),
        (edit("a.py", b"one\0two", TEXT), True),
        (edit("a.py", TEXT, b"caf\xe9\n"), True),
        (edit("a.png", None, b"\x89PNG\r\n\x1a\n\0\0"), False),
        (edit("a.png", b"\x89PNG\r\n\x1a\n\0\0", None), True),
        (edit("a.png", None, b"#!/bin/sh\0"), True),
        (edit("a.zip", None, b"PK\3\4\0"), True),
        (edit("a.md", TEXT, "caf\u00e9\n".encode()), False),
    ],
)
def test_a_binary_file_is_for_a_person_unless_it_comes_as_the_picture_its_name_says(file: File, speaks: bool) -> None:
    assert ("binary" in named(file)) == speaks


def test_a_rule_that_fails_is_a_hazard_by_its_own_name() -> None:
    def broken(sides: Sides) -> Iterable[Hazard]:
        yield Hazard("broken", "First.")
        raise RecursionError

    told = hazards(Sides(()), [Rule("broken", "", broken)])
    assert [(each.rule, each.words) for each in told] == [
        ("broken", "First."),
        ("broken", "This rule could not read the change (RecursionError)."),
    ]


def test_of_one_rule_a_bounded_number_is_told() -> None:
    files = tuple(edit(f"{number}.py", TEXT, TEXT, new_mode="100755") for number in range(MOST_HAZARDS + 9))
    assert len(hazards(Sides(files))) == MOST_HAZARDS


def test_names_of_rules_are_their_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.name.isidentifier() for rule in RULES)
