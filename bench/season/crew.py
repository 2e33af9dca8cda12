"""Who takes part in a season: twelve people and six sources of automatic changes, each with habits of their own."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.year.cast import Cast, Habits
from bot.sandbox import Sandbox

NEW = ("ash", "birch", "cedar", "elm", "fir", "hazel", "larch", "maple", "oak")
SHIPS, WAITS, REVIEWS = ("ash", "birch", "cedar", "ada"), ("elm", "fir"), ("hazel", "larch", "maple")
HOLDS, COMMENTS = "ravi", "oak"
AUTHORS = (*SHIPS, *SHIPS, *WAITS, "oak")  # of what is made here for people
LATE = "larch"  # does a deferred review only when it is overdue, and half of them are hers
NEVER = "elm"  # and this one never


@dataclass(frozen=True, slots=True)
class Robot:
    """A source, as the configuration has it and as its commits bear it."""

    name: str
    login: str
    account: int
    settings: str
    branch: str
    trailer: str = ""
    sours: float = 1.0  # from this share of the season on what it makes is no longer what it says

    @property
    def address(self) -> str:
        return f"{self.account}+{self.login}@users.noreply.github.com"


ROBOTS = (
    Robot("renovate", "renovate[bot]", 29139614, "{like: renovate, allowlisted: true}", "renovate/"),
    Robot("dependabot", "dependabot[bot]", 49699333, "{like: dependabot, allowlisted: true}", "dependabot/"),
    Robot("tidy-layout", "tidy[bot]", 900001, '{account: 900001, branch: "tidy/*", kind: codemod, allowlisted: true}',
          "tidy/"),
    Robot("comments-codemod", "codemod[bot]", 900002,
          '{account: 900002, branch: "codemod/*", kind: codemod, trailer: "Codemod-Id: comments", allowlisted: true}',
          "codemod/", "Codemod-Id: comments"),
    Robot("docs-words", "words[bot]", 900003,
          '{account: 900003, branch: "words/*", kind: codemod, allowlisted: true, daily_limit: 2}', "words/",
          sours=0.65),
    Robot("agent", "Copilot", 198982749, "{like: copilot, allowlisted: true}", "copilot/", sours=0.3),
)  # fmt: skip


@dataclass
class Mood:
    """What people and owners think of sources at the moment. `unloved`: so many of what it lands next are taken back,
    harmless as they are; `mended`: what had turned bad and makes again what it says."""

    unloved: Counter[str] = field(default_factory=Counter)
    mended: set[str] = field(default_factory=set)


def crew(box: Sandbox, addresses: Mapping[str, int]) -> Cast:
    """Everybody who wrote the history is played by one of twelve: the busiest by one each, the others in turn."""
    people = (box.author, box.reviewer, box.release_manager, *NEW)
    for login in NEW:
        box.add_person(login, login.title(), member=True)
    for robot in ROBOTS:
        box.add_person(robot.login, bot=True, number=robot.account)
    writers = [login for login in people if login != box.release_manager]  # who decides on exceptions lands nothing
    order = sorted(addresses, key=lambda one: (-addresses[one], one))
    plays = {address: writers[place % len(writers)] for place, address in enumerate(order)}
    for login in people:
        box.confirm(login, f"{login}@example.org")
    return Cast(people, (box.release_manager,), {login: Habits(0.0, 0.0, 0.0) for login in people}, plays)
