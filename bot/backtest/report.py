"""The whole report as plain data: what the page, the terminal, JSON and CSV all show."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import IO

from bot.backtest import cases
from bot.backtest.curve import curve
from bot.backtest.measure import Figures, grouped, openings, periods, share, tally, windows
from bot.backtest.outcomes import Outcomes
from bot.backtest.places import folder, group, language
from bot.backtest.replay import Replay, Replayed
from bot.backtest.settings import SHARES, Named, at_share, calendars, hard
from bot.policy.config import Config
from scoring.errors import ScoringError

LEAST_LANDINGS, LEAST_LABELS = 300, 10  # below these a backtest says nothing
FEW = 50  # labels below which its figures are weak
OVER = 1.5  # times the target from which the share held is spoken of
RIPE = timedelta(days=180)  # faults of younger landings are mostly not known yet
Progress = Callable[[int, int], None]


@dataclass
class Backtest:
    """A replay under one configuration and what is compared with it; each step may be cut short."""

    replay: Replay
    outcomes: Outcomes
    config: Config
    source: str  # where the configuration comes from, in words
    rows: Sequence[int]
    replayed: list[Replayed] = field(default_factory=list)
    others: list[tuple[str, str, float | None, list[Replayed]]] = field(default_factory=list)
    stopped: str = ""  # why it is partial, "" when it is whole

    def require_enough(self) -> None:
        """Raise ScoringError, with what to do instead, when there is too little to learn anything from."""
        faults = sum(row in self.outcomes.by_row for row in self.rows)
        if len(self.rows) < LEAST_LANDINGS or faults < LEAST_LABELS:
            raise ScoringError(
                f"There is too little to replay: {len(self.rows):,} landings that can be scored, {faults} of them "
                f"known to be reverted or fixed within a year; at least {LEAST_LANDINGS} and {LEAST_LABELS} are "
                "needed. Leave out --since, choose a longer-lived branch with --branch, or run codechill with "
                "`mode: shadow` for some months and look at what it would have held."
            )

    def run(self, progress: Progress | None = None) -> None:
        """Replay under the configuration; what was decided stays when it is interrupted."""
        for each in self.replay.run(self.config, self.rows, progress):
            self.replayed.append(each)

    def compare(self, zone: str, progress: Progress | None = None) -> None:
        """Replay under other levels and other calendars."""
        todo = list(self._others(zone))
        open_ = [each.landing.row for each in self.replayed if each.in_window]
        for done, (kind, named, target, same_windows) in enumerate(todo):
            rows = open_ if same_windows else self.rows
            # a hard freeze asks for no proof
            proved = {} if target == 1.0 else self.replay.contents.proved
            self.others.append((kind, named.name, target, list(self.replay.run(named.config, rows, proved=proved))))
            if progress:
                progress(done + 1, len(todo))

    def _others(self, zone: str) -> Iterator[tuple[str, Named, float | None, bool]]:
        for target in SHARES:
            yield "level", Named(f"{target * 100:g}\u00a0%", at_share(self.config, target)), target, True
        yield "level", Named("hard freeze", hard(self.config)), 1.0, True
        for named in calendars(zone):
            yield "calendar", named, None, False

    # --- what is told

    def figures(self) -> Figures:
        """Everything, as plain data that JSON can hold."""
        return {
            "schema": 1,
            "partial": self.partial(),
            "repository": self._repository(),
            "configuration": self._configuration(),
            "labels": self.figures_of_labels(),
            "summary": self._summary(),
            "windows": windows(self.replayed, self.outcomes),
            "openings": openings(self.replayed, self.outcomes),
            "faults": list(self._faults()),
            "periods": periods(self.replayed, self.outcomes),
            "curve": curve(self.replay.scores, self.outcomes, [each.landing.row for each in self.replayed]),
            "levels": list(self._compared("level")),
            "calendars": list(self._compared("calendar")),
            "authors": grouped(self.replayed, self.outcomes, self.group),
            "folders": grouped(self.replayed, self.outcomes, lambda each: folder(each.landing.paths)),
            "languages": grouped(self.replayed, self.outcomes, lambda each: language(each.landing.paths)),
            "cases": self._cases(),
            "model": self._model(),
            "notes": list(self._notes()),
        }

    def group(self, each: Replayed) -> str:
        """Newcomer or regular when it landed."""
        return group(float(self.replay.scores.before[each.landing.row]), each.landing.author)

    def partial(self) -> Figures | None:
        """Why and where it was cut short; None when it is whole."""
        if not self.stopped:
            return None
        return {"why": self.stopped, "decided": len(self.replayed), "of": len(self.rows)}

    def _repository(self) -> Figures:
        first, last = self.replayed[0].landing, self.replayed[-1].landing
        return {
            "name": self.replay.name,
            "branch": self.replay.branch,
            "tip": last.sha,
            "from": first.at.date().isoformat(),
            "to": last.at.date().isoformat(),
            "landings": len(self.replay.past.landings),
        }

    def _configuration(self) -> Figures:
        lines = [
            {"window": window.name, "level": window.level.name, "share": window.level.share, "timezone": window.zone}
            for window in self.config.calendar.windows
        ]
        return {"source": self.source, "timezone": self.config.timezone, "windows": lines}

    def figures_of_labels(self) -> Figures:
        """How much the figures rest on."""
        last = self.replayed[-1].landing.at
        kinds = [
            self.outcomes.by_row[each.landing.row].kind
            for each in self.replayed
            if each.landing.row in self.outcomes.by_row
        ]
        return {
            "faults": len(kinds),
            "reverted": kinds.count("revert"),
            "fixed": kinds.count("fixes"),
            "incidents": kinds.count("incident"),
            "rate": share(len(kinds), len(self.replayed)),
            "excused": self.outcomes.excused,
            "unripe": sum(each.landing.at > last - RIPE for each in self.replayed),
            "weak": len(kinds) < FEW,
        }

    def _summary(self) -> Figures:
        whole = tally(self.replayed, self.outcomes)
        open_ = [each.share for each in self.replayed if each.in_window]
        return {
            "replayed": len(self.replayed),
            **whole.figures(),
            "target": round(sum(open_) / len(open_), 4) if open_ else None,
            "share_of_all": share(whole.held, len(self.replayed)),
            "share_let_through": share(whole.let_through, whole.landings),
            "outside": len(self.replayed) - whole.landings,
            "delay_hard_hours": self._delay_of_a_freeze(),
        }

    def _delay_of_a_freeze(self) -> float | None:
        """All waiting together under a hard freeze in the same windows; None when it was not tried."""
        frozen = [replayed for _, _, target, replayed in self.others if target == 1.0]
        return tally(frozen[0], self.outcomes).delay_total_hours if frozen else None

    def _faults(self) -> Iterator[Figures]:
        """Every landing in a window that was later reverted or fixed, held or not, oldest first."""
        for each in self.replayed:
            outcome = self.outcomes.by_row.get(each.landing.row)
            if each.in_window and outcome is not None:
                after = (outcome.known_at - each.landing.at.timestamp()) / 86400
                yield {
                    "sha": each.landing.sha, "title": each.landing.title, "at": each.landing.at.isoformat(),
                    "window": each.window, "held": each.held, "percentile": round(each.percentile, 4),
                    "kind": outcome.kind, "evidence": outcome.evidence, "after_days": round(after, 1),
                }  # fmt: skip

    def _compared(self, kind: str) -> Iterator[Figures]:
        for which, name, target, replayed in self.others:
            if which == kind:
                yield {"name": name, "target": target} | tally(replayed, self.outcomes).figures()

    def _cases(self) -> list[Figures]:
        explain = cases.explainer(self.replay)
        chosen = cases.choose(self.replayed, self.outcomes)
        return [cases.figures(case, self.replay, self.config, explain) for case in chosen]

    def _model(self) -> Figures:
        scores = self.replay.scores
        used = [each for each in scores.fitted if each.own_model is not None]
        return {
            "shipped": None if scores.shipped is None else scores.model.card.id,
            "refitted": len(used),
            "own_from": self.replay.past.landings[used[0].first].at.date().isoformat() if used else None,
            "first": self.replay.past.landings[self.replayed[0].landing.row].at.date().isoformat(),
            "peeked": scores.peeked,
        }

    def _notes(self) -> Iterator[str]:
        yield (
            "Association is not prevention: a held change that was at fault might have failed just the same on Monday. "
            "What a hold buys is that it does not fail while nobody is there."
        )
        yield (
            "At fault means: within a year a later commit reverts the landing or names it in a Fixes trailer, or an "
            "imported incident names it. Faults that nobody wrote down so are unknown here: some false alarms are "
            "none, and some faults are not counted."
        )
        yield (
            "Each landing was decided by the rules and the calendar that serve pull requests, with its score among the "
            "changes before it and models fitted on what was known then. Nobody could ask for an exception."
        )
        yield "Landing times are the committer's clock. When a held change would have landed instead, nobody knows."
        if self.others:
            yield (
                "Other settings were tried with the proofs that the replayed configuration needed; of what only they "
                "would have held, some might have been proved harmless."
            )
        yield from self._caveats()

    def _caveats(self) -> Iterator[str]:
        scores, summary = self.replay.scores, self._summary()
        held, target = summary["share_held"], summary["target"]
        if isinstance(held, float) and isinstance(target, float) and target and held > OVER * target:
            yield (
                f"More was held than the levels say ({held:.1%} instead of {target:.1%}): a level holds its share of "
                "all landings, and here those that land while a window is open look riskier than the others."
            )
        if scores.peeked:
            yield (
                "The shipped model learned from this very history, and too little is labelled for a model of its own: "
                "these figures flatter."
            )
        elif scores.shipped is None:
            yield (
                "The shipped model learned from this very history, so it was left out: only regressions of this "
                "repository, fitted as time went on, were used."
            )
        else:
            yield "The shipped model never saw this history, but other repositories, also in years later than these."
        if any(window.authors for window in self.config.calendar.windows):
            yield "Windows for named people or teams were not replayed: history knows addresses, not accounts."


def rows_of(backtest: Backtest) -> Iterator[list[object]]:
    """The head and one row a landing in a window, for CSV."""
    yield ["sha", "landed_at", "window", "level", "share", "percentile", "verdict", "free_at", "delay_hours", "proof",
           "fault", "known_at", "evidence", "author", "folder", "language"]  # fmt: skip
    for each in backtest.replayed:
        if each.in_window:
            outcome = backtest.outcomes.by_row.get(each.landing.row)
            yield [
                each.landing.sha, each.landing.at.isoformat(), _inert(each.window), each.level, each.share,
                round(each.percentile, 4), "held" if each.held else "proven" if each.proven else "let through",
                each.until.isoformat() if each.until else "", "" if each.hours is None else round(each.hours, 2),
                each.proven.kind if each.proven else "", outcome.kind if outcome else "",
                outcome.known_at if outcome else "", outcome.evidence if outcome else "", backtest.group(each),
                _inert(folder(each.landing.paths)), language(each.landing.paths),
            ]  # fmt: skip


def write_csv(rows: Iterable[Sequence[object]], file: IO[str]) -> None:
    csv.writer(file).writerows(rows)


def _inert(text: str) -> str:
    """A spreadsheet takes what begins like a formula for one."""
    shown = text.encode("utf-8", "replace").decode()
    return f"'{shown}" if shown[:1] in "=+-@\t\r" else shown
