"""A claim as it is shown and exported: the same rows on the command line, on a page, and for training."""

from datetime import datetime
from typing import Any

from bot.policy.incidents.claim import Claim


def row(claim: Claim, repository: str) -> dict[str, Any]:
    """Plain values; `label` says whether models learn from it, `known_at` since when."""
    return {
        "claim": claim.id,
        "repository": repository,
        "incident": claim.incident,
        "title": claim.title,
        "severity": claim.severity,
        "severe": claim.severe,
        "kind": claim.kind,
        "label": claim.is_label,
        "state": claim.state,
        "reason": claim.reason,
        "state_by": claim.state_by,
        "state_at": _moment(claim.state_at),
        "known_at": _moment(claim.known_at),
        "cause": str(claim.cause) if claim.cause else None,
        "commits": list(claim.commits),
        "level": int(claim.level),
        "evidence": claim.evidence,
        "fault": claim.fault,
        "by": claim.by,
        "said_at": _moment(claim.said_at),
        "sources": list(claim.sources),
        "reports": claim.reports,
        "links": list(claim.links),
    }


def exported(claim: Claim, repository: str) -> dict[str, Any]:
    """The same with the text of the root cause, which may say more than everybody should read."""
    return row(claim, repository) | {"root_cause": claim.text}


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
