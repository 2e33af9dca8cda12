"""A year by weeks as a small picture: what landed, what was stopped, what turned out to be at fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 150, 30, 22


@dataclass(frozen=True, slots=True)
class Series:
    name: str
    colour: str
    values: Mapping[int, int]  # by week


def picture(title: str, series: Sequence[Series], weeks: int, marks: Mapping[int, str]) -> str:
    """Bars beside each other in each week, as SVG that can be read in light and in dark; `marks`: words at weeks."""
    most = max((value for one in series for value in one.values.values()), default=1) or 1
    step = (WIDTH - LEFT) / weeks
    wide = step / (len(series) + 0.6)
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + BOTTOM + 34}" role="img"'
        f' aria-label="{escape(title)}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT + BOTTOM + 34}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="14" font-weight="bold" fill="#1f2328">{escape(title)}</text>',
    ]
    for place, one in enumerate(series):
        rows.append(f'<rect x="{LEFT + place * 150}" y="22" width="10" height="10" fill="{one.colour}"/>')
        rows.append(f'<text x="{LEFT + 14 + place * 150}" y="31" fill="#1f2328">{escape(one.name)}</text>')
    for line in (0, most):
        y = 40 + HEIGHT - line / most * (HEIGHT - 20)
        rows.append(f'<text x="{LEFT - 4}" y="{y + 4:.0f}" text-anchor="end" fill="#59636e">{line}</text>')
        rows.append(f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.0f}" y2="{y:.0f}" stroke="#d1d9e0"/>')
    for place, one in enumerate(series):
        for week, value in sorted(one.values.items()):
            tall = value / most * (HEIGHT - 20)
            x = LEFT + week * step + place * wide
            rows.append(
                f'<rect x="{x:.1f}" y="{40 + HEIGHT - tall:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
                f' fill="{one.colour}"/>'
            )
    for week, words in marks.items():
        x = LEFT + week * step
        rows.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="40" y2="{40 + HEIGHT}" stroke="#8250df" stroke-dasharray="3"/>'
        )
        rows.append(f'<text x="{x + 3:.1f}" y="{HEIGHT + 56}" fill="#8250df">{escape(words)}</text>')
    return "\n".join([*rows, "</svg>", ""])
