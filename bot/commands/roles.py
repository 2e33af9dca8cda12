"""`codechill web`, `worker` and `clock`: the parts of `codechill serve`, as processes of their own."""

from pathlib import Path

import click

from bot.commands.operator import env_option
from bot.commands.serve import run_as
from bot.config.roles import CLOCK, WEB, WORKER


@click.command()
@env_option
def web(env_file: Path | None) -> None:
    """Take webhooks and show pages, and do no job: those are done by `codechill worker`.

    Any number of them may run, on any number of machines, with the same settings and one PostgreSQL database. Something
    in front of them shares the requests out. See docs/scale.md.

    \b
      codechill web --env /etc/codechill.env
    """
    run_as(WEB, env_file)


@click.command()
@env_option
def worker(env_file: Path | None) -> None:
    """Do jobs that other processes stored; CODECHILL_WORKERS says how many at once.

    Any number of them may run. One that is killed loses nothing: after CODECHILL_LEASE_SECONDS of silence its jobs go
    to others. It answers /healthz, /readyz and /metrics at CODECHILL_HOST and CODECHILL_PORT, and nothing else. Ctrl-C
    or SIGTERM ends it gracefully: jobs in hand are finished.

    \b
      CODECHILL_PORT=8081 codechill worker --env /etc/codechill.env
    """
    run_as(WORKER, env_file)


@click.command()
@env_option
def clock(env_file: Path | None) -> None:
    """Say when windows open and close and when it is time for sweeps; do nothing itself.

    Run two of them: one leads, and when it is gone the other leads within 15 seconds. `codechill serve` takes part in
    the election too.

    \b
      CODECHILL_PORT=8082 codechill clock --env /etc/codechill.env
    """
    run_as(CLOCK, env_file)
