"""Where sources stand is kept and audited; what landed by itself is counted in one transaction; tracks are counts."""

import json
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.policy.candidate import Churn, SourceKey, Track
from bot.policy.incidents.claim import Landed, Ruling
from bot.policy.incidents.report import Cause, Level, Report
from bot.policy.pull import Life
from bot.store import Hindsight, Landing, Lived, Outcome, Slot, SourcedChange, Standing, Store
from scoring.incidents import Incident

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = SourceKey(70, 7, "renovate-npm")
PERSON = SourceKey(70, 7, "people")
TODAY = "2026-11-28"


def sha(number: int) -> str:
    return f"{number:040x}"


def landed(store: Store, number: int, *, days: float = 5, key: SourceKey | None = KEY, alone: bool = False) -> None:
    at = NOW - days * DAY
    if key is not None and key.name != "people":
        store.sourced.note(SourcedChange(7, number, key, 99, at))
    if alone and key is not None:
        assert store.slots.claim(Slot(7, number, key, f"{at:%Y-%m-%d}", at, 99, "P5"), 2000)
    store.landings.add(Landing(7, number, at, sha(number), "f" * 40, "main", "", "green", 0.0))


def reverted(number: int, *, days: float = 5) -> Outcome:
    at = NOW - days * DAY
    return Outcome(7, number, "f" * 40, at, "m", 0.1, 0.01, "landed", at, at, reverted_at=at)


def said(number: int, level: Level = Level.PERSON) -> Report:
    return Report("command", f"INC-{number}", NOW, "maya", level, Cause(number=number), severity="sev1")


def track(store: Store, key: SourceKey = KEY) -> Track:
    return store.sourced.track(key, NOW - 60 * DAY, TODAY)


def test_a_source_that_nobody_spoke_of_is_in_shadow_and_not_denied(store: Store) -> None:
    assert store.sources.get(KEY) == Standing(KEY, "shadow")
    assert store.sources.of() == ()


def test_every_move_of_a_dial_every_denial_and_every_lifting_is_a_record_with_its_reason(store: Store) -> None:
    store.sources.turn(KEY, "P5", by="maya", because="600 landed, none reverted", at=NOW)
    store.sources.turn(KEY, "P5", by="maya", because="again", at=NOW + DAY)  # no news
    store.sources.deny(KEY, by="maya", because="it broke the build", at=NOW + DAY)
    store.sources.deny(KEY, by="codechill", because="a second reason", at=NOW + DAY)
    denied = store.sources.get(KEY)
    assert denied == Standing(KEY, "shadow", NOW + DAY, "it broke the build", "maya", NOW + DAY)
    with pytest.raises(ValueError, match="is denied"):
        store.sources.turn(KEY, "P5", by="maya", because="quick", at=NOW + DAY)
    store.sources.lift(KEY, by="ben", because="the bot was mended", at=NOW + 2 * DAY)
    bodies = [json.loads(record.body) for record in store.audit.records(kind="source")]
    assert [(body["by"], body["because"], body["standing"]["dial"]) for body in bodies] == [
        ("maya", "600 landed, none reverted", "P5"),
        ("maya", "it broke the build", "shadow"),
        ("ben", "the bot was mended", "shadow"),
    ]
    assert store.sources.get(KEY) == Standing(
        KEY, "shadow", NOW + DAY, lifted="the bot was mended", lifted_by="ben", lifted_at=NOW + 2 * DAY
    )
    assert store.audit.verify() is None


@pytest.mark.parametrize(("because", "why"), [(" ", "say why"), ("all is well", "is not denied")])
def test_a_denial_is_lifted_only_with_a_reason_and_only_where_there_is_one(
    store: Store, because: str, why: str
) -> None:
    if why == "say why":
        store.sources.deny(KEY, by="maya", because="it broke the build", at=NOW)
    before = store.sources.get(KEY)
    with pytest.raises(ValueError, match=why):
        store.sources.lift(KEY, by="ben", because=because, at=NOW)
    assert store.sources.get(KEY) == before


def test_a_freeze_puts_every_dial_of_the_organisation_in_shadow_and_no_other(store: Store) -> None:
    other = SourceKey(71, 9, "codemod")
    for key in (KEY, SourceKey(70, 0, "tidy"), other):
        store.sources.turn(key, "P10", by="maya", because="earned", at=NOW)
    store.sources.freeze(70, by="codechill", because="reverts rose", at=NOW + DAY)
    assert [(each.key.name, each.dial) for each in store.sources.of(70)] == [
        ("*", "shadow"), ("tidy", "shadow"), ("renovate-npm", "shadow"),
    ]  # fmt: skip
    assert store.sources.get(KEY.everything).denied == "reverts rose"
    assert store.sources.get(other).dial == "P10"


def test_of_one_more_landing_at_once_than_a_day_allows_on_two_workers_exactly_so_many_get_a_place(
    address: str,
) -> None:
    with closing(Store(address)) as one, closing(Store(address)) as two:
        begin, places = threading.Barrier(6), []

        def land(store: Store, number: int) -> None:
            begin.wait()
            places.append(store.slots.claim(Slot(7, number, KEY, TODAY, NOW, 99, "P5"), 5))

        threads = [threading.Thread(target=land, args=((one, two)[n % 2], n)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(places) == [False, *[True] * 5]
        assert one.slots.taken(KEY, TODAY) == 5


def test_a_place_is_claimed_once_given_back_and_counted_by_source_and_day(store: Store) -> None:
    first = Slot(7, 1, KEY, TODAY, NOW, 99, "P5", 3, ("a.py",))
    assert store.slots.claim(first, 1)
    assert store.slots.claim(first, 1)  # the same landing, tried again after a kill
    assert [store.slots.has(7, 1, day) for day in (TODAY, "2026-11-29")] == [True, False]
    assert not store.slots.claim(Slot(7, 2, KEY, TODAY, NOW, 99, "P5"), 1)
    assert store.slots.claim(Slot(7, 2, KEY, "2026-11-29", NOW + DAY, 99, "P5"), 1)
    assert store.slots.claim(Slot(7, 3, SourceKey(70, 7, "tidy"), TODAY, NOW, 99, "P5"), 1)
    store.slots.release(7, 1)
    assert store.slots.claim(Slot(7, 4, KEY, TODAY, NOW, 99, "P5"), 1)
    assert not store.slots.claim(Slot(7, 2, KEY, TODAY, NOW, 99, "P5"), 1)  # yesterday's place is not today's


def test_of_what_people_write_each_has_a_day_of_their_own(store: Store) -> None:
    def claim(number: int, author: int) -> bool:
        return store.slots.claim(Slot(7, number, PERSON, TODAY, NOW, author, "P5"), 1)

    assert [claim(1, 5), claim(2, 5), claim(3, 6)] == [True, False, True]


def test_what_landed_by_itself_today_of_one_author_is_added_up_and_so_are_landings_of_one_path(store: Store) -> None:
    for number, (author, paths) in enumerate([(99, ("a.py", "b.py")), (99, ("a.py",)), (5, ("a.py",))]):
        store.slots.claim(Slot(7, number, KEY, TODAY, NOW, author, "P5", 10, paths), 9)
    assert store.slots.churn(70, TODAY, 99, 7, 9, ("a.py", "c.py")) == Churn(2, 20, 3, "a.py")
    assert store.slots.churn(70, TODAY, 5, 8, 9, ("a.py",)) == Churn(1, 10, 0, "")
    assert store.slots.churn(70, "2026-11-29", 99, 7, 9, ("a.py",)) == Churn()
    assert store.slots.churn(70, TODAY, 99, 7, 0, ("a.py",)) == Churn(1, 10, 2, "a.py")  # not itself


def test_a_track_counts_what_landed_what_was_reverted_and_what_people_rejected(store: Store) -> None:
    for number in range(1, 6):
        landed(store, number, alone=number == 1)
    landed(store, 6, key=SourceKey(70, 7, "tidy"))
    store.outcomes.save([reverted(2), reverted(6)])
    for number in (11, 12, 13):
        store.sourced.note(SourcedChange(7, number, KEY, 99, NOW))
        store.pulls.save(7, number, head_sha="f" * 40, base_ref="main", open=True, lived=Lived(NOW, NOW, False))
    assert store.sourced.reject(7, 11, by="ben", how="hold", at=NOW)
    assert not store.sourced.reject(7, 11, by="eve", how="hold", at=NOW)  # the first no stays
    assert track(store) == Track(landed=5, reverted=1, rejected=1, judged=6)


@pytest.fixture
def closed(store: Store) -> Store:
    for number in (12, 13):
        store.sourced.note(SourcedChange(7, number, KEY, 99, NOW))
        store.pulls.save(7, number, head_sha="f" * 40, base_ref="main", open=True, lived=Lived(NOW, NOW, False))
        store.pulls.close(7, number, Life(NOW, NOW))
    return store


def test_closed_without_landing_is_a_persons_no_unless_the_source_closed_it(closed: Store) -> None:
    assert track(closed) == Track(rejected=2, judged=2)
    closed.sourced.drop(7, 12, at=NOW)
    assert track(closed) == Track(rejected=1, judged=1)


@pytest.mark.parametrize(("days", "counts"), [(59, True), (60, True), (61, False)])
def test_landings_and_incidents_count_for_sixty_days(store: Store, days: float, counts: bool) -> None:
    landed(store, 1, days=days)
    known = int((NOW - days * DAY).timestamp())
    store.incidents.save(7, [Incident("INC-1", known, sha=sha(1)[:12])], at=NOW)
    assert track(store) == (Track(landed=1, judged=1, incidents=1) if counts else Track())


def test_an_incident_known_now_counts_also_of_a_change_that_landed_long_ago(store: Store) -> None:
    landed(store, 1, days=200)
    store.claims.report(7, said(1), Landed((sha(1),)), at=NOW)
    assert track(store) == Track(incidents=1)


def test_a_claim_that_it_was_reverted_counts_at_once(store: Store) -> None:
    landed(store, 1)
    store.claims.report(7, said(1, Level.REVERTED_COMMIT), Landed((sha(1),)), at=NOW)
    assert track(store) == Track(landed=1, reverted=1, judged=1)
    assert store.sources.get(KEY).denied == ""


def test_radar_16_a_confirmed_incident_denies_the_source_in_the_same_transaction_and_only_a_person_lifts_it(
    address: str,
) -> None:
    with closing(Store(address)) as store:
        landed(store, 1)
        landed(store, 2, key=SourceKey(70, 7, "tidy"))
        store.sources.turn(KEY, "P20", by="maya", because="earned", at=NOW - DAY)
        claim = store.claims.report(7, said(1, Level.HEARSAY), Landed((sha(1),)), at=NOW)
        assert claim is not None
        assert store.sources.get(KEY).denied == ""  # a guess waits for a person
        store.claims.rule(claim.id, lambda one: Ruling.CONFIRM.on(one, by="ben", reason="", at=NOW), at=NOW)
        standing = store.sources.get(KEY)
        assert (standing.dial, standing.since, standing.denied_by, standing.denied_at) == (
            "shadow", NOW, "codechill", NOW,
        )  # fmt: skip
        assert standing.denied == "incident INC-1 was confirmed of its change #1"
        assert store.sources.get(SourceKey(70, 7, "tidy")).denied == ""  # trust is a source's, not a kind's
    with closing(Store(address)) as restarted:
        restarted.claims.rule(
            claim.id, lambda one: Ruling.DISPUTE.on(one, by="ben", reason="it was not", at=NOW), at=NOW
        )
        assert restarted.sources.get(KEY).denied  # whatever becomes of the claim
        restarted.sources.lift(KEY, by="maya", because="another change caused it", at=NOW)
        assert restarted.sources.get(KEY).denied == ""


def test_what_else_is_said_of_an_incident_does_not_deny_again_what_a_person_lifted(store: Store) -> None:
    landed(store, 1)
    store.claims.report(7, said(1), Landed((sha(1),)), at=NOW)
    store.sources.lift(KEY, by="maya", because="mended", at=NOW)
    again = replace(said(1), source="signed", links=("https://status.example/1",), text="The cache was cold")
    store.claims.report(7, again, Landed((sha(1),)), at=NOW + DAY)
    assert store.claims.of(7)[0].reports == 2
    assert store.sources.get(KEY).denied == ""
    store.claims.report(7, replace(said(1), incident="INC-2"), Landed((sha(1),)), at=NOW + DAY)
    assert store.sources.get(KEY).denied == "incident INC-2 was confirmed of its change #1"


def test_an_imported_incident_denies_the_source_of_the_change_it_names_by_number_too(store: Store) -> None:
    landed(store, 1)
    store.incidents.save(7, [Incident("INC-9", int(NOW.timestamp()), number=1)], at=NOW)
    assert store.sources.get(KEY).denied == "incident INC-9 was confirmed of its change #1"
    store.sources.lift(KEY, by="maya", because="mended", at=NOW)
    store.incidents.save(7, [Incident("INC-9", int(NOW.timestamp()), number=1)], at=NOW)
    assert store.sources.get(KEY).denied == ""  # the same list again is no news


def test_an_incident_of_a_change_of_somebody_that_landed_by_itself_stops_what_people_wrote_there(store: Store) -> None:
    landed(store, 1, key=PERSON, alone=True)
    landed(store, 2, key=None)
    store.claims.report(7, said(2), Landed((sha(2),)), at=NOW)
    assert store.sources.get(PERSON).denied == ""  # a person let that one land
    store.claims.report(7, said(1), Landed((sha(1),)), at=NOW)
    assert store.sources.get(PERSON).denied == "incident INC-1 was confirmed of its change #1"
    assert track(store, PERSON) == Track(landed=1, judged=1, incidents=1)


def test_what_landed_at_one_step_of_the_dial_is_counted_by_itself(store: Store) -> None:
    for number, (days, alone) in enumerate([(20, True), (9, True), (8, True), (8, False), (1, True)], 1):
        landed(store, number, days=days, alone=alone)
    store.outcomes.save([reverted(3, days=8)])
    assert store.sourced.landed_since(KEY, NOW - 10 * DAY, NOW - 7 * DAY) == Track(landed=2, reverted=1, judged=2)


def test_whether_a_person_would_have_caught_it_is_kept_and_audited(store: Store) -> None:
    store.hindsights.save(Hindsight(3, "unsure", "maya", "not sure", NOW))
    store.hindsights.save(Hindsight(3, "no", "ben", "it shows in production only", NOW + DAY))
    assert store.hindsights.all() == {3: Hindsight(3, "no", "ben", "it shows in production only", NOW + DAY)}
    assert [record.kind for record in store.audit.records()] == ["hindsight", "hindsight"]
