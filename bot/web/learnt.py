"""What is suggested of a release, learnt beside the reader: nobody who answers waits until a labeller is fitted."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scoring.difftest import rules
from scoring.difftest.desk import Desk
from scoring.difftest.labeller import Labeller, train
from scoring.difftest.labels import Label
from scoring.difftest.suggestion import Suggestion

MOST = 64  # releases of which suggestions are kept
PATIENCE = 3.0  # seconds that the first reader of a release waits before rules suggest
Place = tuple[int, str, str]  # repository, team, release
Taught = frozenset[tuple[str, Label]]


@dataclass(frozen=True, slots=True)
class Suggested:
    """`of`: group -> suggestion. `labels`: how many were learnt from; `behind`: how many of today's are not in it."""

    of: Mapping[str, Suggestion]
    labels: int = 0
    behind: int = 0


@dataclass(slots=True)
class _Fit:
    taught: Taught
    earlier: Taught
    done: threading.Event = field(default_factory=threading.Event)
    local: Labeller | None = None
    of: Mapping[str, Suggestion] = field(default_factory=dict)


def beside(work: Callable[[], None]) -> None:
    """Run it in a thread that holds up no process that ends."""
    threading.Thread(target=work, name="difference labeller", daemon=True).start()


class Learnt:
    """Suggestions by what was labelled when they were fitted. One fit at a time a release; safe between threads."""

    def __init__(self, run: Callable[[Callable[[], None]], None] = beside, patience: float = PATIENCE) -> None:
        self._run, self._patience = run, patience
        self._ready: OrderedDict[Place, _Fit] = OrderedDict()
        self._fitting: dict[Place, _Fit] = {}
        self._lock = threading.Lock()

    def of(self, repository: int, desk: Desk, team: str, release: str) -> Suggested:
        """The newest suggestions that there are; what they do not know of is suggested by rules.

        Where labels came since, a new fit begins, for whoever asks next.
        """
        place = (repository, team, release)
        taught, earlier = _taught(desk, release)
        with self._lock:
            ready = self._ready.get(place)
            if ready is not None and not _of(ready, desk, release):
                ready = None  # of differences that are no longer there
            fit = self._fitting.get(place)
            begins = fit is None and (ready is None or ready.taught != taught)
            if begins:
                fit = self._fitting[place] = _Fit(taught, earlier)
        if begins and fit is not None:
            self._run(lambda: self._fit(place, fit, desk, release, ready))
        if ready is None and fit is not None and fit.done.wait(self._patience):
            ready = fit
        known: Mapping[str, Suggestion] = {} if ready is None else ready.of
        members = desk.of_release(release)
        labels = frozenset() if ready is None else ready.taught
        return Suggested(
            {each.id: known.get(each.id) or rules.suggest(each) for each in members},
            len(labels),
            len(taught - labels),
        )

    def _fit(self, place: Place, fit: _Fit, desk: Desk, release: str, before: _Fit | None) -> None:
        try:
            # labels of this release leave the calibration on those before it as it was
            kept = before.local.temperature if before and before.local and before.earlier == fit.earlier else None
            fit.local = train(desk.teaching(release), temperature=kept)
            fit.of = desk.by(fit.local, release)
            with self._lock:
                self._ready[place] = fit
                self._ready.move_to_end(place)
                while len(self._ready) > MOST:
                    self._ready.popitem(last=False)
        finally:
            with self._lock:
                self._fitting.pop(place, None)
            fit.done.set()


def _taught(desk: Desk, release: str) -> tuple[Taught, Taught]:
    """What a labeller of the release learns from, and the part of it that is of other releases."""
    teaching = desk.teaching(release)
    all_of = frozenset((each.group.id, each.label) for each in teaching)
    return all_of, frozenset((each.group.id, each.label) for each in teaching if each.group.key.release != release)


def _of(fit: _Fit, desk: Desk, release: str) -> bool:
    return fit.of.keys() <= {each.id for each in desk.of_release(release)}
