"""A changed policy shows what it would have let through, on the facts of before, until it counts."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.commands.policy import config
from bot.policy.candidate import Track, Trust
from bot.policy.content import Content
from bot.policy.pull import Person, PullRequest, Repository
from bot.policy.radar import funnel
from bot.policy.radar.stages import eligible
from bot.policy.state import State
from bot.store import Outcome, Store
from tests.fakes.sources import FILE, TIDY, acme

NOW = datetime.now(UTC)
RECORDS = {1: 120, 2: 60, 3: 60, 4: 10, 5: 60}  # how many changes of its source had landed when each was looked at
Say = Callable[..., Result]


def gates(landed: int, more: str = "") -> str:
    settings = f"  gates: {{max_revert_upper95: 20%, min_landed: {landed}}}\n{more}  sources:"
    return FILE.replace("  sources:", settings)


def pull(number: int) -> PullRequest:
    home = Repository(7, "acme/shop", "main", private=True)
    bot, sha = Person(99, "tidy[bot]", bot=True), "f" * 40
    return PullRequest(
        home, number, "A change", bot, sha, "tidy/a", "b" * 40, "main", False, True, False, True, NOW, body="private"
    )


def facts(number: int, path: str = "api/list.py") -> State:
    trust = Trust(TIDY, Track(landed=RECORDS[number], judged=RECORDS[number]), "P5")
    return State(pull(number), content=Content("content", (path,)), trust=trust)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(funnel, "STAGES", (eligible.STAGE,))
    with closing(Store(f"sqlite:///{tmp_path / 'codechill.db'}")) as opened:
        acme(opened, NOW, gates(100))
        for number in RECORDS:
            opened.exhibits.save(7, facts(number, "books/a.sql" if number == 5 else "api/list.py"), at=NOW)
        ended = Outcome(7, 2, "f" * 40, NOW, "m", 0.1, 0.01, "landed", NOW, NOW, commits=("1" * 40,))
        closed = replace(ended, number=3, fate="closed", commits=())
        opened.outcomes.save([replace(ended, reverted_at=NOW), closed])
        yield opened


@pytest.fixture
def say(store: Store, tmp_path: Path) -> Say:
    def run(text: str, *words: str) -> Result:
        file = tmp_path / "codechill.yml"
        file.write_text(text, "utf-8")
        where = ["--database", str(tmp_path / "codechill.db"), "--repository", "acme/shop"]
        return CliRunner().invoke(config, ["replay", str(file), *where, *words])

    return run


def test_the_same_policy_decides_the_same(say: Say) -> None:
    run = say(gates(100))
    assert run.exit_code == 0
    assert "    1 pass under both" in run.stdout
    assert "    0 would pass and do not now" in run.stdout


def test_a_looser_policy_shows_each_change_that_would_pass_and_what_became_of_it(say: Say) -> None:
    run = say(gates(50))
    assert run.exit_code == 1
    assert "  tidy                     eligible/landed -> passed: 3" in run.stdout
    assert "  #2 eligible/landed -> passed; landed, and was reverted" in run.stdout
    assert "  #3 eligible/landed -> passed; closed without landing" in run.stdout
    assert "  #5 eligible/landed -> passed; what became of it is not known yet" in run.stdout
    assert "3 of 5 changes would pass that do not now" in run.stderr


def test_a_stricter_policy_shows_what_would_not_pass_any_more(say: Say) -> None:
    run = say(gates(200, '  sox_paths: ["books/**"]\n'), "--format", "json")
    shown = json.loads(run.stdout)
    assert run.exit_code == 0
    assert shown["counts"] == {"passes": 0, "newly": 0, "no_longer": 1, "another_rule": 1, "refused": 3}
    assert shown["table"] == [
        {"source": "tidy", "before": "eligible/landed", "after": "eligible/sox", "changes": 1},
        {"source": "tidy", "before": "passed", "after": "eligible/landed", "changes": 1},
    ]


def test_switched_off_nothing_passes(say: Say) -> None:
    shown = json.loads(say(gates(100).replace("enforce", "off"), "--format", "json").stdout)
    assert (shown["counts"]["no_longer"], {row["after"] for row in shown["table"]}) == (1, {"off"})


def test_what_cannot_be_told_is_said_in_a_sentence(say: Say, store: Store) -> None:
    assert say("version: 2\n").exit_code == 2
    assert say(FILE, "--branch", "release").exit_code == 2
    store.exhibits.prune(NOW + timedelta(days=1))
    empty = say(FILE)
    assert (empty.exit_code, "decided on no change" in empty.stderr) == (2, True)


def test_what_is_frozen_holds_nothing_of_the_description(store: Store) -> None:
    assert [each.state.pull.body for each in store.exhibits.of(7, NOW)] == [""] * 5
    store.exhibits.forget(7)
    assert store.exhibits.of(7, NOW) == ()
