"""What is kept, as tables. Every time is UTC; every body is JSON text in our words."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC. Raises ValueError for a naive one."""

    impl = sa.DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself only as INTEGER


def _of_pull() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return sa.Column("repository_id", sa.BigInteger, nullable=False), sa.Column("number", sa.Integer, nullable=False)


inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("guid", sa.String(64), primary_key=True),
    sa.Column("event", sa.String(64), nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("forgotten_at", Moment, nullable=False),  # when nobody can be working on it any more
    sa.Column("state", sa.String(8), nullable=False),  # received, done, failed
    sa.Column("body", sa.LargeBinary),  # zlib; None once it is no longer needed
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("times", sa.Integer, nullable=False, server_default="1"),  # how often the forge sent it
)
sa.Index("ix_inbox_state_received_at", inbox.c.state, inbox.c.received_at)

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("key", sa.String(255), nullable=False),
    sa.Column("dedupe", sa.String(255)),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),  # waiting, running, dead
    sa.Column("run_at", Moment, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("worker", sa.String(128)),
    sa.Column("lease_until", Moment),
    sa.Column("error", sa.Text, nullable=False),
    sqlite_autoincrement=True,  # the id is the order of arrival: a number freed by a finished job is never given again
)
_RUNNING, _WAITING = sa.text("state = 'running'"), sa.text("state = 'waiting'")
sa.Index("uq_jobs_running_key", jobs.c.key, unique=True, sqlite_where=_RUNNING, postgresql_where=_RUNNING)
sa.Index("uq_jobs_waiting_dedupe", jobs.c.dedupe, unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING)
sa.Index("ix_jobs_key_id", jobs.c.key, jobs.c.id)
sa.Index("ix_jobs_state_priority_id", jobs.c.state, jobs.c.priority.desc(), jobs.c.id)

repositories = sa.Table(
    "repositories",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("installation_id", sa.BigInteger, nullable=False),
    sa.Column("full_name", sa.String(255), nullable=False),
    sa.Column("gone", sa.String(64), nullable=False, server_default=""),  # why it may not be reached any more
)
sa.Index("ix_repositories_installation_id", repositories.c.installation_id)

pulls = sa.Table(
    "pulls",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False, server_default=""),
    sa.Column("base_ref", sa.String(255), nullable=False, server_default=""),
    sa.Column("open", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column(
        "ready", sa.Boolean, nullable=False, server_default=sa.false()
    ),  # approved and mergeable: re-decide first
    sa.Column("as_of", Moment),  # the newest change that any delivery told of
    sa.Column("verdict", sa.Integer),
    sa.Column("percentile", sa.Float),
    sa.Column("decided_at", Moment),
    sa.Column("mark", sa.String(16), nullable=False, server_default=""),  # of the calendar, when it was decided
    sa.Column("opened_at", Moment),
    sa.Column("published_at", Moment),  # when it was first no draft
    sa.Column("closed_at", Moment),  # landed or not
    sa.PrimaryKeyConstraint("repository_id", "number"),
)
sa.Index("ix_pulls_repository_id_head_sha", pulls.c.repository_id, pulls.c.head_sha)
sa.Index("ix_pulls_open", pulls.c.open)

shown = sa.Table(
    "shown",
    metadata,
    *_of_pull(),
    sa.Column("at", Moment, nullable=False),  # when it was decided so first
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, server_default=""),  # asks, held, would, waiting, free
    sa.Column("until", Moment),  # when what is held lands again
    sa.PrimaryKeyConstraint("repository_id", "number"),
)
sa.Index("ix_shown_state", shown.c.state)

landings = sa.Table(
    "landings",
    metadata,
    *_of_pull(),
    sa.Column("at", Moment, nullable=False),  # when it was merged, by the forge
    sa.Column("sha", sa.String(64), nullable=False),  # the commit that it became; empty: not told
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("base_ref", sa.String(255), nullable=False),
    sa.Column("window", sa.Text, nullable=False),  # the strictest that was open then; empty: none
    sa.Column("level", sa.String(64), nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("checked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.PrimaryKeyConstraint("repository_id", "number"),
)
sa.Index("ix_landings_at", landings.c.at)

assessments = sa.Table(
    "assessments",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("model", sa.String(128), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "number", "head_sha"),
)

outcomes = sa.Table(
    "outcomes",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("assessed_at", Moment, nullable=False),
    sa.Column("model", sa.String(128), nullable=False),
    sa.Column("percentile", sa.Float, nullable=False),
    sa.Column("probability", sa.Float, nullable=False),
    sa.Column("fate", sa.String(16), nullable=False),  # one of bot.learning.fates
    sa.Column("published_at", Moment),
    sa.Column("ended_at", Moment),  # landed or closed
    sa.Column("held_at", Moment),  # for the first time
    sa.Column("exception", sa.String(128), nullable=False, server_default=""),  # that it landed by
    sa.Column("commits", sa.Text, nullable=False, server_default=""),  # that it brought, with a blank between them
    sa.Column("reverted_at", Moment),  # these three: when that was first known
    sa.Column("repaired_at", Moment),
    sa.Column("incident_at", Moment),
    sa.Column("evidence", sa.Text, nullable=False, server_default=""),  # what says so first, as a JSON string
    sa.Column("looked_again_at", Moment),  # of one that landed by an exception
    sa.PrimaryKeyConstraint("repository_id", "number", "head_sha"),
)
sa.Index("ix_outcomes_repository_id_ended_at", outcomes.c.repository_id, outcomes.c.ended_at)

models = sa.Table(
    "models",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("id", sa.String(128), nullable=False),  # as on its card; the name of its folder
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # shadow, champion, retired, refused
    sa.Column("why", sa.Text, nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False),  # of the state
    sa.Column("trained_at", Moment, nullable=False),
    sa.Column("files", sa.Text, nullable=False),  # JSON: the sha256 of each file of its folder
    sa.Column("figures", sa.Text, nullable=False),  # JSON: how it did against the model that served then
    sa.PrimaryKeyConstraint("repository_id", "id"),
)

log_odds = sa.Table(
    "log_odds",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("model", sa.String(128), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("serves", sa.Boolean, nullable=False),  # False: it was only asked beside the one that serves
    sa.PrimaryKeyConstraint("repository_id", "number", "head_sha", "model"),
)
sa.Index("ix_log_odds_repository_id_model_at", log_odds.c.repository_id, log_odds.c.model, log_odds.c.at)

drift = sa.Table(
    "drift",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("sign", sa.String(64), nullable=False),  # the name of a reading, and what it is about
    sa.Column("at", Moment, nullable=False),  # the day that it is of
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("limit", sa.Float, nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("alert", sa.Boolean, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("fix", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "sign", "at"),
)

measurements = sa.Table(
    "measurements",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # JSON: how models do on the repository's own past
    sa.PrimaryKeyConstraint("repository_id", "at"),
)

escalations = sa.Table(
    "escalations",
    metadata,
    *_of_pull(),
    sa.Column("id", sa.String(128), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "number", "id"),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", _Id, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.String(64), nullable=False),
    sa.Column("repository_id", sa.BigInteger),
    sa.Column("number", sa.Integer),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
sa.Index("ix_audit_repository_id_number_seq", audit.c.repository_id, audit.c.number, audit.c.seq)

feedback = sa.Table(
    "feedback",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("source", sa.String(16), nullable=False),  # command, button, reaction
    sa.Column("by_login", sa.String(255), nullable=False),
    sa.Column("useful", sa.Boolean, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("assessment", sa.Text),  # what was shown when it was given
    sa.PrimaryKeyConstraint("repository_id", "number", "head_sha", "by_id", "source"),
)

attestations = sa.Table(
    "attestations",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("by_id", sa.BigInteger, nullable=False),
    sa.Column("by_login", sa.String(255), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "number", "head_sha"),
)

configurations = sa.Table(
    "configurations",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("ref", sa.String(255), nullable=False),
    sa.Column("sha", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "ref"),
)

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # of the configuration at that commit
    sa.Column("at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "head_sha"),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),  # of a name that nobody can guess
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("ref", sa.String(255), nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("login", sa.String(255), nullable=False),
    sa.Column("at", Moment, nullable=False),
)
sa.Index("ix_subscriptions_repository_id_user_id", subscriptions.c.repository_id, subscriptions.c.user_id)

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),  # 0: an address, whoever names it
    sa.Column("ref", sa.String(255), nullable=False),  # the base branch; empty for an address
    sa.Column("path", sa.String(512), nullable=False),
    sa.Column("text", sa.Text),  # the last good one; None: there never was one
    sa.Column("good_at", Moment),  # when the text was known to be what is there
    sa.Column("tried_at", Moment, nullable=False),
    sa.Column("error", sa.Text, nullable=False, server_default=""),  # why the last try gave nothing
    sa.Column("tag", sa.String(255), nullable=False, server_default=""),  # to ask only for what is new
    sa.PrimaryKeyConstraint("repository_id", "ref", "path"),
)

groups = sa.Table(
    "groups",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("head_ref", sa.String(512), nullable=False),
    sa.Column("base_ref", sa.String(255), nullable=False),  # without refs/heads/
    sa.Column("verdict", sa.Integer, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),  # when the queue asked first
    sa.Column("mark", sa.String(16), nullable=False, server_default=""),  # of the calendar, when it was decided
    sa.PrimaryKeyConstraint("repository_id", "head_sha"),
)

freezes = sa.Table(
    "freezes",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("id", sa.String(128), nullable=False),
    sa.Column("start", Moment, nullable=False),
    sa.Column("end", Moment),
    sa.Column("body", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "id"),
)

notes = sa.Table(
    "notes",
    metadata,
    *_of_pull(),
    sa.Column("key", sa.String(255), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "number", "key"),
)

private_reasons = sa.Table(
    "private_reasons",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),  # what the audit log holds
    *_of_pull(),
    sa.Column("escalation_id", sa.String(128), nullable=False),
    sa.Column("by", sa.String(255), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("salt", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
sa.Index("ix_private_reasons_repository_id_number", private_reasons.c.repository_id, private_reasons.c.number)

pushers = sa.Table(
    "pushers",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("sha", sa.String(64), nullable=False),  # where a branch was afterwards
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "sha", "person_id"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),  # when the forge was asked
    sa.Column("commits", sa.Text, nullable=False),  # ids with a blank between them
    sa.PrimaryKeyConstraint("repository_id", "person_id"),
)

sent = sa.Table(
    "sent",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("about", sa.String(64), nullable=False),  # a commit, or "#12"
    sa.Column("name", sa.String(64), nullable=False),  # what of it: check, card, an answer
    sa.Column("at", Moment, nullable=False),  # when it was sent last
    sa.Column("answered", sa.Boolean, nullable=False),
    sa.Column("made", sa.BigInteger),  # the forge's number of it
    sa.PrimaryKeyConstraint("repository_id", "about", "name"),
)

contents = sa.Table(
    "contents",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("base", sa.String(64), nullable=False),  # where the head left its base branch
    sa.Column("head", sa.String(64), nullable=False),
    sa.Column("name", sa.String(64), nullable=False),
    sa.Column("paths", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "base", "head"),
)

polls = sa.Table(
    "polls",
    metadata,
    *_of_pull(),
    sa.Column("at", Moment, nullable=False),  # when reactions to its comment were last asked for
    sa.PrimaryKeyConstraint("repository_id", "number"),
)

findings = sa.Table(
    "findings",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("check", sa.String(64), nullable=False),
    sa.Column("severity", sa.String(16), nullable=False),
    sa.Column("about", sa.String(512), nullable=False),
    sa.Column("found", sa.Text, key="words", nullable=False),
    sa.Column("fix", sa.Text, nullable=False),
)
sa.Index("ix_findings_about", findings.c.about)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),  # of what tells it from every other
    sa.Column("at", Moment, nullable=False),  # when it was imported
    sa.Column("known_at", sa.BigInteger, nullable=False),  # seconds since 1970
    sa.Column("sha", sa.String(64), nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("severe", sa.Boolean, nullable=False),
    sa.Column("name", sa.Text, nullable=False),  # as a JSON string: it may hold bytes that are no text
    sa.Column("claim", sa.BigInteger, nullable=False, server_default="0"),  # the claim that it comes of; 0: imported
    sa.PrimaryKeyConstraint("repository_id", "digest"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),  # of the name that the browser keeps
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("login", sa.String(255), nullable=False),
    sa.Column("token", sa.Text, nullable=False),  # sealed with a key that is not in the database
    sa.Column("until", Moment, nullable=False),
)
sa.Index("ix_sessions_person_id", sessions.c.person_id)

claims = sa.Table(
    "claims",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("incident", sa.Text, nullable=False),
    sa.Column("cause_repository", sa.String(255), nullable=False),
    sa.Column("cause_number", sa.BigInteger, nullable=False),  # 0: named by its commit, or not at all
    sa.Column("cause_sha", sa.String(64), nullable=False),
    sa.Column("commits", sa.Text, nullable=False),  # what landed, ids with a blank between them
    sa.Column("level", sa.Integer, nullable=False),
    sa.Column("sources", sa.Text, nullable=False),  # names with a blank between them
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("said_at", Moment, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # candidate, confirmed, disputed, withdrawn
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state_by", sa.Text, nullable=False),
    sa.Column("state_at", Moment),
    sa.Column("known_at", Moment),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("links", sa.Text, nullable=False),  # a line each
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("severe", sa.Boolean, nullable=False),
    sa.Column("fault", sa.Boolean, nullable=False),
    sa.Column("reports", sa.Integer, nullable=False),
    sa.Column("came_at", Moment, nullable=False),  # when the first report of it came here
)
sa.Index("ix_claims_repository_id_state", claims.c.repository_id, claims.c.state)
sa.Index("ix_claims_repository_id_came_at", claims.c.repository_id, claims.c.came_at)

limits = sa.Table(
    "limits",
    metadata,
    sa.Column("installation_id", sa.BigInteger, nullable=False),
    sa.Column("resource", sa.String(64), nullable=False),  # the forge's name for what it counts
    sa.Column("most", sa.BigInteger, nullable=False),
    sa.Column("remaining", sa.BigInteger, nullable=False),
    sa.Column("resets_at", Moment, nullable=False),
    sa.Column("at", Moment, nullable=False),  # when the forge said so
    sa.PrimaryKeyConstraint("installation_id", "resource"),
)

spent = sa.Table(
    "spent",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("installation_id", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("makes", sa.Boolean, nullable=False),
    sa.Column("talk", sa.Text, nullable=False),  # JSON: whose share an answer took from
)
sa.Index("ix_spent_installation_id_at", spent.c.installation_id, spent.c.at)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("holder", sa.String(128), nullable=False),
    sa.Column("until", Moment, nullable=False),
)

ticks = sa.Table(
    "ticks",
    metadata,
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("at", Moment, nullable=False),
)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("key", sa.String(128), nullable=False),  # what it tells
    sa.Column("channel", sa.String(80), nullable=False),
    sa.Column("repository_id", sa.BigInteger, nullable=False),  # 0: none
    sa.Column("first_at", Moment, nullable=False),  # when it was tried first
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", Moment),  # when it is tried again; None: never
    sa.Column("sent_at", Moment),
    sa.Column("error", sa.Text, nullable=False),  # of the last try, "": none
    sa.PrimaryKeyConstraint("key", "channel"),
)
sa.Index("ix_notices_channel_first_at", notices.c.channel, notices.c.first_at)


def _of_source() -> tuple[sa.Column[Any], ...]:
    """Whose trust it is about. `organisation` is an installation; `scope` a repository, 0: the whole organisation."""
    return (
        sa.Column("organisation", sa.BigInteger, nullable=False),
        sa.Column("scope", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
    )


sources = sa.Table(
    "sources",
    metadata,
    *_of_source(),
    sa.Column("dial", sa.String(8), nullable=False),
    sa.Column("since", Moment, nullable=False),  # at that dial
    sa.Column("denied", sa.Text, nullable=False, server_default=""),  # why; empty: it is not
    sa.Column("denied_by", sa.String(255), nullable=False, server_default=""),
    sa.Column("denied_at", Moment),
    sa.Column("lifted", sa.Text, nullable=False, server_default=""),  # why the last denial was
    sa.Column("lifted_by", sa.String(255), nullable=False, server_default=""),
    sa.Column("lifted_at", Moment),
    sa.PrimaryKeyConstraint("organisation", "scope", "name"),
)

sourced = sa.Table(
    "sourced",
    metadata,
    *_of_pull(),
    *_of_source(),
    sa.Column("author_id", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),  # when it was recognised first
    sa.Column("rejected_at", Moment),  # the first no of a person
    sa.Column("rejected_by", sa.String(255), nullable=False, server_default=""),
    sa.Column("rejected_how", sa.String(64), nullable=False, server_default=""),
    sa.Column("dropped_at", Moment),  # closed by the source itself, or taken over by a person
    sa.PrimaryKeyConstraint("repository_id", "number"),
)
sa.Index("ix_sourced_organisation_scope_name", sourced.c.organisation, sourced.c.scope, sourced.c.name)

slots = sa.Table(
    "slots",
    metadata,
    *_of_pull(),
    *_of_source(),
    sa.Column("day", sa.String(10), nullable=False),  # the organisation's: 2026-11-28
    sa.Column("at", Moment, nullable=False),
    sa.Column("author_id", sa.BigInteger, nullable=False),
    sa.Column("step", sa.String(8), nullable=False),  # of the dial, when it was claimed
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("paths", sa.Text, nullable=False),  # a JSON list
    sa.PrimaryKeyConstraint("repository_id", "number"),
)
sa.Index("ix_slots_organisation_day", slots.c.organisation, slots.c.day)

hindsights = sa.Table(
    "hindsights",
    metadata,
    sa.Column("claim", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("answer", sa.String(8), nullable=False),  # yes, no, unsure: would a person have caught it?
    sa.Column("by", sa.String(255), nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
)
passages = sa.Table(
    "passages",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    *_of_pull(),
    sa.Column("at", Moment, nullable=False),
    sa.Column("digest", sa.String(16), nullable=False),  # the same decision again has the same
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("source", sa.Text, nullable=False),  # "": a person's, or of no source that is known
    sa.Column("mode", sa.String(8), nullable=False),
    sa.Column("pipeline", sa.String(16), nullable=False),
    sa.Column("stage", sa.String(32), nullable=False),  # that ended it
    sa.Column("outcome", sa.String(8), nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_autoincrement=True,  # the number is the order in which it was decided
)
sa.Index("ix_passages_repository_id_number", passages.c.repository_id, passages.c.number)
sa.Index("ix_passages_repository_id_at", passages.c.repository_id, passages.c.at)

automatic_landings = sa.Table(
    "automatic_landings",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("base_ref", sa.String(255), nullable=False),
    sa.Column("base_sha", sa.String(64), nullable=False),  # the branch was at it when it was tried
    sa.Column("at", Moment, nullable=False),
    sa.Column("method", sa.String(8), nullable=False),  # empty: by the merge queue
    sa.Column("state", sa.String(8), nullable=False),  # begun, queued, landed, refused
    sa.Column("sha", sa.String(64), nullable=False, server_default=""),  # the commit that it became
    sa.Column("verified", sa.String(16), nullable=False, server_default=""),  # same, different; empty: not compared
    sa.Column("words", sa.Text, nullable=False, server_default=""),
    sa.PrimaryKeyConstraint("repository_id", "number", "head_sha"),
)
sa.Index("ix_automatic_landings_repository_id_at", automatic_landings.c.repository_id, automatic_landings.c.at)

landing_stops = sa.Table(
    "landing_stops",
    metadata,
    sa.Column("repository_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("by", sa.String(255), nullable=False),
)

landing_queue = sa.Table(
    "landing_queue",
    metadata,
    *_of_pull(),
    sa.Column("land_after", Moment),  # None: it does not wait
    sa.Column("waiting", sa.Text),
    sa.Column("wishes", sa.Text, nullable=False),  # what people said of it
    sa.PrimaryKeyConstraint("repository_id", "number"),
)
sa.Index("ix_landing_queue_land_after", landing_queue.c.land_after)

reads = sa.Table(
    "reads",
    metadata,
    *_of_pull(),
    sa.Column("person_id", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),  # the first time that they reviewed it
    sa.Column("approved_at", Moment),  # and that they approved it
    sa.PrimaryKeyConstraint("repository_id", "number", "person_id"),
)

exhibits = sa.Table(
    "exhibits",
    metadata,
    *_of_pull(),
    sa.Column("head_sha", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # the facts that were decided on last, as JSON
    sa.PrimaryKeyConstraint("repository_id", "number"),
)

model_reviews = sa.Table(
    "model_reviews",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("about", sa.String(64), nullable=False),  # hash of the question
    sa.Column("version", sa.String(16), nullable=False),  # of the model and of what it is asked
    sa.Column("asked_at", Moment, nullable=False),  # or answered
    sa.Column("body", sa.Text),  # None: its answer is still to come
    sa.PrimaryKeyConstraint("repository_id", "about", "version"),
)

model_answers = sa.Table(
    "model_answers",
    metadata,
    sa.Column("installation_id", sa.BigInteger, nullable=False),  # what one was told another is not
    sa.Column("key", sa.String(64), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # a verdict of the form that was asked for; no code
    sa.PrimaryKeyConstraint("installation_id", "key"),
)

model_tokens = sa.Table(
    "model_tokens",
    metadata,
    sa.Column("scope", sa.String(64), primary_key=True),  # a repository's day or an installation's month
    sa.Column("tokens", sa.BigInteger, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

models_met = sa.Table(
    "models_met",
    metadata,
    sa.Column("model", sa.String(200), primary_key=True),  # as its endpoint names it
    sa.Column("at", Moment, nullable=False),
)

deferred_reviews = sa.Table(
    "deferred_reviews",
    metadata,
    *_of_pull(),
    sa.Column("author_id", sa.BigInteger, nullable=False),
    sa.Column("due", Moment, nullable=False),
    sa.Column("reviewed_at", Moment),
    sa.Column("issue", sa.Integer),  # None: none was opened yet
    sa.Column("settled", sa.Boolean, nullable=False),  # it was reviewed, and its issue closed
    sa.Column("body", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("repository_id", "number"),
)
sa.Index("ix_deferred_reviews_settled_due", deferred_reviews.c.settled, deferred_reviews.c.due)

# differences between two builds: what came in one upload can be taken out again by its number
difference_uploads = sa.Table(
    "difference_uploads",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(64), nullable=False),  # digest of where it is from and of its content
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("build", sa.Text, nullable=False),  # a head, or the name of a release
    sa.Column("state", sa.String(16), nullable=False),  # receiving, waiting, done, failed, erased
    sa.Column("at", Moment, nullable=False),
    sa.Column("received", sa.BigInteger, nullable=False),  # bytes
    sa.Column("body", sa.Text, nullable=False),  # the rest, as JSON
    sa.UniqueConstraint("repository_id", "name"),
)
sa.Index(
    "ix_difference_uploads_repository_id_team_build",
    difference_uploads.c.repository_id,
    difference_uploads.c.team,
    difference_uploads.c.build,
)

difference_parts = sa.Table(
    "difference_parts",
    metadata,
    sa.Column("upload_id", sa.BigInteger, nullable=False),
    sa.Column("place", sa.BigInteger, nullable=False),  # of its first byte
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.PrimaryKeyConstraint("upload_id", "place"),
)

difference_groups = sa.Table(
    "difference_groups",
    metadata,
    sa.Column("upload_id", sa.BigInteger, nullable=False),
    sa.Column("id", sa.String(12), nullable=False),
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),  # in the order in which they were first seen
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("endpoint", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # zlib: what they have in common, and the first few
    sa.PrimaryKeyConstraint("upload_id", "id"),
)
sa.Index(
    "ix_difference_groups_repository_id_team_release",
    difference_groups.c.repository_id,
    difference_groups.c.team,
    difference_groups.c.release,
)

differences = sa.Table(
    "differences",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(32), nullable=False),  # digest of its team and its id: the same is read once
    sa.Column("upload_id", sa.BigInteger, nullable=False),
    sa.Column("group_id", sa.String(12), nullable=False),
    sa.Column("body", sa.LargeBinary),  # zlib; None where as many of its group are kept whole as anybody reads
    sa.PrimaryKeyConstraint("repository_id", "name"),
)
sa.Index("ix_differences_upload_id_group_id", differences.c.upload_id, differences.c.group_id)

difference_measures = sa.Table(
    "difference_measures",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("upload_id", sa.BigInteger, nullable=False),
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # what production does by itself at an endpoint's field, as JSON
)
sa.Index("ix_difference_measures_repository_id_team", difference_measures.c.repository_id, difference_measures.c.team)
sa.Index("ix_difference_measures_upload_id", difference_measures.c.upload_id)

difference_templates = sa.Table(
    "difference_templates",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),  # zlib: the tree of its log lines
    sa.PrimaryKeyConstraint("repository_id", "team"),
)

difference_answers = sa.Table(
    "difference_answers",
    metadata,
    sa.Column("id", _Id, primary_key=True),  # in the order in which they were given
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("group_id", sa.String(12), nullable=False),
    sa.Column("label", sa.String(16)),  # None: taken back
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("noise_reason", sa.String(32)),
)
sa.Index(
    "ix_difference_answers_repository_id_group_id", difference_answers.c.repository_id, difference_answers.c.group_id
)

difference_predictions = sa.Table(
    "difference_predictions",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("group_id", sa.String(12), nullable=False),
    sa.Column("by", sa.String(200), nullable=False),  # which labeller
    sa.Column("body", sa.Text, nullable=False),  # as it was frozen, with its digest, as JSON
    sa.UniqueConstraint("repository_id", "group_id", "by"),
)

difference_weighings = sa.Table(
    "difference_weighings",
    metadata,
    sa.Column("repository_id", sa.BigInteger, nullable=False),
    sa.Column("team", sa.Text, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # what is suggested of each group, and of which changes it may be
    sa.PrimaryKeyConstraint("repository_id", "team", "release"),
)
