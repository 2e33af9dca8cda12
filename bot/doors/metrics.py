"""What the operator watches: counters of this process, and the depth of the queue read when somebody asks."""

from collections import Counter as Counts
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.jobs.port import Depth, Job
from bot.store import KnownFinding

_DEPTH = "Jobs in the queue by state."
_OLDEST = "Seconds that the oldest due job has waited."
_FOUND = "What the doctor found at its last round, by check and severity."
_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Metrics:
    """One for each App. `page` is what /metrics answers."""

    def __init__(
        self,
        depth: Callable[[datetime], Depth],
        clock: Callable[[], datetime],
        findings: Callable[[], Iterable[KnownFinding]] = tuple,
    ) -> None:
        self._registry = CollectorRegistry()
        self._deliveries = self._counter("deliveries", "Webhook requests by event and HTTP status.", "event", "status")
        self._jobs = self._counter("jobs", "Jobs by kind and outcome: done, retried, dropped, dead.", "kind", "outcome")
        self._verdicts = self._counter("verdicts", "Decisions by verdict: pass, block.", "verdict")
        self._seconds = Histogram(
            "codechill_job_seconds",
            "Seconds that a job took, by kind.",
            ["kind"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Queue(depth, clock))
        self._registry.register(_Findings(findings))

    def delivery(self, event: str, status: str) -> None:
        self._deliveries.labels(event, status).inc()

    def job(self, job: Job, outcome: str, seconds: float) -> None:
        self._jobs.labels(job.kind, outcome).inc()
        self._seconds.labels(job.kind).observe(seconds)

    def verdict(self, verdict: str) -> None:
        self._verdicts.labels(verdict).inc()

    def described(self) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
        """Name, kind, labels and meaning of every metric, for the documentation."""
        for each in (self._deliveries, self._jobs, self._verdicts, self._seconds):
            for family in each.describe():
                name = f"{family.name}_total" if family.type == "counter" else family.name
                yield name, family.type, tuple(each._labelnames), family.documentation
        yield "codechill_queue_jobs", "gauge", ("state",), _DEPTH
        yield "codechill_queue_oldest_seconds", "gauge", (), _OLDEST
        yield "codechill_findings", "gauge", ("check", "severity"), _FOUND

    def page(self) -> bytes:
        return generate_latest(self._registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"codechill_{name}", words, labels, registry=self._registry)


class _Queue(Collector):
    def __init__(self, depth: Callable[[datetime], Depth], clock: Callable[[], datetime]) -> None:
        self._depth, self._clock = depth, clock

    def describe(self) -> Iterator[Metric]:
        return iter(())  # the queue is asked when a page is made, never when it is registered

    def collect(self) -> Iterator[Metric]:
        depth = self._depth(self._clock())
        jobs = GaugeMetricFamily("codechill_queue_jobs", _DEPTH, labels=["state"])
        for state in ("waiting", "running", "dead"):
            jobs.add_metric([state], getattr(depth, state))
        yield jobs
        yield GaugeMetricFamily("codechill_queue_oldest_seconds", _OLDEST, value=depth.oldest)


class _Findings(Collector):
    def __init__(self, findings: Callable[[], Iterable[KnownFinding]]) -> None:
        self._findings = findings

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        family = GaugeMetricFamily("codechill_findings", _FOUND, labels=["check", "severity"])
        counts = Counts((finding.check, finding.severity) for finding in self._findings())
        for labels, count in sorted(counts.items()):
            family.add_metric(list(labels), count)
        yield family
