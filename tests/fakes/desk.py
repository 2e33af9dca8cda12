"""The handlers of the clock's jobs, with whoever looks at pull requests left to the test."""

from collections.abc import Callable
from datetime import datetime

from bot.clock.edges import KnownEdges
from bot.clock.redelivery import Redelivery
from bot.clock.sweeps import Sweeps
from bot.clock.turns import Covered, Turns
from bot.clock.upkeep import Ageing, prune
from bot.config.calendars import Calendars, Nowhere
from bot.forge.envelope import Envelope
from bot.jobs import kinds as jobs
from bot.jobs.desk import Desk, handler
from bot.jobs.kinds import JOBS, Events
from bot.jobs.port import JobQueue
from bot.store import Store


def clock_desk(
    store: Store,
    queue: JobQueue,
    forge: object,
    clock: Callable[[], datetime],
    looked: Callable[[Envelope], None],
    *,
    calendars: Calendars | None = None,
    redelivery: Redelivery | None = None,
) -> Desk:
    sweeps = Sweeps(
        repositories=store.repositories,
        pulls=store.pulls,
        ticks=store.ticks,
        queue=queue,
        forge=forge,  # type: ignore[arg-type]
        clock=clock,
        redelivery=redelivery,  # type: ignore[arg-type]
    )
    turns = Turns(
        covered=store.only(Covered),
        edges=KnownEdges(store.configurations, store.freezes),
        queue=queue,
        clock=clock,
        calendars=calendars or Calendars(store.feeds, Nowhere(), clock),
    )

    def look(news: Events) -> None:
        for one in news.envelopes:
            looked(one)

    handlers = dict(
        [
            handler(jobs.PULL, look),
            handler(jobs.REPOSITORY, look),
            handler(jobs.EDGE, turns.edge),
            handler(jobs.EDGE_DONE, turns.report),
            handler(jobs.STANDING, turns.standing),
            handler(jobs.MOVED, turns.moved),
            handler(jobs.CALENDARS, turns.calendars),
            handler(jobs.SWEEP_ALL, sweeps.everything),
            handler(jobs.SWEEP_ONE, sweeps.repository),
            handler(jobs.REDELIVER, sweeps.deliveries),
            handler(jobs.PRUNE, prune(store.only(Ageing), clock, lambda repository_id: None)),
        ]
    )
    nothing = {row.name: lambda job: None for row in JOBS if row.name not in handlers}
    return Desk(handlers | nothing)
