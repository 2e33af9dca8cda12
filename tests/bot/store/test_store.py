"""What is kept comes back as it was."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plain import from_text, to_text
from bot.policy.config.freezes import Freeze
from bot.policy.content import Content
from bot.policy.escalation import Escalation
from bot.policy.pull import Person
from bot.store import KnownFinding, KnownRepository, SeenPull, Store
from bot.store.assessments import assessment_of
from bot.store.tables import metadata
from scoring.assessment import Assessment, Evidence, Proof, Reason, Suggestion

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ADA, BOB = Person(1, "ada"), Person(2, "bob")
HEAD, NEXT = "a" * 40, "b" * 40

ASSESSMENT = Assessment(
    sha=HEAD,
    at=NOW,
    percentile=0.96,
    probability=0.031,
    base_rate=0.012,
    reasons=(Reason("activity", "It changes {subject}", 0.7, "src/caf\udce9.py", (Evidence("c" * 40, "d" * 40),)),),
    suggestions=(Suggestion("src/", ("src/caf\udce9.py", "src/b.py"), 0.6, 0.4),),
    model="shipped-2026.11",
    reference=500,
    labelled=12,
    features={"churn": 412.0, "odd": float("inf")},
    proof=Proof("P", "comments", "The parsed code is equal"),
)
ASKED = Escalation(
    id="c1",
    reason="security",
    text="it cannot wait\u202e",
    by=ADA,
    at=NOW,
    head_sha=HEAD,
    content="c" * 40,
    window="Holidays",
    expires=NOW + timedelta(days=9),
    percentile=0.96,
    model="shipped-2026.11",
)


def kinds(store: Store) -> list[str]:
    return [record.kind for record in store.audit.records()]


def test_an_assessment_comes_back_as_it_was(store: Store) -> None:
    store.assessments.save(7, 1, HEAD, ASSESSMENT)
    assert store.assessments.get(7, 1, HEAD) == ASSESSMENT


def test_an_assessment_belongs_to_its_head_and_pull_request(store: Store) -> None:
    store.assessments.save(7, 1, HEAD, ASSESSMENT)
    assert [
        store.assessments.get(7, 1, NEXT),
        store.assessments.get(7, 2, HEAD),
        store.assessments.get(8, 1, HEAD),
    ] == [None] * 3


def test_a_newer_assessment_of_the_same_head_replaces_the_older(store: Store) -> None:
    newer = replace(ASSESSMENT, percentile=0.5, proof=None)
    store.assessments.save(7, 1, HEAD, ASSESSMENT)
    store.assessments.save(7, 1, HEAD, newer)
    assert store.assessments.get(7, 1, HEAD) == newer


def test_a_forgotten_assessment_is_gone(store: Store) -> None:
    store.assessments.save(7, 1, HEAD, ASSESSMENT)
    store.assessments.forget(7, 1, HEAD)
    assert store.assessments.get(7, 1, HEAD) is None


def test_escalations_come_back_oldest_first(store: Store) -> None:
    younger = replace(ASKED, id="c2", at=NOW + timedelta(hours=1))
    store.exceptions.save(7, 1, younger, at=NOW)
    store.exceptions.save(7, 1, ASKED, at=NOW)
    assert store.exceptions.of(7, 1) == (ASKED, younger)
    assert store.exceptions.of(7, 2) == ()


def test_each_change_of_state_of_an_escalation_is_one_audit_record(store: Store) -> None:
    approved = replace(ASKED, state="approved", answered_by=BOB, answered_at=NOW, answer="go")
    for one in (ASKED, ASKED, approved, approved):
        store.exceptions.save(7, 1, one, at=NOW)
    bodies = [json.loads(record.body) for record in store.audit.records(7, 1)]
    assert [(body["was"], body["escalation"]["state"]) for body in bodies] == [(None, "asked"), ("asked", "approved")]
    assert store.exceptions.of(7, 1) == (approved,)


def test_an_escalation_whose_end_lies_in_a_repeated_hour_is_saved_once(store: Store) -> None:
    end = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    for _ in range(2):
        store.exceptions.save(7, 1, replace(ASKED, expires=end), at=NOW)
    assert kinds(store) == ["escalation"]
    assert store.exceptions.of(7, 1)[0].expires == end.astimezone(UTC)


def test_what_an_older_version_did_not_know_of_a_content_is_unknown(store: Store) -> None:
    for content in ("", None):
        store.exceptions.save(7, 1, replace(ASKED, content=content), at=NOW)
        assert store.exceptions.of(7, 1)[0].content is None


def test_an_attestation_is_audited_once(store: Store) -> None:
    for _ in range(2):
        store.exceptions.attest(7, 1, HEAD, ADA, at=NOW)
    assert store.exceptions.attested(7, 1) == {HEAD}
    assert kinds(store) == ["attestation"]


def test_feedback_is_kept_beside_the_score_it_is_about(store: Store) -> None:
    store.assessments.save(7, 1, HEAD, ASSESSMENT)
    store.feedback.save(7, 1, HEAD, ADA, False, "too high", at=NOW)
    store.feedback.save(7, 1, HEAD, ADA, True, "after all", at=NOW)
    store.feedback.save(7, 1, HEAD, BOB, True, at=NOW, source="reaction")
    given_ = store.feedback.all()
    assert [(one.by, one.useful, one.text, one.source) for one in given_] == [
        (ADA, True, "after all", "command"),
        (BOB, True, "", "reaction"),
    ]
    assert given_[0].assessment == ASSESSMENT


def test_a_note_is_remembered(store: Store) -> None:
    store.notes.add(7, 1, "window:Holidays", at=NOW)
    store.notes.add(7, 1, "window:Holidays", at=NOW)
    assert store.notes.of(7, 1) == {"window:Holidays"}
    assert store.notes.of(7, 2) == frozenset()


def test_the_last_good_configuration_of_a_branch_is_kept(store: Store) -> None:
    store.configurations.save(7, "main", text="version: 1", sha=HEAD, at=NOW)
    store.configurations.save(7, "main", text="version: 1 # newer", sha=NEXT, at=NOW)
    found = store.configurations.last_good(7, "main")
    assert found is not None
    assert (found.text, found.sha, found.at) == ("version: 1 # newer", NEXT, NOW)
    assert store.configurations.last_good(7, "release") is None


def test_only_configurations_of_repositories_that_can_be_reached_are_listed(store: Store) -> None:
    for number in (7, 8):
        store.repositories.saw(KnownRepository(number, 70, f"o/{number}"))
        store.configurations.save(number, "main", text="version: 1", sha=HEAD, at=NOW)
    store.repositories.mark_gone(8, "deleted")
    assert store.configurations.all() == ((7, "main", "version: 1"),)


def test_a_freeze_by_hand_is_kept_until_it_ends_and_audited_at_each_change(store: Store) -> None:
    end = NOW + timedelta(hours=2)
    freeze = Freeze("f1", "Launch", "frozen", NOW, None, "launch \u202e", ADA, ("main",), None)
    for one in (freeze, freeze, replace(freeze, end=end)):
        store.freezes.save(7, one, at=NOW)
    assert store.freezes.of(7, NOW) == (replace(freeze, end=end),)
    assert (store.freezes.of(7, end + timedelta(seconds=1)), store.freezes.of(8, NOW)) == ((), ())
    assert kinds(store) == ["freeze", "freeze"]


def test_freezes_that_several_servers_start_in_one_second_have_a_name_each_and_keep_it(
    store: Store, address: str
) -> None:
    freezes = [
        Freeze(f"f{at}", "Freeze of noon", "frozen", NOW, NOW + timedelta(days=1), "launch", ADA) for at in range(6)
    ]

    def save(freeze: Freeze) -> None:
        with closing(Store(address)) as other:  # as another process has it
            other.freezes.save(7, freeze, at=NOW)
            other.freezes.save(7, freeze, at=NOW)  # the delivery came twice

    with ThreadPoolExecutor(6) as servers:
        list(servers.map(save, freezes))
    kept = store.freezes.of(7, NOW)
    assert sorted(one.name for one in kept) == ["Freeze of noon", *(f"Freeze of noon ({at})" for at in range(2, 7))]
    store.freezes.save(7, replace(freezes[3], end=NOW), at=NOW)
    assert {one.id: one.name for one in store.freezes.of(7, NOW)} == {one.id: one.name for one in kept}
    store.freezes.save(8, freezes[0], at=NOW)
    assert [one.name for one in store.freezes.of(8, NOW)] == ["Freeze of noon"]


def test_a_pull_request_keeps_the_newest_news_whatever_the_order(store: Store) -> None:
    for minutes, head in ((5, NEXT), (3, HEAD)):
        store.pulls.saw(SeenPull(7, 1, NOW + timedelta(minutes=minutes), head))
    store.pulls.saw(SeenPull(7, 1))
    assert store.pulls.newest(7, 1) == NOW + timedelta(minutes=5)
    assert store.pulls.at(7, NEXT) == (1,)
    assert store.pulls.at(7, HEAD) == ()
    assert store.pulls.newest(7, 2) is None


def know(store: Store, number: int, base: str = "main", *, ready: bool = False) -> None:
    store.pulls.save(7, number, head_sha=HEAD, base_ref=base, open=True, ready=ready, verdict=1, percentile=0.9)


def test_open_pull_requests_come_with_those_ready_to_land_first(store: Store) -> None:
    store.repositories.saw(KnownRepository(7, 70, "o/r"))
    know(store, 1)
    know(store, 2, ready=True)
    know(store, 3, "release")
    store.pulls.close(7, 3)
    assert [(pull.number, pull.verdict) for pull in store.pulls.all_open()] == [(2, 1), (1, 1)]
    assert store.pulls.all_open(7, "release") == ()
    assert store.pulls.all_open(8) == ()


def test_pull_requests_of_a_repository_that_is_gone_are_not_swept(store: Store) -> None:
    store.repositories.saw(KnownRepository(7, 70, "o/r"))
    know(store, 1)
    store.repositories.mark_gone(7, "deleted")
    assert (store.pulls.all_open(), store.repositories.all()) == ((), ())
    store.repositories.saw(KnownRepository(7, 0, "o/new-name"))
    assert store.repositories.all() == (KnownRepository(7, 70, "o/new-name"),)
    store.repositories.installation_gone(70, "suspended")
    assert store.repositories.get(7) == KnownRepository(7, 70, "o/new-name", "installation: suspended")
    assert store.repositories.all(70) == ()


def test_what_went_with_the_installation_comes_back_with_it(store: Store) -> None:
    for number in (7, 8):
        store.repositories.saw(KnownRepository(number, 70, f"o/{number}"))
    store.repositories.mark_gone(8, "archived")
    store.repositories.installation_gone(70, "suspend")
    store.repositories.installation_back(70)
    assert [one.id for one in store.repositories.all(70)] == [7]


def test_one_holder_leads_until_its_lease_runs_out(store: Store) -> None:
    minute = timedelta(minutes=1)
    assert store.leases.take("clock", "a", NOW, minute)
    assert not store.leases.take("clock", "b", NOW, minute)
    assert store.leases.take("clock", "a", NOW + timedelta(seconds=30), minute)
    assert not store.leases.take("clock", "b", NOW + timedelta(seconds=80), minute)
    assert store.leases.take("clock", "b", NOW + timedelta(seconds=90), minute)
    store.leases.release("clock", "a")
    assert not store.leases.take("clock", "a", NOW + timedelta(seconds=91), minute)
    store.leases.release("clock", "b")
    assert store.leases.take("clock", "a", NOW + timedelta(seconds=91), minute)


def test_a_bucket_of_time_is_used_once(store: Store) -> None:
    assert [store.ticks.once("sweep 12:00", NOW), store.ticks.once("sweep 12:00", NOW)] == [True, False]
    store.ticks.prune(NOW + timedelta(days=1))
    assert store.ticks.once("sweep 12:00", NOW)


def test_a_lease_that_a_clock_ahead_of_its_time_took_binds_nobody(store: Store) -> None:
    minute = timedelta(minutes=1)
    assert store.leases.take("clock", "a", NOW + timedelta(days=1), minute)
    assert store.leases.take("clock", "b", NOW, minute)


def test_what_was_done_by_a_clock_ahead_of_its_time_is_done_again(store: Store) -> None:
    store.ticks.once("sweep tomorrow", NOW + timedelta(days=1))
    store.ticks.once("sweep 12:00", NOW)
    assert store.ticks.forget(NOW + timedelta(minutes=1)) == 1
    assert [store.ticks.once("sweep tomorrow", NOW), store.ticks.once("sweep 12:00", NOW)] == [True, False]


def test_what_was_found_about_one_repository_is_replaced_and_the_rest_stays(store: Store) -> None:
    here, other, app = (
        KnownFinding("required", "error", about, "It is not.", "Require it.")
        for about in ("acme/a_b main", "acme/axb main", "the App")
    )
    store.findings.save([here, other, app], at=NOW)
    store.findings.save([app], at=NOW, repository="acme/a_b")
    assert store.findings.all() == (other, app)
    assert store.findings.all("acme/axb main") == (other,)
    store.findings.save([here], at=NOW)
    assert store.findings.all() == (here,)


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="needs a time zone"):
        store.notes.add(7, 1, "k", at=datetime(2026, 1, 1))


def _ours(name: str | None, kind: str, _: Any) -> bool:
    """What procrastinate's own scripts make is compared with those scripts, elsewhere."""
    return kind != "table" or not str(name).startswith("procrastinate_")


def test_the_tables_are_those_that_the_code_reads_and_the_audit_log_keeps_itself(store: Store) -> None:
    with store.write() as connection:
        opts = {"compare_type": False, "include_name": _ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), metadata) == []
    for turn in range(3):
        store.audit.add("decision", at=NOW, repository_id=7, number=1, turn=turn)
    for statement in ("UPDATE audit SET body = '{}'", "DELETE FROM audit"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), store.write() as connection:
            connection.execute(sa.text(statement))
    assert store.audit.verify(store.audit.head()) is None


def test_threads_that_write_the_audit_log_at_once_make_one_chain(store: Store) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            store.audit.add("decision", at=NOW, repository_id=number, number=1, turn=turn)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.audit.verify() is None
    assert store.audit.head()[0] == 40


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.floats(allow_nan=False))
def test_any_text_and_number_survives_the_way_through_json(text: str, number: float) -> None:
    odd = replace(
        ASSESSMENT, model=text, features={text: number}, reasons=(replace(ASSESSMENT.reasons[0], subject=text),)
    )
    assert assessment_of(to_text(odd)) == odd
    asked = replace(ASKED, text=text, percentile=number, answered_by=Person(9, text, True), answered_at=NOW)
    assert from_text(Escalation, to_text(asked)) == asked


def test_what_was_read_of_a_change_is_known_by_its_commits_and_no_others(store: Store) -> None:
    base, head = "a" * 40, "b" * 40
    odd = Content("c" * 64, ("a.py", "caf\udce9.txt"))  # a name of a file that is no text
    store.contents.save(7, base, head, odd, at=NOW)
    store.contents.save(7, base, head, odd, at=NOW)
    assert store.contents.get(7, base, head) == odd
    assert [store.contents.get(*key) for key in ((8, base, head), (7, head, base), (7, base, base))] == [None] * 3
    store.contents.save(7, base, base, Content(""), at=NOW)  # as an older version kept what changes no file
    assert store.contents.get(7, base, base) == Content(hashlib.sha256(b"").hexdigest())
    store.contents.save(8, base, head, odd, at=NOW)
    store.contents.forget(8)
    assert [store.contents.get(7, base, head), store.contents.get(8, base, head)] == [odd, None]
    store.contents.prune(NOW + timedelta(days=1))
    assert store.contents.get(7, base, head) is None
