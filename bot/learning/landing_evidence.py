"""What proves an automatic landing, for whoever audits: one record of each, and where it does not fit the log.

Everything is read twice: from the tables, which can be changed, and from the hash-chained audit log, which cannot be
without being noticed. A difference is a problem, and is told.
"""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.plain import plain
from bot.policy.radar.funnel import STAGES
from bot.store import (
    AuditLog,
    AutomaticLanding,
    AutomaticLandings,
    DeferredReviews,
    Exhibits,
    KnownRepository,
    Landing,
    Landings,
    Outcomes,
    Passages,
    Record,
    Shown,
)
from bot.store.automatic_landings import KIND

SCHEMA = 1
Document = dict[str, Any]
_ROW = ("head_sha", "base_ref", "base_sha", "method", "state", "sha", "verified", "words")


@dataclass(frozen=True, slots=True)
class Proving:
    """`Store.only` fills it."""

    audit: AuditLog
    automatic_landings: AutomaticLandings
    landings: Landings
    passages: Passages
    deferred_reviews: DeferredReviews
    exhibits: Exhibits
    outcomes: Outcomes
    shown: Shown


def landed(stored: Proving, homes: Iterable[KnownRepository], since: datetime | None) -> tuple[AutomaticLanding, ...]:
    """Every landing by itself that began since then, oldest first: by its own row or by what its repository shows."""
    rows = stored.automatic_landings.all([home.id for home in homes], since)
    return tuple(each for each in rows if each.state == "landed" or _landing(stored, each) is not None)


def sampled(landings: tuple[AutomaticLanding, ...], number: int | None, seed: int) -> tuple[AutomaticLanding, ...]:
    """So many of them, drawn without replacement: the same seed and the same landings give the same sample."""
    if number is None or number >= len(landings):
        return landings
    drawn = random.Random(seed).sample(range(len(landings)), number)  # noqa: S311 - repeatable, and no secret
    return tuple(landings[place] for place in sorted(drawn))


def missing(stored: Proving, homes: Iterable[KnownRepository], since: datetime | None) -> tuple[str, ...]:
    """Landings that the log tells of and the table has not."""
    names = {home.id: home.full_name for home in homes}
    kept = {(each.repository_id, each.number, each.head_sha) for each in stored.automatic_landings.all(tuple(names))}
    told = set()
    for record in stored.audit.records(kind=KIND):
        body = json.loads(record.body)
        in_time = since is None or record.at >= since
        if in_time and record.repository_id in names and body["what"] == "landed":
            told.add((record.repository_id, record.number, body["head_sha"]))
    return tuple(f"{names[home]}#{number} landed by the log, and its row is gone" for home, number, _ in
                 sorted(told - kept))  # fmt: skip


def evidence(stored: Proving, home: KnownRepository, landing: AutomaticLanding) -> Document:
    """One landing: who, what, by which rules and versions, what each stage said, and the records that prove it."""
    records = tuple(stored.audit.records(home.id, landing.number))
    decided = _decided(records, landing.head_sha)
    merged = _landing(stored, landing)
    document: Document = {
        "schema": SCHEMA,
        "repository": home.full_name,
        "repository_id": home.id,
        "number": landing.number,
        "title": _title(stored, landing),
        "landed_at": _moment(merged.at if merged else landing.at),
        "who": _who(stored, landing, decided, records),
        "hashes": _hashes(stored, landing, decided, merged),
        "decision": _decision(decided),
        "reviewed": _reviewed(stored, landing),
        "waited": _waited(records, landing.head_sha),
        "verified": landing.verified or "not compared yet",
        "afterwards": _afterwards(stored, landing),
        "problems": list(_problems(stored, landing, decided, merged, records)),
        "log": [line(each) for each in records],
    }
    return document | {"digest": digest(document)}


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 over everything else in it, as canonical JSON."""
    bare = {name: value for name, value in document.items() if name != "digest"}
    return hashlib.sha256(json.dumps(bare, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def line(record: Record) -> Document:
    """A record of the audit log, with all that its hash is over."""
    return {
        "seq": record.seq,
        "at": record.at.isoformat(),
        "kind": record.kind,
        "repository_id": record.repository_id,
        "number": record.number,
        "facts": json.loads(record.body),
        "previous": record.previous,
        "hash": record.hash,
    }


def unproved(document: Mapping[str, Any], audit: AuditLog) -> Iterator[str]:
    """Why an exported record does not count: it was changed since, or the log says something else."""
    name = f"{document.get('repository')}#{document.get('number')}"
    if document.get("schema") != SCHEMA or document.get("digest") != digest(document):
        yield f"{name}: the record was changed after it was exported"
        return
    there = {each.seq: each for each in audit.records(document["repository_id"], document["number"])}
    for each in document["log"]:
        known = there.get(each["seq"])
        if known is None or line(known) != each or known.hash != known.expected_hash():
            yield f"{name}: record {each['seq']} of the log is another one"


# --- parts of a document


def _landing(stored: Proving, each: AutomaticLanding) -> Landing | None:
    merged = stored.landings.of(each.repository_id, each.number)
    return merged if merged is not None and merged.head_sha == each.head_sha else None


def _title(stored: Proving, each: AutomaticLanding) -> str:
    sight = stored.shown.get(each.repository_id, each.number)
    return sight.pull.title if sight else ""


def _performed(records: Iterable[Record], name: str) -> Iterator[Document]:
    """Actions of that name that the log says were done, oldest first."""
    for record in records:
        for outcome in json.loads(record.body).get("outcomes") or () if record.kind == "decision" else ():
            if (outcome.get("action") or {}).get("is") == name and outcome.get("words") == "done":
                yield outcome["action"]


def _decided(records: Iterable[Record], head: str) -> Document | None:
    """What was decided last of the head that landed, by the log."""
    saved = [each["decided"] for each in _performed(records, "SavePassage")]
    return next((each for each in reversed(saved) if each["head_sha"] == head), None)


def _who(stored: Proving, each: AutomaticLanding, decided: Document | None, records: tuple[Record, ...]) -> Document:
    sight = stored.shown.get(each.repository_id, each.number)
    author = sight.pull.author if sight else None
    places = [one["place"] for one in _performed(records, "Land") if one["head_sha"] == each.head_sha]
    return {
        "author": {"id": author.id, "login": author.login, "bot": author.bot} if author else None,
        "source": decided["source"] if decided else "",
        "pipeline": decided["pipeline"] if decided else "",
        "approved_by": "the landing App" if any(_performed(records, "Approve")) else "nobody",
        "dial": places[-1]["step"] if places and places[-1] else None,
        "landed_by": "the merge queue" if not each.method else f"the landing App ({each.method})",
    }


def _hashes(stored: Proving, each: AutomaticLanding, decided: Document | None, merged: Landing | None) -> Document:
    known = stored.exhibits.get(each.repository_id, each.number, each.head_sha)
    review = getattr(known.state.review, "prompt", "") if known else ""
    said = decided or {}
    return {
        "head": each.head_sha,
        "base": each.base_sha,
        "base_ref": each.base_ref,
        "landed_as": each.sha or (merged.sha if merged else ""),
        "content": said.get("diff", ""),
        "policy": said.get("policy", ""),
        "model": said.get("model", ""),
        "reviewer_prompt": review,
    }


def _decision(decided: Document | None) -> Document | None:
    if decided is None:
        return None
    passed = {name: rule for name, _, rule in (each.partition(": ") for each in decided["passed"])}
    answers = [
        {"stage": stage.name, "question": stage.words, "outcome": "passed", "rule": passed[stage.name], "why": ""}
        if stage.name in passed
        else {"stage": stage.name, "question": stage.words, "outcome": decided["outcome"], "rule": decided["rule"],
              "why": decided["why"]}
        for stage in STAGES if stage.name in passed or stage.name == decided["stage"]
    ]  # fmt: skip
    return {"mode": decided["mode"], "outcome": decided["outcome"], "stages": answers}


def _reviewed(stored: Proving, each: AutomaticLanding) -> Document | None:
    """What the reviewers saw, as far as the facts of that decision are kept."""
    known = stored.exhibits.get(each.repository_id, each.number, each.head_sha)
    if known is None:
        return None
    return {
        "program": known.state.program,
        "inspection": plain(known.state.inspection, named=False),
        "language_model": plain(known.state.review, named=False),
    }


def _waited(records: Iterable[Record], head: str) -> Document | None:
    """Since when it had waited and until when it had to; every no and yes that people said meanwhile."""
    queued, said = None, []
    for record in records:
        body = json.loads(record.body) if record.kind == "landing" else {}
        if body.get("what") == "queued" and body["waiting"]["head_sha"] == head:
            queued = body["waiting"]
        elif body.get("what") in ("stopped", "released"):
            by = (body.get("stop") or body).get("by") or {}
            said.append({"at": record.at.isoformat(), "what": body["what"], "by": by.get("login")})
    return None if queued is None else {"since": queued["since"], "land_after": queued["land_after"], "said": said}


def _afterwards(stored: Proving, each: AutomaticLanding) -> Document:
    row = next((row for row in stored.outcomes.of(each.repository_id)
                if (row.number, row.head_sha) == (each.number, each.head_sha)), None)  # fmt: skip
    review = stored.deferred_reviews.of(each.repository_id, each.number)
    return {
        "reverted_at": _moment(row.reverted_at) if row else None,
        "incident_at": _moment(row.incident_at) if row else None,
        "review": None if review is None else {
            "due": _moment(review.due), "verdict": review.verdict or "owed", "reviewed_at": _moment(review.reviewed_at),
            "by": review.reviewed_by.login if review.reviewed_by else None,
        },
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


# --- what does not fit


def _problems(
    stored: Proving, each: AutomaticLanding, decided: Document | None, merged: Landing | None,
    records: tuple[Record, ...],
) -> Iterator[str]:  # fmt: skip
    yield from (f"record {one.seq} of the log was changed" for one in records if one.hash != one.expected_hash())
    yield from _differences(each, records)
    if merged is not None and each.sha and merged.sha and merged.sha != each.sha:
        yield f"it landed as {merged.sha} by one table and as {each.sha} by another"
    if decided is None:
        yield "the log has no decision about the head that landed"
        return
    if decided["outcome"] != "passed" or decided["mode"] != "enforce":
        yield f"it was decided as {decided['outcome']} in mode {decided['mode']}, and landed all the same"
    rows = [row.decided for row in stored.passages.of(each.repository_id, each.number)]
    of_head = [plain(row) for row in rows if row.head_sha == each.head_sha]
    if not of_head or of_head[-1] != decided:
        yield "the row of its decision differs from the log"
    if _waited(records, each.head_sha) is None:
        yield "the log does not say that this head waited"


def _differences(each: AutomaticLanding, records: Iterable[Record]) -> Iterator[str]:
    said = [json.loads(one.body) for one in records if one.kind == KIND]
    last = next((one for one in reversed(said) if one["head_sha"] == each.head_sha), None)
    if last is None:
        yield "the log does not say that it landed"
        return
    for name in _ROW:
        if getattr(each, name) != last.get(name, ""):
            yield f"the row of its landing has another {name} than the log"
