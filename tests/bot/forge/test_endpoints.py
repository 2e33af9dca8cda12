"""What GitHub answers is read by shape: the rest may hold anything, and what is missing is said by its place, once."""

from typing import Any, cast

import pytest

from bot.forge.github.endpoints import Endpoints
from bot.forge.github.wire import GitHubWire
from bot.forge.port import Misread, Target

HERE = Target(1, 7, "acme/shop")
HOME = {"id": 7, "full_name": "acme/shop", "default_branch": "main"}
SHA = "a" * 40
PULL: dict[str, Any] = {
    "number": 3,
    "title": "A change",
    "user": None,
    "state": "open",
    "head": {"sha": SHA, "ref": "topic", "repo": None},
    "base": {"sha": SHA, "ref": "main", "repo": HOME},
    "updated_at": "2026-11-24T12:00:00Z",
    "labels": [{"name": "urgent"}],
}


class Answers:
    """A GitHub that answers each address with what stands here; the rest is not there."""

    def __init__(self, **answers: object) -> None:
        self.answers = {name.replace("__", "/"): answer for name, answer in answers.items()}

    def get(self, target: Target, path: str, *, missing: Any = None, **query: Any) -> Any:
        return self.answers.get(path.removeprefix("/repos/acme/shop/"), missing)

    def pages(self, target: Target, path: str, key: str = "", **query: Any) -> Any:
        return iter(self.get(target, path, missing=[]))


def github(**answers: object) -> Endpoints:
    return Endpoints(cast(GitHubWire, Answers(**answers)))


def test_what_is_not_read_may_hold_anything() -> None:
    pull = github(pulls__3=PULL | {"draft": True, "milestone": 7, "head": PULL["head"] | {"user": "nobody"}}).pull(
        HERE, 3
    )
    assert (pull.head.sha, pull.draft, pull.labels[0].name, pull.user) == (SHA, True, "urgent", None)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"head": {"ref": "topic", "repo": None}}, "head.sha"),
        ({"head": PULL["head"] | {"sha": "--upload-pack=x"}}, "head.sha"),
        ({"base": PULL["base"] | {"repo": None}}, "base.repo"),
        ({"base": PULL["base"] | {"repo": HOME | {"full_name": "acme/../.."}}}, "base.repo.full_name"),
        ({"updated_at": 1764000000}, "updated_at"),
        ({"labels": None}, "labels"),
    ],
)
def test_what_is_missing_or_of_another_kind_is_said_by_its_place(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(Misread, match=f"/repos/acme/shop/pulls/3 cannot be read: {place}"):
        github(pulls__3=PULL | wrong).pull(HERE, 3)


def test_a_row_of_a_list_is_read_like_a_single_answer() -> None:
    comment = {"id": 1, "user": None, "created_at": PULL["updated_at"], "updated_at": PULL["updated_at"]}
    ours = comment | {"performed_via_github_app": {"id": 9}, "reactions": {"+1": 2, "-1": 0, "laugh": 3}}
    listed = list(github(issues__3__comments=[comment, ours]).comments(HERE, 3))
    assert [each.by_app(9) for each in listed] == [False, True]
    assert [each.reactions and each.reactions.plus for each in listed] == [None, 2]
    with pytest.raises(Misread, match="id: Field required"):
        list(github(issues__3__comments=[{}]).comments(HERE, 3))


def test_what_is_not_there_is_told_apart_from_what_cannot_be_read() -> None:
    assert github().branch(HERE, "topic") is None
    assert github().file(HERE, "a.yml", "main") is None
    assert github().permission(HERE, "ada").user is None
    with pytest.raises(Misread, match="commit: Field required"):
        github(branches__topic={"name": "topic"}).branch(HERE, "topic")
