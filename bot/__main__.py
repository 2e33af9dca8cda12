"""The codechill command. Each subcommand's module is imported only when it is asked for."""

import importlib

import click

from bot.commands.refusals import sentence

# name -> where it is, and one line for the overview (so that `--help` imports nothing)
COMMANDS = {
    "score": ("bot.commands.scoring:score", "Score a commit or a range and print its risk card."),
    "prove": ("bot.commands.prove:prove", "Say what can be proved of a change: comments only, same data, ..."),
    "demo": ("bot.commands.demo:demo", "Show the main job on a real repository, on this machine."),
    "serve": ("bot.commands.serve:serve", "Run the App: webhooks in, checks and comments out."),
    "web": ("bot.commands.roles:web", "Run a process of many that takes webhooks and shows pages."),
    "worker": ("bot.commands.roles:worker", "Run a process of many that does the jobs."),
    "clock": ("bot.commands.roles:clock", "Run a process that says when something is due; of several one leads."),
    "setup": ("bot.commands.setup:setup", "Make the GitHub App from its manifest in the browser."),
    "doctor": ("bot.commands.doctor:doctor", "Check that the App, the branch rules and this server fit together."),
    "replay": ("bot.commands.replay:replay", "Sign a saved webhook and send it."),
    "sandbox": ("bot.commands.sandbox:sandbox", "Run a local stand-in for GitHub."),
    "config": ("bot.commands.policy:config", "Check or show a repository's configuration."),
    "calendar": ("bot.commands.calendar:calendar", "Say which windows are open, and when that changes."),
    "freeze": ("bot.commands.freeze:freeze", "Start, list and end freezes by hand."),
    "backtest": ("bot.commands.backtest:backtest", "Replay history: what would codechill have held, and caught?"),
    "train": ("bot.commands.learning:train", "Train a model on one or more repositories and export it to ONNX."),
    "pretrain": ("bot.commands.texts:pretrain", "Pre-train a small language model on histories of changes."),
    "align": ("bot.commands.texts:align", "Teach it which changes were at fault, and export it to ONNX."),
    "evaluate": ("bot.commands.learning:evaluate", "Measure models on the later part of real histories."),
    "exceptions": ("bot.commands.exceptions:exceptions", "List requests for an exception; keep private reasons."),
    "feedback": ("bot.commands.feedback:feedback", "Export what people thought of scores, for evaluation."),
    "incidents": ("bot.commands.incidents:incidents", "Import incidents and the changes that caused them."),
    "difftest": ("bot.commands.difftest:difftest", "Label what two builds answer differently to the same requests."),
    "guardrails": (
        "bot.commands.guardrails:guardrails",
        "Count what became of what was let through, held and excepted.",
    ),
    "report": ("bot.commands.report:report", "Report what a week came to: held, landed, exceptions, faults."),
    "landing": ("bot.commands.landing:landing", "See what lands by itself, stop it, and resume it."),
    "sources": (
        "bot.commands.sources:sources",
        "See what sources of automatic changes earned; deny, lift, turn a dial.",
    ),
    "model": ("bot.commands.model:model", "List, compare, promote and roll back the models of a server."),
    "jobs": ("bot.commands.jobs:jobs", "List jobs; retry or remove those that were given up."),
    "notices": ("bot.commands.notices:notices", "List what people were told by mail or chat; try a channel."),
    "db": ("bot.commands.db:db", "Back up the database, and restore it."),
    "audit": ("bot.commands.audit:audit", "Verify or export the audit log."),
}


class Lazy(click.Group):
    """A group that knows its commands' names before it imports them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong row in COMMANDS is a bug of ours
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Wherever a person stops a command, or the system refuses it a place, it ends in one sentence."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            raise Interrupted("stopped; what was finished is kept, and the same command goes on from there") from None
        except OSError as error:
            if error.filename is None:  # nobody could act on it
                raise
            raise Refused(sentence(error)) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


class Interrupted(click.ClickException):
    """Ctrl-C: the shell's own exit status for it."""

    exit_code = 130


class Refused(click.ClickException):
    """The system did not let a command read or write where it was told to."""

    exit_code = 2


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="codechill")
def main() -> None:
    """A code freeze in proportion to risk.

    codechill scores pull requests from the repository's own history and, while a freeze window is open, holds back only
    the riskiest share. Start with:

    \b
      codechill demo                   the whole line on this machine, nothing else needed
      codechill score --repo . HEAD    the risk card of the newest commit here

    Exit status: 0 done (or: yes), 1 the answer is no, 2 it could not be done, 130 stopped by Ctrl-C.
    """


if __name__ == "__main__":
    main()
