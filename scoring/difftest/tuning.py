"""What a fine-tuned labeller learns from, and by what it is seen whether that helps: earlier releases, the newest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.difftest.export import parts
from scoring.difftest.labeller import CLASSES, LEAST, Labelled, Past, past_of
from scoring.difftest.tuned_text import Wording, window
from scoring.errors import ScoringError
from scoring.text.tokens import Tokens

WORDS = ("noise", "feature", "regression")  # what follows a group, in the order of CLASSES; the first token of each
FEWEST_HELD = 3


@dataclass(frozen=True, slots=True)
class Lesson:
    """`weight` is 1 on average, and more where one answer was for many differences."""

    ids: tuple[int, ...]
    label: int  # its place in CLASSES
    weight: float


@dataclass(frozen=True, slots=True)
class Material:
    """`learnt`: the builds whose labels are in it. `past`: what they called each signature."""

    learned: tuple[Lesson, ...]
    held: tuple[Lesson, ...]
    past: Past
    learnt: tuple[str, ...]


def answers(tokens: Tokens) -> tuple[int, ...]:
    """A token a label. Raises ScoringError where two labels begin with the same one."""
    first = tuple(tokens.ids(each)[0] for each in WORDS)
    if len(set(first)) < len(CLASSES):
        raise ScoringError("the tokenizer of the base cannot tell the three labels apart by their first token")
    return first


def material(labelled: Sequence[Labelled], wording: Wording, tokens: Tokens, seed: int = 7) -> Material:
    """All that was labelled. The newest release is held out; of a single one a fifth of the signatures.

    Raises ScoringError where it is too little to learn anything.
    """
    newest = max((each.release for each in labelled), default=0)
    learned = [each for each in labelled if each.release < newest]
    held = [each for each in labelled if each.release == newest]
    if not learned:
        learned, held, _ = parts(held, (0.8, 0.2, 0.0), seed)
    if len(learned) < LEAST or len(held) < FEWEST_HELD or len({each.label for each in learned}) < 2:
        raise ScoringError(
            f"{len(learned)} labelled groups to learn from and {len(held)} to see by whether it helps: at least "
            f"{LEAST} of two labels and {FEWEST_HELD} are needed"
        )
    share = 1.0 + float(np.mean([np.log(each.group.count) for each in labelled]))
    return Material(
        tuple(_lessons(learned, labelled, wording, tokens, share)),
        tuple(_lessons(held, labelled, wording, tokens, share)),
        past_of(labelled),
        tuple(sorted({each.group.key.release for each in labelled})),
    )


def _lessons(
    chosen: Sequence[Labelled], labelled: Sequence[Labelled], wording: Wording, tokens: Tokens, share: float
) -> list[Lesson]:
    """Each with the past of its signature as it was before its release."""
    past = {
        release: past_of([each for each in labelled if each.release < release])
        for release in {each.release for each in chosen}
    }
    return [
        Lesson(
            tuple(window(each.group, past[each.release], wording, tokens)),
            CLASSES.index(each.label),
            float(1.0 + np.log(each.group.count)) / share,
        )
        for each in chosen
    ]
