"""How right labels were, as the paper prints it, and only on releases that nobody learnt from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from scoring.difftest.answers import Answer
from scoring.difftest.desk import Desk
from scoring.difftest.evaluate import evaluate, known_before, refuse_random
from scoring.difftest.groups import grouped
from scoring.difftest.labels import PAPER, Label, label_of
from scoring.difftest.measures import Counts, measure, shown
from scoring.difftest.reliability import reliability
from scoring.difftest.snapshots import compared, frozen
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.views import ALL
from scoring.errors import ScoringError
from tests.scoring.difftest.records import BEGAN, group, labelled, releases

NOISE, FEATURE, REGRESSION = Label

# tables VIII to XII: NewFeature, UserMarkedNoise, Regression, each (TP, FP, FN, printed precision, printed recall)
TABLES = {
    "VIII": ((361, 20, 14, "0.9475", "0.9627"), (1460, 17, 27, "0.9885", "0.9818"), (39, 13, 9, "0.7500", "0.8125")),
    "IX": ((16, 4, 3, "0.8000", "0.8421"), (42, 3, 4, "0.9333", "0.9130"), (0, 0, 0, "n.d.", "n.d.")),
    "X": ((4, 5, 1, "0.4444", "0.8000"), (31, 1, 3, "0.9688", "0.9118"), (4, 0, 2, "1.0000", "0.6667")),
    "XI": ((18, 3, 2, "0.8571", "0.9000"), (34, 2, 3, "0.9444", "0.9189"), (0, 0, 0, "n.d.", "n.d.")),
    "XII": ((22, 3, 1, "0.8800", "0.9565"), (34, 1, 3, "0.9714", "0.9189"), (0, 1, 1, "0.0000", "0.0000")),
}


@pytest.mark.parametrize("table", TABLES)
def test_the_papers_counts_give_the_precision_and_recall_that_it_prints(table: str) -> None:
    for tp, fp, fn, precision, recall in TABLES[table]:
        counts = Counts(tp, fp, fn)
        assert (shown(counts.precision), shown(counts.recall)) == (precision, recall)


def test_true_negatives_are_all_that_is_neither_here_nor_called_so() -> None:
    """The paper prints others (55 for NewFeature in table VIII, of 1,910 differences)."""
    pairs = [(FEATURE, FEATURE)] * 361 + [(NOISE, FEATURE)] * 20 + [(FEATURE, NOISE)] * 14 + [(NOISE, NOISE)] * 1515
    counts = measure(pairs).of[FEATURE]
    assert (counts.tp, counts.fp, counts.fn, counts.tn) == (361, 20, 14, 1515)


@pytest.mark.parametrize(
    ("right", "n", "printed"),
    [(400, 797, ".5019"), (568, 797, ".7127"), (729, 797, ".9147"), (761, 797, ".9548"), (1860, 1910, ".9738")],
)
def test_accuracy_is_what_is_right_of_all(right: int, n: int, printed: str) -> None:
    assert shown(measure([(NOISE, NOISE)] * right + [(FEATURE, NOISE)] * (n - right)).accuracy) == f"0{printed}"


def test_nothing_to_divide_by_is_not_defined_and_no_zero() -> None:
    measures = measure([(NOISE, NOISE)])
    assert shown(measures.of[REGRESSION].recall) == shown(measures.of[REGRESSION].precision) == "n.d."
    assert shown(measure([]).accuracy) == "n.d."
    assert measures.macro_f1 == 1.0  # over the labels that are there


def test_a_label_that_was_always_called_wrongly_has_precision_0() -> None:
    counts = measure([(NOISE, REGRESSION)]).of[REGRESSION]
    assert (shown(counts.precision), shown(counts.recall)) == ("0.0000", "n.d.")


def test_a_missed_regression_costs_what_twenty_false_alarms_do() -> None:
    missed, alarm = measure([(REGRESSION, NOISE)]), measure([(NOISE, REGRESSION)])
    assert (missed.cost, alarm.cost) == (20.0, 1.0)
    assert (missed.missed_regressions, alarm.missed_regressions) == (1, 0)
    assert measure([(REGRESSION, None)]).abstained == 1


def test_there_are_three_labels_and_no_fourth() -> None:
    assert [label_of(each) for each in ("noise", "NewFeature", "Regression", "UserMarkedNoise")] == [
        NOISE, FEATURE, REGRESSION, NOISE,
    ]  # fmt: skip
    assert len(Label) == len(PAPER) == 3
    with pytest.raises(ScoringError, match="is no label"):
        label_of("improvement")


def test_each_release_is_predicted_from_those_before_it() -> None:
    evaluation = evaluate(labelled())
    assert [name for name, _ in evaluation.releases] == ["v1", "v2", "v3", "v4"]
    local = evaluation.all["local"]
    assert local.items.n == sum(each.group.count for each in labelled() if each.release)
    assert set(evaluation.all) == {"local", "majority", "rules", "nearest"}
    assert (local.items.accuracy or 0) > (evaluation.all["majority"].items.accuracy or 1)
    assert local.items.missed_regressions == 0
    assert local.accuracy is not None
    assert local.accuracy.low <= local.accuracy.value <= local.accuracy.high


def test_no_group_is_on_both_sides_and_a_new_signature_is_measured_apart() -> None:
    members = labelled()
    for release in range(1, 5):
        before = {each.group.key for each in known_before(members, release)}
        assert before.isdisjoint({each.group.key for each in members if each.release == release})
    scored = evaluate(members).all["local"]
    earlier = [{each.group.key.signature for each in members if each.release < release} for release in range(5)]
    new = [each for each in members if each.release and each.group.key.signature not in earlier[each.release]]
    assert scored.unseen.n == len(new)


def test_a_label_that_came_after_the_next_release_is_not_learnt_from() -> None:
    late = [
        replace(each, labelled_at=BEGAN + timedelta(days=30)) if each.origin.build == "v0" else each
        for each in releases(2)
    ]
    assert known_before(labelled(late), 1) == []


def test_a_random_split_is_refused_with_the_reason() -> None:
    with pytest.raises(ScoringError, match="copies of one difference stand on both sides"):
        refuse_random("random")
    with pytest.raises(ScoringError, match="two labelled releases"):
        evaluate(labelled(releases(1)))


def test_leaving_an_attribute_out_is_measured_for_each_of_the_eight() -> None:
    assert ALL == ("category", "description", "calls", "tags", "comments", "test_logs", "prod_logs", "insight")
    members = labelled(releases(3))
    whole, without = evaluate(members), evaluate(members, ("description",))
    assert without.all["local"].items.n == whole.all["local"].items.n


def test_a_confidence_is_compared_with_how_often_it_was_right() -> None:
    table = reliability([0.95] * 10 + [0.65] * 10, [1.0] * 9 + [0.0] + [1.0] * 5 + [0.0] * 5)
    assert [(each.low, each.n, round(each.right, 2)) for each in table.bins] == [(0.6, 10.0, 0.5), (0.9, 10.0, 0.9)]
    assert table.error == pytest.approx((0.05 + 0.15) / 2)
    assert reliability([], []).error is None


def test_confidences_of_the_local_labeller_are_about_right() -> None:
    error = evaluate(labelled(releases(8))).all["local"].calibration.error
    assert error is not None
    assert error < 0.1


def test_what_would_have_been_asked_and_carried_is_counted() -> None:
    work = evaluate(labelled()).work
    assert 0 < work.asked < work.items
    assert work.carried == work.carried_right > 0
    assert work.carried_regressions == 0


def test_frozen_predictions_are_compared_only_with_labels_that_came_later() -> None:
    members = grouped(replace(each, label=None, labelled_at=None) for each in releases(1))
    suggestions = {each.id: Suggestion(NOISE, 0.9, "local") for each in members}
    rows = frozen(members, suggestions, BEGAN)
    later = [Answer(each.id, NOISE, "anna", BEGAN + timedelta(days=1)) for each in members[:3]]
    early = [Answer(members[3].id, NOISE, "anna", BEGAN - timedelta(days=1))]
    comparison = compared(rows, Desk.of(members, [*later, *early]))
    assert {name: each.n for name, each in comparison.snapshots.items()} == {
        "w0": sum(each.count for each in members[:3])
    }
    assert (comparison.early, comparison.unlabelled) == (1, len(members) - 4)
    assert not comparison.enough


def test_a_frozen_prediction_that_was_changed_does_not_count() -> None:
    one = group()
    (row,) = frozen([one], {one.id: Suggestion(REGRESSION, 0.9, "local")}, BEGAN)
    desk = Desk.of([one], [Answer(one.id, NOISE, "anna", BEGAN + timedelta(days=1))])
    assert compared([row], desk).changed == 0
    assert compared([row | {"label": NOISE}], desk).changed == 1
