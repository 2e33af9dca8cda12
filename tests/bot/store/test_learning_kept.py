"""What became of assessments, models, drift and measurements are kept alike on each database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.policy.pull import Life
from bot.store import KnownModel, KnownSign, Landing, Lived, Measurement, Outcome, Store
from scoring.assessment import Assessment

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HEAD, SHA = "a" * 40, "b" * 40


def pull(
    store: Store, number: int, *, draft: bool = False, at: datetime = NOW, ready_at: datetime | None = None
) -> None:
    lived = Lived(NOW - DAY, at, draft, ready_at)
    store.pulls.save(7, number, head_sha=HEAD, base_ref="main", open=True, lived=lived)


def published(store: Store, number: int) -> datetime | None:
    store.assessments.save(7, number, HEAD, Assessment(HEAD, NOW, 0.9, 0.1, 0.05, (), (), "m", 500, 3))
    (row,) = (each for each in store.outcomes.followed(7) if each.number == number)
    return row.published_at


def test_when_a_pull_request_was_published_is_kept_from_the_first_time_on(store: Store) -> None:
    pull(store, 1)
    assert published(store, 1) == NOW - DAY
    pull(store, 2, draft=True)
    assert published(store, 2) is None
    pull(store, 2, ready_at=NOW - DAY / 2)
    assert published(store, 2) == NOW - DAY / 2
    pull(store, 2, at=NOW + DAY)
    assert published(store, 2) == NOW - DAY / 2
    pull(store, 3, draft=True)
    pull(store, 3, at=NOW + DAY)  # nobody told when it was made ready
    assert published(store, 3) == NOW + DAY


def test_an_assessment_is_followed_with_how_its_pull_request_ended(store: Store) -> None:
    pull(store, 1)
    published(store, 1)
    store.landings.add(Landing(7, 1, NOW, SHA, HEAD, "main", "", "green", 0.0))
    store.pulls.close(7, 1, Life(NOW - DAY, NOW, NOW, SHA), HEAD)
    (row,) = store.outcomes.followed(7)
    assert (row.open, row.closed_at, row.landed_at, row.landed_as, row.newest_head) == (False, NOW, NOW, SHA, HEAD)
    pull(store, 1)
    (row,) = store.outcomes.followed(7)
    assert (row.open, row.closed_at) == (True, None)


def test_outcomes_come_back_as_they_were_kept(store: Store) -> None:
    row = Outcome(
        7, 1, HEAD, NOW, "m", 0.9, 0.1, "excepted", NOW - DAY, NOW, NOW - DAY, "e-1", (SHA, HEAD), NOW + DAY,
        evidence='a "name" \udc80', incident_at=NOW + 2 * DAY,
    )  # fmt: skip
    assert store.outcomes.save([row]) == 1
    assert store.outcomes.of(7) == (row,)
    assert (store.outcomes.of(8), row.fault_at) == ((), NOW + DAY)
    store.outcomes.look_again(row, at=NOW + 14 * DAY, words="it was reverted")
    assert store.outcomes.of(7) == (replace(row, looked_again_at=NOW + 14 * DAY),)


def test_what_became_known_in_a_span_is_read_alone(store: Store) -> None:
    def row(number: int, **moments: datetime) -> Outcome:
        return Outcome(7, number, HEAD, NOW, "m", 0.9, 0.1, "landed", **moments)  # type: ignore[arg-type]

    week = NOW + 7 * DAY
    within = [
        row(1, held_at=NOW), row(2, ended_at=week - DAY), row(3, ended_at=NOW - DAY, reverted_at=NOW + DAY),
        row(4, ended_at=NOW - DAY, repaired_at=NOW), row(5, ended_at=NOW - DAY, incident_at=NOW),
    ]  # fmt: skip
    outside = [row(6), row(7, held_at=NOW - DAY, ended_at=week), row(8, published_at=NOW, looked_again_at=NOW)]
    store.outcomes.save([*within, *outside])
    assert store.outcomes.between(7, NOW, week) == tuple(within)
    assert store.outcomes.between(8, NOW, week) == ()


def test_a_repository_has_one_champion(store: Store) -> None:
    first = KnownModel(7, "own-1", "own", "shadow", "", NOW, NOW, {"model.onnx": SHA}, {"gates": []})
    second = replace(first, id="own-2", trained_at=NOW + DAY)
    assert [store.models.add(first), store.models.add(second), store.models.add(first)] == [True, True, False]
    store.models.set(first, "champion", "not worse", at=NOW)
    store.models.set(second, "champion", "not worse", at=NOW + DAY)
    assert [(each.id, each.state) for each in store.models.all(7)] == [("own-2", "champion"), ("own-1", "retired")]
    champion = store.models.champion(7)
    assert champion is not None
    assert (champion.id, champion.files, champion.at) == ("own-2", {"model.onnx": SHA}, NOW + DAY)
    assert (store.models.champion(8), store.audit.verify()) == (None, None)


def test_what_each_model_said_of_a_change_is_kept_beside_its_assessment(store: Store) -> None:
    said = Assessment(HEAD, NOW, 0.9, 0.1, 0.05, (), (), "m", 500, 3, log_odds=-2.5, beside={"own-1": -1.5})
    store.assessments.save(7, 1, HEAD, said)
    store.assessments.save(7, 1, HEAD, replace(said, log_odds=-2.0))
    assert (store.models.said(7, "m"), store.models.said(7, "own-1")) == (((1, HEAD, -2.0),), ((1, HEAD, -1.5),))
    assert store.assessments.get(7, 1, HEAD) == replace(said, log_odds=-2.0)


def test_drift_is_a_row_a_day_and_told_when_it_begins_and_ends(store: Store) -> None:
    sign = KnownSign(7, "labels", NOW, 0.1, 0.5, 250, True, "Labels hardly arrive.", "Import incidents.")
    days = [replace(sign, at=NOW + n * DAY, alert=n in (1, 2)) for n in range(4)]
    began = [store.drift.save([day], at=day.at) for day in days]
    assert began == [(), (days[1],), (), ()]
    assert (store.drift.newest(), store.drift.of(7, "labels")) == ((days[3],), tuple(days))
    assert [record.kind for record in store.audit.records()] == ["drift", "drift"]


def test_the_newest_measurement_takes_the_place_of_the_one_before(store: Store) -> None:
    store.measurements.save(Measurement(7, NOW, {"landings": 1}))
    store.measurements.save(Measurement(7, NOW + DAY, {"landings": 2}))
    assert store.measurements.newest(7) == Measurement(7, NOW + DAY, {"landings": 2})
    assert store.measurements.newest(8) is None
