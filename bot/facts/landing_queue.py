"""Whether it waits to land by itself, what people said of that, and what was decided of it last."""

from importlib.metadata import version

from bot.facts.configuration import CONFIGURATION
from bot.facts.fact import Fact, Filled, Live, Look
from bot.policy.pull import Remark
from bot.store.landing_queue import Place


def _place(live: Live, look: Look) -> Place:
    return live.store.landing_queue.of(look.target.repository_id, look.number)


def _fills(place: Place) -> Filled:
    return {"waiting": place.waiting, "wishes": place.wishes}


def _dislikes(live: Live, look: Look) -> tuple[Remark, ...]:
    if not look[CONFIGURATION].config.auto_review.on:
        return ()
    return live.store.reactions.against(look.target.repository_id, look.number)


def _recorded(live: Live, look: Look) -> str:
    if not look[CONFIGURATION].config.auto_review.on:
        return ""
    return live.store.passages.last(look.target.repository_id, look.number)


WAITING = Fact("waiting", _place, Place, fills=_fills)
DISLIKES: Fact[tuple[Remark, ...]] = Fact("dislikes", _dislikes, tuple, needs=(CONFIGURATION,))
RECORDED = Fact("recorded", _recorded, str, needs=(CONFIGURATION,))
_VERSION = version("codechill")  # read once: it does not change while this runs
PROGRAM = Fact("program", lambda live, look: _VERSION, str)
