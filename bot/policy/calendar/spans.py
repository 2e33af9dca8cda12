"""Half-open spans of time, [start, end): joined where they touch, cut where an exception stands."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    start: datetime
    end: datetime
    name: str = ""  # of the event, when one window holds several

    @property
    def empty(self) -> bool:
        return self.start >= self.end


def join(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Sorted; spans of one name that touch or overlap become one."""
    latest: dict[str, Span] = {}
    done: list[Span] = []
    for span in sorted(span for span in spans if not span.empty):
        last = latest.get(span.name)
        if last is not None and span.start <= last.end:
            latest[span.name] = replace(last, end=max(last.end, span.end))
            continue
        if last is not None:
            done.append(last)
        latest[span.name] = span
    return tuple(sorted([*done, *latest.values()]))


def cut(spans: Iterable[Span], holes: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of the spans outside the holes."""
    left = list(spans)
    for hole in holes:
        if not hole.empty:
            left = [part for span in left for part in _around(span, hole) if not part.empty]
    return tuple(sorted(left))


def _around(span: Span, hole: Span) -> tuple[Span, ...]:
    if hole.end <= span.start or hole.start >= span.end:
        return (span,)
    return replace(span, end=hole.start), replace(span, start=hole.end)
