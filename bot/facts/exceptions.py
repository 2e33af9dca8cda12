"""What was asked for and granted, and which heads their author attested the review of."""

from bot.facts.fact import Fact

ESCALATIONS = Fact(
    "escalations", lambda live, look: live.store.exceptions.of(look.target.repository_id, look.number), tuple
)
ATTESTED = Fact(
    "attested", lambda live, look: live.store.exceptions.attested(look.target.repository_id, look.number), frozenset
)
