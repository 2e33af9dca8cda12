"""Which pull requests the demo opens: the riskiest, an ordinary one, and one that changes comments only."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.demo import replay
from bot.demo.replay import Candidate, NotUsable
from scoring.errors import ScoringError
from scoring.git import GitError
from scoring.history.read import read_change
from scoring.scorer import Scorer
from scoring.semantics.git import prove_range

MOST_SCORED = 40  # candidates looked at: enough to find a risky one without a long wait
MOST_COMMENTED = 12
LARGEST_FILE = 60_000  # bytes of the file that gets a comment when history offers no comment-only change
COMMENTS = {
    ".py": "# {}", ".rb": "# {}", ".sh": "# {}", ".c": "/* {} */", ".h": "/* {} */", ".cc": "// {}", ".cpp": "// {}",
    ".js": "// {}", ".ts": "// {}", ".go": "// {}", ".rs": "// {}", ".java": "// {}",
}  # fmt: skip
RISKY = 0.5  # above it the first one is called risky; a history whose largest changes came last may offer none
NONE_RISKY = "the riskiest that could be replayed, and still a calm one"
WORDS = "Quiet over the holiday season: nothing here changes at run time."


@dataclass(frozen=True, slots=True)
class Role:
    """One pull request to open."""

    name: str  # "a risky one", ...
    title: str
    body: str
    head: str
    percentile: float
    origin: str  # the commit it replays; "" when the demo wrote it
    proven: bool = False  # that it cannot hurt: no window holds it


def cast(repository: Path, state: Path, base: str, tip: str, progress: Callable[[int, int], None]) -> tuple[Role, ...]:
    """Reads history up to `base` into `state`, scores what came after it, and picks. Raises NotUsable."""
    try:
        scorer = Scorer(repository, state)
        scorer.refresh(base, progress=progress)
        scorer.fit()
        scored = sorted(_scored(repository, scorer, base, tip), key=lambda role: role.percentile)
    except ScoringError as error:
        raise NotUsable(str(error)) from error
    if not scored:
        raise NotUsable(f"nothing after {base[:12]} can be replayed; name another repository with REPO=...")
    risky, ordinary = scored[-1], scored[len(scored) // 2]
    quiet = _comment_only(repository, scorer, base, scored)
    roles = [
        replace(risky, name=called(risky.percentile)),
        replace(ordinary, name="an ordinary one"),
    ]
    return (*roles[: 1 if risky is ordinary else 2], *quiet)


def called(percentile: float) -> str:
    """What the riskiest that could be replayed is called: a calm one is not called risky."""
    return "a risky one" if percentile > RISKY else NONE_RISKY


def _scored(repository: Path, scorer: Scorer, base: str, tip: str) -> Iterator[Role]:
    candidates = list(replay.candidates(repository, base, tip))
    for candidate in _spread(candidates, MOST_SCORED):
        try:
            head = replay.lay(repository, candidate, base)
            percentile = _percentile(repository, scorer, base, head, candidate.title, candidate.body)
        except (NotUsable, ScoringError):
            continue  # objects of a partial clone may be absent: another candidate serves as well
        proven = _proof(repository, base, head)[0] == "P"
        yield Role("", candidate.title, candidate.body, head, percentile, candidate.sha, proven)


def _percentile(repository: Path, scorer: Scorer, base: str, head: str, title: str, body: str = "") -> float:
    # as the server sees it: whoever opens it in the demo has landed nothing in this history
    change = read_change(repository, base, head, at=datetime.now(UTC), author="", title=title, message=body)
    return scorer.assess(change).percentile


def _spread(candidates: Sequence[Candidate], most: int) -> Sequence[Candidate]:
    """The first (base was put right before a large one) and some of the rest, evenly."""
    step = max(1, -(-len(candidates) // most))
    return candidates[::step]


def _comment_only(repository: Path, scorer: Scorer, base: str, scored: Sequence[Role]) -> Iterator[Role]:
    """One from history when there is one; else a comment of the demo's own where it can be proved, or looks calmest."""
    for role in scored:
        if role.proven and _proof(repository, base, role.head) == ("P", "comments"):
            yield replace(role, name="a comment-only one")
            return
    written = [_commented(repository, scorer, base, path) for path in _commentable(repository, base)]
    if written:
        yield min(written, key=lambda role: (not role.proven, role.percentile))


def _commented(repository: Path, scorer: Scorer, base: str, path: str) -> Role:
    text = replay.git(repository, "cat-file", "blob", f"{base}:{path}").encode("utf-8", "surrogateescape")
    line = COMMENTS[Path(path).suffix].format(WORDS)
    who = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
    title = f"Say in {Path(path).name} that it is quiet"
    head = replay.write(repository, base, path, text.rstrip(b"\n") + f"\n\n{line}\n".encode(), f"{title}\n", who)
    percentile = _percentile(repository, scorer, base, head, title)
    name = "a comment-only one, written by the demo"
    return Role(name, title, "", head, percentile, "", _proof(repository, base, head)[0] == "P")


def _proof(repository: Path, base: str, head: str) -> tuple[str, str]:
    """Level and kind; two empty texts when nothing is certain."""
    try:
        proof = prove_range(repository, base, head).proof()
    except GitError:
        return "", ""
    return (proof.level, proof.kind) if proof is not None else ("", "")


def _commentable(repository: Path, base: str) -> list[str]:
    """Some source files that are not too large, Python first: a comment can be proved harmless there."""
    listing = replay.git(repository, "ls-tree", "-r", "-l", "-z", "--full-tree", base)
    sized = []
    for row in listing.split("\0"):
        meta, _, path = row.partition("\t")
        fields = meta.split()
        if len(fields) == 4 and fields[0] == "100644" and Path(path).suffix in COMMENTS and fields[3].isdigit():
            sized.append((not path.endswith(".py"), -int(fields[3]), path))
    fitting = sorted(entry for entry in sized if -entry[1] <= LARGEST_FILE)
    python = [path for other, _, path in fitting if not other]
    return python[:1] or [path for _, _, path in fitting[:: max(1, len(fitting) // MOST_COMMENTED)]][:MOST_COMMENTED]
