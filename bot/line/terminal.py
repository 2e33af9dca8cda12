"""A card for a terminal: the same parts as in Markdown, and nothing in it is obeyed."""

from collections.abc import Iterator

from bot.line.render import MOST_EVIDENCE, SHORT
from bot.policy.text.whole import visible
from bot.policy.views import Card
from scoring.assessment import Reason

EVIDENCE = {"P": "Proved harmless", "S": "Strong evidence of harmlessness", "H": "A hint, which changes nothing"}


def text(card: Card) -> str:
    """The card of a change that is no pull request, in lines."""
    return "\n".join(_lines(card))


def _lines(card: Card) -> Iterator[str]:
    yield card.headline
    if card.proof is not None:
        yield f"\n{EVIDENCE[card.proof.level]}: {visible(card.proof.words)}"
    if card.reasons:
        yield "\nWhy it looks risky"
        yield from (f"  - {plain_reason(reason)}" for reason in card.reasons)
    elif card.because:
        yield f"\n{card.because}"
    if card.suggestions:
        yield "\nWhat would lower it"
        yield from (f"  - {plain(each.words, each.subject)}" for each in card.suggestions)
    yield (
        f"\nModel {card.model}, ranked among the last {card.reference:,} changes here. "
        "It says where to look, not that the change is wrong."
    )


def plain(words: str, subject: str | None = None) -> str:
    """The same sentence for a terminal: nothing in it is obeyed."""
    return words.replace("`", "").replace("{subject}", visible(subject or ""))


def plain_reason(reason: Reason) -> str:
    """A claim and its commits for a terminal."""
    shown = [
        visible(each.sha[:SHORT]) + (f" by {visible(each.by[:SHORT])}" if each.by else "") for each in reason.evidence
    ]
    few = shown[:MOST_EVIDENCE]
    more = f" and {len(shown) - len(few)} more" if len(shown) > len(few) else ""
    return plain(reason.words, reason.subject) + (f" ({', '.join(few)}{more})" if few else "")
