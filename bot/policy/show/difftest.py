"""What the check of the differential test says: what it comes to, team by team, and what somebody has to look at."""

from bot.policy.differences import Differences
from bot.policy.text import words
from bot.policy.views import Card, Tone

_TONES: dict[str, Tone] = {"regression": "held", "missing": "waiting", "waiting": "waiting"}


def card(differences: Differences) -> Card:
    return Card(
        _TONES.get(differences.outcome, "free"),
        _headline(differences),
        " ".join(_lead(differences)),
        build=differences.build,
        differences=differences.teams,
    )


def _headline(differences: Differences) -> str:
    match differences.outcome:
        case "regression":
            return f"{words.counted(differences.regressions, 'regression')} in the differential test"
        case "missing":
            return f"Waiting for {words.counted(len(differences.missing), 'differential test')}"
        case "waiting":
            suspected = f", {differences.suspected} of them suspected" if differences.suspected else ""
            return f"{words.counted(differences.waiting, 'group')} of differences to label{suspected}"
        case "clean":
            return "Every difference is accounted for"
    return "No differential test is known here any more"


def _lead(differences: Differences) -> list[str]:
    match differences.outcome:
        case "regression":
            return ["It fails until a push mends them, or somebody says in the queue that they are none."]
        case "missing":
            teams = words.listed([words.code(team) for team in differences.missing], "and")
            return [
                f"That of {teams} is handed in with `codechill difftest upload`, for this very commit and as a whole: "
                "`codechill difftest uploads` says what is there, and which pieces could not be read. What was erased "
                "is a gap until it is there again."
            ]
        case "waiting":
            return ["One answer labels a group. What is noise, a new feature or a regression is said in the queue."]
        case "clean":
            automatic = sum(team.automatic for team in differences.teams)
            alone = f"{words.counted(differences.alone, 'group')} so far by the author's word alone."
            carried = f"{words.counted(automatic, 'group')} needed nobody: noise that people called noise before."
            return [*([alone] if differences.alone else []), *([carried] if automatic else [])]
    return ["What was handed in for this commit is not kept any more."]
