"""What the shadow lab recorded of json-server: five releases, 25 changes made to it, the truth by construction.

Made by `python -m bench.shadow_lab --service json-server --mutants 5 --keep FILE`.
"""

from functools import cache
from pathlib import Path

import pytest

from scoring.difftest.evaluate import Predicted, evaluate, predictions
from scoring.difftest.groups import grouped
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.record import Difference, Origin

RECORDED = Path(__file__).parent / "data" / "json-server.jsonl.gz"


@cache
def labelled() -> tuple[Labelled, ...]:
    """Groups in the order of releases; a changed copy ("0.17.0+m03") is of its release's place."""
    rows = [each for each in READERS["jsonl"].read(Sources(Origin(), RECORDED)) if isinstance(each, Difference)]
    members = grouped(rows)
    names = sorted({each.key.release.split("+")[0] for each in members})
    return tuple(
        Labelled(each, each.label, names.index(each.key.release.split("+")[0])) for each in members if each.label
    )


@cache
def predicted() -> list[tuple[str, dict[str, list[Predicted]]]]:
    return predictions([each for each in labelled() if each.release < 4])


def test_labels_of_a_real_service_are_suggested_better_than_by_any_baseline() -> None:
    all_of = evaluate([each for each in labelled() if each.release < 3]).all
    accuracies = {name: each.groups.accuracy or 0 for name, each in all_of.items()}
    assert accuracies["local"] > max(accuracies["majority"], accuracies["rules"])
    assert accuracies["local"] > 0.9


@pytest.mark.parametrize("place", range(3))
def test_changes_that_were_made_to_it_are_flagged_with_few_false_alarms(place: int) -> None:
    _, by = predicted()[place]
    made = {each.labelled.group.key.release for each in by["local"] if each.labelled.label is Label.REGRESSION}
    flagged = [each for each in by["local"] if each.suggestion.label is Label.REGRESSION]
    caught = {each.labelled.group.key.release for each in flagged if each.labelled.label is Label.REGRESSION}
    assert len(made) == 5
    assert len(caught) >= 0.9 * len(made)
    assert sum(each.labelled.label is not Label.REGRESSION for each in flagged) <= 2


def test_what_is_carried_as_noise_is_noise_and_no_regression_is_among_it() -> None:
    carried = [each for _, by in predicted() for each in by["local"] if each.carried]
    assert len(carried) > 20
    assert {each.labelled.label for each in carried} == {Label.NOISE}
