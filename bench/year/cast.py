"""Fifteen people play everybody who wrote the history, each with habits of their own; nobody's name is kept."""

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox import Sandbox

OPERATOR = "103"  # maya's number on the sandbox: she operates the server, too
BUSIEST = 10  # of the history's authors, each played by one person; the others are shared out among all
NEW = ("ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak", "pine", "rowan", "willow")


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person does when a change of theirs is held, and how often they say whether a score helped."""

    asks: float  # for an exception
    leaves: float  # and never comes back
    speaks: float  # gives feedback


@dataclass(frozen=True, slots=True)
class Cast:
    people: tuple[str, ...]  # logins
    managers: tuple[str, ...]  # of them: may approve an exception
    habits: Mapping[str, Habits]
    plays: Mapping[str, str]  # address -> login

    def email(self, login: str) -> dict[str, str]:
        """Who writes a commit, as git wants to know it."""
        who = {"NAME": login.title(), "EMAIL": f"{login}@example.org"}
        return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}


def cast(box: Sandbox, busiest: Mapping[str, int], addresses: frozenset[str], seed: int) -> Cast:
    """`busiest`: how many changes of the year each address wrote. The same seed gives the same people."""
    people = (box.author, box.reviewer, box.release_manager, *NEW)
    for login in NEW:
        box.add_person(login, login.title(), member=True)
    managers = (box.release_manager, box.reviewer)
    box.world.teams["acme", "release-managers"].members.add(box.reviewer)
    order = sorted(busiest, key=lambda one: (-busiest[one], one))
    shuffled = random.Random(f"{seed} people").sample(people, len(people))  # noqa: S311
    plays = dict(zip(order[:BUSIEST], shuffled, strict=False))
    for address in sorted(addresses - plays.keys()):
        plays[address] = people[int(hashlib.sha256(f"{seed} {address}".encode()).hexdigest(), 16) % len(people)]
    for address, login in plays.items():
        box.confirm(login, address)
    return Cast(people, managers, {login: _habits(login, seed) for login in people}, plays)


def _habits(login: str, seed: int) -> Habits:
    chance = random.Random(f"{seed} habits {login}")  # noqa: S311
    return Habits(chance.choice((0.05, 0.3, 0.6)), chance.choice((0.0, 0.03, 0.08)), chance.choice((0.02, 0.1, 0.25)))
