"""All that pages are made of, put together: who reads, how they sign in, what a page may do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from flask import Flask

from bot.config.settings import Settings
from bot.forge.github.hosts import web_of
from bot.forge.github.people import GitHubPeople
from bot.forge.port import Forge
from bot.jobs.intake import Shares, look
from bot.jobs.port import JobQueue
from bot.policy.actions import SetCheck
from bot.policy.pull import DIFFERENTIAL_TEST
from bot.policy.views import Card
from bot.store import Sessions, Ticks
from bot.web import subscribe
from bot.web.page import Answered, Desk, Stored
from bot.web.pages import DIFFERENCES, PAGES, PULL
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
    answered: Answered,
) -> None:
    """Where `settings.why_no_pages()` says nothing. `forge` is asked who of those that subscribed may still read;
    `answered` is told of each answer to a group of differences."""
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
    desk = Desk(stored, lambda one, at: look(queue, one, at), Shares(), answered)
    site = Site(stored, readers, clock, address, web_of(settings.github_api), PAGES, environment(), desk)
    lasts = timedelta(hours=settings.session_hours)
    door = Door(address, people, seal, entered.ticks, entered.sessions, readers, clock, lasts, site.say)
    web.register_blueprint(site.blueprint())
    web.register_blueprint(door.blueprint())
    web.register_blueprint(subscribe.Door(site, subscribe.Rights(forge)).blueprint())


def details(public_url: str) -> Callable[[str, SetCheck], str]:
    """Where the details of a check lead: the page of its pull request, or the queue of its differences."""

    def address(full_name: str, check: SetCheck) -> str:
        owner, _, name = full_name.partition("/")
        if check.name == DIFFERENTIAL_TEST and check.card.build and check.card.differences:
            path, asked = DIFFERENCES, urlencode({"team": _asked(check.card), "release": check.card.build})
        elif check.number:
            path, asked = PULL.replace("<int:number>", str(check.number)), ""
        else:
            return ""
        path = path.replace("<owner>", owner).replace("<repo>", name)
        return f"{public_url.rstrip('/')}{path}{'?' if asked else ''}{asked}"

    return address


def _asked(card: Card) -> str:
    """The team whose queue somebody has to look at first."""
    worst = max(card.differences, key=lambda each: (each.groups.regression > 0, each.suspected, each.waiting))
    return worst.team
