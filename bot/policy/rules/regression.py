"""A difference that a person called a regression holds the change that brings it."""

from datetime import datetime

from bot.policy.config import Config
from bot.policy.opinion import Opinion, Verdict
from bot.policy.state import State
from bot.policy.text.words import counted

NAME = "regression"
FIRM = " while its differential test shows a regression"


def opine(state: State, config: Config, now: datetime) -> Opinion:
    """Only what is confirmed: what still waits for an answer holds its own check alone.

    Firm: a proof of harmlessness is of the source, and an exception was asked for before anybody knew this.
    """
    differences = state.differences
    if differences is None or not differences.regressions:
        return Opinion(NAME)
    words = (
        f"{counted(differences.regressions, 'group')} of differences between this head and the build before "
        f"{'is' if differences.regressions == 1 else 'are'} called a regression. A push that mends it, or another "
        "answer in the queue of the differential test, lifts this."
    )
    return Opinion(NAME, Verdict.BLOCK, words, firm=FIRM)
