"""Charts drawn on the server: no script, colours by class from the stylesheet, each with its numbers as a table.

A chart is `figure` around one of the drawings. Widths and heights are in the units of the drawing's own box; the
stylesheet scales it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

WIDE, HIGH = 640.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 12.0, 12.0, 26.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `value` at least 0. `tone` is a class of the stylesheet: held, free, fault, good, soft."""

    name: str
    value: float
    words: str  # the value as people read it
    tone: str = "held"


@dataclass(frozen=True, slots=True)
class Point:
    """`at` along the line, from left to right; `low` and `high` bound an interval. None: not known, the line breaks."""

    name: str
    at: float
    value: float | None
    words: str
    low: float | None = None
    high: float | None = None
    tone: str = "held"
    address: str = ""  # where the point leads; "": nowhere


@dataclass(frozen=True, slots=True)
class Step:
    """What was in force from `since` to `until` (any one unit), `value` from 0 to 1 high."""

    name: str
    since: float
    until: float
    value: float
    words: str
    tone: str = "held"


_FIGURE = Markup(
    '<figure class="chart"><figcaption>{}</figcaption>{}{}<details><summary>The numbers</summary>'
    '<div class="scroll" tabindex="0" role="region" aria-label="{}"><table><thead><tr>{}</tr></thead>'
    "<tbody>{}</tbody></table></div></details></figure>"
)


def figure(
    title: str, drawing: Markup, head: Sequence[str], rows: Sequence[Sequence[object]], note: str = ""
) -> Markup:
    """A drawing with its title, and the same numbers as a table for whoever cannot see it, or wants to read them."""
    heads = Markup().join(Markup('<th scope="col">{}</th>').format(name) for name in head)
    said = Markup('<p class="soft">{}</p>').format(note) if note else ""
    return _FIGURE.format(title, drawing, said, title, heads, Markup().join(_cells(row) for row in rows))


def _cells(row: Sequence[object]) -> Markup:
    others = Markup().join(Markup("<td>{}</td>").format(cell) for cell in row[1:])
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(row[0], others)


def bars(title: str, rows: Sequence[Bar], *, most: float | None = None, words: str = "") -> Markup:
    """Lying bars, one under the other, each with its name and value; the longest is `most` (the largest value)."""
    top = max(most or 0.0, max((row.value for row in rows), default=0.0)) or 1.0
    step, room = 30.0, WIDE - 170.0 - 70.0
    drawn = [
        Markup(
            '<g class="{}"><title>{}: {}</title><text x="160" y="{}" text-anchor="end">{}</text>'
            '<rect class="ground" x="170" y="{}" width="{}" height="14" rx="3"/>'
            '<rect class="ink" x="170" y="{}" width="{}" height="14" rx="3"/><text x="{}" y="{}">{}</text></g>'
        ).format(
            row.tone, row.name, row.words, _n(y + 11), _cut(row.name, 24), _n(y), _n(room), _n(y),
            _n(room * max(0.0, row.value) / top), _n(178 + room), _n(y + 11), row.words,
        )
        for row, y in ((row, 4.0 + step * at) for at, row in enumerate(rows))
    ]  # fmt: skip
    return _svg("bars", title, words, WIDE, max(1, len(rows)) * step, Markup().join(drawn))


def columns(title: str, rows: Sequence[Sequence[Bar]], names: Sequence[str], *, words: str = "") -> Markup:
    """Standing bars over time; each column stacks its bars from the ground up. `names` are under the columns."""
    most = max((sum(bar.value for bar in column) for column in rows), default=0.0) or 1.0
    wide, high = WIDE - LEFT - RIGHT, HIGH - TOP - BOTTOM
    step, drawn = wide / max(1, len(rows)), []
    every = max(1, -(-len(rows) // 8))
    for at, column in enumerate(rows):
        ground, x = TOP + high, LEFT + step * at + step * 0.12
        for bar in column:
            height = high * bar.value / most
            ground -= height
            drawn.append(
                Markup('<rect class="ink {}" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>').format(
                    bar.tone, _n(x), _n(ground), _n(step * 0.76), _n(height), bar.name, bar.words
                )
            )
        if at % every == 0 and at < len(names):
            drawn.append(_text(x + step * 0.38, HIGH - 8, names[at], "middle"))
    return _svg("columns", title, words, WIDE, HIGH, _grid(_counts(most), most, high), Markup().join(drawn))


def line(
    title: str,
    points: Sequence[Point],
    *,
    most: float = 1.0,
    gates: Sequence[tuple[float, str]] = (),
    words: str = "",
    beside: Sequence[Point] = (),
) -> Markup:
    """A line over points with a band of their intervals; `gates` are level lines with their names, `beside` is another
    line over the same ground, without points."""
    plot = _Plot.over(points, most)
    drawn = [_gate(plot, value, name) for value, name in gates]
    drawn += [_band(plot, points)]
    drawn += [Markup('<polyline class="ink soft" points="{}"/>').format(plot.places(run)) for run in _runs(beside)]
    drawn += [Markup('<polyline class="ink" points="{}"/>').format(plot.places(run)) for run in _runs(points)]
    drawn += [_dot(plot, point) for point in points if point.value is not None]
    drawn += _ends(plot, points)
    return _svg("line", title, words, WIDE, HIGH, _grid(_shares(most), most, HIGH - TOP - BOTTOM), Markup().join(drawn))


@dataclass(frozen=True, slots=True)
class Line:
    """One of several lines over the same ground; `points` from left to right, `at` from 0 to 1."""

    name: str
    points: Sequence[Point]
    tone: str = "held"


def lines(title: str, rows: Sequence[Line], *, words: str = "") -> Markup:
    """Several lines over shares from 0 to 100 % both ways, the first with its intervals; names stand below them."""
    plot = _Plot(0.0, 1.0, 1.0)
    drawn = [_band(plot, rows[0].points)] if rows else []
    for at, row in reversed(list(enumerate(rows))):
        runs = (plot.places(run) for run in _runs(row.points))
        drawn += [Markup('<polyline class="ink {}" points="{}"/>').format(row.tone, run) for run in runs]
        y = HIGH - BOTTOM - 10 - 18 * (len(rows) - 1 - at)
        drawn.append(
            Markup('<line class="key {}" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                row.tone, _n(WIDE - 260), _n(WIDE - 236), _n(y - 4), _n(y - 4)
            )
        )
        drawn.append(_text(WIDE - 228, y, row.name))
    drawn += [_dot(plot, point) for point in (rows[0].points if rows else ()) if point.words]
    drawn += [_text(plot.x(at), HIGH - 8, f"{at:.0%}", "middle") for at in (0.0, 0.25, 0.5, 0.75, 1.0)]
    return _svg("line", title, words, WIDE, HIGH, _grid(_shares(1.0), 1.0, HIGH - TOP - BOTTOM), Markup().join(drawn))


@dataclass(frozen=True, slots=True)
class _Plot:
    """From values to places in the drawing."""

    first: float
    spread: float
    most: float

    @staticmethod
    def over(points: Sequence[Point], most: float) -> "_Plot":
        first = min((point.at for point in points), default=0.0)
        return _Plot(first, max((point.at for point in points), default=0.0) - first, most)

    def x(self, at: float) -> float:
        wide = WIDE - LEFT - RIGHT
        return LEFT + (wide * (at - self.first) / self.spread if self.spread else wide / 2)

    def y(self, value: float) -> float:
        high = HIGH - TOP - BOTTOM
        return TOP + high - high * min(max(value, 0.0), self.most) / self.most

    def places(self, points: Sequence[Point]) -> str:
        return _places([(self.x(point.at), self.y(point.value or 0.0)) for point in points])


def _gate(plot: _Plot, value: float, name: str) -> Markup:
    y = plot.y(value)
    drawn = Markup('<line class="gate" x1="{}" x2="{}" y1="{}" y2="{}"/>')
    return drawn.format(_n(LEFT), _n(WIDE - RIGHT), _n(y), _n(y)) + _text(WIDE - RIGHT - 2, y - 4, name, "end")


def _band(plot: _Plot, points: Sequence[Point]) -> Markup:
    known = [(plot.x(one.at), one.low, one.high) for one in points if one.low is not None and one.high is not None]
    if len(known) < 2:
        return Markup()
    around = [(x, plot.y(high)) for x, _, high in known] + [(x, plot.y(low)) for x, low, _ in reversed(known)]
    return Markup('<polygon class="band" points="{}"/>').format(_places(around))


def _dot(plot: _Plot, point: Point) -> Markup:
    dot = Markup('<circle class="dot {}" cx="{}" cy="{}" r="4"><title>{}: {}</title></circle>').format(
        point.tone, _n(plot.x(point.at)), _n(plot.y(point.value or 0.0)), point.name, point.words
    )
    label = f"{point.name}: {point.words}"
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(point.address, label, dot) if point.address else dot


def _ends(plot: _Plot, points: Sequence[Point]) -> list[Markup]:
    """The names of the first and the last point."""
    named = [(points[0], "start"), (points[-1], "end")] if len(points) > 1 else [(one, "middle") for one in points]
    return [_text(plot.x(point.at), HIGH - 8, point.name, anchor) for point, anchor in named]


def steps(title: str, rows: Sequence[Step], *, marks: Sequence[tuple[float, str]] = (), words: str = "") -> Markup:
    """A timeline: one block for each stretch of time, as high as its value; `marks` are moments with names."""
    first = min((row.since for row in rows), default=0.0)
    spread = max((row.until for row in rows), default=1.0) - first or 1.0
    wide, high = WIDE - 2 * RIGHT, 60.0

    def x(at: float) -> float:
        return RIGHT + wide * (min(max(at, first), first + spread) - first) / spread

    drawn = [
        Markup('<rect class="ink {}" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>').format(
            row.tone, _n(x(row.since)), _n(TOP + high - max(3.0, high * row.value)),
            _n(max(1.0, x(row.until) - x(row.since))), _n(max(3.0, high * row.value)), row.name, row.words,
        )
        for row in rows
    ]  # fmt: skip
    for at, name in marks:
        drawn.append(
            Markup('<line class="mark" x1="{}" x2="{}" y1="4" y2="{}"/>').format(_n(x(at)), _n(x(at)), _n(TOP + high))
        )
        anchor = "start" if x(at) < WIDE / 8 else "end" if x(at) > WIDE * 7 / 8 else "middle"
        drawn.append(_text(x(at), TOP + high + 18, name, anchor))
    return _svg("steps", title, words, WIDE, TOP + high + 26, Markup().join(drawn))


def share(percentile: float, gate: float | None = None) -> Markup:
    """A small meter: how risky, and from where on it is held. It says nothing that the text beside it does not."""
    held = " held" if gate is not None and percentile >= gate else ""
    notch = Markup('<rect class="mark" x="{}" y="0" width="1.5" height="8"/>').format(_n(100 * gate)) if gate else ""
    return Markup(
        '<svg class="meter{}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="ground" width="100" height="8" rx="2"/><rect class="ink" width="{}" height="8" rx="2"/>{}</svg>'
    ).format(held, _n(100 * min(max(percentile, 0.0), 1.0)), notch)


# --- parts


def _svg(kind: str, title: str, words: str, wide: float, high: float, *inside: Markup) -> Markup:
    drawn = Markup().join(inside)
    role = "group" if "<a " in drawn else "img"  # what can be followed is not hidden inside of a picture
    return Markup('<svg class="{}" viewBox="0 0 {} {}" role="{}" aria-label="{}"><title>{}</title>{}{}</svg>').format(
        kind, _n(wide), _n(high), role, f"{title}. {words}" if words else title, title,
        Markup("<desc>{}</desc>").format(words) if words else "", drawn,
    )  # fmt: skip


def _grid(ticks: Sequence[tuple[float, str]], most: float, high: float) -> Markup:
    """A line and a name for each tick; `most` is at the top."""
    drawn = []
    for value, name in ticks:
        y = TOP + high - high * value / most
        line_ = Markup('<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>')
        drawn.append(line_.format(_n(LEFT), _n(WIDE - RIGHT), _n(y), _n(y)) + _text(LEFT - 6, y + 4, name, "end"))
    return Markup().join(drawn)


def _shares(most: float) -> list[tuple[float, str]]:
    """Of a whole as percents; of what may be more than a whole as numbers."""
    parts = [most * part for part in (0.0, 0.5, 1.0)]
    return [(part, f"{part:g}" if most > 1.0 else f"{100 * part:.3g}%") for part in parts]


def _counts(most: float) -> list[tuple[float, str]]:
    """Whole numbers only: nobody counts half a change."""
    half = int(most) // 2
    return [(float(value), f"{value:,}") for value in sorted({0, half, int(most)}) if value <= most]


def _text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(_n(x), _n(y), anchor, words)


def _runs(points: Sequence[Point]) -> list[list[Point]]:
    """Stretches of neighbouring points that are all known."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _places(pairs: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in pairs)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
