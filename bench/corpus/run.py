"""Put pull requests into a repository and send them through the whole funnel, on the trees that git has of them."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.corpus.case import BRANCHES, MEMBER, Case, Hand, Tree, Whose
from bot.backtest.auto_review.passes import released
from bot.backtest.auto_review.reading import inspected
from bot.policy.candidate import Commit, ModelReview, Origin, SourceKey, Track, Trust
from bot.policy.config import Config, parse
from bot.policy.content import Content
from bot.policy.pull import Person, PullRequest, Repository
from bot.policy.radar.funnel import STAGES, Passage, passage
from bot.policy.state import State
from scoring.assessment import Assessment
from scoring.git import Git
from scoring.inspection import Inspection

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)  # a Monday, long after every release that is spoken of
REPOSITORY = Repository(1, "acme/shop", "main")
SETTINGS = """\
version: 1
auto_review:
  mode: enforce
  sox_paths: ["sox/**"]
  people: {verification: P50, approval: P25}
  sources:
    tidy: {account: 900001, branch: "codemod/tidy-*", kind: codemod, allowlisted: true}
    dependabot: {like: dependabot, allowlisted: true}
    agent: {account: 900003, branch: "agent/*", kind: agent, trailer: "Agent-Id: a", allowlisted: true}
"""
EARNED = Track(landed=400, judged=400)  # the best past that a source can have


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the funnel made of a case, and what it read."""

    case: Case
    passage: Passage
    inspection: Inspection | None

    @property
    def accepted(self) -> bool:
        return self.passage.through


def settings() -> Config:
    return parse(SETTINGS, "the corpus")


def judged(
    cases: Sequence[Case],
    folder: Path,
    review: ModelReview | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Judgement]:
    """Each case as the safest of all by its risk and from the most trusted: only what it is may keep it out.

    `review`: what a language model is taken to say of each; None: none is asked.
    """  # fmt: skip
    commits, config = lay_out(cases, folder), settings()
    git = Git(folder)
    for place, (case, (base, head)) in enumerate(zip(cases, commits, strict=True)):
        inspection = inspected(git, base, head, NOW, 0.0)
        yield Judgement(case, passage(_state(case, head, inspection, review), config, NOW, STAGES), inspection)
        if progress:
            progress(place + 1, len(cases))


def lay_out(cases: Sequence[Case], folder: Path) -> list[tuple[str, str]]:
    """Base and head of each as commits of a new bare repository in `folder`."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    marks = folder / "marks"
    stream = b"".join(part for place, case in enumerate(cases) for part in _pair(case, place))
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet", f"--export-marks={marks}"], input=stream, check=True
    )
    named = dict(line.split(" ") for line in marks.read_text().splitlines())
    return [(named[f":{2 * place + 1}"], named[f":{2 * place + 2}"]) for place in range(len(cases))]


def _pair(case: Case, place: int) -> Iterator[bytes]:
    yield _commit(2 * place + 1, case.base, place, "")
    yield _commit(2 * place + 2, case.head, place, f"from :{2 * place + 1}\n")


def _commit(mark: int, files: Tree, place: int, onto: str) -> bytes:
    person = b"a <a@example.org> 1767225600 +0000"
    head = f"commit refs/heads/case-{place}\nmark :{mark}\n".encode()
    parts = [head, b"author ", person, b"\ncommitter ", person, b"\ndata 0\n", onto.encode(), b"deleteall\n"]
    for path, content in files.items():
        name = b'"' + b"".join(b"\\%03o" % byte for byte in path.encode()) + b'"'
        if content.mode == "160000":
            parts.append(b"M 160000 " + content.data + b" " + name + b"\n")
        else:
            parts.append(b"M " + content.mode.encode() + b" inline " + name + b"\n")
            parts.append(b"data %d\n" % len(content.data) + content.data + b"\n")
    return b"".join(parts) + b"\n"


def _state(case: Case, head: str, inspection: Inspection, review: ModelReview | None) -> State:
    whose = case.whose
    pull = PullRequest(
        REPOSITORY, 1, case.title, Person(whose.account, whose.login, whose.bot), head, _branch(whose), "", "main",
        False, True, False, True, NOW, True, case.body, case.labels,
    )  # fmt: skip
    paths = tuple(sorted({path for side in (case.base, case.head) for path in side if _changed(case, path)}))
    safest = Assessment(head, NOW, 0.0, 0.0, 0.0, (), (), "corpus", 2000, 100)
    earned = Trust(SourceKey(1, 1, _source(whose)), EARNED, "P50", NOW - timedelta(days=100))
    return State(
        pull, safest, content=Content(head, paths), origin=_origin(whose, head), inspection=inspection, review=review,
        released=released(inspection, NOW), trust=earned, granted={MEMBER: frozenset({"write"})},
    )  # fmt: skip


def _changed(case: Case, path: str) -> bool:
    return case.base.get(path) != case.head.get(path)


def _branch(whose: Whose) -> str:
    return whose.branch or BRANCHES.get(whose.account, "tidy")


def _source(whose: Whose) -> str:
    """Trusted is what it claims to be, whoever it is: that it is not is for the first stage to say."""
    named = {900_001: "tidy", 49_699_333: "dependabot", 900_003: "agent"}
    return named.get(whose.account, "people" if whose.account == MEMBER else "tidy")


def _origin(whose: Whose, head: str) -> Origin:
    hands = whose.commits or (Hand(whose.account, whose.bot, message=_message(whose)),)
    commits = tuple(
        _commit_of(hand, head if place == len(hands) - 1 else f"{place:040x}") for place, hand in enumerate(hands)
    )
    return Origin(2 if whose.elsewhere else REPOSITORY.id, whose.association, commits)


def _commit_of(hand: Hand, sha: str) -> Commit:
    person = None if hand.account is None else Person(hand.account, "", hand.bot)
    return Commit(sha, person, person, hand.verified, hand.message, hand.parents)


def _message(whose: Whose) -> str:
    return "Tidy up\n\nAgent-Id: a\n" if whose.account == 900_003 else "Tidy up\n"
