"""Numbers and times as people read them. Nothing here knows Markdown but `code`."""

from datetime import datetime

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def when(moment: datetime, *, seconds: bool = False) -> str:
    """Mon 24 Nov 08:00 CET, or 08:00:07"""
    clock = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    zone = moment.tzname() or ""
    zone = f"UTC{zone}" if zone.startswith(("+", "-")) else zone
    return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]} {clock} {zone}".rstrip()


def rank(percentile: float) -> int:
    """Of 100 recent changes, how many scored lower; at most 99, since no change is riskier than itself."""
    return min(99, max(0, int(percentile * 100 + 1e-9)))


def riskier(percentile: float) -> str:
    return f"riskier than {rank(percentile)} of 100 recent changes here"


def percent(share: float) -> str:
    """5 %"""
    return f"{share * 100:.2f}".rstrip("0").rstrip(".") + " %"


def code(text: str) -> str:
    """Text from outside in a code span that it cannot leave: no markup, no link, nobody mentioned."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


def listed(words: tuple[str, ...] | list[str], joiner: str = "or") -> str:
    """a, b or c"""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joiner} {words[-1]}" if words else ""


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def counted(number: int, one: str) -> str:
    """ "1 incident", "2 incidents"."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
