"""A repository's own regression is fitted by a job that an assessment asks for, never by the assessment."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from test_mirror import LOCAL, MAIN

from bot.forge.port import Target
from bot.git.mirror import Mirror
from bot.jobs.kinds import FIT, OfRepository
from bot.jobs.lease import LeaseQueue
from bot.line.assess import MirrorAssessor
from bot.policy.pull import Person, PullRequest, Repository
from bot.store import Store
from scoring.assessment import Assessment
from scoring.facts.services import Sources
from scoring.incidents import Incident

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SHOP = Target(1, 7, "acme/shop")


START, DAY = 1_600_000_000, 86_400


def history(folder: Path, count: int) -> list[str]:
    """A repository with a commit a day; returns their ids, oldest first."""
    git = ("git", "-C", str(folder))
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    text = []
    for n in range(count):
        message, content = f"Change {n}", "".join(f"w{n}_{line}\n" for line in range(3 + n))
        text.append(f"commit refs/heads/main\ncommitter p{n % 3} <p{n % 3}@x.org> {START + n * DAY} +0000")
        text.append(f"data {len(message)}\n{message}\nM 100644 inline {'ab'[n % 2]}.c\ndata {len(content)}\n{content}")
    subprocess.run([*git, "fast-import", "--quiet"], input="\n".join(text) + "\n", text=True, check=True)
    listing = subprocess.run([*git, "rev-list", "--reverse", "main"], capture_output=True, text=True, check=True)
    return listing.stdout.split()


class Place:
    """A mirrored history in which forty changes are known to have been at fault."""

    def __init__(
        self, folder: Path, fit_due: Callable[[int], None], relabel_due: Callable[[int], None] = lambda _: None
    ) -> None:
        self.shas = history(folder / "origin", 200)
        mirror = Mirror(folder / "mirrors", git=LOCAL)
        mirror.fetch(7, f"file://{folder}/origin", [MAIN])
        self.incidents = [Incident(f"I{n}", START + (n + 3) * DAY, sha=self.shas[n]) for n in range(0, 120, 3)]
        self.assessor = MirrorAssessor(
            None,  # type: ignore[arg-type]
            mirror,
            folder / "indexes",
            incidents=lambda repository: self.incidents,
            fit_due=fit_due,
            relabel_due=relabel_due,
        )

    def assess(self) -> Assessment:
        base, head = self.shas[-2:]
        pull = PullRequest(
            Repository(7, "acme/shop", "main"), 1, "A change", Person(1, "ada"), head, "topic", base, "main",
            draft=False, open=True, auto_merge=False, protected=True, updated_at=NOW,
        )  # fmt: skip
        start = self.assessor.base(SHOP, pull)
        return self.assessor.assess(SHOP, pull, start, self.assessor.diff(SHOP, start, head), Sources(), NOW)


def test_until_the_job_has_run_the_shipped_model_scores_alone(tmp_path: Path) -> None:
    asked: list[int] = []
    place = Place(tmp_path, asked.append)
    alone = place.assess()
    assert (asked, alone.model.endswith(" + this repository")) == ([7], False)
    assert not (tmp_path / "indexes" / "7" / "own.json").exists()
    place.assessor.fit(7)
    with_own = place.assess()
    assert (asked, with_own.model) == ([7], f"{alone.model} + this repository")


def test_a_fit_of_a_repository_that_is_not_here_any_more_does_nothing(tmp_path: Path) -> None:
    MirrorAssessor(None, Mirror(tmp_path / "mirrors", git=LOCAL), tmp_path / "indexes").fit(7)  # type: ignore[arg-type]
    assert not (tmp_path / "indexes").exists()


def test_however_many_assessments_ask_one_job_waits_for_each_repository(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    queue = LeaseQueue(store.engine)
    for repository in (7, 8, 7):
        queue.add(FIT.new(OfRepository(repository), NOW))
    claimed = [queue.claim("w", NOW, timedelta(minutes=5)) for _ in range(3)]
    assert [job and (job.kind, job.payload) for job in claimed] == [
        (FIT.name, {"repository_id": 7}),
        (FIT.name, {"repository_id": 8}),
        None,
    ]
    store.close()


def test_a_late_incident_is_a_job_that_an_assessment_asks_for_and_no_assessment_waits_for(tmp_path: Path) -> None:
    asked: list[str] = []
    place = Place(tmp_path, lambda _: asked.append("fit"), lambda _: asked.append("relabel"))
    incidents, place.incidents = place.incidents, []
    assert (place.assess().labelled, asked) == (0, [])
    place.incidents = incidents
    assert (place.assess().labelled, asked) == (40, ["relabel"])  # a label at once; the regression waits for the rest
    place.assessor.relabel(7)
    place.assessor.relabel(7)
    late = place.assess()
    assert asked == ["relabel", "fit"]
    elsewhere = Place(tmp_path / "elsewhere", lambda _: None, lambda _: None)
    assert late == elsewhere.assess()


def test_a_late_incident_of_a_repository_that_is_not_here_any_more_is_no_work(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirrors", git=LOCAL)
    MirrorAssessor(None, mirror, tmp_path / "indexes").relabel(7)  # type: ignore[arg-type]
    assert not (tmp_path / "indexes").exists()
