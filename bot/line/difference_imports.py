"""What a pipeline handed in is read: the job that makes differences of an upload, and tells who waits for them."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.config.differences import policy_of
from bot.jobs.kinds import Importing
from bot.store import Configurations, DifferenceIntake, DifferenceUploads, Upload
from bot.store.difference_uploads import Report
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.settings import TeamSettings
from scoring.errors import ScoringError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Importer:
    """`folder` holds what is being read. `told` is called when an upload was read, or could not be.
    `branch` names the default branch of a repository, whose word holds."""

    uploads: DifferenceUploads
    intake: DifferenceIntake
    configurations: Configurations
    folder: Path
    clock: Callable[[], datetime]
    told: Callable[[Upload], None] = lambda upload: None
    branch: Callable[[int], str] = lambda repository_id: ""

    def take(self, asked: Importing) -> None:
        """The handler of the job; done twice, the second time nothing happens."""
        upload = self.uploads.get(asked.upload_id)
        if upload is None or upload.state != "waiting":
            return
        report, words = None, ""
        try:
            report = self._read(upload)
        except ScoringError as error:
            words = str(error)
        ended = self.uploads.ended(upload, at=self.clock(), report=report, words=words)
        if ended is not None:
            _log.info("differences.read", upload=ended.name, state=ended.state, new=ended.report.new, words=words)
            self.told(ended)

    def _read(self, upload: Upload) -> Report:
        """Raises ScoringError."""
        home = upload.repository_id
        policy = policy_of(self.configurations, home, self.clock(), self.branch(home))
        settings = policy.settings().get(upload.origin.team, TeamSettings())
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / upload.name
        try:
            self._fetch(upload, path)
            sources = Sources(upload.origin, path, tolerance=settings.tolerance)
            pieces = READERS[upload.wanted.kind].read(sources)
            return self.intake.add(upload, pieces, settings, labels=policy.labels)
        finally:
            path.unlink(missing_ok=True)

    def _fetch(self, upload: Upload, path: Path) -> None:
        """Its parts as one file. Raises ScoringError where they are not what was told."""
        digest = hashlib.sha256()
        path.unlink(missing_ok=True)
        with path.open("xb") as file:
            path.chmod(0o600)
            for part in self.uploads.content(upload):
                digest.update(part)
                file.write(part)
        if digest.hexdigest() != upload.wanted.sha256:
            raise ScoringError("what came has another SHA-256 than was told: hand it in again")
