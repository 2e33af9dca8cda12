"""What happens on the stage, told as it happens: outside a window, inside it, an exception, a push that voids it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import sleep

from bot.demo import replay
from bot.demo.cast import Role
from bot.demo.differences import Pipeline
from bot.demo.stage import Stage
from bot.policy.config import FILE
from bot.policy.pull import DIFFERENTIAL_TEST

CALENDAR = """\
version: 1
mode: enforce
timezone: Europe/Berlin
levels: {green: 0%, weekend: 5%, yellow: 10%, red: 50%}
notice: 80%
escalation:
  managers: ["@acme/release-managers"]
freezes:
  by: ["@acme/release-managers"]
auto_review:
  mode: shadow
  people: {verification: P50, approval: P25}
"""
WINDOW = """\
windows:
  - name: Holiday season
    level: LEVEL
    from: FROM
    to: UNTIL
"""
WEEKEND = timedelta(days=3)
ROOM = 0.03
SOON = timedelta(seconds=4)  # long enough to decide about the calendar that is to come
Tell = Callable[[str], None]


@dataclass
class Story:
    """Plays on one stage with one repository. `wrong` collects what did not come out as promised."""

    stage: Stage
    repository: str
    folder: Path  # its git directory on the sandbox
    roles: tuple[Role, ...]
    tell: Tell
    numbers: dict[str, int] = field(default_factory=dict)  # name of the role -> number of its pull request
    heads: dict[str, str] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)  # the comment as it was shown last
    wrong: list[str] = field(default_factory=list)
    gate: float = 1.0  # percentile from which the window holds

    def play(self) -> Iterator[str]:
        """Yields a heading before each scene and plays it when asked for the next. It ends with a change held back."""
        yield "Outside a window: nothing is held"
        self._configure("")
        for role in self.roles:
            self._open(role)
        self._show_all(held=())
        yield "Automatic review looks on, in shadow: what could land by itself, and who has to look at the rest"
        self._automatic()
        level, share, self.gate = self._level()
        yield f"A window is about to open (Holiday season, {level}: the riskiest {share} are held)"
        opens = self._soon()
        self._configure(self._window(level, opens, opens + WEEKEND))
        self._announced()
        before = self._verdicts()
        yield "It opens; before the clock of the App strikes, the first one is put into the merge queue"
        self._wait(opens)
        self._queue()
        yield "The clock strikes: every open pull request is decided again, with no push"
        self._strike(opens, before)
        held = [role for role in self.roles if self._percentile(role) >= self.gate and not role.proven]
        self._show_all(held=tuple(held))
        yield "The window closes early, by the clock again"
        closes = self._soon()
        self._configure(self._window(level, opens, closes))
        self._wait(closes)
        self._strike(closes, self._verdicts())
        self._show_all(held=())
        yield f"Another window opens, for {WEEKEND.days} days: it stays open, for you to try"
        opens = self._soon()
        self._configure(self._window(level, opens, opens + WEEKEND))
        self._wait(opens)
        self._strike(opens, self._verdicts())
        self._show_all(held=tuple(held))
        yield "The author asks for an exception, a release manager approves"
        self._exception()
        yield "The author pushes once more: the exception was for other content"
        self._push()
        yield "A pipeline replays requests to two builds, and hands in what they answer differently"
        self._hand_in("wrong", "action_required")
        yield "Somebody on call gives one answer a group: one of them is a regression"
        self._answer("failure")
        yield "The author mends it and pushes: what was said stands where the new build shows the same"
        self._mend()

    def _level(self) -> tuple[str, str, float]:
        """The mildest level that is sure to hold the risky one: its name, the share it holds, and from where.

        Sure means with room to spare: what the author pushes at the end may rank a little lower.
        """
        percentile = self._percentile(self.roles[0])
        if percentile >= 0.9 + ROOM:
            return "yellow", "10 %", 0.9
        return ("red", "50 %", 0.5) if percentile >= 0.5 + ROOM else ("frozen", "100 %", 0.0)

    # --- scenes

    def _open(self, role: Role) -> None:
        author = replay.git(self.folder, "log", "-1", "--format=%ae", "--end-of-options", role.head)
        self.stage.sandbox.confirm(self.stage.sandbox.author, author)  # whoever it was, the demo's author plays them
        opened = self.stage.sandbox.open_pull(
            self.repository, title=role.title, body=role.body or None, head_sha=role.head
        )
        self.numbers[role.name], self.heads[role.name] = opened.number, role.head
        self.stage.sandbox.sign(self.repository, role.head)
        self.stage.settle()

    def _automatic(self) -> None:
        """Nothing of it is on the forge: the record has it, and the App's page shows it."""
        here = self.stage.sandbox.repository(self.repository).id
        for role in self.roles:
            number = self.numbers[role.name]
            rows = self.stage.app.store.passages.of(here, number)
            if not rows:
                self.wrong.append(f"#{number}: automatic review decided nothing")
                continue
            decided = rows[-1].decided
            passed = ", ".join(name.partition(":")[0] for name in decided.passed) or "none"
            self.tell(f"#{number} {role.title}\n  stages passed: {passed}")
            said = "could land by itself" if decided.outcome == "passed" else f"not by itself. {decided.why}"
            self.tell(f"  {said}\n")
        self.tell(f"The page: {self.stage.address}/r/{self.repository}/auto-review\n")

    def _announced(self) -> None:
        """Who would be held is told ahead."""
        number = self.numbers[self.roles[0].name]
        for comment in self.stage.sandbox.comments(self.repository, number):
            lines = [line for line in comment.body.splitlines() if "would hold it back" in line]
            self.tell("".join(f"#{number} {self.roles[0].title}\n  comment: {line}\n" for line in lines))

    def _verdicts(self) -> dict[int, int | None]:
        repository = self.stage.sandbox.repository(self.repository).id
        return {pull.number: pull.verdict for pull in self.stage.app.store.pulls.all_open(repository)}

    def _strike(self, edge: datetime, before: Mapping[int, int | None]) -> None:
        """What the App's clock does at an edge; here the story says when."""
        app, repository = self.stage.app, self.stage.sandbox.repository(self.repository).id
        app.schedule.look()
        app.worker.wake()
        self.stage.settle()
        after = app.store.pulls.all_open(repository)
        changed = sum(pull.verdict != before[pull.number] for pull in after)
        late = max(((pull.decided_at or edge) - edge for pull in after), default=timedelta())
        seconds = f"{late.total_seconds():.1f} s"
        self.tell(f"{len(after)} decided again, {changed} changed; all done {seconds} after the edge\n")

    def _queue(self) -> None:
        """The check on the pull request is still green; the queue asks about a commit of its own."""
        sandbox, number = self.stage.sandbox, self.numbers[self.roles[0].name]
        sandbox.protect(self.repository, merge_queue=True)
        entry = sandbox.enqueue(self.repository, number, sandbox.author)
        self.stage.settle()
        check = sandbox.check_run(self.repository, entry.head_sha)
        merged = sandbox.pull(self.repository, number).merged_at is not None
        self.tell(f"#{number} {self.roles[0].title}")
        self.tell(f"  check codechill on the queue's commit: {check.conclusion if check else 'none'}")
        self.tell(f"  {'merged' if merged else 'not merged: the queue let go of it'}\n")
        if merged or check is None or check.conclusion != "failure":
            self.wrong.append(f"#{number}: the merge queue was not refused")
        sandbox.protect(self.repository)

    def _exception(self) -> None:
        sandbox, number = self.stage.sandbox, self.numbers[self.roles[0].name]
        sandbox.comment(
            self.repository, number, sandbox.author, "/chill justify launch_with_rollback The launch is tonight."
        )
        self.stage.settle()
        self._answers(number)
        sandbox.comment(self.repository, number, sandbox.release_manager, "/chill approve")
        self.stage.settle()
        self._answers(number)
        self._show(self.roles[0], held=False)

    def _push(self) -> None:
        sandbox, role = self.stage.sandbox, self.roles[0]
        pull = sandbox.pull(self.repository, self.numbers[role.name])
        who = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
        path = self._text(role.head)
        content = replay.git(self.folder, "cat-file", "blob", f"{role.head}:{path}").encode("utf-8", "surrogateescape")
        more = b"\n".join([content.rstrip(b"\n"), *content.splitlines()[-8:], b""])
        head = replay.write(self.folder, role.head, path, more, "One more thing\n", who)
        sandbox.push(self.repository, pull.head_ref, head)
        self.heads[role.name] = head
        self.stage.settle()
        self._show(role, held=True)

    @property
    def _tested(self) -> Role:
        return self.roles[min(1, len(self.roles) - 1)]

    @property
    def _pipeline(self) -> Pipeline:
        folder = self.stage.app_folder.parent / "pipeline"
        folder.mkdir(exist_ok=True)
        return Pipeline(self.stage, self.repository, folder)

    def _hand_in(self, build: str, conclusion: str) -> None:
        self.tell(_indented(self._pipeline.hand_in(build, self.heads[self._tested.name], "production")))
        self._show_tested(conclusion)

    def _answer(self, conclusion: str) -> None:
        for group, label in self._pipeline.answer(self.heads[self._tested.name], self.stage.sandbox.release_manager):
            signature = group.key.signature
            self.tell(f"  {label:<12} {signature.endpoint} {signature.field} {signature.kind} ({group.count} times)")
        self._show_tested(conclusion)

    def _mend(self) -> None:
        sandbox, role = self.stage.sandbox, self._tested
        who = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
        note = b"The discount from ten pieces on is given again.\n"
        head = replay.write(self.folder, self.heads[role.name], "docs/discount.md", note, "Give the discount\n", who)
        sandbox.push(self.repository, sandbox.pull(self.repository, self.numbers[role.name]).head_ref, head)
        self.heads[role.name] = head
        self.stage.settle()
        self._hand_in("mended", "success")

    def _show_tested(self, conclusion: str) -> None:
        number, sandbox = self.numbers[self._tested.name], self.stage.sandbox
        check = sandbox.check_run(self.repository, self.heads[self._tested.name], DIFFERENTIAL_TEST)
        said = check.conclusion if check else None
        self.tell(f"#{number} {self._tested.title}")
        self.tell(f"  check {DIFFERENTIAL_TEST}: {said or 'none'}" + (f" · {check.title}" if check else ""))
        self.tell(_indented(check.summary or "") if check else "")
        if said != conclusion:
            self.wrong.append(f"#{number}: the differential test says {said}, not {conclusion}")

    def _text(self, head: str) -> str:
        """A file that the head changed and kept."""
        changed = replay.git(self.folder, "diff-tree", "-r", "-z", "--numstat", "--diff-filter=AM", f"{head}^", head)
        rows = [row.split("\t", 2) for row in changed.split("\0") if row]
        return max(((int(added), path) for added, _, path in rows if added.isdigit()), default=(0, FILE))[1]

    def _percentile(self, role: Role) -> float:
        """As the App sees the pull request's present head."""
        number, repository = self.numbers[role.name], self.stage.sandbox.repository(self.repository)
        risk = self.stage.app.store.assessments.get(repository.id, number, self.heads[role.name])
        return risk.percentile if risk else 1.0

    # --- showing

    def _show_all(self, held: tuple[Role, ...]) -> None:
        for role in self.roles:
            self._show(role, held=role in held)

    def _show(self, role: Role, *, held: bool) -> None:
        sandbox, number = self.stage.sandbox, self.numbers[role.name]
        check = sandbox.check_run(self.repository, self.heads[role.name])
        conclusion = check.conclusion if check else None
        self.tell(f"#{number} {role.title}  ({role.name})")
        self.tell(f"  check codechill: {conclusion or 'none'}" + (f" · {check.title}" if check else ""))
        reasons = sandbox.mergeable(self.repository, number)
        self.tell("  merge button: " + ("; ".join(reasons) if reasons else "green"))
        if conclusion != ("failure" if held else "success"):
            self.wrong.append(f"#{number}: the check says {conclusion}, not {'failure' if held else 'success'}")
        self._show_comment(number)

    def _show_comment(self, number: int) -> None:
        comments = self.stage.sandbox.comments(self.repository, number)
        card = next((comment.body for comment in comments if "codechill:card" in comment.body), None)
        if card is None:
            self.tell("  no comment: below the notice level, the check is enough\n")
        elif card == self.shown.get(number):
            self.tell("  comment: as before\n")
        else:
            self.tell("  comment:\n" + _indented(card))
            self.shown[number] = card

    def _answers(self, number: int) -> None:
        for comment in self.stage.sandbox.comments(self.repository, number)[-2:]:
            if "codechill:card" not in comment.body:
                self.tell(f"  {comment.login}: {comment.body.splitlines()[0]}")

    # --- the calendar

    def _window(self, level: str, opens: datetime, closes: datetime) -> str:
        start, end = (f"{moment:%Y-%m-%d %H:%M:%S}Z" for moment in (opens, closes))
        return WINDOW.replace("LEVEL", level).replace("FROM", start).replace("UNTIL", end)

    def _soon(self) -> datetime:
        return self.stage.app.clock().replace(microsecond=0) + SOON

    def _wait(self, until: datetime) -> None:
        sleep(max(0.0, (until - self.stage.app.clock()).total_seconds()))

    def _configure(self, windows: str) -> None:
        """A commit on the base branch, as a maintainer would make it."""
        sandbox = self.stage.sandbox
        who = {"GIT_AUTHOR_NAME": "Maya Manager", "GIT_AUTHOR_EMAIL": "maya@acme.example"}
        text = (CALENDAR + windows).encode()
        tip = sandbox.tip(self.repository)
        commit = replay.write(self.folder, tip, FILE, text, "Configure codechill\n", who)
        sandbox.push(self.repository, "main", commit, sandbox.release_manager)
        self.stage.settle()


def _indented(body: str) -> str:
    visible = [line for line in body.splitlines() if not line.startswith("<!--")]
    return "\n".join(f"  │ {line}" for line in visible) + "\n"
