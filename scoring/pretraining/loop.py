"""One loop for every model that torch trains here: stopped at any moment, it goes on where it was.

What a step learns from is a function of its number, and so is chance within it: a run that was resumed sees what an
unbroken one sees, and on the same machine comes to the same weights.
"""

import math
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from scoring.pretraining.checkpoint import Progress, load, save
from scoring.pretraining.device import precision

Losses = Callable[[int], Iterable[Any]]  # step -> losses of its parts, which add up to the loss of the step
Stopped = Literal["done", "time", "no gain"]
_SMOOTH = 0.98


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast."""

    steps: int
    rate: float = 3e-4  # the highest
    warmup: float = 0.05  # share of the steps over which it rises; then it falls as a cosine to a tenth
    decay: float = 0.01  # of weights, by AdamW; not of vectors
    clip: float = 1.0  # longest gradient
    minutes: float | None = None  # of training in all; the rate falls with whatever ends first
    look: int = 0  # steps between two looks at the loss on validation; 0: none
    patience: int = 0  # looks without gain after which it ends; 0: it never ends early
    every: float = 60.0  # seconds between two checkpoints
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    steps: int
    seconds: float
    loss: float
    best: float | None  # the lowest loss on validation: its weights are those that are left
    stopped: Stopped


@dataclass(slots=True)
class _State:
    """The weights that learn, what AdamW remembers of them, and the best so far."""

    learning: dict[str, Any]
    optimiser: Any
    best: dict[str, Any] = field(default_factory=dict)

    def tensors(self) -> dict[str, Any]:
        kept = {f"weight.{name}": weight for name, weight in self.learning.items()}
        kept |= {f"best.{name}": weight for name, weight in self.best.items()}
        for name, weight in self.learning.items():
            kept |= {f"{key}.{name}": value for key, value in self.optimiser.state.get(weight, {}).items()}
        return kept

    def restore(self, tensors: dict[str, Any]) -> None:
        import torch

        for name, weight in self.learning.items():
            with torch.no_grad():
                weight.copy_(tensors[f"weight.{name}"])
            keys = ("step", "exp_avg", "exp_avg_sq")
            if f"step.{name}" in tensors:
                # the count of steps stays on the CPU, as AdamW itself keeps it
                self.optimiser.state[weight] = {
                    key: tensors[f"{key}.{name}"].to("cpu" if key == "step" else weight.device) for key in keys
                }
            if f"best.{name}" in tensors:
                self.best[name] = tensors[f"best.{name}"].to(weight.device)

    def remember(self) -> None:
        self.best = {name: weight.detach().clone() for name, weight in self.learning.items()}

    def take_best(self) -> None:
        import torch

        with torch.no_grad():
            for name, weight in self.best.items():
                self.learning[name].copy_(weight)


def run(
    module: Any,
    losses: Losses,
    schedule: Schedule,
    *,
    checkpoint: Path | None = None,
    identity: str = "",
    validate: Callable[[], float] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    clock: Callable[[], float] = time.monotonic,
) -> Outcome:
    """Train the weights of `module` that want a gradient, in place; ends with the best where `validate` tells which.

    With a `checkpoint`, a run of the same `identity` goes on from there, and Ctrl-C writes it before KeyboardInterrupt
    is raised. The file stays when the run is done: who keeps the weights deletes it. Raises ScoringError.
    """
    import torch

    learning = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
    state = _State(learning, _optimiser(learning, schedule))
    known = load(checkpoint, identity) if checkpoint else None
    at = Progress()
    if known:
        state.restore(known[0])
        at = known[1]
    begun, saved = clock() - at.seconds, clock()
    device = next(iter(learning.values())).device

    def keep() -> None:
        if checkpoint:
            save(checkpoint, state.tensors(), replace(at, seconds=clock() - begun), identity)

    with _interrupts() as interrupted:
        while not (stopped := _ended(at, schedule, clock() - begun)):
            torch.manual_seed(schedule.seed * 1_000_003 + at.step)
            for group in state.optimiser.param_groups:
                group["lr"] = _rate(schedule, at.step, clock() - begun)
            module.train()
            loss = 0.0
            with precision(device):
                for part in losses(at.step):
                    part.backward()
                    loss += float(part.detach())
            torch.nn.utils.clip_grad_norm_(list(learning.values()), schedule.clip)
            state.optimiser.step()
            state.optimiser.zero_grad(set_to_none=True)
            smooth = loss if at.step == 0 else _SMOOTH * at.loss + (1 - _SMOOTH) * loss
            at = replace(at, step=at.step + 1, loss=smooth)
            if validate and schedule.look and at.step % schedule.look == 0:
                at = _look(at, state, module, validate, device)
            progress(at.step, schedule.steps)
            if interrupted():
                keep()
                raise KeyboardInterrupt
            if clock() - saved >= schedule.every:
                keep()
                saved = clock()
    keep()
    state.take_best()
    module.eval()
    return Outcome(at.step, clock() - begun, at.loss, at.best, stopped)


def _optimiser(learning: dict[str, Any], schedule: Schedule) -> Any:
    import torch

    matrices = [weight for weight in learning.values() if weight.dim() > 1]
    vectors = [weight for weight in learning.values() if weight.dim() <= 1]
    groups = [{"params": matrices, "weight_decay": schedule.decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=schedule.rate, betas=(0.9, 0.95))


def _rate(schedule: Schedule, step: int, seconds: float) -> float:
    rising = min(1.0, (step + 1) / max(1.0, schedule.warmup * schedule.steps))
    gone = step / max(1, schedule.steps)
    if schedule.minutes:
        gone = max(gone, seconds / (60 * schedule.minutes))
    return schedule.rate * rising * (0.55 + 0.45 * math.cos(math.pi * min(1.0, gone)))


def _ended(at: Progress, schedule: Schedule, seconds: float) -> Stopped | None:
    if at.step >= schedule.steps:
        return "done"
    if schedule.patience and at.stale >= schedule.patience:
        return "no gain"
    if schedule.minutes and seconds >= 60 * schedule.minutes:
        return "time"
    return None


def _look(at: Progress, state: _State, module: Any, validate: Callable[[], float], device: Any) -> Progress:
    import torch

    module.eval()
    with torch.no_grad(), precision(device):
        seen = validate()
    if at.best is not None and seen >= at.best:
        return replace(at, stale=at.stale + 1)
    state.remember()
    return replace(at, best=seen, stale=0)


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Tells whether Ctrl-C was pressed; pressed again, it is obeyed at once. Another thread hears of none."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def note(*_: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
