"""On the whole line: what is merged on the forge is followed to its outcome, and a later revert is found."""

from datetime import UTC, datetime

from bot.demo import replay
from bot.jobs.kinds import FOLLOW_ONE, OfRepository
from bot.store import Outcome
from tests.bot.conftest import WHO, Place


def followed(place: Place) -> dict[int, Outcome]:
    """After the daily job."""
    app = place.stage.app
    (home,) = (one for one in app.store.repositories.all() if one.full_name == place.name)
    app.queue.add(FOLLOW_ONE.new(OfRepository(home.id), datetime.now(UTC)))
    app.worker.wake()
    place.settle()
    return {row.number: row for row in app.store.outcomes.of(home.id)}


def test_a_merged_change_that_is_reverted_is_known_to_have_been_reverted(place: Place) -> None:
    sandbox = place.stage.sandbox
    change = place.open(place.change("api/orders.py", b"def orders():\n    return []\n"), "Answer no orders")
    sandbox.merge(place.name, change, sandbox.reviewer)
    place.settle()
    landed = sandbox.pull(place.name, change).merge_commit_sha
    assert landed is not None
    row = followed(place)[change]
    assert (row.fate, row.commits, row.fault_at) == ("landed", (), None)  # its commit was not fetched yet
    assert row.ended_at is not None
    assert row.published_at is not None
    place.base = landed
    message = f'Revert "Answer no orders"\n\nThis reverts commit {landed}.\n'
    undo = replay.write(place.folder, landed, "api/orders.py", b"def orders():\n    raise KeyError\n", message, WHO)
    back = place.open(undo, "Revert the orders")
    sandbox.merge(place.name, back, sandbox.reviewer)
    place.settle()
    place.base = sandbox.tip(place.name)
    place.open(place.change("docs/guide.md", b"# Guide\n\nMore.\n"), "Say more")  # the branch is read again
    rows = followed(place)
    assert landed in rows[change].commits
    assert (rows[change].reverted_at is not None, rows[back].reverted_at) == (True, None)
