"""What people can say to codechill. One table: help, the checks of who may, and the documentation come from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.policy import words
from bot.policy.actions import Action, React, Reply, SaveEscalation
from bot.policy.chat import answers as does
from bot.policy.chat import grammar as chat
from bot.policy.chat import permissions as may
from bot.policy.chat.answers import Answer, Asked, not_yours
from bot.policy.config import Config
from bot.policy.events import Commented, Event, Labelled, Pressed
from bot.policy.opinion import Opinion, Verdict
from bot.policy.pull import Comment
from bot.policy.state import State
from bot.policy.suggest import nearest


@dataclass(frozen=True, slots=True)
class Command:
    usage: str
    says: str  # what it does, for help
    who: str  # who may, for help
    may: Callable[[Asked], str | None]  # one polite line naming who may, or None when this person may
    does: Callable[[Asked], Answer]
    examples: tuple[str, ...] = ()
    says_why: bool = False  # the paragraphs below it belong to it as well


def noticed(event: Event, state: State, config: Config) -> tuple[Action, ...]:
    """👀 at once: the answer may have to wait for the score."""
    match event:
        case Commented(comment) if config.mode != "shadow" and _heard(comment, state) is not None:
            return (React(comment.id, "eyes", comment.author.id),)
        case _:
            return ()


def respond(
    event: Event, verdict: Verdict, opinions: tuple[Opinion, ...], state: State, config: Config, now: datetime
) -> Iterable[Action]:
    """A comment is answered once, ever; an edited one, or a bot's, never. A button counts on the present head only."""
    if config.mode == "shadow":
        return
    match event:
        case Commented(comment):
            said = _heard(comment, state)
            if said is None and _waits(comment, state) and chat.nearly(comment.body):
                yield Reply(f"nearly:{comment.author.id}", NEARLY, comment.id, by=comment.author.id)
            if said is not None:
                rest = said.whole if said.verb in COMMANDS and COMMANDS[said.verb].says_why else said.rest
                asked = Asked(f"comment-{comment.id}", comment.author, rest, opinions, state, config, now)
                yield from _in_conversation(comment, said.verb, run(said.verb, asked))
        case Labelled(label, by, at) if _asks(label, state, config) and not by.bot:
            reason, id = config.escalation.labels[label.lower()], f"label-{by.id}-{at.isoformat()}"
            if f"label:{id}" not in state.notes:
                yield from _on_label(label, Asked(id, by, reason, opinions, state, config, now))
        case Pressed(button, by) if button in BUTTONS and _counts(event, state):
            verb, rest = BUTTONS[button]
            asked = Asked(f"{button}-{by.id}-{event.head_sha}", by, rest, opinions, state, config, now)
            yield from _on_button(asked, run(verb, asked))
        case _:
            return


def _counts(pressed: Pressed, state: State) -> bool:
    """On this head, and where it decides something on what was shown: an old press sent once more decides nothing."""
    if pressed.by.bot or pressed.head_sha != state.pull.head_sha:
        return False
    check = state.pull.check
    seen = not pressed.shown or (check is not None and check.digest == pressed.shown)
    return seen or pressed.button not in DECIDING


def _heard(comment: Comment, state: State) -> chat.Said | None:
    """The command in a comment that still waits for its answer."""
    return chat.parse(comment.body) if _waits(comment, state) else None


def _waits(comment: Comment, state: State) -> bool:
    if comment.edited or comment.author.bot or not state.pull.open:
        return False
    return comment.id not in state.pull.replied_to and f"comment:{comment.id}" not in state.notes


def _asks(label: str, state: State, config: Config) -> bool:
    """It stands for a reason, and it is still there."""
    there = {each.lower() for each in state.pull.labels}
    return label.lower() in config.escalation.labels and label.lower() in there


def run(verb: str, asked: Asked) -> Answer:
    command = COMMANDS.get(verb)
    if command is None:
        meant = nearest(verb, COMMANDS)
        hint = f"Did you mean `/chill {meant}`?" if meant else "`/chill help` lists what there is."
        return Answer(f"There is no such command. {hint}", good=False)
    refusal = command.may(asked)
    return command.does(asked) if refusal is None else not_yours(refusal)


def _in_conversation(comment: Comment, verb: str, answer: Answer) -> Iterable[Action]:
    """Somebody who may not is told who may once; after that 👎 says it."""
    key = f"refused:{verb}:{comment.author.id}" if answer.refused else f"comment:{comment.id}"
    yield from answer.actions
    yield Reply(key, answer.words, comment.id, answer.quoted, answer.mention, comment.author.id)
    yield React(comment.id, "+1" if answer.good else "-1", comment.author.id)


def _on_label(label: str, asked: Asked) -> Iterable[Action]:
    """As if its person had said so in a comment. It asks once: what becomes of the label afterwards changes nothing."""
    answer = run("justify", asked)
    yield from answer.actions
    key = f"refused:label:{asked.by.id}" if answer.refused else f"label:{asked.id}"
    yield Reply(key, f"The label {words.code(label)}: {answer.words}", quoted=answer.quoted, mention=answer.mention)


def _on_button(asked: Asked, answer: Answer) -> Iterable[Action]:
    """The check itself shows what came of it; only an answer about an exception is told to everybody."""
    yield from answer.actions
    told = [action for action in answer.actions if isinstance(action, SaveEscalation)]
    if told or not answer.good:
        key = told[0].escalation.id + told[0].escalation.state if told else asked.id
        yield Reply(f"button:{key}", f"{words.code(asked.by.login)}: {answer.words}", quoted=answer.quoted)


def help_(asked: Asked) -> Answer:
    rows = [f"| `/chill {command.usage}` | {command.says} | {command.who} |" for command in COMMANDS.values()]
    return Answer("\n".join(["| say | and | who |", "|---|---|---|", *rows]))


def markdown() -> str:
    """The page on commands, written from the table."""
    lines = ["# Commands", "", "A line of a comment that begins with `/chill`; the first one of a comment counts."]
    lines += [
        "It has to be plain text: quotes, lists, tables, headings, links, bold, code and HTML are not read, nor are"
    ]
    lines += ["edited comments. Where a command ends with a why, the paragraphs below it belong to it, up to the next"]
    lines += ["command.", ""]
    lines += ["This page is written by `codechill config commands`."]
    lines += ["", "| say | and | who may |", "|---|---|---|"]
    lines += [f"| `/chill {command.usage}` | {command.says} | {command.who} |" for command in COMMANDS.values()]
    examples = [example for command in COMMANDS.values() for example in command.examples]
    return "\n".join([*lines, "", "For example:", "", *(f"    {example}" for example in examples), ""])


NEARLY = (
    "That looks like a command and is none: it has to be a line of its own in plain text, without bold, links, escapes "
    "or a line of `---` below. `/chill help` lists what there is."
)
MANAGERS = "release managers"
WRITERS = "the author, or anyone who may write"
COMMANDS: Mapping[str, Command] = {
    "help": Command("help", "this list", "anyone", may.anyone, help_),
    "why": Command("why", "what holds it, and where that is written", "anyone", may.anyone, does.why),
    "justify": Command(
        "justify <reason> <why it cannot wait>",
        "ask for an exception for this content and this window; said again, it adds to the why",
        WRITERS,
        may.author_or_writer,
        does.justify,
        ("/chill justify security_fix The patch for the session leak cannot wait until Monday",),
        says_why=True,
    ),
    "approve": Command(
        "approve",
        "let it land in spite of the gate",
        MANAGERS,
        may.manager,
        does.approve,
        ("/chill approve",),
    ),
    "deny": Command(
        "deny <why>",
        "keep it held, or take an approval back",
        MANAGERS,
        may.manager,
        does.deny,
        ("/chill deny Let us do it on Monday",),
        says_why=True,
    ),
    "attest": Command("attest", "say this head was reviewed adequately", "the author", may.author, does.attest),
    "refresh": Command("refresh", "score again", WRITERS, may.author_or_writer, does.refresh),
    "feedback": Command(
        "feedback <useful or wrong> <why>",
        "say whether the score helps",
        WRITERS,
        may.author_or_writer,
        does.feedback,
        ("/chill feedback wrong These files are generated",),
    ),
    "freeze": Command(
        "freeze <level> <for how long> <why>",
        "hold back changes to this base branch at once",
        "whom `freezes.by` names",
        may.freezer,
        does.freeze,
        ("/chill freeze red 4h The payment provider is down",),
        says_why=True,
    ),
    "thaw": Command("thaw", "end a freeze by hand", "whom `freezes.by` names", may.freezer, does.thaw),
}
DECIDING = frozenset({"approve", "deny", "attest"})
BUTTONS: Mapping[str, tuple[str, str]] = {
    "refresh": ("refresh", ""),
    "useful": ("feedback", "useful"),
    "not-useful": ("feedback", "wrong"),
    "approve": ("approve", ""),
    "deny": ("deny", "with the button on the check"),
    "attest": ("attest", ""),
}
