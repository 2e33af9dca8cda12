"""Model: how the model does on this repository's own past, who serves and who is tried, and what they learned from.

Everything is what jobs measured and kept: nobody who looks waits for a replay. Groups of people are newcomers, regulars
and programs; nothing here is about one person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from markupsafe import Markup

from bot.learning.signals import LEAST
from bot.policy.incidents.claim import Claim
from bot.store import KnownModel, KnownSign, Measurement
from bot.web import svg
from bot.web.page import Asked, Stored

ORDERS = (("codechill", "held"), ("table1", "good"), ("churn", "other"), ("random", "soft"))
WORDS = {"codechill": "codechill", "table1": "the paper's regression", "churn": "size alone", "random": "a die"}
KINDS = {"revert": "reverted by", "fixes": "repaired by", "incident": "named by"}
GROUPS = {"author": "Author class", "path": "Path", "language": "Language"}
SIGNS = {"calibration": "Expected against observed faults", "features": "Features", "labels": "Labels that arrive"}
NOTHING = Markup()
MOST = 20  # labels shown; the others are counted


@dataclass(frozen=True, slots=True)
class Readings:
    """What the store knows of the models of one repository."""

    measured: Measurement | None
    models: tuple[KnownModel, ...]
    signs: tuple[KnownSign, ...]
    claims: tuple[Claim, ...]  # confirmed


def read(store: Stored, asked: Asked, now: datetime) -> Readings:
    here = asked.here.id
    confirmed = tuple(each for each in store.claims.of(here, "confirmed") if each.is_label)
    return Readings(store.measurements.newest(here), store.models.all(here), store.drift.newest(here), confirmed)


def count(number: int) -> str:
    return f"{number:,}"


def percent(share: float | None) -> str:
    """5 %, 7.4 %; a dash for a share of nothing."""
    return "–" if share is None else f"{share * 100:.1f}".removesuffix(".0") + " %"


# --- what is shown


@dataclass(frozen=True, slots=True)
class Model:
    """One row of champion and challengers; `gates` says how it did at each gate in use."""

    id: str
    kind: str
    state: str
    why: str
    since: datetime
    gates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of drift."""

    name: str
    value: str
    limit: str
    n: int
    alert: bool
    words: str
    fix: str


@dataclass(frozen=True, slots=True)
class Group:
    """False alarms by one way to tell changes apart."""

    name: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Label:
    """A change known to have been at fault, with what says so. `claim`: the number it is disputed by, 0: none."""

    sha: str
    title: str
    address: str
    how: str
    evidence: str
    evidence_address: str
    known_at: datetime
    claim: int = 0


@dataclass(frozen=True, slots=True)
class View:
    repository: str
    why_not: str  # why nothing is measured, "" where something is
    at: datetime | None = None
    landings: str = ""
    faults: str = ""
    span: str = ""
    base_rate: str = ""
    gate: str = ""
    knew: bool = False
    card: tuple[tuple[str, str], ...] = ()
    curve: Markup = NOTHING
    calibration: Markup = NOTHING
    groups: tuple[Group, ...] = ()
    models: tuple[Model, ...] = ()
    signs: tuple[Sign, ...] = ()
    labels: tuple[Label, ...] = ()
    labels_known: int = 0


UNMEASURED = "Nothing was measured here yet: a job does it once a week, as soon as the history was read."


def view(readings: Readings, asked: Asked, now: datetime) -> View:
    home, measured = asked.here.full_name, readings.measured
    models = tuple(map(_model, readings.models))
    signs = tuple(map(_sign, readings.signs))
    if measured is None or "why_not" in measured.figures:
        why_not = measured.figures["why_not"] if measured else UNMEASURED
        return View(home, why_not, measured.at if measured else None, models=models, signs=signs)
    figures = measured.figures
    return View(
        repository=home,
        why_not="",
        at=measured.at,
        landings=count(figures["landings"]),
        faults=count(figures["faults"]),
        span=f"{figures['from']} to {figures['to']}",
        base_rate=percent(figures["base_rate"]),
        gate=percent(figures["gate"]),
        knew=figures["card"]["knew"],
        card=tuple(_card(figures["card"])),
        curve=curve(figures["curve"]),
        calibration=calibration(figures["bands"]),
        groups=tuple(Group(GROUPS[name], _alarms(rows)) for name, rows in figures["alarms"].items()),
        models=models,
        signs=signs,
        labels=tuple(_labels(figures["labels"][:MOST], readings.claims, f"{asked.forge}/{home}")),
        labels_known=figures["labels_known"],
    )


def curve(figures: Mapping[str, Any]) -> Markup:
    """Captured against gated: the paper's measure, on this repository's own past."""
    named = {each["name"]: each["points"] for each in figures["lines"]}
    rows = [svg.Line(WORDS[name], _points(named[name]), tone) for name, tone in ORDERS if name in named]
    rows.append(svg.Line(WORDS["random"], (_end(0.0), _end(1.0)), "soft"))
    drawing = svg.lines("Captured against gated", rows, words="The band is a 95 % interval.")
    head = ("Gated", *(WORDS[name] for name, _ in ORDERS), "over the regression", "over size")
    return svg.figure(
        "Of all known faults, captured when the riskiest share is gated",
        drawing,
        head,
        [_gated(row) for row in figures["table"]],
        "Each landing was ranked among those before it, by models that knew what was known then. In the table exactly "
        "the riskiest share is gated; the line shows what the thresholds that serve really gated.",
    )


def _points(points: Sequence[Mapping[str, Any]]) -> tuple[svg.Point, ...]:
    inner = [
        svg.Point(
            f"{percent(each['gated'])} gated", each["gated"], each["captured"],
            f"{percent(each['captured'])} captured [{percent(each['low'])}, {percent(each['high'])}]",
            each["low"], each["high"],
        )
        for each in points
    ]  # fmt: skip
    return (_end(0.0), *inner, _end(1.0))


def _end(at: float) -> svg.Point:
    """Nothing gated captures nothing, everything captures all."""
    return svg.Point("", at, at, "", at, at)


def _gated(row: Mapping[str, Any]) -> tuple[str, ...]:
    cells = [percent(row["target"])]
    for name, _ in ORDERS:
        share = row.get(name)
        if isinstance(share, Mapping):
            cells.append(f"{percent(share['captured'])} [{percent(share['low'])}, {percent(share['high'])}]")
        else:
            cells.append(percent(share))
    return (*cells, *(_difference(row.get(f"over_{name}")) for name in ("table1", "churn")))


def _difference(lead: Mapping[str, Any] | None) -> str:
    """In points of a hundred, with its interval."""
    if lead is None or lead["value"] is None:
        return "–"
    value, low, high = (f"{100 * lead[name]:+.1f}".replace("-", "\u2212") for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def calibration(bands: Sequence[Mapping[str, Any]]) -> Markup:
    """Ten bands of equal size from the least to the most likely: observed faults with their intervals, and expected."""
    highest = max((each["high"] or 0.0 for each in bands), default=0.0)
    most = min(1.0, ceil(20 * highest) / 20) or 1.0  # a round number for the scale
    points = [
        svg.Point(
            f"band {at}", float(at), each["observed"],
            f"{percent(each['observed'])} observed, {percent(each['expected'])} expected", each["low"], each["high"],
        )
        for at, each in enumerate(bands, 1)
    ]  # fmt: skip
    expected = [svg.Point("", float(at), each["expected"], "") for at, each in enumerate(bands, 1)]
    drawing = svg.line(
        "Expected and observed", points, most=most, beside=expected,
        words="Points and band: observed faults with 95 % intervals. The dashed line: what was expected.",
    )  # fmt: skip
    rows = [
        (
            f"band {at}", count(each["landings"]), percent(each["expected"]),
            f"{percent(each['observed'])} [{percent(each['low'])}, {percent(each['high'])}]", str(each["faults"]),
        )
        for at, each in enumerate(bands, 1)
    ]  # fmt: skip
    head = ("Band", "Landings", "Expected", "Observed", "Faults")
    note = "Bands hold equally many landings, from the least to the most likely to be at fault."
    return svg.figure("Faults expected and observed", drawing, head, rows, note)


def _alarms(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            each["name"], count(each["landings"]), count(each["held"]), count(each["false_alarms"]),
            f"{percent(each['rate'])} [{percent(each['low'])}, {percent(each['high'])}]",
        )
        for each in rows
    )  # fmt: skip


def _model(known: KnownModel) -> Model:
    gates = tuple(
        f"{percent(gate['share'])} gated: {percent(gate['challenger'])} captured, {percent(gate['champion'])} by the "
        f"one that served; {gate['ratio']['value']:.2f} times [{gate['ratio']['low']:.2f}, {gate['ratio']['high']:.2f}]"
        for gate in known.figures.get("gates", ())
    )
    return Model(known.id, known.kind, known.state, known.why, known.at, gates)


def _sign(known: KnownSign) -> Sign:
    name = SIGNS.get(known.sign) or known.sign.capitalize()
    value = f"{known.value:.2f}" if known.n >= LEAST else "–"
    words = known.words or ("nothing" if known.n >= LEAST else f"too few to tell: it takes {LEAST}")
    return Sign(name, value, f"{known.limit:g}", known.n, known.alert, words, known.fix)


def _labels(labels: Sequence[Mapping[str, Any]], claims: Sequence[Claim], home: str) -> Iterator[Label]:
    for each in labels:
        incident = each["kind"] == "incident"
        yield Label(
            sha=each["sha"],
            title=each["title"],
            address=f"{home}/commit/{each['sha']}",
            how=KINDS[each["kind"]],
            evidence=each["evidence"] if incident else each["evidence"][:7],
            evidence_address="" if incident else f"{home}/commit/{each['evidence']}",
            known_at=datetime.fromisoformat(each["known_at"]),
            claim=next((claim.id for claim in claims if _is_of(claim, each)), 0),
        )


def _is_of(claim: Claim, label: Mapping[str, Any]) -> bool:
    said = claim.incident == label["evidence"] or claim.evidence == label["evidence"]
    return said and label["sha"] in claim.commits


def _card(card: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Measured with", f"{card['id']}, {card['kind']}, of {card['created']}"
    yield "What it is for", card["purpose"]
    yield "What it is not for", card["not_for"]
    yield "Learned from", f"{count(card['repositories'])} repositories, {count(card['changes'])} changes"
    yield (
        "Reads",
        f"{card['columns']} columns; nobody scores above somebody new here"
        if card["monotone"]
        else (f"{card['columns']} columns"),
    )
    yield "Rate of faults there", percent(card["base_rate"])
    yield "Exported within", f"{card['parity']:.0e} of the fitted model"
