"""The work of the server: jobs that were given up, looks that keep failing, and a rank that nothing ever reaches."""

from collections.abc import Iterator

from bot.doctor.facts import Facts
from bot.doctor.finding import Finding
from bot.jobs.kinds import PULL
from bot.setup.manifest import Manifest

# of so many changes at least one ranks among the riskiest 5 %, or the odds against it are 100 to 1: 0.95 ** 90 < 0.01
LEAST = 90
_MOST_WORDS = 200


def jobs(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    work = facts.here.work
    if work is None or not work.dead:
        return
    counts = ", ".join(f"{count} of kind {kind}" for kind, count in work.dead)
    newest = " ".join(work.newest.split())[:_MOST_WORDS]
    words = f"Jobs were given up: {counts}. The newest: {newest}."
    fix = "codechill jobs list --state dead shows them; mend the cause, then codechill jobs retry --all, or drop them."
    yield Finding("jobs", "error" if PULL.name in dict(work.dead) else "warning", "the work", words, fix)


def looks(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    work = facts.here.work
    if work is not None and work.failing:
        plural = "job keeps" if work.failing == 1 else "jobs keep"
        words = f"{work.failing} {plural} failing."
        yield Finding("looks", "warning", "the work", words, "codechill jobs list --state waiting shows why.")


def floods(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    for repository, count in facts.here.work.floods if facts.here.work else ():
        words = f"{count} claims of incidents came within a day, and no more are taken in until it is over."
        fix = f"codechill incidents list --repository {repository} shows who sends them; withdraw what is none."
        yield Finding("floods", "warning", repository, words, fix)


def share(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    for ranks in facts.here.work.ranks if facts.here.work else ():
        if ranks.scored >= LEAST and not ranks.top:
            words = (
                f"None of {ranks.scored} scored pull requests ranks among the riskiest 5 %: a weekend would hold none."
            )
            fix = "Compare with codechill backtest on a clone; a model of another kind of repository may not fit."
            yield Finding("share", "warning", ranks.repository, words, fix)


def drift(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    for repository, sign in facts.here.drift:
        yield Finding("drift", "warning", f"{repository}: {sign.sign}", sign.words, sign.fix)
