"""The whole way on the sandbox: a comment and a signed request name merged pull requests, and models learn of them."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pydantic import SecretStr

from bot.demo.stage import Stage, stage
from bot.doors.incidents.signing import stamp
from bot.sandbox.verbs import issues
from scoring.history.index import History
from tests.bot.conftest import Place, settled

SECRET = "correct-horse-battery"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage"), incident_secrets=SecretStr(f"signed={SECRET}")) as here:
        yield here


@pytest.fixture
def shop_place(running: Stage, shop: Path) -> Place:
    return settled(running, "acme/incidents", shop)


def labels(place: Place) -> set[tuple[str, str]]:
    """Commits and what says that they caused an incident, as the scorer's index has them."""
    home = next(one for one in place.stage.app.store.repositories.all() if one.full_name == place.name)
    folder = place.stage.app_folder
    known = place.stage.app.store.incidents.of(home.id)
    index, mirror = folder / "indexes" / str(home.id), folder / "mirrors" / f"{home.id}.git"
    history = History(mirror, index, incidents=known)
    try:
        each = [(history.sha_at(row), label) for row, label in history.labels()]
        return {(sha, label.evidence) for sha, label in each if label.kind == "incident"}
    finally:
        history.close()


def test_a_comment_and_a_signed_request_become_labels_that_the_scorer_has(shop_place: Place) -> None:
    place, sandbox = shop_place, shop_place.stage.sandbox
    first = place.open(place.change("api/orders.py", b"def order():\n    return 1\n"))
    landed = sandbox.merge(place.name, first, sandbox.release_manager, method="squash").merge_commit_sha
    place.settle()
    said = place.say(first, sandbox.release_manager, "/chill incident cause this sev1 INC-1 Orders were lost")
    assert said.startswith("Noted: `#1` is named as the cause of `INC-1`.")
    second = place.open(place.change("api/cart.py", b"def cart():\n    return 2\n", onto=str(landed)))
    merge = sandbox.merge(place.name, second, sandbox.release_manager, method="merge").merge_commit_sha
    place.settle()
    body = json.dumps({"incident": "INC-2", "cause": f"{place.name}@{str(merge)[:10]}"}).encode()
    now = str(int(time.time()))
    headers = {"X-Codechill-Time": now, "X-Codechill-Signature": stamp(SECRET, now, body)}
    answer = requests.post(f"{place.stage.address}/incidents/signed", data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.text) == (202, "accepted\n")
    place.settle()
    head = sandbox.pull(place.name, second).head_sha  # the merge itself is no change; what it brought is
    place.open(place.change("api/more.py", b"x = 3\n", onto=str(merge)))
    assert labels(place) == {(str(landed), "INC-1"), (head, "INC-2")}


def labelled_issue(place: Place, person: str, title: str, body: str, *labels: str) -> int:
    """An issue that somebody opens and labels."""
    sandbox = place.stage.sandbox
    with sandbox.world.lock:
        home = sandbox.repository(place.name)
        made = issues.open_issue(sandbox.world, home, person, title, body)
        issues.set_labels(sandbox.world, home, made, list(labels), person)
    place.settle()
    return made.number


def test_an_issue_of_a_writer_and_a_revert_are_claims_and_an_outsiders_issue_is_none(
    running: Stage, shop: Path
) -> None:
    place, sandbox = settled(running, "acme/issues", shop), running.sandbox
    first = place.open(place.change("api/orders.py", b"def order():\n    return 1\n"), title="Keep orders")
    sandbox.merge(place.name, first, sandbox.release_manager, method="squash")
    place.settle()
    home = next(one for one in running.app.store.repositories.all() if one.full_name == place.name)
    sandbox.add_person("mallory")
    labelled_issue(place, "mallory", "It is down", f"Cause: #{first}", "incident")
    assert running.app.store.claims.of(home.id) == ()
    number = labelled_issue(place, sandbox.reviewer, "Orders were lost", f"### Cause\n\n#{first}", "incident", "sev1")
    (claim,) = running.app.store.claims.of(home.id)
    assert (claim.incident, claim.state, claim.severe) == (f"{place.name}#{number}", "confirmed", True)
    tip = sandbox.tip(place.name)
    second = place.open(
        place.change("api/orders.py", place.read("api/orders.py"), onto=tip), title='Revert "Keep orders"'
    )
    sandbox.merge(place.name, second, sandbox.release_manager, method="squash")
    place.settle()
    claims = running.app.store.claims.of(home.id)
    assert [(each.kind, each.level) for each in claims] == [("incident", 1), ("guess", 8)]
    assert claims[1].reason.startswith("its own author took it back within an hour")
