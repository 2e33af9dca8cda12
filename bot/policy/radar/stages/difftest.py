"""What was tried beats what was read: nothing lands by itself on differences that nobody has accounted for."""

from bot.policy.differences import Differences
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person, refused
from bot.policy.text import words


def judge(candidate: Candidate) -> Answer:
    differences = candidate.state.differences
    if differences is None:
        return _unknown(candidate)
    match differences.outcome:
        case "regression":
            return refused("regression", f"A person called {_groups(differences.regressions)} a regression.")
        case "missing":
            return person("not_there", f"The differential test of {_teams(differences)} is not there yet.")
        case "waiting":
            return person("not_answered", f"Somebody has to label {_groups(differences.waiting)} of its differences.")
    if differences.alone:
        return person("own_word", f"Only its author says that {_groups(differences.alone)} do no harm.")
    return PASSED


def _unknown(candidate: Candidate) -> Answer:
    """Of a landing of long ago nobody knows any."""
    if any(team.expected for team in candidate.config.difftest.teams.values()):
        return person("unknown", "A differential test is expected here, and nobody looked for it.")
    return PASSED


def _groups(number: int) -> str:
    return words.counted(number, "group")


def _teams(differences: Differences) -> str:
    return words.listed([words.code(team) for team in differences.missing], "and")


STAGE = Stage("difftest", "Is every difference from the build before accounted for?", judge)
