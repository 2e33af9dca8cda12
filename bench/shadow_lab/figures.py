"""What the lab came to: a service and a cause at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from scoring.difftest import rules
from scoring.difftest.again import answered_before
from scoring.difftest.automation import Bars
from scoring.difftest.evaluate import Predicted, Scored, predictions, score, walked
from scoring.difftest.groups import Group, Signature, grouped
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import Label
from scoring.difftest.measures import shown
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.record import Difference, Origin
from scoring.difftest.workload import Called, Walked, Work, walk, work

BARS = (Bars(carried=0.9), Bars(carried=0.9, measured=0.8))


def report(file: Path) -> str:
    """What `file` holds, a service at a time."""
    rows = read(file)
    teams = sorted({each.origin.team for each in rows})
    return "\n".join(line for team in teams for line in _service(team, [r for r in rows if r.origin.team == team]))


def read(file: Path) -> list[Difference]:
    """The labelled differences of a lab."""
    return [each for each in READERS["jsonl"].read(Sources(Origin(), file)) if isinstance(each, Difference)]


def labelled_of(rows: Iterable[Difference]) -> list[Labelled]:
    """Groups of builds, the changed copies of a release in the same release as itself.

    What shows in a release and in copies of it alike was answered when the first of them came.
    """
    groups = sorted(grouped(rows), key=lambda each: (str(each.first_at), each.key.release))
    places = {name: place for place, name in enumerate(dict.fromkeys(_release(each.key.release) for each in groups))}
    said: dict[tuple[str, Signature], list[tuple[Group, Label]]] = {}
    labelled = []
    for _, of_build in groupby(groups, key=lambda each: each.key.release):
        rows_of = [(each, said.setdefault((each.baseline, each.key.signature), [])) for each in of_build if each.label]
        now = [
            Labelled(each, each.label, places[_release(each.key.release)], answered_before(each, earlier) is each.label)
            for each, earlier in rows_of
        ]
        for one, (_, earlier) in zip(now, rows_of, strict=True):
            earlier += [] if one.again else [(one.group, one.label)]
        labelled += now
    return labelled


def _release(build: str) -> str:
    return build.split("+")[0]


@dataclass(frozen=True, slots=True)
class Causes:
    """Of one release: changes that were made, those flagged by a group or more, groups that were flagged wrongly.

    What stands again from an earlier build is not flagged once more.
    """

    made: int
    flagged: int
    false: int
    hidden: int  # changes of which no group came to be called a regression


def causes(called: Sequence[Called]) -> Causes:
    """What the builds of one release came to."""
    broken = [each for each in called if each.walked.labelled.label is Label.REGRESSION]
    suspected = [each for each in called if each.walked.suggestion.label is Label.REGRESSION and each.how != "again"]
    made = {_build(each) for each in broken}
    flagged = {_build(each) for each in suspected if each.walked.labelled.label is Label.REGRESSION}
    found = {_build(each) for each in broken if not each.hidden}
    false = sum(each.walked.labelled.label is not Label.REGRESSION for each in suspected)
    return Causes(len(made), len(flagged), false, len(made - found))


def _build(called: Called) -> str:
    return called.walked.labelled.group.key.release


def _service(name: str, rows: list[Difference]) -> Iterator[str]:
    members = labelled_of(rows)
    labels = ", ".join(f"{sum(row.label is each for row in rows)} {each}" for each in Label)
    builds = len({each.group.key.release for each in members})
    yield f"{name}: {len(rows)} differences of {builds} builds in {len(members)} groups: {labels}"
    releases = predictions(members)
    together = {each: [one for _, by in releases for one in by[each]] for each in releases[0][1]}
    for bars in BARS:
        unseen = walked([each.carried_by(bars) for each in together["local"]])
        yield f"  bars {bars.carried}, {bars.measured}: unseen releases: {_work(work(unseen))}"
        yield f"  {'':>16} with the first: {_work(work([*_unprepared(members), *unseen]))}"
    yield from (f"  {each:<9} {_figures(score(predicted))}" for each, predicted in together.items())
    yield f"  calibration error {shown(score(together['local']).calibration.error, 3)}"
    for release, by in releases:
        yield from (f"  {release:<8} {each:<6} {_causes(by[each])}" for each in ("local", "rules"))


def _unprepared(members: Sequence[Labelled]) -> list[Walked]:
    """The first release, of which nothing was known."""
    first = min(each.release for each in members)
    return [Walked(each, rules.suggest(each.group)) for each in members if each.release == first]


def _work(one: Work) -> str:
    carried = f"{one.carried} groups carried, {one.carried_right} rightly, {one.carried_regressions} regressions"
    alike = f"{one.alike_right} of {one.alike} groups rightly by the answer to another"
    again = f"{one.again_right} of {one.again} rightly as on an earlier build; {one.hidden} regressions hidden"
    share = f"{one.asked} answers for {one.items} differences ({100 * (one.share or 0):.1f} %)"
    return f"{share}; {carried}; {alike}; {again}"


def _figures(scored: Scored) -> str:
    accuracies = f"{shown(scored.items.accuracy, 3)} of differences, {shown(scored.groups.accuracy, 3)} of groups"
    missed = f"{scored.groups.missed_regressions} groups of regressions missed"
    return f"accuracy {accuracies}, macro-F1 {shown(scored.groups.macro_f1, 3)} of groups, {missed}"


def _causes(predicted: Sequence[Predicted]) -> str:
    one = causes(list(walk(walked(predicted))))
    accuracy = shown(score(predicted).groups.accuracy, 3)
    return (
        f"{one.flagged} of {one.made} changes flagged, {one.false} groups falsely, {one.hidden} hidden by an answer to"
        f" another group; accuracy {accuracy} of groups"
    )
