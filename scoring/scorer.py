"""Score changes of one repository: the one entry the server uses. Needs onnxruntime and numpy, no training library."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scoring.assessment import Assessment, Part, Proof, Suggestion
from scoring.change import Change
from scoring.claims import depends
from scoring.claims.hidden import reason
from scoring.claims.known import Witness
from scoring.claims.parts import Files, Rank, suggestions
from scoring.claims.table import CLAIMS
from scoring.claims.tell import MOST, reasons
from scoring.claims.weights import shares
from scoring.errors import ScoringError
from scoring.facts.lines import LineCounts
from scoring.facts.moment import Facts
from scoring.facts.services import NONE, WEIGHTS, Services
from scoring.features import BY_NAME
from scoring.hidden.reading import Hidden, code_folders, hidden, versions
from scoring.history.index import History, Progress
from scoring.history.patch import Lines
from scoring.history.patch import read as read_patch
from scoring.history.read import lines_of
from scoring.incidents import Incident
from scoring.models import correction
from scoring.models.asked import Asked, Reference
from scoring.models.asked_once import AskedOnce
from scoring.models.corpus import text_at, text_of
from scoring.models.model import Model, Rows
from scoring.models.own import Own
from scoring.models.registry import kind_of, load
from scoring.ranking import evidence
from scoring.ranking.gating import gating
from scoring.ranking.population import needed
from scoring.ranking.quantiles import BLOCK, WINDOW, ranks, rolling, window
from scoring.ranking.ranking import Moment, Ranking
from scoring.text.record import Record

SHIPPED = Path(__file__).resolve().parent.parent / "deploy" / "models" / "shipped"
Clock = Callable[[], datetime]
NOW: Clock = partial(datetime.now, UTC)
Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]


class Scorer:
    """Scores against the index kept in `state`, with the `shipped` model and the repository's own regression.

    Models in `tried` are asked beside it and decide nothing.

    `absent_as_empty` reads partial clones; imported `incidents` count as faults from the moment they were known.
    Raises ScoringError for bad input. One thread at a time.
    """

    def __init__(
        self,
        repository: Path,
        state: Path,
        *,
        shipped: Path = SHIPPED,
        absent_as_empty: bool = False,
        incidents: Sequence[Incident] = (),
        clock: Clock = NOW,
        tried: Sequence[Path] = (),
    ) -> None:
        self.tried: tuple[Model, ...] = tuple(load(folder) for folder in tried)
        self.repository = repository
        self.shipped: Model = load(shipped)
        self.kind = kind_of(self.shipped.card.kind)
        self.history = History(repository, state, absent_as_empty=absent_as_empty, incidents=incidents)
        self.state = state
        self.clock = clock
        self._names = tuple(feature.name for feature in self.history.features)
        self._ranking = Ranking(self.shipped.card.base_rate, self.shipped.card.calibration)
        self._witness = Witness(self.history)
        if self.kind.kept:
            self.shipped = AskedOnce(self.shipped, state, self.kind.limit)
        self._own: Own | None = None
        self._own_stamp: tuple[object, ...] = ()
        self._reference: tuple[tuple[str, int, int], Reference] | None = None

    def report(self, incidents: Sequence[Incident]) -> None:
        """Know these imported incidents and no others, from the next `refresh` on."""
        self.history.report(incidents)

    def refresh(self, tip: str, *, progress: Progress | None = None, relabel: bool = True) -> None:
        """Bring the index up to commit `tip`: fast when already there, and safe to kill or to run twice at once.

        Without `relabel`, incidents that became known late are left for `history.relabel`, which takes longer.
        """
        self.history.refresh(tip, now=int(self.clock().timestamp()), progress=progress, relabel=relabel)

    def late(self) -> bool:
        """Whether incidents became known late, and are not yet counted in where they belong."""
        return self.history.late()

    def due(self) -> bool:
        """Whether the repository's own regression is to be fitted again."""
        return not self.kind.kept and not self.late() and correction.due(self.history, self.shipped)

    def fit(self) -> None:
        """Fit the repository's own regression if that is due: seconds of work, which no assessment ever does.

        It counts from the next assessment on, in every process. A second Scorer on the same index may do it meanwhile.
        """
        if self.due():
            correction.fit_again(self.history, self.shipped)

    def assess(
        self,
        change: Change,
        *,
        critical: Services = NONE,
        proof: Proof | None = None,
        parts: tuple[Part, ...] = (),
    ) -> Assessment:
        """The risk of a change; one that is in the index already is seen as of the moment it landed.

        `critical` tells how critical the service is that a path belongs to. `proof` is what is certain of the
        contents and counts as in `evidence`; `parts`, what the change is made of, are handed through.
        """
        self._read_own()
        row = self.history.row_of(change.sha)
        lines = lines_of(self.repository, change)
        whole = self._facts(change, lines, critical)
        past = self._look_back(len(self.history) if row is None else row)
        moment = self._moment(past, critical)
        extra = WEIGHTS.get(whole.tier, 0.0)
        git = self.history.git
        patch = read_patch(git, change) if row is None else {}
        kept_out = hidden(git, change, lines, patch, code_folders(past.paths)) if row is None else ()
        asked = self._parts_of(whole) if row is None else self._landed(row)
        honest = len(asked)
        for each in versions(change, lines, kept_out):
            asked += self._parts_of(self._plain(whole, each, change, critical))
        text, key = (lambda: text_of(git, change)), change.sha if row is not None else f"{change.base}..{change.sha}"
        rows = self._rows(asked, past.raw, text, key)
        said = self._logits(rows)
        # evidence is about the change as it stands, and says nothing of what it keeps out of the counts
        proved = np.where(np.arange(len(asked)) < honest, evidence.log_odds(proof), 0.0)
        scores = said + proved
        # what carries the score is asked of what gates: the whole, or its riskiest part
        riskiest = int(scores.argmax())
        vector = asked[riskiest].vector
        score = float(scores[riskiest]) + extra
        percentile = evidence.percentile(float(moment.percentiles(np.array([score]))[0]), proof)
        carried = shares(CLAIMS, self._names, vector, past.usual, self._by_columns(past.raw), extra)
        tip = self.history.tip if row is None else change.base
        rank = partial(self._smaller, change, past, critical, kept_out, moment)
        known = self._witness.known(change, lines, tip=tip, tier=whole.tier, patch=patch)
        of_hidden = (reason(kept_out),) if riskiest >= honest else ()
        return Assessment(
            log_odds=score,
            beside={model.card.id: float((model.logits(rows) + proved).max()) + extra for model in self.tried},
            base=change.base,
            sha=change.sha,
            at=change.at,
            percentile=percentile,
            probability=float(moment.probabilities(np.array([score]))[0]),
            base_rate=moment.base_rate,
            reasons=(*of_hidden, *reasons(known, carried))[:MOST],
            suggestions=self._suggestions(change, lines, patch, percentile, rank)
            if row is None and self.kind.of_versions
            else (),
            model=self.shipped.card.id + (" + this repository" if self._own else ""),
            reference=len(moment.population.recent),
            labelled=self.history.labelled(),
            features={name: float(value) for name, value in zip(self._names, vector, strict=True) if _kept(name)}
            | evidence.seen(proof),
            proof=proof,
            parts=parts,
        )

    def ranks(self, change: Change, versions: Sequence[Files]) -> list[float]:
        """Where a change that has not landed would rank if it had these files, 0 to 1; no proof counts.

        Raises ScoringError when the model cannot be asked of versions that nobody made.
        """
        past, moment = self._at_tip(NONE)
        return self._smaller(change, past, NONE, (), moment, versions)

    def highest(self, change: Change, *, critical: Services = NONE, proof: Proof | None = None) -> float:
        """The highest rank, 0 to 1, of what gates of a change and of each of its files alone.

        As one only where it has no parts: what is added beside code would dilute it. Of a landed one only what gates
        counts. Raises ScoringError when the model cannot be asked of versions that nobody made, or of so many files.
        """
        if proof is not None and proof.level == "P":
            return evidence.percentile(1.0, proof)
        self._read_own()
        row = self.history.row_of(change.sha)
        if row is None:
            past, moment = self._at_tip(critical)
            asked, tier = self._each_way(change, past, critical)
        else:
            past = self._look_back(row)
            moment, tier = self._moment(past, critical), critical.tier(change.places)
            asked = self._landed(row)
        score = self._logits(self._rows(asked, past.raw)).max() + evidence.log_odds(proof) + WEIGHTS.get(tier, 0.0)
        return float(moment.percentiles(np.array([score]))[0])

    def _each_way(self, change: Change, past: Reference, critical: Services) -> tuple[list[Asked], int]:
        git, lines = self.history.git, lines_of(self.repository, change)
        kept_out = hidden(git, change, lines, read_patch(git, change), code_folders(past.paths))
        whole = self._facts(change, lines, critical)
        plain = [self._plain(whole, each, change, critical) for each in versions(change, lines, kept_out)]
        ways = [way for each in (whole, *plain) for way in self.history.each_way(each)]
        return [Asked(self.history.vector(way), way.wording.ids) for way in ways], whole.tier

    def _at_tip(self, critical: Services) -> tuple[Reference, Moment]:
        if not self.kind.of_versions:
            raise ScoringError(f"The model {self.shipped.card.id} speaks only of changes as they are.")
        self._read_own()
        past = self._look_back(len(self.history))
        return past, self._moment(past, critical)

    def _facts(self, change: Change, lines: Sequence[LineCounts], critical: Services) -> Facts:
        # a clock that its author set wrong would fade the past, or hide it: as the index takes the clock of a commit
        at = min(int(change.at.timestamp()), int(self.clock().timestamp()))
        if self.history.row_of(change.sha) is None:
            at = max(at, self.history.clock)
        facts = self.history.facts(change, lines, at)
        return replace(facts, tier=critical.tier(change.places))

    def _parts_of(self, facts: Facts) -> list[Asked]:
        """What gates of a change: its parts, or else the whole."""
        looked = self.history.parts_of(facts) or (facts,)
        return [Asked(self.history.vector(each), facts.wording.ids) for each in looked]

    def _plain(self, whole: Facts, files: Files, change: Change, critical: Services) -> Facts:
        """The facts of a change with nothing kept out, which does to the tree what it does as it stands."""
        plain = replace(change, files=tuple(file for file, _ in files))
        facts = self._facts(plain, [counts for _, counts in files], critical)
        return replace(facts, tier=whole.tier, takes_back=whole.takes_back, lands_again=whole.lands_again)

    def _landed(self, row: int) -> list[Asked]:
        parts = self.history.parts(row, row + 1).raw
        ids = self.history.words([row])[0]
        return [Asked(vector, ids) for vector in (parts if len(parts) else self.history.matrix(row, row + 1))]

    def _smaller(
        self, change: Change, past: Reference, critical: Services, kept_out: Sequence[Hidden], moment: Moment,
        smaller: Sequence[Files],
    ) -> list[float]:  # fmt: skip
        asked: list[Asked] = []
        owners: list[int] = []
        extra: list[float] = []
        for place, files in enumerate(smaller):
            part = replace(change, files=tuple(file for file, _ in files)) if files else change
            lines = [counts for _, counts in files]
            facts = self._facts(part, lines, critical)
            asked += self._parts_of(facts)
            for each in versions(part, lines, kept_out) if files else ():
                asked += self._parts_of(self._plain(facts, each, part, critical))
            owners += [place] * (len(asked) - len(owners))
            extra.append(WEIGHTS.get(facts.tier, 0.0))
        scores = self._logits(self._rows(asked, past.raw))
        gated = gating(np.zeros(len(smaller)), np.array(owners, dtype=np.intp), scores)
        return [*map(float, moment.percentiles(gated + np.array(extra)))]

    def _rows(
        self, asked: Sequence[Asked], reference: Matrix, text: Callable[[], Record] = Record, key: str = ""
    ) -> Rows:
        """As models read them, compared with `reference`; all have the text of one whole."""
        raw = np.array([each.vector for each in asked], dtype=np.float32)
        return Rows(
            self._names, raw, ranks(raw, reference), lambda places: [asked[place].words for place in places],
            lambda _: text(), lambda _: key,
        )  # fmt: skip

    def _in_index(self, raw: Matrix, quantile: Matrix, row_of: Callable[[int], int]) -> Rows:
        """Changes of the index, or parts of them, as models read them; `row_of` tells the row of a place."""
        return Rows(
            self._names, raw, quantile, lambda places: self.history.words([row_of(place) for place in places]),
            lambda place: text_at(self.history, row_of(place)), lambda place: self.history.sha_at(row_of(place)),
        )  # fmt: skip

    def _by_columns(self, reference: Matrix) -> Callable[[Matrix], Floats]:
        """Score versions of one change that differ in columns; a model of words or text says the same of each."""

        def score(raw: Matrix) -> Floats:
            rows = Rows(self._names, raw, ranks(raw, reference))
            return self._logits(rows) if self.kind.by_columns else self._correction(rows)

        return score

    def _logits(self, rows: Rows) -> Floats:
        return self.shipped.logits(rows) + self._correction(rows)

    def _correction(self, rows: Rows) -> Floats:
        return (
            self._own.logits(self._names, rows.raw, rows.quantile) if self._own and len(rows) else np.zeros(len(rows))
        )

    def _read_own(self) -> None:
        # what a job fitted or counted in meanwhile counts from the next change on, never within one
        stamp = correction.stamp(self.history)
        if self._own_stamp != stamp:
            self._own_stamp, self._own, self._reference = stamp, correction.own_of(self.history, self.shipped), None
            self._witness = Witness(self.history)

    def _look_back(self, row: int) -> Reference:
        key = (self.history.tip, row, len(self.history))
        if self._reference is None or self._reference[0] != key:
            self._reference = key, self._referred(row)
        return self._reference[1]

    def _referred(self, row: int) -> Reference:
        first, last = window(row)
        last = last or row  # a young repository: better its few changes than none
        low = needed(row)
        start = max(0, min(first, low // BLOCK * BLOCK - WINDOW))
        everything, parts = self.history.matrix(start, row), self.history.parts(low, row)
        raw = everything[first - start : last - start]
        if not len(raw):
            nothing = np.zeros(len(self._names), dtype=np.float32)
            return Reference(row, raw, nothing, np.empty(0), ())
        usual = np.median(raw, axis=0)
        quantile = rolling(everything, low - start)
        if low == 0:
            # nothing was before the first changes: they are compared with one another, as a new one is with them
            quantile[:BLOCK] = ranks(everything[:BLOCK], everything[:BLOCK])
        logits = self._logits(self._in_index(everything[low - start :], quantile, lambda place: low + place))
        if len(parts.rows):
            owners = parts.rows.tolist()
            beside = self._logits(self._in_index(parts.raw, parts.quantile(everything, start), owners.__getitem__))
            logits = gating(logits, parts.rows - low, beside)
        return Reference(row, raw, usual, logits, self.history.paths(low, row))

    def _moment(self, past: Reference, critical: Services) -> Moment:
        before = past.logits + self._tiers(past, critical)
        return self._ranking.at(before, past.row, size=len(self.history), labelled=self.history.labelled())

    def _tiers(self, past: Reference, critical: Services) -> Floats:
        return np.array([WEIGHTS.get(critical.tier(paths), 0.0) for paths in past.paths]) if critical else np.zeros(1)

    def _suggestions(
        self, change: Change, lines: Sequence[LineCounts], patch: Mapping[str, Lines], percentile: float, rank: Rank
    ) -> tuple[Suggestion, ...]:
        files = list(zip(change.files, lines, strict=True))
        return suggestions(files, patch, percentile, rank, depends.names_before(self.history.git, change))


def _kept(name: str) -> bool:
    """Say whether a column is written down beside a score: what gates, and of nobody's experience."""
    return BY_NAME[name].gates and not BY_NAME[name].person
