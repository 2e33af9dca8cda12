"""The page that the operator's monitoring reads."""

from datetime import UTC, datetime

from bot.doors.metrics import Metrics
from bot.jobs import Depth, Job

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def lines(metrics: Metrics) -> list[str]:
    return [line for line in metrics.page().decode().splitlines() if not line.startswith("#")]


def test_the_page_counts_deliveries_jobs_and_verdicts() -> None:
    metrics = Metrics(lambda now: Depth(3, 2, 1, 4.5), lambda: NOW)
    metrics.delivery("push", "202")
    metrics.delivery("push", "202")
    metrics.job(Job(1, "pull", {}, "7#1", 1, "w"), "done", 0.25)
    metrics.verdict("block")
    page = lines(metrics)
    for line in (
        'codechill_deliveries_total{event="push",status="202"} 2.0',
        'codechill_jobs_total{kind="pull",outcome="done"} 1.0',
        'codechill_job_seconds_bucket{kind="pull",le="0.2"} 0.0',
        'codechill_job_seconds_bucket{kind="pull",le="0.3"} 1.0',
        'codechill_verdicts_total{verdict="block"} 1.0',
        'codechill_queue_jobs{state="waiting"} 3.0',
        'codechill_queue_jobs{state="running"} 2.0',
        'codechill_queue_jobs{state="dead"} 1.0',
        "codechill_queue_oldest_seconds 4.5",
    ):
        assert line in page


def test_two_apps_in_one_process_count_apart() -> None:
    one, other = (Metrics(lambda now: Depth(0, 0, 0, 0.0), lambda: NOW) for _ in range(2))
    one.delivery("push", "202")
    assert not any("deliveries_total{" in line for line in lines(other))
