"""All that pages are made of, put together: who reads, how they sign in, what a page may do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask

from bot.config.settings import Settings
from bot.forge.github.hosts import web_of
from bot.forge.github.people import GitHubPeople
from bot.forge.port import Forge
from bot.jobs.intake import Shares, look
from bot.jobs.port import JobQueue
from bot.store import Sessions, Ticks
from bot.web import subscribe
from bot.web.page import Desk, Stored
from bot.web.pages import PAGES, PULL
from bot.web.readership import Access, SignedIn
from bot.web.seal import Seal
from bot.web.signin import Door, cookie_name
from bot.web.site import Site, environment


@dataclass(frozen=True, slots=True)
class Entered:
    """What is kept of people who sign in."""

    sessions: Sessions
    ticks: Ticks


def add_pages(
    web: Flask,
    settings: Settings,
    stored: Stored,
    entered: Entered,
    queue: JobQueue,
    clock: Callable[[], datetime],
    forge: Forge,
) -> None:
    """Where `settings.why_no_pages()` says nothing. `forge` is asked who of those that subscribed may still read."""
    address, secret = settings.public_url.rstrip("/"), settings.client_secret.get_secret_value()
    people = GitHubPeople(settings.client_id, secret, settings.github_api, settings.github_timeout)
    seal = Seal.of(settings.private_key.get_secret_value(), secret)
    readers = SignedIn(
        cookie_name(address),
        seal,
        entered.sessions,
        stored.repositories,
        Access(people, timedelta(minutes=settings.access_minutes)),
        settings.operator_ids,
        clock,
    )
    desk = Desk(stored, lambda one, at: look(queue, one, at), Shares())
    site = Site(stored, readers, clock, address, web_of(settings.github_api), PAGES, environment(), desk)
    lasts = timedelta(hours=settings.session_hours)
    door = Door(address, people, seal, entered.ticks, entered.sessions, readers, clock, lasts, site.say)
    web.register_blueprint(site.blueprint())
    web.register_blueprint(door.blueprint())
    web.register_blueprint(subscribe.Door(site, subscribe.Rights(forge)).blueprint())


def details(public_url: str) -> Callable[[str, int], str]:
    """Where the details of a check lead: the page of its pull request."""

    def address(full_name: str, number: int) -> str:
        owner, _, name = full_name.partition("/")
        path = PULL.replace("<owner>", owner).replace("<repo>", name).replace("<int:number>", str(number))
        return f"{public_url.rstrip('/')}{path}"

    return address
