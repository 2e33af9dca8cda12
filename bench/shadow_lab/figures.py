"""What the lab came to: a service and a cause at a time."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scoring.difftest.automation import Bars
from scoring.difftest.evaluate import Predicted, Scored, Work, evaluate, predictions
from scoring.difftest.groups import grouped
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.measures import shown
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.record import Difference, Origin

BARS = (0.9, 0.8)


def report(file: Path) -> str:
    """What `file` holds, a service at a time."""
    rows = read(file)
    teams = sorted({each.origin.team for each in rows})
    return "\n".join(line for team in teams for line in _service(team, [r for r in rows if r.origin.team == team]))


def read(file: Path) -> list[Difference]:
    """The labelled differences of a lab."""
    return [each for each in READERS["jsonl"].read(Sources(Origin(), file)) if isinstance(each, Difference)]


def labelled_of(rows: Iterable[Difference]) -> list[Labelled]:
    """Groups of builds, the changed copies of a release in the same release as itself."""
    groups = grouped(rows)
    releases = sorted(
        {_release(each.key.release): each.first_at for each in groups}.items(), key=lambda each: str(each[1])
    )
    places = {name: place for place, (name, _) in enumerate(releases)}
    return [Labelled(each, each.label, places[_release(each.key.release)]) for each in groups if each.label]


def _release(build: str) -> str:
    return build.split("+")[0]


def _service(name: str, rows: list[Difference]) -> Iterator[str]:
    members = labelled_of(rows)
    labels = ", ".join(f"{sum(row.label is each for row in rows)} {each}" for each in Label)
    yield f"{name}: {len(rows)} differences in {len(members)} groups: {labels}"
    for bar in BARS:
        yield f"  bar {bar}: {_work(evaluate(members, bars=Bars(carried=bar, measured=bar)).work)}"
    evaluation = evaluate(members)
    yield from (f"  {labeller:<9} {_figures(scored)}" for labeller, scored in evaluation.all.items())
    yield f"  calibration error {shown(evaluation.all['local'].calibration.error, 3)}"
    for release, by in predictions(members):
        yield from (f"  {release:<8} {labeller:<6} {_causes(by[labeller])}" for labeller in ("local", "rules"))


def _work(work: Work) -> str:
    share = 100 * work.asked / work.items
    carried = f"{work.carried} groups carried, {work.carried_right} rightly, {work.carried_regressions} regressions"
    return f"{work.asked} answers for {work.items} differences ({share:.1f} %); {carried}"


def _figures(scored: Scored) -> str:
    accuracies = f"{shown(scored.items.accuracy, 3)} of differences, {shown(scored.groups.accuracy, 3)} of groups"
    missed = f"{scored.groups.missed_regressions} groups of regressions missed"
    return f"accuracy {accuracies}, macro-F1 {shown(scored.groups.macro_f1, 3)} of groups, {missed}"


def _causes(predicted: Sequence[Predicted]) -> str:
    """How many changes that were made were flagged by at least one group, and how many groups were flagged wrongly."""
    made = {each.labelled.group.key.release for each in predicted if each.labelled.label is Label.REGRESSION}
    flagged = [each for each in predicted if each.suggestion.label is Label.REGRESSION]
    caught = {each.labelled.group.key.release for each in flagged if each.labelled.label is Label.REGRESSION}
    false = sum(each.labelled.label is not Label.REGRESSION for each in flagged)
    right = sum(each.labelled.label is each.suggestion.label for each in predicted)
    whole = f"{right} of {len(predicted)} groups right"
    return f"{len(caught)} of {len(made)} changes flagged, {false} groups falsely, {whole}"
