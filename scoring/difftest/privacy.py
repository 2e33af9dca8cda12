"""Secrets and what says who somebody is never reach a record: they are masked while one is made."""

import re

MASK = "<secret>"
PERSONAL = "<personal>"
# names whose values nobody may keep; the short ones only as whole words
_CREDENTIAL = (
    r"pass(?:word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|authorization|cookie|session(?:[_-]?id)?|"
    r"credentials?|signature|(?<![A-Za-z])(?:otp|pin|cvv|cvc|pwd)"
)
_PERSON = (
    r"(?<![A-Za-z])(?:ssn|iban|dob|zip|login|mobile|street)|card[_-]?number|phone(?:[_-]?number)?|"
    r"birth[_-]?(?:day|date)|date[_-]?of[_-]?birth|(?:first|last|full|given|family|sur)[_-]?name|"
    r"address(?:[_-]?line\d?)?|post(?:al)?[_-]?code|e-?mail(?:[_-]?address)?|user[_-]?name|tax[_-]?id|passport"
)
_NAMED = re.compile(rf"(?i)(?P<secret>{_CREDENTIAL})$|(?:{_PERSON})$")
_HEAD = re.compile(r"""(?<![\w.-])(?P<name>[\w.-]++)["']?\s*[:=]\s*""")
_VALUE = re.compile(
    r"""(?i:(?:basic|bearer|token|digest)\ +)?(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[^\s,;&"'{}\[\]]+)"""
)
# (what a text has to hold, what stands instead, the shape)
_SHAPES = tuple(
    (needle, mask, re.compile(shape))
    for needle, mask, shape in (
        ("-----BEGIN", MASK, r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.|\n)*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"),
        ("ookie:", " " + MASK, r"(?<=ookie:)[ \t]*\S.*"),
        ("", MASK, r"\b(?:gh[a-z]_|github_pat_|glpat-|xox[abeoprs]-|sk-|[sr]k_live_|npm_|pypi-)[\w.-]{10,}"),
        ("", MASK, r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}"),
        ("eyJ", "<jwt>", r"\beyJ[\w-]{4,}\.[\w-]{4,}\.[\w-]*"),
        (" ", MASK, r"\b(?i:basic|bearer|negotiate|digest)\s+[A-Za-z0-9+/=_.~-]{8,}"),
        ("://", MASK, r"(?<=://)[^/\s@:]{1,256}:[^/\s@]{1,256}(?=@)"),
        ("@", "<email>", r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b"),
        ("", "<iban>", r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"),
        ("-", PERSONAL, r"\b\d{3}-\d{2}-\d{4}\b"),
        ("+", "<phone>", r"(?<![\w+])\+\d{1,3}[ (-]?\d[\d ()-]{6,14}\d\b"),
        (".", "<ip>", r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
        (":", "<ip>", r"(?<![\w:.])(?:[0-9a-fA-F]{1,4}:){4,7}[0-9a-fA-F]{1,4}(?![\w:])"),
    )
)
# four by four, but for one company
_CARD = re.compile(r"\b[2-6]\d{3}(?P<gap>[ -]?)(?:\d{4}(?P=gap)\d{4}(?P=gap)\d{1,7}|\d{6}(?P=gap)\d{5})\b")


def private(text: str) -> str:
    """`text` without secrets and personal data: keys of tokens, passwords by their name, mail, cards, accounts."""
    if len(text) > 6:
        for needle, mask, shape in _SHAPES:
            if needle in text:
                text = shape.sub(mask, text)
        text = _CARD.sub(_card, text)
    if ":" in text or "=" in text:
        text = _valueless(text)
    return text


def private_value(name: str, text: str) -> str:
    """The value of a field, by the last part of whose name it may be a secret whatever it looks like."""
    match = _NAMED.search(name)
    if match is None:
        return private(text)
    return MASK if match["secret"] else PERSONAL


def _valueless(text: str) -> str:
    """`text` without the values of names that say what they are: a name may be the value of another one."""
    parts, place = [], 0
    for head in _HEAD.finditer(text):
        named = _NAMED.search(head["name"]) if head.start() >= place else None
        value = _VALUE.match(text, head.end()) if named else None
        if named is None or value is None or value[0].lstrip("\"'").startswith("<"):
            continue
        quote = value[0][0] if value[0][0] in "\"'" else ""
        parts += [text[place : head.end()], f"{quote}{MASK if named['secret'] else PERSONAL}{quote}"]
        place = value.end()
    return "".join((*parts, text[place:]))


def _card(match: re.Match[str]) -> str:
    """A number with a check digit (Luhn)."""
    digits = [int(each) for each in match[0] if each.isdigit()]
    doubled = sum(sum(divmod(2 * each, 10)) for each in digits[-2::-2])
    return match[0] if (sum(digits[-1::-2]) + doubled) % 10 else "<card>"
