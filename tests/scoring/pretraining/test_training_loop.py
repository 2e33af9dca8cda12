"""The loop: a stopped run goes on where it was and comes to the same; time, patience and damage are said in words."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from scoring.errors import ScoringError
from scoring.pretraining.checkpoint import load
from scoring.pretraining.loop import Outcome, Schedule, run

SCHEDULE = Schedule(12, rate=0.05, every=0.0)


class Net(torch.nn.Module):
    """A line with dropout before it: chance is part of a step."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.line = torch.nn.Linear(4, 1)
        self.frozen = torch.nn.Parameter(torch.ones(2), requires_grad=False)

    def forward(self, x: Any) -> Any:
        return self.line(torch.nn.functional.dropout(x, 0.3, self.training))


def losses(net: Net, upset: Callable[[int], None] = lambda step: None) -> Callable[[int], Iterator[Any]]:
    def of(step: int) -> Iterator[Any]:
        upset(step)
        x = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
        for part in x.split(4):
            yield ((net(part) - part.sum(1, keepdim=True)) ** 2).mean() / 2

    return of


def trained(
    net: Net, checkpoint: Path | None = None, upset: Callable[[int], None] = lambda step: None, **more: Any
) -> Outcome:
    return run(net, losses(net, upset), more.pop("schedule", SCHEDULE), checkpoint=checkpoint, identity="it", **more)


def weights(net: Net) -> list[float]:
    return [value for each in net.parameters() for value in each.detach().flatten().tolist()]


@pytest.fixture(scope="module")
def unbroken() -> list[float]:
    net = Net()
    assert trained(net).stopped == "done"
    return weights(net)


def test_it_learns_and_leaves_alone_what_wants_no_gradient() -> None:
    net = Net()
    first = trained(net, schedule=Schedule(1, rate=0.05)).loss
    assert trained(net, schedule=Schedule(150, rate=0.05)).loss < first / 2
    assert net.frozen.tolist() == [1.0, 1.0]


def test_ctrl_c_keeps_what_was_learned_and_the_next_run_ends_where_an_unbroken_one_does(
    tmp_path: Path, unbroken: list[float]
) -> None:
    pressed = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        trained(Net(), tmp_path / "c", lambda step: os.kill(os.getpid(), signal.SIGINT) if step == 4 else None)
    assert signal.getsignal(signal.SIGINT) is pressed
    done: list[int] = []
    net = Net()
    trained(net, tmp_path / "c", done.append)
    assert done == list(range(5, 12))
    assert weights(net) == unbroken


def test_a_kill_in_the_middle_of_a_step_loses_that_step_and_no_more(tmp_path: Path, unbroken: list[float]) -> None:
    child = os.fork()
    if child == 0:
        trained(Net(), tmp_path / "c", lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == 7 else None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    net = Net()
    trained(net, tmp_path / "c")
    assert weights(net) == unbroken
    assert trained(net, tmp_path / "c").steps == 12  # it is done: nothing happens a second time
    assert weights(net) == unbroken


def test_time_runs_out_over_all_resumptions(tmp_path: Path) -> None:
    ticks = iter(range(0, 10_000, 10))
    schedule = Schedule(1000, minutes=1, every=1e9)
    first = run(Net(), losses(Net()), schedule, checkpoint=tmp_path / "c", clock=lambda: float(next(ticks)))
    assert first.stopped == "time"
    assert 0 < first.steps < 1000
    assert run(Net(), losses(Net()), schedule, checkpoint=tmp_path / "c").steps == first.steps


def test_it_ends_early_and_leaves_the_best(tmp_path: Path) -> None:
    net, seen = Net(), iter([3.0, 1.0, 2.0, 2.0, 0.0])
    at_best: list[list[float]] = []

    def validate() -> float:
        at_best.append(weights(net))
        assert not net.training
        return next(seen)

    schedule = Schedule(100, rate=0.05, look=2, patience=2)
    outcome = trained(net, tmp_path / "c", schedule=schedule, validate=validate)
    assert (outcome.steps, outcome.best, outcome.stopped) == (8, 1.0, "no gain")
    assert weights(net) == at_best[1]
    again = Net()
    trained(again, tmp_path / "c", schedule=schedule, validate=validate)
    assert weights(again) == at_best[1]


def test_a_checkpoint_of_something_else_or_damaged_is_refused_in_words(tmp_path: Path) -> None:
    trained(Net(), tmp_path / "c")
    with pytest.raises(ScoringError, match="on other data or with other settings"):
        run(Net(), losses(Net()), SCHEDULE, checkpoint=tmp_path / "c", identity="other")
    (tmp_path / "c").write_bytes((tmp_path / "c").read_bytes()[:50])
    with pytest.raises(ScoringError, match="cannot be read; delete it"):
        trained(Net(), tmp_path / "c")
    assert load(tmp_path / "none", "it") is None
