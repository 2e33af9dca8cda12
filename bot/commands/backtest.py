"""`codechill backtest`: what would codechill have held here, and what of that was at fault?"""

import json
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.backtest.compare import Side, compared, comparison
from bot.backtest.landings import Past, read_past
from bot.backtest.measure import Figures
from bot.backtest.models import unknowing
from bot.backtest.outcomes import Outcomes, read_outcomes
from bot.backtest.page import page
from bot.backtest.replay import Contents, Replay, rows_since
from bot.backtest.report import Backtest, rows_of, write_csv
from bot.backtest.scores import score
from bot.backtest.settings import BUILT_IN, built_in
from bot.backtest.text import summary
from bot.commands.loading import from_files
from bot.commands.progress import progress_bar
from bot.commands.scoring import incidents_option, index_folder, model_option, plainly, state_folder
from bot.commands.trial import tried
from bot.policy.config import Config, ConfigError, walltime
from bot.policy.text.whole import visible
from scoring.errors import ScoringError
from scoring.facts.services import Sources
from scoring.git import Git
from scoring.history.criticality import read_services
from scoring.history.index import History
from scoring.incidents import read_incidents

STOPPED = 130  # as shells report a program that was interrupted
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--repo", type=click.Path(path_type=Path), default=Path(), help="The git repository; default: here.")
@click.option("--branch", default="HEAD", show_default=True, help="The branch whose landings are replayed.")
@click.option("--since", help="Replay landings from this day on; what came before still serves to rank them.")
@click.option("--config", "file", type=_FILE, help="Configuration; left out: weekends and the end of the year.")
@click.option("--auto-review", is_flag=True, help="Say instead what automatic review would have let land by itself.")
@click.option("--only-programs", is_flag=True, help="With --auto-review: leave people's changes to people; faster.")
@click.option("--markdown", type=_OUT, help="With --auto-review: write a page of Markdown.")
@click.option("--compare", "pair", type=_FILE, nargs=2, metavar="CONFIG_A CONFIG_B", help="Say what B changes.")
@click.option("--timezone", "zone", default="UTC", show_default=True, help="IANA zone of the built-in calendars.")
@click.option("--name", help="What to call the repository; default: its folder.")
@click.option("--html", type=_OUT, help="Write one page that can be sent to anybody.")
@click.option("--json", "plain", type=_OUT, help="Write all numbers.")
@click.option("--csv", "table", type=_OUT, help="Write one row for each landing in a window.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--state", type=click.Path(path_type=Path), help="Folder of the index; default: the user's cache.")
@model_option
@click.option(
    "--missing-blobs", type=click.Choice(["refuse", "empty"]), default="refuse", show_default=True,
    help="Files that a partial clone lacks: refuse to go on, or read them as empty.",
)  # fmt: skip
@incidents_option
@plainly
def backtest(
    repo: Path, branch: str, since: str | None, file: Path | None, auto_review: bool, only_programs: bool,
    markdown: Path | None, pair: tuple[Path, Path] | None, zone: str, name: str | None, html: Path | None,
    plain: Path | None, table: Path | None, form: str, state: Path | None, model: Path, missing_blobs: str,
    incidents: Path | None,
) -> None:  # fmt: skip
    """Replay history as if codechill had been on, and say what it would have held and caught.

    Every landing of the branch is decided at the moment it landed by the rules that serve pull requests, with a score
    that knows nothing of what came later. Nothing is written to the repository, and nothing of it is run.

    --auto-review sends every landing through the funnel of automatic review instead: how much would have passed at P5
    to P50, by whom, what sent the others to people, and how often either was at fault later. Sources are those of the
    configuration; one that names none has those whose commits are found in the history.

    \b
    Exit status: 0    done
                 2    it could not be done, or there is too little history to say anything
                 130  interrupted; a report that was begun is written and marked partial
    """
    if pair and (file or html or table):
        raise click.UsageError(
            "--compare prints and writes --json; --config, --html and --csv belong to a report of one."
        )
    if auto_review and (pair or html or table):
        raise click.UsageError("--auto-review prints, and writes --json and --markdown; the others belong to windows.")
    if (markdown or only_programs) and not auto_review:
        raise click.UsageError("--markdown and --only-programs belong to --auto-review.")
    config, source = (_config(file), str(file)) if file else (_built_in(zone), BUILT_IN)
    sides = [(path.name, _config(path)) for path in pair or ()]
    try:
        scored = _history(repo, branch, name, state, model, missing_blobs == "empty", incidents)
        replay = scored.replay(config)
        rows = rows_since(replay.past, replay.scores, _since(since, config))
        if auto_review:
            whole = tried(
                replay,
                scored.outcomes,
                config,
                rows,
                form=form,
                plain=plain,
                page=markdown,
                command=_command(),
                people=not only_programs,
            )
            _say(f"Written: {path}" for path in (plain, markdown) if path)
            sys.exit(0 if whole else STOPPED)
        test = Backtest(replay, scored.outcomes, config, source, rows)
        test.require_enough()
        figures = _comparison(test, sides, scored) if sides else _report(test, zone)
    except KeyboardInterrupt:
        _say(["Interrupted before anything was replayed; what was read of the history is kept, so run it again."])
        sys.exit(STOPPED)
    said = comparison(figures) if pair else summary(figures)
    click.echo(json.dumps(figures, indent=2) if form == "json" else "\n".join(said))
    if plain:
        plain.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    if html:
        html.write_text(page(figures, _command()), "utf-8")
    if table:
        with table.open("w", newline="", encoding="utf-8") as out:
            write_csv(rows_of(test), out)
    _say(f"Written: {path}" for path in (html, plain, table) if path)
    if test.stopped:
        sys.exit(STOPPED)


def _comparison(test: Backtest, sides: Sequence[tuple[str, Config]], scored: "_Scored") -> Figures:
    before, after = (Side(name, config, scored.replay(config)) for name, config in sides)
    with progress_bar("Replaying landings under both") as report:
        return compared(test, before, after, report)


def _report(test: Backtest, zone: str) -> Figures:
    """Replay, then try other settings; an interruption ends it with what there is."""
    try:
        with progress_bar("Replaying landings") as report:
            test.run(report)
        with progress_bar("Trying other levels and calendars") as report:
            test.compare(zone, report)
    except KeyboardInterrupt:
        if not test.replayed:
            raise
        test.stopped = "interrupted"
    return test.figures()


@dataclass
class _Scored:
    """A history that is read, and its scores under each choice of critical paths."""

    past: Past
    outcomes: Outcomes
    git: Git
    repo: Path
    branch: str
    name: str
    model: Path
    made: list[tuple[Sources, Replay]] = field(default_factory=list)

    def replay(self, config: Config) -> Replay:
        """Everything that deciding under a configuration needs beside it."""
        sources = config.criticality()
        known = next((replay for each, replay in self.made if each == sources), None)
        if known is None:
            critical = read_services(self.git, self.past.landings[-1].sha, sources)
            _say(f"warning: {problem}" for problem in critical.problems)
            shipped, knew = unknowing(self.model, self.outcomes.commits)
            with progress_bar("Scoring as of each landing") as report:
                scores = score(
                    self.past,
                    self.outcomes,
                    shipped,
                    knew=knew,
                    critical=critical.services,
                    name=self.name,
                    progress=report,
                )  # fmt: skip
            known = Replay(self.past, scores, Contents(self.git, self.repo), self.branch, self.name)
            self.made.append((sources, known))
        return known


def _history(
    repo: Path, branch: str, name: str | None, state: Path | None, model: Path, absent: bool, incidents: Path | None
) -> _Scored:
    # landings are another reading of the history than the commits that serving indexes
    imported = read_incidents(incidents) if incidents else ()
    folder = index_folder((state or state_folder(repo)) / "landings", imported)
    history = History(repo, folder, first_parent=True, absent_as_empty=absent, incidents=imported)
    tip = history.git.resolve(branch)
    with progress_bar("Reading history") as report:
        history.refresh(tip, now=int(datetime.now(UTC).timestamp()), progress=report)
    past = read_past(history)
    outcomes = read_outcomes(history)
    called = name or repo.absolute().name
    return _Scored(past, outcomes, history.git, repo, _branch(history.git, branch), called, model)


def _branch(git: Git, branch: str) -> str:
    """The branch's name as windows name it."""
    if branch != "HEAD":
        return branch.removeprefix("refs/heads/").removeprefix("origin/")
    try:
        return git.names("symbolic-ref", "--short", "HEAD").decode("utf-8", "replace").strip()
    except ScoringError:
        return "HEAD"  # detached


def _built_in(zone: str) -> Config:
    try:
        return built_in(zone)
    except ConfigError as error:
        raise click.BadParameter(error.problems[0].words, param_hint="--timezone") from None


def _config(file: Path) -> Config:
    """A configuration with the calendar files beside it. Raises Unusable."""
    config = from_files(file)
    _say(f"warning: {problem.words}" for problem in config.problems)
    return config


def _since(text: str | None, config: Config) -> datetime | None:
    if text is None:
        return None
    try:
        moment = walltime.moment(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--since") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(config.timezone))).astimezone(UTC)


def _command() -> str:
    """What was typed, without the folders of this machine: the page is sent to others."""
    words = (shlex.quote(word.rstrip("/").rpartition("/")[2] or word) for word in sys.argv[1:])
    return visible(" ".join(("codechill", *words)))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(visible(line), err=True)
