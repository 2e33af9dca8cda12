"""The table of static rules. Size is none of them: how much is too much is a setting, and a proof may waive it."""

from collections.abc import Sequence

from scoring.hazards import kinds, secrets, shape, speech, text
from scoring.hazards.rule import Rule, Sides, each
from scoring.inspection import Hazard

RULES: tuple[Rule, ...] = (
    each("mode", "links, submodules, permissions", shape.modes),
    each("lfs_pointer", "contents that git LFS keeps elsewhere", shape.pointers),
    each("attributes", "files that tell git how to show or change others", shape.attributes),
    each("large_file", "contents that were not read to their end", shape.large),
    each("binary", "contents that are no text", shape.binary),
    each("file_kind", "files of kinds that are not allowed", kinds.allowed),
    each("looks_like_prose", "names that end like prose and are none", kinds.prose),
    each("odd_name", "names that some systems read as others", shape.names),
    Rule("same_name", "names that differ in nothing but case", shape.same_names),
    each("hidden_text", "characters that turn text around, hide it or end a line", text.hidden),
    each("look_alike", "names that look like others", text.look_alikes),
    each("escaped_code", "escapes and encodings by which a comment is code", text.escapes),
    each("named_encoding", "encodings that a file names for itself", text.cookies),
    each("secret", "keys and passwords", secrets.secrets),
    each("speech", "words to whoever reviews", speech.injections),
)
MOST_HAZARDS = 50  # of one change that are told


def hazards(sides: Sides, rules: Sequence[Rule] = RULES) -> tuple[Hazard, ...]:
    """What the rules find, in their order. A rule that fails is a hazard itself."""
    return tuple(hazard for rule in rules for hazard in _looked(rule, sides))


def _looked(rule: Rule, sides: Sides) -> list[Hazard]:
    raised: list[Hazard] = []
    try:
        for hazard in rule.check(sides):
            raised.append(hazard)
            if len(raised) == MOST_HAZARDS:
                break
    except Exception as error:  # noqa: BLE001 - contents are hostile: what a rule cannot read is for a person
        raised.append(Hazard(rule.name, f"This rule could not read the change ({type(error).__name__})."))
    return raised
