"""Whether it waits to land by itself, what people said of that, and what was decided of it last."""

from importlib.metadata import version

from bot.facts.fact import Fact, Filled, Live, Look
from bot.store.landing_queue import Place


def _place(live: Live, look: Look) -> Place:
    return live.store.landing_queue.of(look.target.repository_id, look.number)


def _fills(place: Place) -> Filled:
    return {"waiting": place.waiting, "wishes": place.wishes}


WAITING = Fact("waiting", _place, Place, fills=_fills)
DISLIKES = Fact(
    "dislikes", lambda live, look: live.store.reactions.against(look.target.repository_id, look.number), tuple
)
RECORDED = Fact("recorded", lambda live, look: live.store.passages.last(look.target.repository_id, look.number), str)
_VERSION = version("codechill")  # read once: it does not change while this runs
PROGRAM = Fact("program", lambda live, look: _VERSION, str)
