"""The signed door for differences between two builds: a pipeline hands in a file in parts, and asks what became of it.

A key is of one repository, or of one owner. Whoever is cut off goes on from where the server says it stands; the same
content of the same builds again is known, and nothing is read twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
import structlog
from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.doors.signed import Refused, checked
from bot.jobs.kinds import IMPORT, Importing
from bot.jobs.port import JobQueue
from bot.store import DifferenceUploads, KnownRepository, Repositories, Upload, Wanted
from bot.store.difference_uploads import TooMany
from scoring.difftest.readers import READERS
from scoring.difftest.record import Origin
from scoring.difftest.settings import TeamSettings

_log = structlog.get_logger(__name__)
PART = 4 << 20  # bytes of one request
MOST_BYTES = 512 << 20  # of one upload, packed or not
KINDS = tuple(name for name, one in READERS.items() if not one.pairs)
_WORD = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$"
Word = Annotated[str, StringConstraints(max_length=200, pattern=_WORD, strip_whitespace=True)]


class WantedShape(BaseModel):
    """What somebody wants to hand in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repository: Word
    build: Word = Field(min_length=1)
    team: Word = Field("default", min_length=1)
    baseline: Word = ""
    snapshot: Word = ""
    sampling_rate: float | None = Field(None, ge=0, le=1)
    format: str = "jsonl"
    size: int = Field(ge=1, le=MOST_BYTES)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class DifferenceDoor:
    """`keys`: secrets by the repository, or the owner, that they are of. `settings`: of a repository's teams.
    `wake`: something waits to be read. `erased`: whom it concerns is looked at again."""

    keys: Mapping[str, tuple[str, ...]]
    uploads: DifferenceUploads
    repositories: Repositories
    queue: JobQueue
    settings: Callable[[int], Mapping[str, TeamSettings]]
    clock: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None
    erased: Callable[[Upload], None] = lambda upload: None

    def blueprint(self) -> Blueprint:
        routes = Blueprint("differences", __name__, url_prefix="/api/differences")
        routes.post("", endpoint="begin")(lambda: self._answer(self._begin))
        routes.get("", endpoint="list")(lambda: self._answer(self._list))
        routes.get("/settings", endpoint="settings")(lambda: self._answer(self._settings))
        routes.put("/<name>", endpoint="part")(lambda name: self._answer(self._part, name))
        routes.get("/<name>", endpoint="look")(lambda name: self._answer(self._look, name))
        routes.delete("/<name>", endpoint="erase")(lambda name: self._answer(self._erase, name))
        return routes

    def _answer(self, act: Callable[..., dict[str, Any]], *rest: str) -> Response:
        try:
            made, status = act(*self._known(), *rest), 200
        except Refused as refused:
            made, status = {"error": str(refused)}, refused.status
        answer = jsonify(made)
        answer.status_code = status
        return answer

    def _known(self) -> tuple[KnownRepository, str]:
        """The repository whose key signed this request, and which key that was."""
        named = request.headers.get("X-Codechill-Key", "").strip()
        full_name = named.lower()
        candidates = [
            (key, secret) for key in (full_name, full_name.partition("/")[0]) for secret in self.keys.get(key, ())
        ]
        checked(
            [secret for _, secret in candidates],
            PART,
            self.clock(),
            f"no key of this server fits {named[:200] or '(name a repository)'}: compare CODECHILL_UPLOAD_KEY with "
            "CODECHILL_UPLOAD_KEYS of the server, which has owner/name=secret or owner=secret",
        )
        repository = self.repositories.named(full_name)
        if repository is None:
            raise Refused(404, f"this server does not know a repository {named[:200]}: the App is not installed there")
        return repository, full_name

    def _begin(self, repository: KnownRepository, by: str) -> dict[str, Any]:
        shape = _read()
        if shape.repository.lower() != repository.full_name.lower():
            raise Refused(403, f"this key is of {repository.full_name}, and not of {shape.repository[:200]}")
        if shape.format not in KINDS:
            pairs = f"; {shape.format} is read by `codechill difftest upload` first" if shape.format in READERS else ""
            raise Refused(422, f"format: one of {', '.join(KINDS)}{pairs}")
        origin = Origin(shape.team, shape.build, shape.baseline, shape.snapshot, shape.sampling_rate)
        wanted = Wanted(origin, shape.format, shape.size, shape.sha256)
        try:
            upload = self.uploads.begin(repository.id, wanted, by=by, at=self.clock())
        except TooMany as error:
            raise Refused(429, str(error)) from None
        return shown(upload)

    def _part(self, repository: KnownRepository, by: str, name: str) -> dict[str, Any]:
        upload, place = self._upload(repository, name), request.args.get("place", "")
        if not place.isdecimal() or len(place) > 12:
            raise Refused(422, "place: the number of bytes before this part")
        content = request.get_data(cache=True)
        if int(place) == upload.received and int(place) + len(content) > upload.wanted.size:
            raise Refused(422, f"the upload was said to have {upload.wanted.size} bytes, and this part goes beyond")
        after = self.uploads.part(upload, int(place), content, self._whole)
        if after.state == "waiting":
            _log.info("differences.received", repository=repository.full_name, upload=name, size=after.received, by=by)
            self.wake()
        return shown(after)

    def _whole(self, upload: Upload, connection: sa.Connection) -> None:
        self.queue.add(IMPORT.new(Importing(upload.repository_id, upload.id), self.clock()), connection)

    def _look(self, repository: KnownRepository, by: str, name: str) -> dict[str, Any]:
        return shown(self._upload(repository, name))

    def _settings(self, repository: KnownRepository, by: str) -> dict[str, Any]:
        """What may differ, for whoever compares before handing in."""
        tolerance = self.settings(repository.id).get(request.args.get("team", ""), TeamSettings()).tolerance
        return {"unordered": sorted(tolerance.unordered), "numbers": dict(tolerance.numbers)}

    def _list(self, repository: KnownRepository, by: str) -> dict[str, Any]:
        return {"uploads": [shown(each) for each in self.uploads.of(repository.id) if each.state != "erased"]}

    def _erase(self, repository: KnownRepository, by: str, name: str) -> dict[str, Any]:
        upload = self._upload(repository, name)
        self.uploads.erase(upload, by=by, at=self.clock())
        self.erased(upload)
        _log.info("differences.erased", repository=repository.full_name, upload=name, by=by)
        return shown(upload) | {"state": "erased"}

    def _upload(self, repository: KnownRepository, name: str) -> Upload:
        upload = self.uploads.named(repository.id, name)
        if upload is None or upload.state == "erased":
            raise Refused(404, f"{repository.full_name} has no upload {name[:60]}: begin it (again)")
        return upload


def shown(upload: Upload) -> dict[str, Any]:
    """An upload as JSON has it; `received` is where the next part begins."""
    home = upload.origin
    return {
        "upload": upload.name,
        "state": upload.state,
        "received": upload.received,
        "size": upload.wanted.size,
        "words": upload.words,
        "team": home.team,
        "build": home.build,
        "baseline": home.baseline,
        "snapshot": home.snapshot,
        "by": upload.by,
        "at": upload.at.isoformat(),
        "report": asdict(upload.report),
    }


def _read() -> WantedShape:
    try:
        return WantedShape.model_validate_json(request.get_data(cache=True))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Refused(422, f"{where}: {first['msg'].removeprefix('Value error, ')}") from None
