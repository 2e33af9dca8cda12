"""A command is answered: in the conversation, by a button of the check, or by a label that stands for a reason."""

from collections.abc import Iterable, Mapping
from typing import assert_never

from bot.policy.actions import React, Reply, SaveEscalation
from bot.policy.case import Case
from bot.policy.chat import grammar
from bot.policy.chat.answers import Call, Effect
from bot.policy.chat.commands import COMMANDS, run
from bot.policy.config import Config
from bot.policy.events import Changed, Commented, Due, Event, Labelled, Pressed, Queued, Tick
from bot.policy.pull import AUTO_REVIEW, CHECK, Comment
from bot.policy.shown import shown
from bot.policy.state import State
from bot.policy.text import words

NEARLY = (
    "That looks like a command and is none: it has to be a line of its own in plain text, without bold, links, escapes "
    "or a line of `---` below. `/chill help` lists what there is."
)
AFTERWARDS = frozenset({"incident", "reviewed"})  # commands that are answered once a pull request is closed, too
DECIDING = frozenset({"approve", "deny", "attest", "ship"})
OF_AUTO_REVIEW = frozenset({"stop-landing", "ship", "wait"})  # buttons of its check; stopping is never too late
BUTTONS: Mapping[str, tuple[str, str]] = {
    "refresh": ("refresh", ""),
    "useful": ("feedback", "useful"),
    "not-useful": ("feedback", "wrong"),
    "approve": ("approve", ""),
    "deny": ("deny", "with the button on the check"),
    "attest": ("attest", ""),
    "stop-landing": ("hold", ""),
    "ship": ("ship", ""),
    "wait": ("wait", ""),
}


def noticed(event: Event | None, state: State, config: Config) -> tuple[React, ...]:
    """👀 at once: the answer may have to wait for the score."""
    match event:
        case Commented(comment) if config.mode != "shadow" and state.pull.open and _heard(comment, state) is not None:
            return (React(comment.id, "eyes", comment.author.id),)
        case _:
            return ()


def respond(case: Case, event: Event | None) -> Iterable[Effect | Reply | React]:
    if case.config.mode == "shadow":
        return
    match event:
        case Commented(comment):
            yield from _to_comment(case, comment)
        case Labelled():
            yield from _to_label(case, event)
        case Pressed():
            yield from _to_button(case, event)
        case Changed() | Tick() | Queued() | Due() | None:
            return
        case _:
            assert_never(event)


def respond_afterwards(case: Case, event: Event) -> Iterable[Effect | Reply | React]:
    """About a pull request that is closed: what is said of incidents, and nothing else."""
    if case.config.mode == "shadow" or not isinstance(event, Commented):
        return
    said = _heard(event.comment, case.state)
    if said is not None and said.verb in AFTERWARDS:
        yield from _to_comment(case, event.comment)


def _to_comment(case: Case, comment: Comment) -> Iterable[Effect | Reply | React]:
    """A comment is answered once, ever; an edited one, or a bot's, never."""
    said = _heard(comment, case.state)
    if said is None:
        if _waits(comment, case.state) and grammar.nearly(comment.body):
            yield Reply(f"nearly:{comment.author.id}", NEARLY, comment.id, by=comment.author.id)
        return
    rest = said.whole if said.verb in COMMANDS and COMMANDS[said.verb].says_why else said.rest
    answer = run(said.verb, case, Call(f"comment-{comment.id}", comment.author, rest))
    # somebody who may not is told who may once; after that 👎 says it
    key = f"refused:{said.verb}:{comment.author.id}" if answer.refused else f"comment:{comment.id}"
    yield from answer.actions
    # the answer last: once it is there the comment is done, and what was not done before it never is
    yield React(comment.id, "+1" if answer.good else "-1", comment.author.id)
    yield Reply(key, answer.words, comment.id, answer.quoted, answer.mention, comment.author.id)


def _to_label(case: Case, put: Labelled) -> Iterable[Effect | Reply | React]:
    """As if its person had said so in a comment. It asks once: what becomes of the label afterwards changes nothing."""
    reasons = case.config.escalation.labels
    there = {each.lower() for each in case.pull.labels}
    name, label = f"label-{put.by.id}-{put.at.isoformat()}", put.label.lower()
    if put.by.bot or label not in reasons or label not in there or f"label:{name}" in case.state.notes:
        return
    answer = run("justify", case, Call(name, put.by, reasons[label]))
    yield from answer.actions
    key = f"refused:label:{put.by.id}" if answer.refused else f"label:{name}"
    yield Reply(key, f"The label {words.code(put.label)}: {answer.words}", quoted=answer.quoted, mention=answer.mention)


def _to_button(case: Case, pressed: Pressed) -> Iterable[Effect | Reply | React]:
    """The check itself shows what came of it; only an answer about an exception is told to everybody."""
    if pressed.button not in BUTTONS or not _counts(pressed, case):
        return
    verb, usual = BUTTONS[pressed.button]
    rest = (pressed.text or "on the page") if pressed.source == "page" and usual else usual
    call = Call(f"{pressed.button}-{pressed.by.id}-{pressed.head_sha}", pressed.by, rest)
    answer = run(verb, case, call)
    yield from answer.actions
    about = [action.escalation for action in answer.actions if isinstance(action, SaveEscalation)]
    if about or not answer.good:
        key = about[0].id + about[0].state if about else call.id
        yield Reply(f"button:{key}", f"{words.code(call.by.login)}: {answer.words}", quoted=answer.quoted)


def _counts(pressed: Pressed, case: Case) -> bool:
    """On this head and card, and where it decides, on what was shown: an old press sent again decides nothing. A no to
    a landing is one on whatever head: who said it while somebody pushed has said it."""
    if pressed.by.bot or (pressed.head_sha != case.pull.head_sha and pressed.button != "stop-landing"):
        return False
    name = AUTO_REVIEW if pressed.button in OF_AUTO_REVIEW else CHECK
    there, check = shown(pressed.shown), case.pull.check_named(name)
    if there is not None and there.number not in (0, case.pull.number):
        return False  # it was on the card of another pull request of the same commits
    if pressed.source == "page":
        seen = pressed.shown == case.card.digest()
    else:
        seen = not pressed.shown or (check is not None and check.digest == pressed.shown)
    return seen or pressed.button not in DECIDING


def _heard(comment: Comment, state: State) -> grammar.Said | None:
    """The command in a comment that still waits for its answer."""
    return grammar.parse(comment.body) if _waits(comment, state) else None


def _waits(comment: Comment, state: State) -> bool:
    if comment.edited or comment.author.bot:
        return False
    return comment.id not in state.pull.replied_to and f"comment:{comment.id}" not in state.notes
