"""Who decides on exceptions, and for which reasons they may be asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic import Field

from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import Glob, Managers, Name, Shape, Word, Words
from bot.policy.text.suggest import did_you_mean

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "security_fix": "Closes a vulnerability",
        "incident_mitigation": "Stops or rolls back a running incident",
        "legal_deadline": "Meets a legal or compliance deadline",
        "data_loss": "Prevents loss or corruption of data",
        "launch_with_rollback": "A launch depends on it, and a way back is ready",
        "flag_off": "Stays switched off behind a flag",
        "tests_or_docs": "Touches tests or documentation only",
    }
)


class EscalationShape(Shape):
    """Who decides on exceptions, and for which reasons they may be asked."""

    managers: Managers = Field(
        default=[],
        description="Logins and teams. None: administrators of the repository.",
        examples=[["@acme/release-managers"]],
    )
    by_path: dict[Glob, Managers] = Field(
        default={},
        description="Managers for changes that stay within a glob.",
        examples=[{"payments/**": ["@acme/payments-leads"]}],
    )
    reasons: dict[Word, Words] | None = Field(
        default=None,
        min_length=1,
        description="Left out: the standard list.",
        examples=[{"security_fix": "Closes a vulnerability"}],
    )
    labels: dict[Name, Word] = Field(
        default={},
        description="Labels that ask for an exception, each with its reason. Who sets one asks; a manager decides.",
        examples=[{"freeze-exception": "security_fix"}],
    )


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """Names of people and teams are in lower case."""

    managers: tuple[str, ...] = ()
    by_path: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=lambda: REASONS)
    labels: Mapping[str, str] = field(default_factory=dict)  # label -> the reason that it asks for


def _read(written: EscalationShape, reading: Reading) -> EscalationPolicy:
    around: EscalationPolicy = reading.under["escalation"]
    reasons = around.reasons if written.reasons is None else written.reasons
    for label, reason in written.labels.items():
        if reason not in reasons:
            said = f"escalation.labels: {reason} is no reason of this file{did_you_mean(reason, reasons)}"
            reading.wrong(("escalation", "labels", label), said)
    return EscalationPolicy(
        managers=tuple(who.lower() for who in written.managers),
        by_path=MappingProxyType({glob: tuple(who.lower() for who in some) for glob, some in written.by_path.items()}),
        reasons=REASONS if written.reasons is None else MappingProxyType(written.reasons),
        labels=MappingProxyType({label.lower(): reason for label, reason in written.labels.items()}),
    )


def _join(joining: Joining, org: EscalationPolicy, repo: EscalationPolicy) -> EscalationPolicy:
    """At a floor the organisation alone says who decides, and on what."""
    return EscalationPolicy(
        managers=joining.value("escalation.managers", org.managers, repo.managers, lambda a, _: a),
        by_path=joining.value("escalation.by_path", org.by_path, repo.by_path, lambda a, _: a),
        reasons=joining.value("escalation.reasons", org.reasons, repo.reasons, lambda a, _: a),
        labels=joining.value("escalation.labels", org.labels, repo.labels, lambda a, _: a),
    )


def _shown(policy: EscalationPolicy, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("escalation.managers", listed(policy.managers))
    for glob, names in policy.by_path.items():
        yield Shown(f"escalation.by_path.{glob}", listed(names))
    for name, meaning in policy.reasons.items():
        yield Shown(f"escalation.reasons.{name}", meaning)
    for label, reason in policy.labels.items():
        yield Shown(f"escalation.labels.{label}", reason)


SECTION = Section(
    key="escalation",
    kind=EscalationShape,
    field=Field(default_factory=EscalationShape, description="Exceptions."),
    read=_read,
    join=_join,
    shown=_shown,
)
