"""The models that were fitted here: their folders with hashes, which one serves, and how one comes to.

A folder is trusted as far as its hashes are those that were noted when it was written. Nothing in it is unpickled: a
card is JSON, a graph is ONNX. A repository's champion serves that repository alone; everywhere else the default does.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bot.line.assess import Served
from bot.store import KnownModel
from bot.store.models import Models
from scoring.errors import ScoringError
from scoring.models.registry import load
from scoring.scorer import SHIPPED

_log = structlog.get_logger(__name__)
LEAST_CHANGES = 50  # that a model is asked of beside the one that serves, before it may
LEAST_DAYS = timedelta(days=7)
DEFAULT = ""  # the name of the model that serves where no other was promoted


class Refused(ScoringError):
    """It must not serve; one sentence says why."""


@dataclass(frozen=True, slots=True)
class Registry:
    """`folder` holds a folder for each repository, and in it one for each model; `default` is the default model's."""

    models: Models
    folder: Path
    default: Path
    clock: Callable[[], datetime]

    def served(self, repository_id: int) -> Served:
        """What is asked of a change. A model whose folder is not as it was written is refused: the default serves."""
        whole = [each for each in self.models.asked(repository_id) if self._whole(each)]
        champion = next((each for each in whole if each.state == "champion"), None)
        tried = tuple(self.place(each) for each in whole if each.state == "shadow")
        return Served(self.place(champion) if champion else self.default, tried)

    def place(self, model: KnownModel) -> Path:
        return self.folder / str(model.repository_id) / model.id

    def _whole(self, model: KnownModel) -> bool:
        try:
            self.require_whole(model)
        except Refused as error:
            _log.error("model.refused", repository=model.repository_id, model=model.id, words=str(error))
            self.models.set(model, "refused", str(error), at=self.clock())
            return False
        return True

    def require_whole(self, model: KnownModel) -> None:
        """Raises Refused for a folder that is not as it was written."""
        folder = self.place(model)
        if not folder.is_dir():
            raise Refused(f"its folder {folder} is not there")
        for name in sorted(model.files.keys() ^ hashes(folder).keys()):
            raise Refused(f"{name} in {folder} is there and was not written, or was written and is not there")
        for name, digest in hashes(folder).items():
            if model.files[name] != digest:
                raise Refused(f"{name} in {folder} is not what was written")

    def add(
        self, repository_id: int, draft: Path, kind: str, figures: Mapping[str, Any], *, refused: str = ""
    ) -> KnownModel:
        """Keep a model that was fitted and compared: tried, or refused with why. It is loaded as serving loads it.

        The same model again changes nothing. Raises ScoringError for one that cannot be loaded.
        """
        name, now = load(draft).card.id, self.clock()
        model = KnownModel(
            repository_id, name, kind, "refused" if refused else "shadow", refused, now, now, hashes(draft), figures
        )
        known = self.models.get(repository_id, name)
        if known is not None:
            return known
        place = self.place(model)
        shutil.rmtree(place, ignore_errors=True)  # what a killed process left
        if not refused:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(draft, place)
            self._retire_tried(repository_id, name)
        self.models.add(model)
        return model

    def _retire_tried(self, repository_id: int, name: str) -> None:
        for other in self.models.asked(repository_id):
            if other.state == "shadow" and other.id != name:
                self.models.set(other, "retired", f"{name} is tried in its place", at=self.clock())

    def forget(self, repository_id: int) -> None:
        """Remove the folders of a repository that may not be seen any more; the rows say what there was."""
        for model in self.models.asked(repository_id):
            self.models.set(model, "retired", "its repository is gone", at=self.clock())
        shutil.rmtree(self.folder / str(repository_id), ignore_errors=True)

    # --- who serves

    def why_not_yet(self, model: KnownModel) -> str:
        """Why a model may not serve now; "" when it may."""
        if model.state != "shadow":
            return f"it is {model.state}" + (f": {model.why}" if model.why else "")
        # however often one is pushed, it is one
        changes = len({number for number, *_ in self.models.said(model.repository_id, model.id)})
        days = (self.clock() - model.at) / timedelta(days=1)
        if changes < LEAST_CHANGES or days < LEAST_DAYS.days:
            return (
                f"it was asked of {changes} changes in {days:.0f} days beside the one that serves; "
                f"{LEAST_CHANGES} changes and {LEAST_DAYS.days} days are needed"
            )
        return ""

    def promote(self, model: KnownModel, why: str, *, by: str = "") -> None:
        """Let it serve its repository. Raises Refused when it may not: it was not compared, not tried, or not whole."""
        not_yet = self.why_not_yet(model)
        if not_yet:
            raise Refused(not_yet)
        self.require_whole(model)
        self.models.set(model, "champion", why, at=self.clock(), by=by)

    def rollback(self, repository_id: int, why: str, *, by: str = "") -> tuple[str, str]:
        """The model that served before serves again; returns the ids of the one that goes and the one that comes,
        DEFAULT for the default. One whose folder is not as it was written keeps nobody from going back: the default
        serves then. Raises Refused when the default serves already."""
        goes = self.models.champion(repository_id)
        if goes is None:
            raise Refused("the default model serves: there is nothing before it")
        before = self._before(goes)
        comes = before if before is not None and self._whole(before) else None
        if comes is not None:
            self.models.set(comes, "champion", f"{goes.id} was rolled back: {why}", at=self.clock(), by=by)
        self.models.set(goes, "refused", f"rolled back: {why}", at=self.clock(), by=by)
        return goes.id, comes.id if comes else DEFAULT

    def _before(self, goes: KnownModel) -> KnownModel | None:
        """The one that gave way to it."""
        gave_way = f"{goes.id} took its place"
        return next((each for each in self.models.all(goes.repository_id) if each.why == gave_way), None)


def hashes(folder: Path) -> dict[str, str]:
    """The sha256 of every file of a model's folder, by its name in it."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def chosen(model: Path | None) -> Path:
    """The folder of the model that scores; one that the operator chose is tried before anything is answered."""
    if model is None:
        return SHIPPED
    folder = model.expanduser().absolute()
    try:
        load(folder)
    except ScoringError as error:
        raise ValueError(f"CODECHILL_MODEL: {error}") from error
    return folder
