"""What a language model is asked about is read from a real repository; and nothing is asked by half a setting."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config.settings import Settings
from bot.facts.review import About
from bot.line.reviewing import Stored, Unreadable, reviewing, sides
from bot.reviewer.pieces import Sides
from bot.store import Store
from scoring.git import Git
from tests.scoring.histories import Step, build

NEEDED = {"app_id": 1, "private_key": "-----BEGIN RSA PRIVATE KEY-----\nx", "webhook_secret": "long enough"}


def read(folder: Path, step: Step, without: tuple[str, ...] = ()) -> tuple[Sides, ...]:
    base, head = build(folder / "repo", [Step("first", files={"a.py": b"x = 1\n", "b.md": b"old\n"}), step])
    return sides(Git(folder / "repo"), About(base, head, 1, 1, without))


def test_every_file_is_read_as_it_was_and_is(tmp_path: Path) -> None:
    step = Step("second", files={"a.py": b"x = 2\n", "c.md": b"new\n", "uv.lock": b"1\n", "b.md": None})
    assert read(tmp_path, step, without=("uv.lock",)) == (
        Sides("a.py", b"x = 1\n", b"x = 2\n"),
        Sides("b.md", b"old\n", None),
        Sides("c.md", None, b"new\n"),
    )


@pytest.mark.parametrize(
    "step",
    [
        Step("x", files={"l": b"a.py"}, modes={"l": "120000"}),
        Step("x", files={"a.py": b"x = 1\n"}, modes={"a.py": "100755"}),
        Step("x", files={"c.md": b"a\n" * (600 << 10)}),
        Step("x", renames=(("b.md", "moved.md"),)),
    ],
)
def test_what_contents_alone_do_not_show_is_not_asked_about(tmp_path: Path, step: Step) -> None:
    with pytest.raises(Unreadable):
        read(tmp_path, step)


def test_commits_that_are_not_at_hand_are_not_asked_about(tmp_path: Path) -> None:
    build(tmp_path / "repo", [Step("first", files={"a.py": b"x = 1\n"})])
    with pytest.raises(Unreadable):
        sides(Git(tmp_path / "repo"), About("a" * 40, "b" * 40, 1, 1))


def settings(**more: object) -> Settings:
    return Settings(**NEEDED, **more)  # type: ignore[arg-type]


def test_no_model_is_asked_until_an_address_and_a_name_are_set(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'x.db'}")
    parts = (store.only(Stored), None, None, None)
    assert reviewing(settings(), *parts) is None  # type: ignore[arg-type]
    whole = settings(reviewer_address="https://models.example/v1", reviewer_model="m", reviewer_key="sk-a-key")

    class Mirror:
        git = None

    desk = reviewing(whole, store.only(Stored), Mirror(), None, None)  # type: ignore[arg-type]
    assert desk is not None
    assert "sk-a-key" not in repr(desk)
    assert "sk-a-key" in whole.secrets()
    store.close()


@pytest.mark.parametrize(
    "given",
    [
        {"reviewer_address": "https://models.example/v1"},
        {"reviewer_model": "m"},
        {"reviewer_address": "models.example", "reviewer_model": "m"},
        {"reviewer_address": "https://a.example https://b.example", "reviewer_model": "m"},
        {"reviewer_address": "https://user:pass@models.example/v1", "reviewer_model": "m"},
        {"reviewer_address": "ftp://models.example/v1", "reviewer_model": "m"},
        {"reviewer_address": "http://models.example/v1", "reviewer_model": "m"},
        {"reviewer_address": "https://models.example/v1", "reviewer_model": "m", "reviewer_networks": "10.0.0.1/8"},
    ],
)
def test_half_a_setting_or_an_odd_address_is_refused_with_words(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        settings(**given)


def test_http_is_possible_within_networks_that_the_operator_names_only() -> None:
    given = settings(reviewer_address="http://10.1.2.3:8000/v1", reviewer_model="m", reviewer_networks="10.0.0.0/8")
    assert given.reviewer_networks == "10.0.0.0/8"
