"""What is claimed of incidents and their causes, for whoever asks about it."""

from bot.facts.fact import Fact, Live, Look
from bot.policy.chat.grammar import parse
from bot.policy.events import Commented
from bot.policy.incidents.claim import Claim


def _claims(live: Live, look: Look) -> tuple[Claim, ...]:
    match look.event:
        case Commented(comment) if (said := parse(comment.body)) is not None and said.verb == "incident":
            return live.store.claims.of(look.target.repository_id)
        case _:
            return ()


CLAIMS = Fact("claims", _claims, tuple)
