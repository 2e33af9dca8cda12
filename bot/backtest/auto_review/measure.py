"""Counts and rates of what would have landed by itself, against everything else that landed in the same time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.backtest.auto_review.passes import Tried
from bot.backtest.measure import Figures, around, share
from bot.backtest.outcomes import Outcomes
from bot.policy.config.auto_review import Threshold
from scoring.learning.rates import Rate, Ratio, fisher, ratio

LISTED = ("P20", "P50")  # the dials at which layers are told apart
Pick = Callable[[Tried], bool]


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the landings, and how they are called."""

    name: str
    has: Pick


def groups(tried: Iterable[Tried]) -> list[Group]:
    """Everybody, programs, each kind and each source; a group of none is left out."""
    landings = list(tried)
    kinds = Counter(each.kind for each in landings)
    sources = Counter(each.source for each in landings if each.kind not in ("people", "unregistered"))
    made = [Group("all", lambda _: True), Group("programs", lambda each: each.kind != "people")]
    made += [Group(kind, _of_kind(kind)) for kind, _ in kinds.most_common()]
    made += [Group(f"source {name}", _of_source(name)) for name, _ in sources.most_common()]
    return [group for group in made if any(map(group.has, landings))]


def _of_kind(kind: str) -> Pick:
    return lambda each: each.kind == kind


def _of_source(name: str) -> Pick:
    return lambda each: each.source == name


def compared(tried: Sequence[Tried], outcomes: Outcomes, group: Group, dial: Threshold, *, given: bool) -> Figures:
    """How much of a group passes at a dial, and whether that was at fault less often than all that does not pass."""
    members = [each for each in tried if group.has(each)]
    passed = [each for each in members if each.passed(dial, given=given)]
    others = [each for each in tried if not each.passed(dial, given=given)]
    ours, theirs = _faults(passed, outcomes), _faults(others, outcomes)
    return {
        "group": group.name, "dial": dial, "given": given,
        "of": len(members), "passed": len(passed), "yield": share(len(passed), len(members)),
        **around("yield", len(passed), len(members)),
        "faults": ours.part, "rate": share(ours.part, ours.whole), **around("rate", ours.part, ours.whole),
        "others": theirs.whole, "others_faults": theirs.part, "others_rate": share(theirs.part, theirs.whole),
        **around("others_rate", theirs.part, theirs.whole),
        **_ratio(ours, theirs),
    }  # fmt: skip


def _faults(tried: Sequence[Tried], outcomes: Outcomes) -> Rate:
    return Rate(sum(each.landing.row in outcomes.by_row for each in tried), len(tried))


def _ratio(ours: Rate, theirs: Rate) -> Figures:
    """`p`: how likely chance alone makes the others fail at least so much more often."""
    between = _between(ours, theirs)
    return {
        "ratio": round(between.value, 3) if between else None,
        "ratio_low": round(between.low, 3) if between else None,
        "ratio_high": round(between.high, 3) if between else None,
        "p": round(fisher(theirs, ours), 4) if ours.whole and theirs.whole else None,
    }


def _between(ours: Rate, theirs: Rate) -> Ratio | None:
    """Where nothing failed of ours, the upper end of our interval over their rate: half a case, which is usually added
    then, would be a rate of its own where few passed."""
    if ours.part or not theirs.part or ours.high is None or theirs.value is None:
        return ratio(ours, theirs)
    return Ratio(0.0, 0.0, ours.high / theirs.value)


def layers(tried: Sequence[Tried], outcomes: Outcomes, dial: Threshold, *, given: bool) -> Iterator[Figures]:
    """Which layer and rule sent how many to people, and how many of those were later at fault."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    for each in tried:
        passage = each.at(dial, given=given)
        if passage.answer.outcome == "passed":
            continue
        row = rows.setdefault((passage.stage, passage.answer.rule), Counter())
        row["people" if each.kind == "people" else "programs"] += 1
        row["faults"] += each.landing.row in outcomes.by_row
    for (stage, rule), row in sorted(rows.items(), key=lambda item: -item[1].total()):
        yield {
            "dial": dial, "given": given, "layer": stage, "rule": rule,
            "programs": row["programs"], "people": row["people"], "faults": row["faults"],
        }  # fmt: skip
