"""Who may do what on whose pull request: every pair, from the table in docs/authorisation.md."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from policy_world import HEAD, SATURDAY, apply, said, state, weekend

from bot.policy.actions import (
    Action,
    EndFreeze,
    React,
    Reply,
    ReportIncident,
    Rescore,
    SaveAttestation,
    SaveEscalation,
    SaveFeedback,
    SetCheck,
    StartFreeze,
)
from bot.policy.candidate import DeferredReview
from bot.policy.chat.commands import COMMANDS
from bot.policy.config import Config
from bot.policy.config.freezes import Freeze, joined
from bot.policy.decide import decide
from bot.policy.escalation import Escalation
from bot.policy.events import Commented, Pressed, Tick
from bot.policy.landing_actions import CloseReview, ReleaseLanding, StopLanding
from bot.policy.pull import Hands, Person, Unknown
from bot.policy.responses.commands import BUTTONS
from bot.policy.state import State

TABLE = Path(__file__).parents[3] / "docs" / "authorisation.md"
TEAM = "@acme/release-managers"
WHO: dict[str, tuple[Person, frozenset[str]]] = {
    "a stranger": (Person(11, "eve"), frozenset()),
    "somebody who may triage only": (Person(12, "tri"), frozenset()),  # the forge grants "write" from write on
    "somebody who may write": (Person(13, "ben"), frozenset({"write"})),
    "an administrator": (Person(14, "adi"), frozenset({"write", "admin"})),
    "a manager who may write": (Person(15, "mia"), frozenset({"write", TEAM})),
    "a manager who may not write": (Person(16, "max"), frozenset({TEAM})),
    "a manager by name, not by team": (Person(17, "nan"), frozenset({"write"})),
    "somebody who took over a manager's name": (Person(22, "nan"), frozenset()),
    "a manager of all of its paths": (Person(18, "pia"), frozenset({"write"})),
    "a manager of other paths": (Person(19, "pol"), frozenset({"write"})),
    "named by `freezes.by`": (Person(20, "fay"), frozenset({"write"})),
    "somebody who took over such a name": (Person(23, "fay"), frozenset()),
    "a bot with every right": (Person(21, "rob", bot=True), frozenset({"write", "admin", TEAM})),
}
SAYS = {
    "help": "/chill help",
    "why": "/chill why",
    "justify": "/chill justify security_fix it leaks",
    "approve": "/chill approve",
    "deny": "/chill deny not today",
    "attest": "/chill attest",
    "refresh": "/chill refresh",
    "feedback": "/chill feedback wrong generated",
    "freeze": "/chill freeze red 2h an outage",
    "thaw": "/chill thaw",
    "ship": "/chill ship",
    "wait": "/chill wait",
    "review": "/chill review",
    "hold": "/chill hold",
    "reviewed": "/chill reviewed ok",
    "incident": "/chill incident cause this sev1 It emptied the carts",
}
DOES: dict[str, type[Action] | None] = {
    "help": None,
    "why": None,
    "justify": SaveEscalation,
    "approve": SaveEscalation,
    "deny": SaveEscalation,
    "attest": SaveAttestation,
    "refresh": Rescore,
    "feedback": SaveFeedback,
    "freeze": StartFreeze,
    "thaw": EndFreeze,
    "ship": ReleaseLanding,
    "wait": StopLanding,
    "review": StopLanding,
    "hold": StopLanding,
    "reviewed": CloseReview,
    "incident": ReportIncident,
}
CHANGES = tuple({kind for kind in DOES.values() if kind is not None})
SOMEBODY = Person(77, "zoe")
OURS = Freeze("f", "Outage", "weekend", SATURDAY - timedelta(hours=1), None, "x", SOMEBODY)


@cache
def config() -> Config:
    """Every command has something to do: an attestation is asked for, a freeze by hand and automatic review are on."""
    config = weekend("freezes: {by: [fay]}\ngate: {action: {weekend: author_attest}}\nauto_review: {mode: enforce}\n")
    by_path = {"api/**": ("pia",), "payments/**": ("pol",)}
    policy = replace(config.escalation, managers=(TEAM, "nan"), by_path=by_path)
    return joined(replace(config, escalation=policy), [OURS])


def rows() -> list[tuple[str, str, frozenset[str]]]:
    """Who, whose pull request, and the commands that work there."""
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("|")]
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")][1:]
    pairs = []
    for line in lines[2:]:
        who, *cells = (cell.strip() for cell in line[1:-1].split("|"))
        assert len(cells) == len(heads), line
        pairs += [(who, whose, frozenset(cell.split())) for whose, cell in zip(heads, cells, strict=True)]
    return pairs


ROWS = rows()


def scene(who: str, whose: str, verb: str) -> tuple[State, Person]:
    """A held pull request, somebody's pending request for the commands that answer one, and the person."""
    person, granted = WHO[who]
    asker = person if whose == "they asked for the exception" else SOMEBODY
    pending = Escalation(
        "e", "security_fix", "x", asker, SATURDAY, HEAD, "patch-1", "Weekend", None, 0.96, "shipped-2026.11"
    )
    more: dict[str, Any] = {
        "somebody else's": {},
        "their own": {"author": person},
        "with a commit of theirs": {"hands": Hands(frozenset({person.id}))},
        "with an old noreply address of theirs": {
            "hands": Hands(unplaced=frozenset({f"{person.login}@users.noreply.github.com"}))
        },
        "pushed to by them": {"hands": Hands(frozenset({SOMEBODY.id, person.id}))},
        "with an address nobody can place": {"hands": Hands(unplaced=frozenset({"who@knows.example"}))},
        "they asked for the exception": {},
    }[whose]
    escalations = (pending,) if verb in ("approve", "deny") else ()
    owed = DeferredReview(more.get("author", SOMEBODY), "A change", HEAD, SATURDAY, SATURDAY + timedelta(days=5))
    return state(granted={person.id: granted}, escalations=escalations, deferred=owed, **more), person


def tried(before: State, event: Commented | Pressed) -> list[Action]:
    """What the event brings about, on a pull request whose check and comment are up to date."""
    calm = apply(before, decide(Tick("sweep"), before, config(), SATURDAY).actions)
    return [action for action in decide(event, calm, config(), SATURDAY).actions if not isinstance(action, SetCheck)]


def test_the_table_names_every_person_here_every_command_and_nothing_else():
    assert {who for who, _, _ in ROWS} == WHO.keys()
    assert len(ROWS) == len(WHO) * 7
    assert SAYS.keys() == DOES.keys() == COMMANDS.keys()
    assert set().union(*(commands for _, _, commands in ROWS)) == COMMANDS.keys()


EVERY_PAIR = pytest.mark.parametrize(("who", "whose", "may"), ROWS, ids=[f"{who}, {whose}" for who, whose, _ in ROWS])


@EVERY_PAIR
def test_a_command_works_for_whom_the_table_names_and_changes_nothing_for_anybody_else(
    who: str, whose: str, may: frozenset[str]
):
    for verb, words in SAYS.items():
        before, person = scene(who, whose, verb)
        actions = tried(before, Commented(said(words, person)))
        changes = [type(action) for action in actions if isinstance(action, CHANGES)]
        thumbs = [action.content for action in actions if isinstance(action, React)]
        if person.bot:
            assert actions == [], verb
        elif verb in may:
            assert changes == ([DOES[verb]] if DOES[verb] else []), verb
            assert thumbs == ["+1"], verb
        else:
            assert (changes, thumbs) == ([], ["-1"]), verb
            (reply,) = (action for action in actions if isinstance(action, Reply))
            assert ("\n" in reply.words, reply.mention) == (False, ()), verb
            assert reply.words.startswith(("Only ", "Whoever asks ", "Nobody who worked on ")), verb


@EVERY_PAIR
def test_a_button_works_for_whom_its_command_does(who: str, whose: str, may: frozenset[str]):
    for button, (verb, _) in BUTTONS.items():
        before, person = scene(who, whose, verb)
        actions = tried(before, Pressed(button, person, HEAD))
        changes = [type(action) for action in actions if isinstance(action, CHANGES)]
        replies = [action for action in actions if isinstance(action, Reply)]
        if verb in may:
            assert changes == [DOES[verb]], button
        else:
            assert (changes, len(replies)) == ([], 0 if person.bot else 1), button


@EVERY_PAIR
def test_with_nobody_named_administrators_decide_under_the_same_rules(who: str, whose: str, may: frozenset[str]):
    before, person = scene(who, whose, "approve")
    nobody = replace(config(), escalation=replace(config().escalation, managers=(), by_path={}))
    actions = decide(Commented(said("/chill approve", person)), before, nobody, SATURDAY).actions
    saved = [action for action in actions if isinstance(action, SaveEscalation)]
    assert bool(saved) == (
        who == "an administrator" and whose in ("somebody else's", "with an address nobody can place")
    )


def test_nobody_decides_when_the_forge_does_not_say_whose_all_commits_are():
    person, granted = WHO["a manager who may write"]
    before, _ = scene("a manager who may write", "somebody else's", "approve")
    unknown = replace(before, hands=Unknown("too many"), granted={person.id: granted})
    (reply,) = [a for a in tried(unknown, Commented(said("/chill approve", person))) if isinstance(a, Reply)]
    assert reply.words.startswith("Nobody can tell who worked on all of these commits: they are too many. Squash")
