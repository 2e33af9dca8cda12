"""The report as one HTML page that needs nothing else: no script, no network, charts drawn here as SVG."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.backtest.measure import Figures
from bot.render import TEMPLATES, visible


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
        "points": points, "moment": moment,
    }  # fmt: skip
    env.globals |= {"figure": figure}
    return env.get_template("page.html.j2").render(report=figures, command=command)


def _whole(say: Callable[[float | None], str]) -> Callable[[float | None], str]:
    """A number and its unit stay on one line."""
    return lambda value: say(value).replace(" ", "\u00a0")


def count(value: int) -> str:
    return f"{value:,}"


def percent(value: float | None) -> str:
    """5 %, 7.4 %; a dash for a share of nothing."""
    if value is None:
        return "–"
    return f"{value * 100:.1f}".removesuffix(".0") + " %"


def hours(value: float | None) -> str:
    """As people say it: 40 min, 5 h, 2.5 days."""
    if value is None:
        return "–"
    if value < 1:
        return f"{value * 60:.0f} min"
    return f"{value:.0f} h" if value < 48 else f"{value / 24:,.1f}".removesuffix(".0") + " days"


def day(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at:%-d %b %Y}"


def moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{at:%a %-d %b %Y %H:%M %Z}"


def points(line: list[dict[str, float | None]], x: str, y: str, width: float, height: float) -> str:
    """SVG points of a line whose coordinates are shares."""
    pairs = [(one[x], one[y]) for one in line]
    return " ".join(f"{a * width:.1f},{height - b * height:.1f}" for a, b in pairs if a is not None and b is not None)


def figure(key: str, value: object, shown: str) -> Markup:
    """A number with the place in the JSON that it comes from."""
    return Markup('<data data-figure="{}" value="{}">{}</data>').format(
        key, "" if value is None else value, escape(shown)
    )
