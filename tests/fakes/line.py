"""The whole line on a forge and an assessor in memory: an event goes in, and what the forge shows then is seen."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.config.repository import Configurations
from bot.facts.fact import Known
from bot.facts.table import LOOK
from bot.line.incidents import Incidents
from bot.line.issues import Issues
from bot.line.perform import Changeable
from bot.line.reconcile import Reconciler
from bot.line.records import Written
from bot.policy.config import FILE, ORGANISATION_FILE
from bot.policy.decide import Decision
from bot.policy.events import Changed, Commented, Due, Event, Labelled, Pressed, Queued, Tick
from bot.policy.incidents.claim import Claim
from bot.policy.incidents.issue import Issue
from bot.policy.incidents.report import Report
from bot.policy.pull import Comment, ReviewState
from bot.policy.state import Cause
from bot.store import KnownRepository, Record, SeenPush, Store
from tests.fakes.assessor import MemoryAssessor
from tests.fakes.clock import Clock
from tests.fakes.forge import MemoryForge
from tests.fakes.lander import MemoryLandingApp
from tests.fakes.landings import MemoryLandings
from tests.fakes.world import BOT, INSTALLATION, Pull, Run, World

FRIDAY = datetime(2026, 11, 27, 12, tzinfo=UTC)
CODE = {"api/session.py": "def session():\n    return 1\n", "docs/guide.md": "# Guide\n"}
MANAGERS = 'version: 1\nescalation: {managers: ["@acme/release-managers"]}\n'


class Line:
    """One repository of acme's with its people: ana writes, ben may write, mia and max manage releases, eve is a
    stranger. What they do is followed by the event that tells of it."""

    def __init__(self, store: Store) -> None:
        self.clock = Clock(FRIDAY)
        self.world = World(self.clock)
        self.forge = MemoryForge(self.world, self.clock)
        self.assessor = MemoryAssessor(self.world)
        self.store = store
        self.facts = LOOK
        self.lander = MemoryLandingApp(self.forge)
        self.lands = True  # False: nobody has set up the App that lands
        self.home = self.world.repository("acme/shop", CODE)
        store.repositories.saw(KnownRepository(self.home.id, INSTALLATION, self.home.full_name))
        for login in ("ana", "ben", "mia", "max"):
            self.world.allow(self.home, login, "write")
        self.world.team("@acme/release-managers", "mia", "max")
        self.restart()

    def restart(self) -> None:
        """Another process goes on, with what is kept in the database."""
        configurations = Configurations(
            self.forge, self.store.configurations, self.store.feeds, self.store.freezes, self.clock
        )
        self.reconciler = Reconciler(
            forge=self.forge,
            **self.stored,
            assessor=self.assessor,
            configurations=configurations,
            clock=self.clock,
            facts=self.facts,
            landing=self.lander if self.lands else None,
            report=lambda target, report: self.tell(report),
        )
        self.issues = Issues(
            self.forge, configurations, self.store.claims, lambda target, report: self.tell(report), self.clock
        )
        self.incidents = Incidents(
            self.store.repositories,
            self.store.claims,
            self.store.inbox,
            MemoryLandings(self.world),
            self.forge,
            self.clock,
        )

    @property
    def stored(self) -> dict[str, Any]:
        """What the line is handed of the store."""
        parts = {"known": Known, "changeable": Changeable, "written": Written}
        return {name: self.store.only(kind) for name, kind in parts.items()} | {"groups": self.store.groups}

    # --- what people do

    def configure(self, text: str, branch: str = "main") -> None:
        """On the base branch. No pull request hears of it by itself."""
        self.world.commit(self.home, branch, {FILE: text})

    def organisation(self, text: str) -> None:
        """The default of all repositories of acme's."""
        home = self.world.homes.get("acme/.github") or self.world.repository("acme/.github")
        self.world.commit(home, "main", {ORGANISATION_FILE: text})

    def window(self, level: str = "red", more: str = "") -> None:
        """One that is open without end."""
        self.configure(f"{MANAGERS}{more}\nwindows:\n  - {{name: Always, level: {level}, from: 2020-01-01}}\n")

    def open(
        self, percentile: float = 0.5, files: Mapping[str, str] | None = None, login: str = "ana", **more: object
    ) -> Pull:
        """A pull request whose commit is believed to be that risky. Nobody has looked at it."""
        branch = f"topic-{len(self.home.pulls) + 1}"
        head = self.world.commit(
            self.home, branch, files or {"api/session.py": f"def session():\n    return '{branch}'\n"}
        )
        self.assessor.believe(head, percentile, **more)
        return self.world.open(self.home, login, branch)

    def held(self, percentile: float = 0.97, **more: object) -> Pull:
        """A risky one that a window without end holds."""
        self.window()
        return self.seen(percentile, **more)

    def seen(self, percentile: float = 0.97, **more: object) -> Pull:
        """A pull request that was looked at."""
        pull = self.open(percentile, **more)  # type: ignore[arg-type]
        self.look(pull)
        return pull

    def push(
        self,
        pull: Pull,
        percentile: float,
        files: Mapping[str, str] | None = None,
        *,
        login: str = "",
        pusher: str = "",
        **more: object,
    ) -> str:
        """Another commit, by its author or by `login`, pushed by whoever made it or by `pusher`."""
        head = self.world.push(self.home, pull, files or {"api/more.py": f"x = {len(pull.commits)}\n"}, login)
        self.assessor.believe(head, percentile, **more)
        by = self.world.person(pusher or login or pull.author.login)
        self.store.pushes.saw(SeenPush(self.home.id, head, by.id, self.clock.now))  # as deliveries are taken in
        self.look(pull, Changed("synchronize", head_sha=head, by=by))
        return head

    def say(self, pull: Pull, login: str, body: str) -> Decision | None:
        return self.look(pull, Commented(self.world.say(pull, login, body)))

    def press(self, pull: Pull, login: str, button: str, *, shown: str | None = None) -> Decision | None:
        """A button of the check as it is now, or as it was when it showed `shown`."""
        digest = self.check(pull).digest if shown is None else shown
        return self.look(pull, Pressed(button, self.world.person(login), pull.head, digest))

    def label(self, pull: Pull, login: str, label: str) -> Decision | None:
        pull.labels.add(label)
        return self.look(pull, Labelled(label, self.world.person(login), self.clock.now))

    def review(self, pull: Pull, login: str, state: ReviewState = "approved") -> Decision | None:
        self.world.review(pull, login, state)
        return self.look(pull, Changed("review"))

    def merge(self, pull: Pull, login: str = "", *, commits: int = 1) -> tuple[str, ...]:
        """It lands; returns the commits that its base branch got, oldest first."""
        landed = self.world.merge(self.home, pull, login, commits=commits)
        self.look(pull, Changed("closed", by=pull.merged_by))
        return landed

    def issue(
        self, login: str, what: str = "opened", *, body: str = "Cause: #1", labels: tuple[str, ...] = ("incident",),
        author: str = "", number: int = 900, moved: bool = False,
    ) -> None:  # fmt: skip
        """Somebody does something to an issue, which the forge tells with the issue as it then is."""
        people = (self.world.person(author or login), self.world.person(login))
        page = f"https://forge.example/acme/shop/issues/{number}"
        said = (number, what, "Checkout fails", body, frozenset(labels), *people, self.clock.now, page, moved)
        self.issues.take(self.world.target(self.home), Issue(*said))

    def tell(self, report: Report) -> Claim | None:
        """What somebody says of an incident is taken in, as by its job."""
        return self.incidents.report(self.home.id, report)

    # --- what the line does

    def look(self, pull: Pull, event: Event | None = None) -> Decision | None:
        return self.reconciler.pull(self.world.target(self.home), pull.number, event or Changed("synchronize"))

    def tick(self, pull: Pull) -> Decision | None:
        return self.look(pull, Tick("edge"))

    def due(self, pull: Pull) -> Decision | None:
        """What the job does when its delay is over."""
        return self.look(pull, Due())

    def give_up(self, pull: Pull, words: str, cause: Cause = "us") -> None:
        """What the queue does when looking failed too often."""
        self.reconciler.failed(self.world.target(self.home), pull.number, words, cause)

    def queue(self, *pulls: Pull, base: str = "main") -> Queued:
        """A merge queue builds a commit of these and asks about it."""
        first, *others = pulls
        name = f"gh-readonly-queue/{base}/pr-{first.number}-{first.head[:10]}"
        for other in others:
            name += f"/pr-{other.number}-{other.head[:10]}"
        files = {path: text for pull in pulls for path, text in self.home.files[pull.head].items()}
        event = Queued(self.world.commit(self.home, name, files), f"refs/heads/{name}", f"refs/heads/{base}")
        self.ask(event)
        return event

    def ask(self, event: Queued) -> None:
        self.reconciler.group(self.world.target(self.home), event)

    # --- what is there

    def check(self, pull: Pull) -> Run:
        """Our check on the head: the only one."""
        return self.run(pull.head)

    def run(self, sha: str) -> Run:
        (run,) = [run for run in self.home.runs if run.sha == sha]
        return run

    def conclusion(self, pull: Pull) -> str | None:
        return self.check(pull).conclusion

    def summary(self, pull: Pull) -> str:
        return self.check(pull).summary

    def comments(self, pull: Pull) -> list[Comment]:
        return [comment for comment in pull.comments if comment.author == BOT]

    def ours(self, pull: Pull) -> list[str]:
        return [comment.body for comment in self.comments(pull)]

    def card(self, pull: Pull) -> str:
        """The sticky comment; there must be one."""
        (body,) = [body for body in self.ours(pull) if "codechill:card" in body]
        return body

    def answers(self, pull: Pull) -> list[str]:
        """Ours that are not the card."""
        return [body for body in self.ours(pull) if "codechill:card" not in body]

    def answer(self, pull: Pull) -> str:
        return self.answers(pull)[-1]

    def thumbs(self, comment: Comment) -> list[str]:
        """What we put under a comment."""
        return [content for person, content, _ in self.world.reactions.get(comment.id, []) if person == BOT]

    def claims(self) -> tuple[Claim, ...]:
        return self.store.claims.of(self.home.id)

    def blamed(self) -> list[str]:
        """The commits that models learn from as the causes of incidents."""
        return [incident.sha for incident in self.store.incidents.of(self.home.id)]

    def records(self, pull: Pull | None = None) -> list[Record]:
        return list(self.store.audit.records(self.home.id, pull.number if pull else None))

    # --- the law

    def at_rest(self) -> None:
        """The forge answers again: whoever looks at a pull request for a second time writes nothing at all."""
        self.forge.away = False
        for failing in (self.forge.refusing, self.forge.silent, self.forge.lossy):
            failing.clear()
        for pull in self.home.pulls.values():
            if pull.open and self._written_by_looking_at(pull):
                again = self._written_by_looking_at(pull)
                assert again == [], again
        assert self.store.audit.verify() is None

    def _written_by_looking_at(self, pull: Pull) -> list[object]:
        done, (last, _) = len(self.forge.done), self.store.audit.head()
        self.tick(pull)
        return [*self.forge.done[done:], *self.store.audit.records(since=last)]
