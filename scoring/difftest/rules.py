"""What is suggested before anybody labelled anything, and what a labeller has to be better than."""

from scoring.difftest.groups import Group
from scoring.difftest.labels import Label
from scoring.difftest.suggestion import Reason, Suggestion

HARMLESS = frozenset(("masked", "order"))


def suggest(group: Group) -> Suggestion:
    """A signal is a regression; what production does by itself, what was declared, or masked values only, are noise.

    What is new is a new feature, and what production never does when it is asked twice is looked at as a regression.
    Everything else is noise, as most differences are. No confidence is claimed.
    """
    label, words = _ruled(group)
    return Suggestion(label, None, "rules", reasons=(Reason(words),))


def _ruled(group: Group) -> tuple[Label, str]:
    kinds = set(group.key.signature.kind.split())
    if group.signals:
        return Label.REGRESSION, "; ".join(sorted(group.signals))
    if group.measured_noise:
        return Label.NOISE, f"production, asked twice, differs there in {group.noisy} of {group.asked_twice} requests"
    if group.declared == group.count:
        return Label.NOISE, "whoever recorded it called it noise"
    if kinds <= HARMLESS:
        return Label.NOISE, f"only {group.key.signature.kind} values differ"
    if "added" in kinds:
        return Label.NEW_FEATURE, "the candidate answers with something that production does not have"
    if group.asked_twice and not group.noisy:
        return Label.REGRESSION, f"production, asked twice, never differs there in {group.asked_twice} requests"
    return Label.NOISE, "nothing speaks for another label"
