"""Changes that may review and land themselves: from which sources, how safe they have to look, how long they wait."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import Field

from bot.policy.config.auto_review import THRESHOLDS, AutoReview, ChangeSource, less, stricter
from bot.policy.config.auto_review_shape import AutoReviewShape, SourceShape
from bot.policy.config.known_sources import KNOWN
from bot.policy.config.section import Joining, Reading, Section, Shown, listed
from bot.policy.config.values import Shape
from bot.policy.config.windows import length_of
from bot.policy.state import ConfigProblem
from bot.policy.text import words
from bot.policy.text.suggest import did_you_mean

G = TypeVar("G")
GROUPS = ("bots", "people", "gates", "size", "dependencies", "reviewer")
PATHS = ("sensitive_paths", "sox_paths")
ADDING = ("denied", *PATHS)
SOURCE = ("trailer", "mode", "daily_limit", "allowlisted", "threshold", "landing_delay")
PARTLY = "counts only as far as the organisation agrees"


def _both(org: bool, repo: bool) -> bool:
    return org and repo


def _authors(org: tuple[str, ...] | None, repo: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if org is None or repo is None:
        return repo if org is None else org
    return tuple(name for name in repo if name in org)


# how a floor is tightened, by setting
STRICTER: Mapping[str, Callable[[Any, Any], Any]] = {
    "bots.threshold": stricter,
    "bots.allowlisted_threshold": stricter,
    "bots.bypass_risk": _both,
    "people.mode": less,
    "people.verification": stricter,
    "people.approval": stricter,
    "people.deferred_review": _both,
    "people.deferred_review_within": min,
    "people.authors": _authors,
    "gates.days": max,
    "gates.max_incidents": min,
    "gates.max_revert_upper95": min,
    "gates.max_rejection_upper95": min,
    "gates.min_landed": max,
    "gates.test_name_match": min,  # "substring" before "word"
    "gates.sensitive_path": min,  # "deny" before "person"
    "size.files": min,
    "size.lines": min,
    "dependencies.min_release_age": max,
    "dependencies.majors": max,  # "human" after "allowed"
    "reviewer.min_confidence": max,
    "reviewer.max_effort": min,
    "reviewer.samples": max,
    "reviewer.send": max,  # "none" after "diff"
    "reviewer.tokens_per_change": min,
}


def _either(org: str, repo: str) -> str:
    return org or repo


def _of_org(org: Any, _: Any) -> Any:
    return org


# the same for a source: how its setting is written, and how it is tightened
SOURCE_STRICTER: Mapping[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "account": ("account", _of_org),
    "kind": ("kind", _of_org),
    "branches": ("like", _of_org),
    "within": ("branch", _either),
    "trailer": ("trailer", _either),
    "owner": ("owner", _of_org),
    "mode": ("mode", less),
    "daily_limit": ("daily_limit", min),
    "allowlisted": ("allowlisted", _both),
    "threshold": ("threshold", lambda org, repo: stricter(org or "P50", repo or "P50")),
    "landing_delay": ("landing_delay", lambda org, repo: max(org or timedelta(), repo or timedelta()) or None),
}


def _read(written: AutoReviewShape, reading: Reading) -> AutoReview:
    around: AutoReview = reading.under["auto_review"]
    sources = _sources(written, around, reading)
    for name in written.denied:
        if name not in sources:
            said = f"auto_review.denied: {name} is no source of this file{did_you_mean(name, sources)}"
            reading.wrong(("auto_review", "denied", written.denied.index(name)), said)
    lists: dict[str, Any] = {name: tuple(getattr(written, name)) for name in PATHS}
    labels = written.labels.model_fields_set
    policy = replace(
        around,
        **{name: _over(getattr(around, name), getattr(written, name)) for name in GROUPS},
        sources=MappingProxyType(sources),
        denied=tuple(dict.fromkeys(written.denied)),
        hold_label=written.labels.hold.lower() if "hold" in labels else around.hold_label,
        suggest_label=written.labels.suggest.lower() if "suggest" in labels else around.suggest_label,
        **lists,
        mode=written.mode if "mode" in written.model_fields_set else around.mode,
        landing_delay=written.landing_delay or around.landing_delay,
    )
    if THRESHOLDS.index(policy.people.approval) >= THRESHOLDS.index(policy.people.verification):
        narrower = THRESHOLDS[: THRESHOLDS.index(policy.people.verification)]
        todo = f"write {words.listed(narrower, 'or')}" if narrower else "write a wider verification"
        said = (
            f"auto_review.people.approval is {policy.people.approval}, and nobody looks at what it passes; it has to "
            f"be stricter than verification, {policy.people.verification}: {todo}"
        )
        reading.wrong(("auto_review", "people", "approval"), said)
    if policy.hold_label == policy.suggest_label:
        said = f"auto_review.labels: hold and suggest have to differ, both are {policy.hold_label}"
        reading.wrong(("auto_review", "labels"), said)
    return policy


def _over(around: G, written: Shape) -> G:
    """What is written, over what an organisation's file says of the rest."""
    given = {name: getattr(written, name) for name in written.model_fields_set}
    if given.get("authors") is not None:
        given["authors"] = tuple(who.lower() for who in given["authors"])
    return replace(around, **given)  # type: ignore[type-var] # each group is a dataclass


def _sources(written: AutoReviewShape, around: AutoReview, reading: Reading) -> dict[str, ChangeSource]:
    """Those of an organisation's file first; a repository's file may name one again to change its settings."""
    sources = dict(around.sources)
    for name, shape in written.sources.items():
        source = _source(name, shape, sources.get(name), reading)
        if source is not None:
            sources[name] = source
    return sources


def _source(name: str, shape: SourceShape, around: ChangeSource | None, reading: Reading) -> ChangeSource | None:
    known = None if shape.like is None else KNOWN.get(shape.like)
    at = ("auto_review", "sources", name)
    if shape.like is not None and known is None:
        meant = did_you_mean(shape.like, KNOWN) or f"; known are {', '.join(KNOWN)}"
        reading.wrong((*at, "like"), f"auto_review.sources.{name}.like: {shape.like} is not known{meant}")
        return None
    account = shape.account or (known.account if known else around.account if around else None)
    kind = shape.kind or (known.kind if known else around.kind if around else None)
    if account is None or kind is None:
        missing = "account" if account is None else "kind"
        said = f"auto_review.sources.{name} needs like, or account and kind; {missing} is missing"
        reading.wrong(at, said, key=True)
        return None
    begun = around or ChangeSource(name, account, kind)
    branches = known.branches if known else begun.branches
    return replace(begun, account=account, kind=kind, branches=branches, **_own(shape))


def _own(shape: SourceShape) -> dict[str, Any]:
    """What is written of it beside how it is known."""
    given = {name: getattr(shape, name) for name in SOURCE if name in shape.model_fields_set}
    if shape.branch is not None:
        given["within"] = shape.branch
    if shape.owner is not None:
        given["owner"] = shape.owner.lower()
    return given


def _join(joining: Joining, org: AutoReview, repo: AutoReview) -> AutoReview:
    """Paths and denials add up, whatever is a floor: nobody takes back what somebody keeps for people."""
    lists: dict[str, Any] = {name: _together(joining, name, getattr(org, name), getattr(repo, name)) for name in ADDING}
    groups = {name: _group(joining, name, getattr(org, name), getattr(repo, name)) for name in GROUPS}
    return AutoReview(
        mode=joining.value("auto_review.mode", org.mode, repo.mode, less),
        landing_delay=joining.value("auto_review.landing_delay", org.landing_delay, repo.landing_delay, max),
        hold_label=joining.value("auto_review.labels.hold", org.hold_label, repo.hold_label, lambda a, _: a),
        suggest_label=joining.value(
            "auto_review.labels.suggest", org.suggest_label, repo.suggest_label, lambda a, _: a
        ),
        sources=MappingProxyType(_joined_sources(joining, org.sources, repo.sources)),
        **lists,
        **groups,
    )


def _group(joining: Joining, group: str, org: G, repo: G) -> G:
    values = {
        each.name: joining.value(
            f"auto_review.{group}.{each.name}",
            getattr(org, each.name),
            getattr(repo, each.name),
            STRICTER[f"{group}.{each.name}"],
            PARTLY,
        )
        for each in fields(org)  # type: ignore[arg-type] # each group is a dataclass
    }
    return replace(org, **values)  # type: ignore[type-var]


def _together(joining: Joining, name: str, org: tuple[str, ...], repo: tuple[str, ...]) -> tuple[str, ...]:
    joining.note(f"auto_review.{name}", of_repo=bool(set(repo) - set(org)))
    return tuple(dict.fromkeys((*org, *repo)))


def _joined_sources(
    joining: Joining, org: Mapping[str, ChangeSource], repo: Mapping[str, ChangeSource]
) -> dict[str, ChangeSource]:
    """At a floor a repository adds none, and only tightens those that there are."""
    at_floor = "auto_review" in joining.floor
    for name in repo.keys() - org.keys() if at_floor else ():
        written = joining.repo.sources[f"auto_review.sources.{name}"]
        said = f"auto_review.sources.{name} has no effect here: the organisation keeps auto_review as a floor"
        joining.idle.append(ConfigProblem(written.file, written.line, None, said))
    joined = dict(org)
    for name, source in repo.items():
        if name not in org and not at_floor:
            joined[name] = source
        elif name in org and f"auto_review.sources.{name}" in joining.repo.sources:
            joined[name] = _tightened(joining, org[name], source) if at_floor else source
        # one that the organisation names keeps the trust that it has there, as long as it is the same one
        others = name in joined and (name not in org or _known_by(org[name]) != _known_by(joined[name], org[name]))
        joining.note(f"auto_review.sources.{name}", of_repo=others)
    return joined


def _known_by(source: ChangeSource, org: ChangeSource | None = None) -> tuple[object, ...]:
    """What makes it that source. A repository may take a part of it where the organisation names none."""
    within = "" if org is not None and not org.within else source.within
    trailer = "" if org is not None and not org.trailer else source.trailer
    return source.account, source.kind, source.branches, within, trailer


def _tightened(joining: Joining, org: ChangeSource, repo: ChangeSource) -> ChangeSource:
    """How it is known stays as the organisation says; a repository may take a part of it, and less."""
    values = {
        name: joining.value(f"auto_review.sources.{org.name}.{key}", getattr(org, name), getattr(repo, name), stricter_)
        for name, (key, stricter_) in SOURCE_STRICTER.items()
    }
    return replace(org, **values)


def _shown(policy: AutoReview, _: Mapping[str, Any]) -> Iterator[Shown]:
    yield Shown("auto_review.mode", policy.mode)
    if not policy.on:
        return
    yield Shown("auto_review.landing_delay", _said(policy.landing_delay))
    yield Shown("auto_review.labels.hold", policy.hold_label)
    yield Shown("auto_review.labels.suggest", policy.suggest_label)
    for group in GROUPS:
        values = getattr(policy, group)
        for each in fields(values):
            yield Shown(f"auto_review.{group}.{each.name}", _said(getattr(values, each.name)))
    for name, source in policy.sources.items():
        yield Shown(f"auto_review.sources.{name}", _described(source, policy))
    for name in ADDING:
        yield Shown(f"auto_review.{name}", listed(getattr(policy, name)))


def _described(source: ChangeSource, policy: AutoReview) -> str:
    """In force: what the section allows, and no more."""
    where = " or ".join(source.branches) or "any branch"
    parts = [
        f"{source.kind} of account {source.account}",
        f"{where}, of these {source.within}" if source.within and source.branches else source.within or where,
        *([f"commits with {source.trailer}"] if source.trailer else []),
        f"{policy.mode_for(source)}, {policy.threshold_for(source)}, {source.daily_limit} a day",
        f"after {_said(policy.delay_for(source))}",
        *([f"ask {source.owner}"] if source.owner else []),
    ]
    return "; ".join(parts)


def _said(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return words.percent(value)
        case timedelta():
            return length_of(value)
        case tuple():
            return listed(value)
        case None:
            return "every member"
        case _:
            return str(value)


SECTION = Section(
    key="auto_review",
    kind=AutoReviewShape,
    field=Field(
        default_factory=AutoReviewShape,
        description="Changes that may review and land themselves. Left out: none.",
    ),
    read=_read,
    join=_join,
    shown=_shown,
)
