"""Text that speaks to whoever reviews, or orders a tool about: somebody should see what is not said to people."""

import re

from scoring.hazards.speech import speaks
from scoring.review.lines import split
from scoring.semantics.verdict import Finding

# Beside what the static rules know: here the text is all that changed, so more may be doubted.
JUDGING = r"(?:accept|approv|confirm|merg|land)\w*"
JUDGED = r"(?:changes?|diffs?|patch(?:es)?|hunks?|pull requests?|comments?|commits?|behaviou?r)"
ADDRESSED = re.compile(
    rf"(?i)\b{JUDGING}\b[^\n]{{0,60}}\b{JUDGED}\b|\b{JUDGED}\b[^\n]{{0,60}}\b{JUDGING}\b|"
    r"</?\s{0,2}(?:diff|data|system|user|assistant|instructions?|input|context|document|prompt|change|untrusted)\s{0,2}>|"
    r"(?m:(?:^|\s)/(?:chill|approve|lgtm|merge|ship|land)\b)|\b(?:maintenance|developer|debug|admin|god) mode\b|"
    r"\brisk\W{1,3}(?:p?\d+|low|none|no)\b|\bproven\W{1,3}(?:true|yes)\b|\breviewers?\W{1,3}(?:none|no|not)\b|\bcodechill\W{0,2}[:=\]]|"
    r"\b(?:new|updated) (?:rule|policy|instruction)s?\b|\bjailbreak|\bprompt injection|"
    r"\bconfidence\W{0,4}(?:of )?(?:10|9|ten)\b|"
    r"\b(?:ignorier|missacht|befolge|bewerte|genehmig|ignore[zr]\b|ignora[rn]?\b|ignorez\b|approuve|aprueb|aprove\b|"
    r"одобр|игнорир|проигнорир)|忽略|忽視|无视|無視|批准|审批|承認|指示に|무시|승인"
)
# Words can be turned in more ways than can be listed; of what speaks of reviews at all a person should see every one.
SPOKEN_OF = re.compile(
    r"(?i)\b(?:review|approv)\w*|\b(?:language model|llm|chatbot|copilot|assistant)s?\b|"
    r"\bautomated (?:tool|check|agent)\w*|"
    r"\brisk of (?:this|the)\b|(?-i:\b(?:USER|ASSISTANT|SYSTEM|HUMAN):)|(?:\b\w[ .]{1,3}){6,}|"
    r"\b(?:vergiss|oublie|olvida|esque[cç]a|dimentica|stimme\b[^\n]{0,40}\bzu)\b|забудь"
)
UNREADABLE = re.compile(r"(?<![\w/+])[A-Za-z0-9+/]{40,}={0,2}(?![\w/+])|(?<![\w])(?:[0-9a-fA-F]{2}[ :]?){24,}(?![\w])")
MARKUP = re.compile(r"<!--")
# A comment in the manner of those that tools obey, of whatever tool.
VERBS = r"(?:disable|enable|ignore|suppress|skip|nocheck|off|allow|exclude)"
ORDER = re.compile(
    rf"(?im)(?:#|//|/\*|--|;)[ \t]*@?[\w.-]{{1,30}}(?:[ \t]*[:=][ \t]*|[ \t]+)@?{VERBS}[-\w]*[ \t]*(?:$|[:=(\[*])|"
    rf"(?:#|//|/\*)[ \t]*@?(?:\w+-)?{VERBS}(?:-[\w-]+)?(?:[ \t]*$|[ \t]*[:=(\[])|"
    rf"(?:#|//|/\*)[ \t]*@?[\w.-]{{1,30}}:[ \t]*@?{VERBS}\b"
)
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def doubt(old: bytes | None, new: bytes | None, path: str) -> Finding | None:
    """Where new lines, or a new name, say something to reviewers or tools, or hide or encode what they say."""
    if CONTROL.search(path):
        return Finding(None, "hidden", "Its name holds control characters.")
    if old is None and _addressed(re.sub(r"[-_./]+", " ", path)):
        return Finding(None, "speech", "Its name speaks to whoever reviews it.")
    before, after = ((side or b"").decode("utf-8", "replace") for side in (old, new))
    comes = _comes(old or b"", new or b"")
    if _addressed(comes) or len(MARKUP.findall(after)) > len(MARKUP.findall(before)):
        return Finding(None, "speech", "It adds words that speak to whoever reviews it, or that a page does not show.")
    if SPOKEN_OF.search(comes):
        return Finding("H", "speech", "It adds words that speak of reviews or of those who do them.")
    if UNREADABLE.search(comes):
        return Finding("H", "encoded", "It adds text that people cannot read.")
    if len(ORDER.findall(after)) != len(ORDER.findall(before)):
        return Finding("H", "directive", "A comment came or went that reads as an order to some tool.")
    return None


def _comes(old: bytes, new: bytes) -> str:
    """The lines at head that stand nowhere at base. A picture has none."""
    if b"\0" in new:
        return ""
    known = frozenset(split(old))
    return b"".join(line for line in split(new) if line not in known).decode("utf-8", "replace")


def _addressed(text: str) -> bool:
    lines = text.split("\n")
    said = any(speaks(line[:4_000]) for line in lines) or speaks(" ".join(line[:400] for line in lines[:40]))
    return said or ADDRESSED.search(text) is not None
