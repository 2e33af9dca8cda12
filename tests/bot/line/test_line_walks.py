"""Whatever people do in whatever order, and wherever the forge stops: in the end nothing is left to be written."""

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.forge.port import ForgeError
from bot.policy.actions import PutComment, React, Reply, SetCheck
from bot.store import Store
from tests.fakes.line import MANAGERS, Line
from tests.fakes.world import Pull

RED = "windows: [{name: Always, level: red, from: 2020-01-01}]\n"
TEXTS = (
    MANAGERS,
    f"{MANAGERS}freezes: {{by: ['@acme/release-managers']}}\n{RED}",
    f"{MANAGERS}gate: {{action: {{red: author_attest}}}}\n{RED}",
    f"{MANAGERS}mode: advise\nwindows: [{{name: Night, level: frozen, from: 2020-01-01, to: '2026-11-28 00:00'}}]\n",
    "version: 1\nbroken: [\n",
)
SAID = (
    *("/chill why", "/chill justify security_fix It leaks", "/chill approve", "/chill deny On Monday"),
    *("/chill attest", "/chill refresh", "/chill freeze red 2h The database moves", "/chill thaw", "A remark"),
)
people = st.sampled_from(["ana", "ben", "mia", "eve"])
steps = st.one_of(
    st.tuples(st.just("say"), people, st.sampled_from(SAID)),
    st.tuples(st.just("push"), people, st.sampled_from([0.1, 0.9, 0.97])),
    st.tuples(st.just("configure"), people, st.sampled_from(TEXTS)),
    st.tuples(st.just("forward"), people, st.sampled_from([1, 20])),
    st.tuples(st.just("review"), people, st.just("approved")),
    st.tuples(st.just("fail"), people, st.sampled_from([SetCheck, PutComment, Reply, React])),
)


def step(line: Line, pull: Pull, verb: str, who: str, what: object) -> None:
    match verb:
        case "configure":
            line.configure(str(what))
            line.tick(pull)
        case "forward":
            line.clock.forward(hours=int(str(what)))
            line.tick(pull)
        case "fail":
            for failing in (line.forge.silent, line.forge.lossy):
                failing.clear()
            (line.forge.lossy if who in ("ana", "mia") else line.forge.silent).add(what)  # type: ignore[arg-type]
        case "push":
            line.push(pull, float(str(what)), login=who)
        case _:
            getattr(line, verb)(pull, who, what)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=9))
def test_after_any_walk_whoever_looks_again_writes_nothing(
    anew: Callable[[], Store], walk: list[tuple[str, str, object]]
) -> None:
    line = Line(anew())
    line.window()
    pull = line.seen(0.97)
    for verb, who, what in walk:
        try:
            step(line, pull, verb, who, what)
        except ForgeError:
            continue  # as it says: the forge stopped
    line.at_rest()
    assert len([body for body in line.ours(pull) if "codechill:card" in body]) <= 1
