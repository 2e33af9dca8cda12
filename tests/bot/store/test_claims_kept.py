"""Claims are rows: what is reported and ruled is kept with its audit, and labels follow in the same transaction."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import KINDS, new_database, postgresql, sqlite_address

from bot.policy.incidents.claim import Landed, Ruling
from bot.policy.incidents.report import Cause, Level, Report
from bot.store import Store

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE, TWO = "1a" * 20, "2b" * 20
SAID = Report(
    "signed", "INC-1", NOW, "maya", Level.PERSON, Cause("acme/shop", 12), "a signed request names it", "Down", "sev1",
    ("https://pd.example/1", "https://status.example/1"), "The cache\nwas never filled", 3,
)  # fmt: skip


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqlite":
        with closing(Store(sqlite_address(tmp_path))) as store:
            yield store
        return
    with postgresql() as server, new_database(server) as made, closing(Store(made)) as store:
        yield store


def test_a_claim_comes_back_as_it_was_kept_with_its_labels_and_its_audit(database: Store) -> None:
    claim = database.claims.report(7, SAID, Landed((ONE, TWO)), at=NOW)
    assert claim is not None
    assert database.claims.get(claim.id) == claim
    assert database.claims.of(7) == (claim,)
    assert database.claims.of(7, "candidate") == database.claims.of(8) == ()
    assert (claim.text, claim.links, claim.commits) == (SAID.text, SAID.links, (ONE, TWO))
    assert [(each.sha, each.severe, each.known_at) for each in database.incidents.of(7)] == [
        (sha, True, int(NOW.timestamp())) for sha in (ONE, TWO)
    ]
    (record,) = database.audit.records()
    body = json.loads(record.body)
    assert (record.kind, record.repository_id, record.number, body["was"]) == ("claim", 7, 12, None)
    assert body["claim"]["text"] == "26 characters"  # the text itself can be forgotten
    assert database.audit.verify() is None


def test_said_again_it_is_counted_and_is_no_news(database: Store) -> None:
    database.claims.report(7, SAID, Landed((ONE,)), at=NOW)
    again = database.claims.report(7, SAID, Landed((ONE,)), at=NOW + timedelta(days=1))
    assert again is not None
    assert (again.reports, again.known_at) == (2, NOW)
    assert len(list(database.audit.records())) == 1
    assert len(database.claims.of(7)) == 1


def test_a_ruling_and_what_it_does_to_labels_are_one(database: Store) -> None:
    claim = database.claims.report(7, SAID, Landed((ONE,)), at=NOW)
    assert claim is not None
    later = NOW + timedelta(hours=1)
    database.claims.rule(claim.id, lambda one: Ruling.DISPUTE.on(one, by="ben", reason="No", at=later), at=later)
    assert database.incidents.of(7) == ()
    with pytest.raises(ValueError, match="say why"):
        database.claims.rule(claim.id, lambda one: Ruling.DISPUTE.on(one, by="ben", reason="", at=later), at=later)
    with pytest.raises(LookupError, match="there is no claim 99"):
        database.claims.rule(99, lambda one: one, at=later)
    database.claims.rule(claim.id, lambda one: Ruling.CONFIRM.on(one, by="ben", reason="Yes", at=later), at=later)
    assert [each.known_at for each in database.incidents.of(7)] == [int(later.timestamp())]
    assert [json.loads(record.body)["was"] for record in database.audit.records()] == [None, "confirmed", "disputed"]


def test_of_a_repository_that_may_not_be_seen_any_more_the_words_are_forgotten_and_the_labels_stay(
    database: Store,
) -> None:
    database.claims.report(7, SAID, Landed((ONE,)), at=NOW)
    database.claims.report(8, SAID, Landed((TWO,)), at=NOW)
    for _ in range(2):
        database.claims.forget(7)
    (claim,) = database.claims.of(7)
    assert (claim.title, claim.text, claim.links, claim.commits) == ("", "", (), (ONE,))
    assert [each.sha for each in database.incidents.of(7)] == [ONE]
    assert [each.text for each in database.claims.of(8)] == [SAID.text]


def test_guesses_reverts_and_disputes_are_no_incidents(database: Store) -> None:
    for number, level in enumerate(level for level in Level if level > Level.TRAILER):
        database.claims.report(7, replace(SAID, incident=f"I{number}", level=level, links=()), Landed((ONE,)), at=NOW)
    assert database.incidents.of(7) == ()
    assert sorted({claim.kind for claim in database.claims.of(7)}) == ["guess", "revert"]
