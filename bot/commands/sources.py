"""`codechill sources`: what each source of automatic changes has earned; deny it, lift that, turn its dial."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from bot.commands.database import Unusable, known_repository, with_stored
from bot.commands.jobs import Nothing
from bot.learning.dials import Earned, Trusting, earned
from bot.policy.candidate import EVERYTHING, Dial, SourceKey, Track
from bot.policy.radar.dial import STEPS
from bot.policy.text.whole import visible
from bot.store import AuditLog, Repositories, Standing
from bot.store.sources import KIND
from scoring.learning.rates import Rate, upper

F = TypeVar("F", bound=Callable[..., Any])
_STORED = ("repositories", "configurations", "sources", "sourced", "slots", "outcomes")
_because = click.option("--because", required=True, help="Why, for whoever looks later and for the audit log.")
_by = click.option("--by", required=True, help="Who does this, for the audit log.")
_format = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
_repository = click.option(
    "--repository", help="OWNER/NAME, where the repository's own file names the source; else any one of the owner's."
)


@click.group()
def sources() -> None:
    """See what sources of automatic changes have earned, deny one, and turn its dial.

    Trust is a source's own. It begins in shadow, where everything is decided and nothing lands. What its record speaks
    for is proposed, one step at a time; a person accepts it with `dial`. A confirmed incident denies a source by
    itself; only `lift`, with a reason, takes that back, and its dial begins in shadow again.

    \b
      codechill sources list
      codechill sources show renovate-npm --repository acme/shop
      codechill sources dial renovate-npm P10 --by maya --because "140 landed at P5, none reverted"
      codechill sources deny renovate-npm --by maya --because "It broke the build twice"
      codechill sources lift renovate-npm --by maya --because "The bot was mended in 41.2"
      codechill sources deny '*' --repository acme/shop --by maya --because "Nobody is here to look"

    `*` stands for everything that lands by itself in the organisation, `people` for what people wrote.
    Exit status: 0 done, 1 there is no such source or it may not go there, 2 it could not be done.
    """


@sources.command("list")
@with_stored(*_STORED)
@_format
def list_(style: str, **stored: Any) -> None:
    """List every source that is configured, known by a change, or was spoken of."""
    trusting = Trusting(**stored)
    rows = earned(trusting, datetime.now(UTC))
    if style == "json":
        click.echo(json.dumps([_row(each, trusting.repositories) for each in rows], indent=2, ensure_ascii=False))
        return
    click.echo("\n".join(_line(each, trusting.repositories) for each in rows) or "No sources.")


@sources.command()
@with_stored(*_STORED, "audit")
@click.argument("name")
@_repository
@_format
def show(name: str, repository: str | None, style: str, audit: AuditLog, **stored: Any) -> None:
    """Show one source: its record, its bounds, what is proposed, and everything that was done about it."""
    trusting = Trusting(**stored)
    key = _key(trusting, name, repository)
    seen = next(each for each in earned(trusting, datetime.now(UTC), key.organisation) if each.standing.key == key)
    row = _row(seen, trusting.repositories) | {"history": list(_history(audit, key))}
    if style == "json":
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    click.echo("\n".join((_line(seen, trusting.repositories), *_details(seen), *map(_happened, row["history"]))))


@sources.command()
@with_stored(*_STORED)
@click.argument("name")
@_repository
@_by
@_because
@_format
def deny(name: str, repository: str | None, by: str, because: str, style: str, **stored: Any) -> None:
    """Let nothing of NAME land any more, until a person lifts that."""
    trusting = Trusting(**stored)
    key = _key(trusting, name, repository)
    before = trusting.sources.get(key)
    if before.denied:
        raise Nothing(f"{visible(name)} is denied already: {visible(before.denied)}")
    _done(trusting.sources.deny(key, by=by, because=_said(because), at=datetime.now(UTC)), style, "denied")


@sources.command()
@with_stored(*_STORED)
@click.argument("name")
@_repository
@_by
@_because
@_format
def lift(name: str, repository: str | None, by: str, because: str, style: str, **stored: Any) -> None:
    """Take back that NAME is denied. Its dial begins in shadow again."""
    trusting = Trusting(**stored)
    key = _key(trusting, name, repository)
    _change(lambda at: trusting.sources.lift(key, by=by, because=_said(because), at=at), style, "not denied any more")


@sources.command()
@with_stored(*_STORED)
@click.argument("name")
@click.argument("step", type=click.Choice(STEPS))
@_repository
@_by
@_because
@click.option("--against", is_flag=True, help="Go up although its record does not speak for it.")
@_format
def dial(
    name: str, step: Dial, repository: str | None, by: str, because: str, against: bool, style: str, **stored: Any
) -> None:
    """Turn the dial of NAME to STEP: down at any time, up one step where its record speaks for it."""
    trusting, now = Trusting(**stored), datetime.now(UTC)
    key = _key(trusting, name, repository)
    seen = next(each for each in earned(trusting, now, key.organisation) if each.standing.key == key)
    if STEPS.index(step) > STEPS.index(seen.standing.dial) and not against:
        _may_go_up(seen, step)
    _change(lambda at: trusting.sources.turn(key, step, by=by, because=_said(because), at=at), style, f"at {step}")


def _may_go_up(seen: Earned, step: Dial) -> None:
    name = visible(seen.standing.key.name)
    if seen.standing.denied:
        raise Nothing(f"{name} is denied ({visible(seen.standing.denied)}): lift that first")
    if seen.move is None:
        raise Nothing(f"no configuration in force names {name} with auto_review on: it may only stay in shadow")
    if (seen.move.direction, seen.move.dial) != ("up", step):
        meant = f"{seen.move.dial} is next" if seen.move.direction == "up" else "its record does not speak for it"
        raise Nothing(f"{name} does not go to {step}: {meant}. {seen.move.why}")


def _change(become: Callable[[datetime], Standing], style: str, words: str) -> None:
    try:
        standing = become(datetime.now(UTC))
    except ValueError as problem:
        raise Nothing(visible(str(problem))) from None
    _done(standing, style, words)


def _done(standing: Standing, style: str, words: str) -> None:
    if style == "json":
        click.echo(json.dumps(_standing(standing), indent=2, ensure_ascii=False))
        return
    click.echo(f"{visible(standing.key.name)} is {words}.")


def _said(because: str) -> str:
    if not because.strip():
        raise Unusable("--because is empty: say why, so that the next person can judge it")
    return because.strip()


def _key(stored: Trusting, name: str, repository: str | None) -> SourceKey:
    """The one source of that name. Raises Nothing and Unusable."""
    home = None if repository is None else known_repository(stored.repositories, repository)
    if name == EVERYTHING:
        organisations = {one.installation_id for one in stored.repositories.all()}
        if home is None and len(organisations) != 1:
            raise Unusable("this server serves several owners: name a repository of the one meant with --repository")
        return SourceKey(home.installation_id if home else organisations.pop(), 0, EVERYTHING)
    keys = [each.standing.key for each in earned(stored, datetime.now(UTC)) if each.standing.key.name == name]
    if home is not None:
        here = [key for key in keys if key.organisation == home.installation_id]
        keys = [key for key in here if key.repository == home.id] or [key for key in here if not key.repository]
    if not keys:
        raise Nothing(f"there is no source {visible(name)}; `codechill sources list` shows those that are known")
    if len(keys) > 1:
        raise Unusable(f"several repositories have a source {visible(name)}: name the one meant with --repository")
    return keys[0]


def _where(key: SourceKey, repositories: Repositories) -> str:
    if key.repository:
        known = repositories.get(key.repository)
        return known.full_name if known else str(key.repository)
    owners = {one.full_name.partition("/")[0] for one in repositories.all(key.organisation, gone=True)}
    return f"all of {min(owners)}" if owners else f"installation {key.organisation}"


def _row(each: Earned, repositories: Repositories) -> dict[str, Any]:
    move = each.move
    return _standing(each.standing) | {
        "where": _where(each.standing.key, repositories),
        "record": _track(each.track),
        "at_step": _track(each.at_step),
        "proposed": None if move is None else {"direction": move.direction, "dial": move.dial, "why": move.why},
    }


def _standing(standing: Standing) -> dict[str, Any]:
    key = standing.key
    denied = {"why": standing.denied, "by": standing.denied_by, "at": _moment(standing.denied_at)}
    lifted = {"why": standing.lifted, "by": standing.lifted_by, "at": _moment(standing.lifted_at)}
    return {
        "source": key.name,
        "organisation": key.organisation,
        "repository": key.repository or None,
        "dial": standing.dial,
        "since": _moment(standing.since),
        "denied": denied if standing.denied else None,
        "lifted": lifted if standing.lifted else None,
    }


def _track(track: Track) -> dict[str, Any]:
    return {
        "landed": track.landed,
        "reverted": track.reverted,
        "reverted_upper95": round(upper(track.reverted, track.landed), 4),
        "rejected": track.rejected,
        "judged": track.judged,
        "rejected_upper95": round(upper(track.rejected, track.judged), 4),
        "incidents": track.incidents,
        "landed_today": track.landed_today,
    }


def _line(each: Earned, repositories: Repositories) -> str:
    standing, track = each.standing, each.track
    stands = "denied" if standing.denied else standing.dial
    counted = (
        f"{track.landed} landed, {track.reverted} reverted, {track.rejected} rejected, {track.incidents} incidents"
    )
    proposed = f"  -> {each.move.dial}" if each.move is not None and each.move.direction != "stays" else ""
    return f"{visible(standing.key.name):<24} {_where(standing.key, repositories):<24} {stands:<7} {counted}{proposed}"


def _details(each: Earned) -> Iterator[str]:
    standing, track = each.standing, each.track
    if standing.denied:
        yield f"  denied by {visible(standing.denied_by)} {_moment(standing.denied_at)}: {visible(standing.denied)}"
    for words, part, whole in (("reverted", track.reverted, track.landed), ("rejected", track.rejected, track.judged)):
        rate = Rate(part, whole)
        if rate.value is not None:
            yield f"  {words} {part} of {whole}: {rate.value:.2%}, below {upper(part, whole):.2%} with 95 % confidence"
    yield f"  landed by itself at this step, a week ago or longer: {each.at_step.landed}"
    if each.move is not None:
        yield f"  {each.move.direction} {each.move.dial}: {each.move.why}"


def _history(audit: AuditLog, key: SourceKey) -> Iterator[dict[str, Any]]:
    """What was done about it, oldest first."""
    for record in audit.records(kind=KIND):
        body = json.loads(record.body)
        about = body["standing"]["key"]
        if (about["organisation"], about["repository"], about["name"]) == (key.organisation, key.repository, key.name):
            was, now = body["was"], body["standing"]
            yield {
                "at": record.at.isoformat(timespec="seconds"), "by": body["by"], "because": body["because"],
                "from": was["dial"], "to": now["dial"], "denied": bool(now["denied"]), "record": record.seq,
            }  # fmt: skip


def _happened(each: dict[str, Any]) -> str:
    denied = ", denied" if each["denied"] else ""
    moved = f"{each['from']} -> {each['to']}" if each["from"] != each["to"] else each["to"]
    return f"  {each['at']}  {moved}{denied}  by {visible(each['by'])}: {visible(each['because'])}"


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
