"""What `codechill difftest` prints: everything that was recorded is escaped, figures say what they are of."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bot.policy.text.whole import visible
from scoring.difftest.answers import OPEN, Answer, Pace, Standing
from scoring.difftest.evaluate import BASELINES, Evaluation, Scored
from scoring.difftest.groups import Group
from scoring.difftest.intake import Imported
from scoring.difftest.intent import Link
from scoring.difftest.labeller import Labelled
from scoring.difftest.labels import PAPER, Label
from scoring.difftest.measures import Measures, shown
from scoring.difftest.queue import Waiting
from scoring.difftest.schema import plain
from scoring.difftest.snapshots import LEAST, Compared
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.verdict import Verdict
from scoring.difftest.views import attributes

ALIKE = 6  # groups that are named beside the one that speaks for them


def imported(report: Imported, style: str) -> str:
    if style == "json":
        row = asdict(report) | {"strange": sorted(report.strange)}
        return _json(row)
    lines = [f"{report.new:,} differences are new, {report.again:,} were there already."]
    if report.exchanges:
        lines.append(f"{report.exchanges:,} requests were compared.")
    if report.incomplete:
        lines.append(f"{report.incomplete:,} of the new ones lack an attribute; `missing` of each says which.")
    if report.strange:
        lines.append(f"categories that this team does not know: {', '.join(sorted(report.strange)[:10])}")
    if report.problems:
        lines.append(f"{report.problems:,} pieces could not be read:")
        lines += [f"  {each.place}: {each.words}" for each in report.shown]
    return _lines(lines)


def groups(
    members: Sequence[Group],
    suggestions: Mapping[str, Suggestion],
    standing: Mapping[str, Standing],
    automatic: Mapping[str, str],
    style: str,
) -> str:
    rows = [
        _row(each, suggestions[each.id], standing.get(each.id, OPEN), automatic.get(each.id, "")) for each in members
    ]
    if style == "json":
        return _json(rows)
    return _lines(_line(row) for row in rows) or "No group waits."


def waiting(members: Sequence[Waiting], style: str) -> str:
    rows = [
        _row(each.group, each.suggestion, each.standing, "")
        | {"suspected": each.suspected, "differences": each.count, "alike": [one.id for one in each.alike]}
        for each in members
    ]
    if style == "json":
        return _json(rows)
    lines = (f"{'! ' if row['suspected'] else '  '}{_line(row)}{_more(len(row['alike']))}" for row in rows)
    return _lines(lines) or "Nothing waits for an answer."


def group(one: Group, suggestion: Suggestion, answers: Sequence[Answer], style: str) -> str:
    first = one.examples[0]
    row = {
        **_row(one, suggestion, OPEN, ""),
        "patterns": dict(one.patterns.most_common(10)),
        "reasons": [asdict(each) for each in suggestion.reasons],
        "neighbours": [asdict(each) for each in suggestion.neighbours],
        "answers": [asdict(each) | {"at": each.at.isoformat()} for each in answers],
        "insight": attributes(one)["insight"],
        "example": plain(first),
    }
    return _json(row) if style == "json" else _lines(_told(row))


def card(one: Waiting, place: int, count: int) -> str:
    """A group as somebody looks at it to answer."""
    first, row = one.group.examples[0], _row(one.group, one.suggestion, one.standing, "")
    sides = [f"  production  {first.left}", f"  candidate   {first.right}"] if first.left or first.right else []
    insight = [f"  {each}" for each in attributes(one.group)["insight"].splitlines()[:6]]
    reasons = [f"  because {each.words}{f': {each.quote}' if each.quote else ''}" for each in one.suggestion.reasons]
    near = [f"  like {each.group}: {each.label} ({each.likeness:.2f})" for each in one.suggestion.neighbours]
    alarm = "! " if one.suspected else "  "
    alike = [f"  and {_place(each)}" for each in one.alike[:ALIKE]]
    alike += [f"  and {len(one.alike) - ALIKE} more"] if len(one.alike) > ALIKE else []
    head = f"{alarm}{place} of {count}  {_line(row)}{_more(len(one.alike))}"
    return _lines(["", head, *sides, *alike, *insight, *reasons, *near])


def _more(alike: int) -> str:
    return f"  and {alike} alike" if alike else ""


def _place(one: Group) -> str:
    signature = one.key.signature
    return f"{one.count:>6}  {signature.endpoint}  {signature.field} {signature.kind}"


def links(rows: Sequence[tuple[Group, Sequence[Link]]], style: str) -> str:
    if style == "json":
        return _json([{"group": one.id, "links": [asdict(each) for each in likely]} for one, likely in rows])
    lines = []
    for one, likely in rows:
        lines.append(f"{one.id}  {one.count:>6}  {one.key.signature.endpoint}  {one.key.signature.field}")
        lines += [f"  {each.change.id}  {each.change.words[:70]}  ({', '.join(each.common)})" for each in likely]
    return _lines(lines)


def verdict(release: str, one: Verdict, spent: Pace, style: str) -> str:
    row = {"release": release, **asdict(one), "answers": spent.answers, "minutes": round(spent.minutes, 1)}
    if style == "json":
        return _json(row)
    counts = ", ".join(f"{one.differences.get(each, 0)} {each} in {one.groups.get(each, 0)} groups" for each in Label)
    hours = f", {spent.an_hour:.0f} an hour" if spent.an_hour else ""
    return _lines((
        f"{release}: {one.conclusion}",
        counts,
        f"{one.waiting} groups wait, of which {one.suspected} may be regressions; {one.automatic} were noise before",
        f"{spent.answers} answers in {spent.minutes:.0f} minutes{hours}",
    ))  # fmt: skip


def evaluation(one: Evaluation, style: str) -> str:
    if style == "json":
        return _json({
            "releases": {name: {each: _scored(scored) for each, scored in by.items()} for name, by in one.releases},
            "all": {name: _scored(each) for name, each in one.all.items()},
            "work": asdict(one.work),
        })  # fmt: skip
    lines = [f"{'':<28}{'differences':>12} {'accuracy':>9} {'macro-F1':>9} {'missed':>7} {'cost':>6}   groups accuracy"]
    for name, by in one.releases:
        lines += [_figures(f"{name[:18]} {each}", scored) for each, scored in by.items()]
    lines += [_figures(f"together {name}", each) for name, each in one.all.items()]
    local = one.all["local"]
    lines += ["", "local labeller, all releases but the first, over differences:", *_table(local.items)]
    lines += ["", "the same over groups of a signature that no earlier release had:", *_table(local.unseen)]
    work = one.work
    lines += [
        "",
        f"calibration error {shown(local.calibration.error, 3)} over {local.groups.n} groups",
        f"asked {work.asked} answers for {work.items} differences ({_share(work.asked, work.items)}); carried "
        f"{work.carried} groups as noise, {work.carried_right} rightly, {work.carried_regressions} of them regressions",
    ]
    return _lines(lines)


def ablation(rows: Mapping[str, Evaluation], style: str) -> str:
    """The local labeller, and each that was asked beside it."""
    beside = [name for name in rows["nothing"].all if name not in ("local", *BASELINES)]
    if style == "json":
        return _json({
            name: {**_scored(one.all["local"]), "beside": {each: _scored(one.all[each]) for each in beside}}
            for name, one in rows.items()
        })  # fmt: skip
    head = f"{'without':<14}{'accuracy':>9} {'macro-F1':>9} {'regression recall':>18} {'groups':>8}"
    lines = [head, *(_ablated(name, one.all["local"]) for name, one in rows.items())]
    for each in beside:
        lines += ["", each, *(_ablated(name, one.all[each]) for name, one in rows.items())]
    return _lines(lines)


def snapshots(one: Compared, style: str) -> str:
    if style == "json":
        rows = {name: _measures(each) for name, each in one.snapshots.items()}
        counts = {"early": one.early, "unlabelled": one.unlabelled, "changed": one.changed, "enough": one.enough}
        return _json({"snapshots": rows, **counts})
    lines = []
    for name, each in one.snapshots.items():
        lines += [f"{name}: accuracy {shown(each.accuracy)} of {each.n}", *_table(each), ""]
    lines.append(
        f"{one.unlabelled} predictions have no label yet; left out: {one.early} labelled before they were predicted, "
        f"{one.changed} not as they were frozen"
    )
    if not one.enough:
        lines.append(f"{len(one.snapshots)} snapshots: {LEAST} are the least that say something of the next")
    return _lines(lines)


def labelled(one: Labelled, standing: Standing) -> dict[str, Any]:
    """One line of `export --as labels`."""
    signature = one.group.key.signature
    at = standing.at.isoformat() if standing.at else None
    return {
        "group": one.group.id, "release": one.group.key.release, **signature._asdict(), "count": one.group.count,
        "label": one.label, "state": standing.state, "by": list(standing.by), "labelled_at": at,
    }  # fmt: skip


def _row(one: Group, suggestion: Suggestion, standing: Standing, automatic: str) -> dict[str, Any]:
    return {
        "group": one.id,
        "release": one.key.release,
        **one.key.signature._asdict(),
        "count": one.count,
        "signals": sorted(one.signals),
        "noisy": one.noisy,
        "asked_twice": one.asked_twice,
        "label": standing.label,
        "state": standing.state,
        "suggested": suggestion.label,
        "confidence": None if suggestion.confidence is None else round(suggestion.confidence, 3),
        "suggested_by": suggestion.by,
        "novel": suggestion.novel,
        "why_not": suggestion.why_not,
        "automatic": automatic,
    }


def _line(row: Mapping[str, Any]) -> str:
    sure = "" if row["confidence"] is None else f" {100 * row['confidence']:.0f} %"
    suggested = f"{Label.NOISE} (before)" if row["automatic"] else f"{row['suggested'] or 'nobody knows'}?{sure}"
    label = row["label"] or suggested
    signals = f"  [{'; '.join(row['signals'])}]" if row["signals"] else ""
    signals += f"  ({row['why_not']})" if row["why_not"] else ""
    return f"{row['group']}  {row['count']:>6}  {label:<20}  {row['endpoint']}  {row['field']} {row['kind']}{signals}"


def _told(row: Mapping[str, Any]) -> Iterable[str]:
    for name, value in row.items():
        if value in (None, "", [], {}, False):
            continue
        if isinstance(value, Mapping):
            yield f"{name}:"
            yield from (f"  {key}: {inner}" for key, inner in value.items())
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield f"{name}:"
            yield from ("  " + ", ".join(f"{key} {inner}" for key, inner in each.items() if inner) for each in value)
        else:
            yield f"{name:<12} {', '.join(map(str, value)) if isinstance(value, list) else value}"


def _figures(name: str, scored: Scored) -> str:
    items = scored.items
    span = f" [{scored.accuracy.low:.3f}, {scored.accuracy.high:.3f}]" if scored.accuracy else ""
    figures = f"{items.n:>12} {shown(items.accuracy, 3):>9} {shown(items.macro_f1, 3):>9} {items.missed_regressions:>7}"
    return f"{name:<28}{figures} {items.cost:>6.2f}   {shown(scored.groups.accuracy, 3)} of {scored.groups.n}{span}"


def _table(one: Measures) -> Iterable[str]:
    """As the paper prints its tables."""
    yield f"  {'':<18}{'TP':>7}{'TN':>7}{'FP':>7}{'FN':>7}{'precision':>11}{'recall':>9}"
    for label, each in one.of.items():
        figures = f"{each.tp:>7}{each.tn:>7}{each.fp:>7}{each.fn:>7}"
        yield f"  {PAPER[label]:<18}{figures}{shown(each.precision):>11}{shown(each.recall):>9}"


def _ablated(name: str, scored: Scored) -> str:
    items, regression = scored.items, scored.items.of[Label.REGRESSION]
    figures = f"{shown(items.accuracy, 3):>9} {shown(items.macro_f1, 3):>9} {shown(regression.recall, 3):>18}"
    return f"{name:<14}{figures} {shown(scored.groups.accuracy, 3):>8}"


def _measures(one: Measures) -> dict[str, Any]:
    of = {
        label: {**asdict(each), "precision": shown(each.precision), "recall": shown(each.recall), "f1": shown(each.f1)}
        for label, each in one.of.items()
    }
    return {
        "n": one.n, "accuracy": shown(one.accuracy), "macro_f1": shown(one.macro_f1), "of": of,
        "missed_regressions": one.missed_regressions, "abstained": one.abstained, "cost": round(one.cost, 4),
    }  # fmt: skip


def _scored(one: Scored) -> dict[str, Any]:
    return {
        "differences": _measures(one.items),
        "groups": _measures(one.groups),
        "unseen_groups": _measures(one.unseen),
        "interval": None if one.accuracy is None else [round(one.accuracy.low, 4), round(one.accuracy.high, 4)],
        "calibration_error": shown(one.calibration.error),
        "reliability": [asdict(each) for each in one.calibration.bins],
    }


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "n.d."


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(visible(each) for each in lines)


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True, default=str)
