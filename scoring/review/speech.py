"""Text that speaks to whoever reviews: nobody writes it for people, so somebody should see it."""

import re

from scoring.semantics.verdict import Finding

ADDRESSED = re.compile(
    r"(?i)\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all|any|your|these|the)\b"
    r"[^.\n]{0,30}\b(?:instruction|prompt|rule|guideline|polic|direction|context)|"
    r"\b(?:you are|act as|pretend to be)\b[^.\n]{0,30}\b(?:ai|assistant|language model|llm|reviewer|bot|agent)\b|"
    r"\b(?:ai|llm|automated?|automatic|machine|bot)\b[ -]?(?:code[ -])?(?:review(?:er)?s?|agents?|assistants?)\b|"
    r"\b(?:auto[- ]?)?(?:approve|accept|merge|land)\b[^.\n]{0,25}\b(?:this|the)\b[^.\n]{0,15}"
    r"\b(?:change|pull request|pr|patch|diff|commit)\b|"
    r"\b(?:mark|classify|rate|label|treat|report)\b[^.\n]{0,30}\bas\s+(?:safe|low[- ]risk|harmless|approved)\b|"
    r"\b(?:system prompt|jailbreak|prompt injection|confidence\W{0,4}(?:10|9|ten)\b)|"
    r"<\|?(?:im_start|im_end|system|endoftext)\|?>|\[/?INST\]|\b(?:reviewer|note to (?:the )?review)[^.\n]{0,20}:\s|"
    r"\"(?:accepts?|verdict|category|confidence|effort)\"\s*:"
)
MARKUP = re.compile(r"<!--")
# A comment in the manner of those that tools obey, of whatever tool.
VERBS = r"(?:disable|enable|ignore|suppress|skip|nocheck|off|allow|exclude)"
ORDER = re.compile(
    rf"(?im)(?:#|//|/\*|--|;)[ \t]*@?[\w.-]{{1,30}}(?:[ \t]*[:=][ \t]*|[ \t]+)@?{VERBS}[-\w]*[ \t]*(?:$|[:=(\[*])|"
    rf"(?:#|//|/\*)[ \t]*@?(?:\w+-)?{VERBS}(?:-[\w-]+)?(?:[ \t]*$|[ \t]*[:=(\[])|"
    rf"(?:#|//|/\*)[ \t]*@?[\w.-]{{1,30}}:[ \t]*@?{VERBS}\b"
)


def doubt(old: bytes | None, new: bytes | None, _: str) -> Finding | None:
    """Where the new text says more to reviewers or tools than the old, or hides words in a comment of a page."""
    before, after = ((side or b"").decode("utf-8", "replace") for side in (old, new))
    if len(ADDRESSED.findall(after)) > len(ADDRESSED.findall(before)):
        return Finding(None, "speech", "It adds words that speak to whoever reviews it.")
    if len(MARKUP.findall(after)) > len(MARKUP.findall(before)):
        return Finding(None, "hidden", "It adds a comment that a page does not show.")
    if len(ORDER.findall(after)) != len(ORDER.findall(before)):
        return Finding("H", "directive", "A comment came or went that reads as an order to some tool.")
    return None
