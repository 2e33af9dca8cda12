"""What is known of faults: labels of changes, the messages that say so, and incidents that were imported."""

from scoring.incidents.blame import Kind, Mention, is_fault, is_partial, mentions
from scoring.incidents.incident import YEAR, Incident, Label, read_incidents
from scoring.incidents.titles import bare_title, branch_of, is_fix, is_relanding, is_revert, number_of, title_of

__all__ = [
    "YEAR",
    "Incident",
    "Kind",
    "Label",
    "Mention",
    "bare_title",
    "branch_of",
    "is_fault",
    "is_fix",
    "is_partial",
    "is_relanding",
    "is_revert",
    "mentions",
    "number_of",
    "read_incidents",
    "title_of",
]
