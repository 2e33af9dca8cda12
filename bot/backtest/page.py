"""The report as one HTML page that needs nothing else: no script, no network, charts drawn here as SVG."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.backtest.measure import Figures
from bot.backtest.text import differences
from bot.backtest.words import count, day, hours, hundred, moment, percent, tenths
from bot.line.render import TEMPLATES
from bot.policy.text.whole import visible

OPENINGS, LISTED = 30, 60  # how many openings, and faults of each kind, the page lists; the JSON has all


def page(figures: Figures, command: str, templates: Path = TEMPLATES) -> str:
    """The page. Everything from outside is escaped, hidden characters are made visible."""
    env = Environment(
        loader=FileSystemLoader(templates / "backtest"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "visible": visible, "count": count, "percent": _whole(percent), "hours": _whole(hours), "day": day,
        "points": points, "moment": moment, "hundred": hundred, "tenths": tenths,
    }  # fmt: skip
    env.globals |= {"figure": figure, "openings": OPENINGS, "listed": LISTED}
    compared = list(differences(cast(dict[str, Any], figures["curve"])))
    return env.get_template("page.html.j2").render(report=figures, command=command, differences=compared)


def _whole(say: Callable[[float | None], str]) -> Callable[[float | None], str]:
    """A number and its unit stay on one line."""
    return lambda value: say(value).replace(" ", "\u00a0")


def points(line: list[dict[str, float | None]], x: str, y: str, width: float, height: float) -> str:
    """SVG points of a line whose coordinates are shares."""
    pairs = [(one[x], one[y]) for one in line]
    return " ".join(f"{a * width:.1f},{height - b * height:.1f}" for a, b in pairs if a is not None and b is not None)


def figure(key: str, value: object, shown: str) -> Markup:
    """A number with the place in the JSON that it comes from."""
    return Markup('<data data-figure="{}" value="{}">{}</data>').format(
        key, "" if value is None else value, escape(shown)
    )
