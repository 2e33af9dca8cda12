"""What people can say to codechill. One table: help, the checks of who may, and the documentation come from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.policy.case import Case
from bot.policy.chat import answers as does
from bot.policy.chat import deferred, incidents, landing
from bot.policy.chat import permissions as may
from bot.policy.chat.answers import Answer, Call, not_yours
from bot.policy.pull import Person
from bot.policy.text.suggest import nearest


@dataclass(frozen=True, slots=True)
class Command:
    usage: str
    says: str  # what it does, for help
    who: str  # who may, for help
    may: Callable[[Case, Person], str | None]  # one polite line naming who may, or None when this person may
    does: Callable[[Case, Call], Answer]
    examples: tuple[str, ...] = ()
    says_why: bool = False  # the paragraphs below it belong to it as well


def run(verb: str, case: Case, call: Call) -> Answer:
    """What comes of a command, whoever gives it."""
    command = COMMANDS.get(verb)
    if command is None:
        meant = nearest(verb, COMMANDS)
        hint = f"Did you mean `/chill {meant}`?" if meant else "`/chill help` lists what there is."
        return Answer(f"There is no such command. {hint}", good=False)
    refusal = command.may(case, call.by)
    return command.does(case, call) if refusal is None else not_yours(refusal)


def help_(case: Case, call: Call) -> Answer:
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
    "incident": Command(
        "incident <cause, list, confirm, dispute or withdraw> <which> <why>",
        "say which change caused an incident, and judge what was said; also where a pull request is merged",
        "anyone who may write",
        may.writer,
        incidents.incident,
        (
            "/chill incident cause #123 sev1 INC-204 Checkout failed for 20 minutes: the cache was never filled",
            "/chill incident cause this sev2",
            "/chill incident dispute 7 The database was full, the change only met it",
        ),
        says_why=True,
    ),
    "ship": Command(
        "ship", "let it land by itself once automatic review passes it", WRITERS, may.author_or_writer, landing.ship
    ),
    "wait": Command("wait", "wait for a reviewer instead of landing by itself", "the author", may.author, landing.wait),
    "review": Command("review", "send it back to people", WRITERS, may.author_or_writer, landing.review),
    "hold": Command(
        "hold", "stop it from landing by itself, also a bot's", WRITERS, may.author_or_writer, landing.hold
    ),
    "reviewed": Command(
        "reviewed <ok or revert> <why>",
        "say that a change which landed by itself was reviewed afterwards",
        "anyone who may write, but its author",
        may.writer,
        deferred.reviewed,
        ("/chill reviewed ok", "/chill reviewed revert It drops the index that the report needs"),
        says_why=True,
    ),
    "thaw": Command("thaw", "end a freeze by hand", "whom `freezes.by` names", may.freezer, does.thaw),
}
