"""Differences on the sandbox: from the upload to a green check, and a release with the change that was at fault."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.demo import replay
from bot.demo.differences import SECRET, Pipeline
from bot.demo.stage import Stage, stage
from bot.jobs.kinds import RELEASE, WEIGH, Build
from bot.policy.incidents.claim import Ruling
from bot.store import Wanted
from scoring.difftest.answers import Answer
from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.record import Difference, Origin
from scoring.difftest.settings import TeamSettings
from tests.bot.conftest import WHO, Place

TEAM, RELEASED = "checkout", "v2.0"
ORIGIN = Origin(TEAM, RELEASED, "v1.0", "week 48", 0.01)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """With a key for pipelines of this owner."""
    with stage(tmp_path_factory.mktemp("stage"), upload_keys=SecretStr(f"acme={SECRET}")) as here:
        yield here


def home(place: Place) -> int:
    return place.stage.sandbox.repository(place.name).id


def released(place: Place) -> tuple[str, str]:
    """Two tags and what landed between them; the commit that is at fault, and the last."""
    landed = guilty = place.stage.sandbox.tip(place.name)
    replay.git(place.folder, "tag", "v1.0", landed)
    for path, title in (
        ("web/theme.py", "Darken the theme of the start page\n"),
        ("api/orders.py", "Round the total of an order up\n"),
        ("search/index.py", "Ask the index for synonyms\n"),
    ):
        landed = replay.write(place.folder, landed, path, b"# changed\n", title, WHO)
        guilty = landed if path == "api/orders.py" else guilty
    place.stage.sandbox.push(place.name, "main", landed, place.stage.sandbox.release_manager)
    replay.git(place.folder, "tag", RELEASED, landed)
    place.settle()
    return guilty, landed


def hand_in(place: Place) -> Group:
    """What the door and its job do with an upload."""
    store, now = place.stage.app.store, place.stage.app.clock()
    upload = store.difference_uploads.begin(home(place), Wanted(ORIGIN, "jsonl", 1, "a"), by="acme", at=now)
    shown = {"endpoint": "GET /orders/{}", "field": "body.total", "kind": "value", "pattern": "number → number"}
    report = store.difference_intake.add(upload, [Difference(id="a", origin=ORIGIN, **shown)], TeamSettings())  # type: ignore[arg-type]
    store.difference_uploads.ended(upload, report=report, at=now)
    place.stage.app.queue.add(WEIGH.new(Build(home(place), TEAM, RELEASED), now))
    place.stage.app.worker.wake()
    place.settle()
    (group,) = store.differences.groups(home(place), TEAM, RELEASED)
    return group


def answered(place: Place, group: Group, label: Label) -> None:
    app = place.stage.app
    app.store.differences.answer(home(place), [Answer(group.id, label, "maya", app.clock())])
    app.queue.add(RELEASE.new(Build(home(place), TEAM, RELEASED), app.clock()))
    app.worker.wake()
    place.settle()


def check(place: Place, commit: str) -> tuple[str | None, str]:
    run = place.stage.sandbox.check_run(place.name, commit, "differential-test")
    assert run is not None
    return run.conclusion, run.summary or ""


def test_a_release_is_checked_on_its_commit_and_its_regression_waits_for_a_person_to_blame_a_change(
    place: Place,
) -> None:
    guilty, commit = released(place)
    group = hand_in(place)
    conclusion, summary = check(place, commit)
    assert conclusion == "action_required"
    answered(place, group, Label.REGRESSION)
    conclusion, summary = check(place, commit)
    assert conclusion == "failure"
    assert f"1 difference; most likely of `{guilty[:12]} Round the total of an order up`" in summary
    store = place.stage.app.store
    (claim,) = store.claims.of(home(place))
    assert (claim.state, claim.commits, claim.sources, claim.by) == ("candidate", (guilty,), ("difftest",), "maya")
    assert store.incidents.of(home(place)) == ()
    answered(place, group, Label.REGRESSION)  # said again: nothing new
    assert [each.reports for each in store.claims.of(home(place))] == [1]
    at = place.stage.app.clock() + timedelta(seconds=1)
    store.claims.rule(claim.id, lambda known: Ruling.CONFIRM.on(known, by="maya", reason="", at=at), at=at)
    assert [each.sha for each in store.incidents.of(home(place))] == [guilty]
    answered(place, group, Label.NOISE)
    assert check(place, commit)[0] == "success"  # her last word is noise


def test_a_pull_request_comes_from_an_upload_to_a_green_check(place: Place, tmp_path: Path) -> None:
    """The demo's pipeline: real recordings, the command as its own process, the signed door."""
    pipeline, number = Pipeline(place.stage, place.name, tmp_path), place.open(place.change("api/cart.py", b"x = 1\n"))
    head = place.stage.sandbox.pull(place.name, number).head_sha
    said = pipeline.hand_in("wrong", head, "production")
    assert said.splitlines()[0].startswith("56 differences of 24 requests")
    assert check(place, head)[0] == "action_required"
    answers = pipeline.answer(head, place.stage.sandbox.release_manager)
    assert sorted(label for _, label in answers) == ["new_feature", "noise", "noise", "noise", "regression"]
    conclusion, summary = check(place, head)
    assert (conclusion, place.check(number).conclusion) == ("failure", "failure")
    assert "A regression: `GET /cart/{}` `body.total` `value`, 8 differences" in summary
    mended = place.change("api/cart.py", b"x = 2\n", head)
    place.stage.sandbox.push(place.name, place.stage.sandbox.pull(place.name, number).head_ref, mended)
    place.settle()
    assert place.stage.sandbox.check_run(place.name, mended, "differential-test") is None
    pipeline.hand_in("mended", mended, "production")  # what people said of the same differences stands
    assert (check(place, mended)[0], place.check(number).conclusion) == ("success", "success")
