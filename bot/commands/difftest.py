"""`codechill difftest`: differences between two builds come in, are answered once a group, and measured."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.commands import difftest_shown as shown
from bot.commands import difftest_upload as handing
from bot.commands.difftest_desk import at_a_desk, format_option, project_option, team_option
from bot.commands.difftest_embeddings import Kept, embedding_options
from bot.commands.difftest_finetune import finetune
from bot.commands.difftest_model import model_options
from bot.commands.difftest_named import group as _group
from bot.commands.difftest_named import known as _known
from bot.commands.difftest_refresh import refresh
from bot.commands.difftest_review import Review
from bot.commands.operator import Unusable
from bot.commands.progress import counting, progress_bar
from bot.commands.scoring import plainly
from scoring.difftest.alike import alike
from scoring.difftest.answers import Answer, last_of, pace, taken_back
from scoring.difftest.between import between
from scoring.difftest.chat import Model
from scoring.difftest.desk import Desk
from scoring.difftest.evaluate import Beside, refuse_random
from scoring.difftest.evaluate import evaluate as evaluated
from scoring.difftest.export import chat
from scoring.difftest.intent import Intent
from scoring.difftest.labels import NoiseReason, label_of
from scoring.difftest.parcel import Packed, parcel
from scoring.difftest.project import Project
from scoring.difftest.queue import queue as queue_of
from scoring.difftest.readers import READERS, Sources
from scoring.difftest.record import Origin
from scoring.difftest.schema import json_schema
from scoring.difftest.snapshots import compared, frozen
from scoring.difftest.tuned import Tuned
from scoring.difftest.verdict import Conclusion
from scoring.difftest.views import ALL
from scoring.errors import ScoringError

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_REASONS = [each.value for each in NoiseReason]
_release = click.option("--release", help="The build; default: the newest.")
_labeller = click.option(
    "--labeller", "labellers", type=click.Path(exists=True, file_okay=False, path_type=Path), multiple=True,
    help="A folder that `finetune` wrote.",
)  # fmt: skip
_by = click.option("--by", required=True, help="Who answers.")


@click.group()
def difftest() -> None:
    """Label the differences that two builds show when they answer the same requests.

    \b
      codechill difftest import --from har --build v2 --candidate v2.har v1.har
      codechill difftest queue                        what to look at, regressions suspected first
      codechill difftest label 3f2a9c1d04ab noise --by anna
      codechill difftest verdict                      fails while a regression is open

    One answer labels a group: all differences of one release, endpoint, field and kind. Nothing here decides by itself
    but noise that was noise before; docs/difftest.md says how.
    """


difftest.add_command(refresh)


@difftest.command("import", epilog="\b\n" + "\n".join(f"{name:<10} {one.words}" for name, one in READERS.items()))
@click.option("--from", "kind", type=click.Choice(list(READERS)), required=True, help="What wrote the file.")
@click.option("--candidate", type=_FILE, help="The test build's recording, for formats of one file a build.")
@click.option("--secondary", type=_FILE, help="A second recording of production: what differs there is noise.")
@click.option("--build", default="", help="The test build: one release.")
@click.option("--baseline", default="", help="The build in production.")
@click.option("--snapshot", default="", help="The recording that is labelled together.")
@click.option("--sampling-rate", type=click.FloatRange(0, 1), help="The share of the traffic that was forked: 0.01.")
@project_option
@team_option
@format_option
@click.argument("file", type=_FILE)
@plainly
def import_(
    kind: str, candidate: Path | None, secondary: Path | None, build: str, baseline: str, snapshot: str,
    sampling_rate: float | None, folder: Path, team: str, style: str, file: Path,
) -> None:  # fmt: skip
    """Read the differences in FILE; the same file again changes nothing.

    Files may be packed (gzip) and of any size. Secrets and personal data are masked before anything is kept.
    """
    project, origin = Project.open(folder, make=True), Origin(team, build, baseline, snapshot, sampling_rate)
    sources = Sources(origin, file, candidate, secondary, project.settings(team).tolerance)
    imported = project.add(READERS[kind].read(sources), origin, counting(f"reading {file.name}"))
    click.echo(shown.imported(imported, style))


@difftest.command()
@click.option("--from", "kind", type=click.Choice(list(READERS)), default="jsonl", show_default=True)
@click.option("--candidate", type=_FILE, help="The test build's recording, for formats of one file a build.")
@click.option("--secondary", type=_FILE, help="A second recording of production: what differs there is noise.")
@click.option("--build", required=True, envvar="GITHUB_SHA", help="The head that was tested, or a release's name.")
@click.option("--baseline", default="", help="The commit or release in production.")
@click.option("--snapshot", default="", help="The recording that is labelled together.")
@click.option("--sampling-rate", type=click.FloatRange(0, 1), help="The share of the traffic that was forked: 0.01.")
@click.option("--server", "address", envvar="CODECHILL_SERVER", help="Its address: https://chill.example.org")
@click.option("--repository", envvar="GITHUB_REPOSITORY", help="owner/name, as the server knows it.")
@click.option("--wait", type=click.FloatRange(0), default=600, show_default=True, help="Seconds until it was read.")
@team_option
@format_option
@click.argument("file", type=_FILE)
@plainly
def upload(
    kind: str, candidate: Path | None, secondary: Path | None, build: str, baseline: str, snapshot: str,
    sampling_rate: float | None, address: str | None, repository: str | None, wait: float, team: str, style: str,
    file: Path,
) -> None:  # fmt: skip
    """Hand in the differences in FILE to a server, from a pipeline.

    They are compared and masked here; the server places, groups and shows them, and puts the result on the pull request
    whose head is --build. The key is read from CODECHILL_UPLOAD_KEY and from nowhere else. What was cut off goes on
    when the same command runs again, and what is there already is not sent twice.

    Exit status: 0 it was read (or --wait is over), 1 the server refused it or could not read it, 2 no server answered.
    """
    to = handing.server(address, repository)
    tolerance = handing.tolerance(to, team)
    origin, counted = Origin(team, build, baseline, snapshot, sampling_rate), Packed()
    sources = Sources(origin, file, candidate, secondary, tolerance)
    pieces = READERS[kind].read(sources)
    made = handing.packed(parcel(pieces, origin, tolerance, counted, counting(f"reading {file.name}")))
    of = {"team": team, "build": build, "baseline": baseline, "snapshot": snapshot, "sampling_rate": sampling_rate}
    try:
        with progress_bar("handing in") as progress:
            state = handing.hand_in(to, made, of, progress)
        state = handing.awaited(to, state, wait)
    except KeyboardInterrupt:
        raise Unusable(f"interrupted; {handing.AGAIN}") from None
    click.echo(handing.told(counted, state, style))
    if state["state"] == "failed":
        raise handing.Declined(f"it could not be read: {state['words']}")


@difftest.command()
@click.option("--server", "address", envvar="CODECHILL_SERVER", help="Its address: https://chill.example.org")
@click.option("--repository", envvar="GITHUB_REPOSITORY", help="owner/name, as the server knows it.")
@click.option(
    "--erase", metavar="UPLOAD", help="Take this one out, with what was said of groups that nothing else has."
)
@format_option
def uploads(address: str | None, repository: str | None, erase: str | None, style: str) -> None:
    """List what was handed in to a server, or take one out again. The key is read from CODECHILL_UPLOAD_KEY."""
    to = handing.server(address, repository)
    click.echo(handing.erased(to, erase, style) if erase else handing.listed(to, style))


@difftest.command()
@_release
@format_option
@plainly
@at_a_desk
def groups(project: Project, desk: Desk, release: str | None, style: str) -> None:
    """List the groups of a release with what they were called, or what is suggested."""
    name = _known(desk, release)
    suggestions = desk.suggestions(name)
    click.echo(
        shown.groups(desk.of_release(name), suggestions, desk.standing, desk.automatic(name, suggestions), style)
    )


@difftest.command()
@format_option
@click.argument("group")
@plainly
@at_a_desk
def show(project: Project, desk: Desk, group: str, style: str) -> None:
    """Show a group: its record, what is suggested and why, and what people said."""
    one = _group(desk, group)
    suggestion = desk.suggestions(one.key.release)[one.id]
    answers = [each for each in project.answers() if each.group == one.id]
    click.echo(shown.group(one, suggestion, answers, style))


@difftest.command()
@_release
@click.option("--freeze", is_flag=True, help="Keep them, to be compared with what people say later.")
@model_options
@embedding_options
@_labeller
@format_option
@plainly
@at_a_desk
def suggest(
    project: Project,
    desk: Desk,
    release: str | None,
    freeze: bool,
    models: Mapping[str, Model],
    embedders: Kept,
    labellers: Sequence[Path],
    style: str,
) -> None:
    """Suggest a label for each group that has none, with how sure that is and why.

    With --model a language model is asked, with the nearest labelled group of each label from earlier releases; with
    --labeller one that was fine-tuned.
    """
    name = _known(desk, release)
    suggestions = desk.suggestions(name)
    near = embedders(project.folder) if models else []
    for model in models.values():
        suggestions = desk.asked(name, model, near[-1] if near else None)
    for labeller in map(Tuned.open, labellers):
        suggestions = desk.instead(name, labeller.suggest)
    open_ = [each for each in desk.of_release(name) if desk.standing.get(each.id) is None]
    if freeze:
        count = project.freeze(frozen(open_, suggestions, datetime.now(UTC)))
        click.echo(f"{count} predictions frozen; `codechill difftest evaluate --frozen` compares them later", err=True)
    click.echo(shown.groups(open_, suggestions, desk.standing, desk.automatic(name, suggestions), style))


@difftest.command()
@_release
@format_option
@plainly
@at_a_desk
def queue(project: Project, desk: Desk, release: str | None, style: str) -> None:
    """List what a person has to answer: regressions suspected first, then what is unsure."""
    click.echo(shown.waiting(desk.questions(_known(desk, release)), style))


@difftest.command()
@_by
@_release
@plainly
@at_a_desk
def review(project: Project, desk: Desk, by: str, release: str | None) -> None:
    """Answer the queue with one key a group; each answer is kept at once.

    \b
    n noise  f new feature  r regression  enter: as suggested (never for what may be a regression)
    s the same as the last answer  w say why  space next  u undo  q stop
    """
    waiting = desk.questions(_known(desk, release))
    given = Review(by, project.answer, lambda: datetime.now(UTC)).over(waiting)
    spent = pace([each for each in project.answers() if each.by == by][-given:] if given else [])
    click.echo(f"{given} of {len(waiting)} answered in {spent.minutes:.1f} minutes")


@difftest.command()
@_by
@click.option("--why", default="", help="For the next person who looks.")
@click.option("--reason", type=click.Choice(_REASONS), help="Why noise is noise, for reports.")
@click.option("--alike", "together", is_flag=True, help="Also the groups that the queue asks about with it.")
@click.option("--everywhere", is_flag=True, help="Also the same field and kind at other endpoints of the release.")
@click.argument("group")
@click.argument("label")
@plainly
@at_a_desk
def label(
    project: Project, desk: Desk, by: str, why: str, reason: str | None, together: bool, everywhere: bool, group: str,
    label: str,
) -> None:  # fmt: skip
    """Call GROUP noise, new_feature or regression: one answer for all its differences.

    Two people may disagree; then it waits for a third.
    """
    one, now = _group(desk, group), datetime.now(UTC)
    questions = desk.questions(one.key.release) if together else []
    with_it = [other for each in questions if each.group.id == one.id for other in each.alike]
    chosen = [one, *with_it, *(each for each in (alike(one, desk.groups) if everywhere else ()) if each not in with_it)]
    answers = [
        Answer(each.id, label_of(label), by, now, why, NoiseReason(reason) if reason else None) for each in chosen
    ]
    project.answer(answers)
    count = sum(each.count for each in chosen)
    click.echo(f"{label_of(label)}: {len(chosen)} group{'s' if len(chosen) > 1 else ''}, {count} differences")


@difftest.command()
@_by
@click.argument("group", required=False)
@plainly
@at_a_desk
def undo(project: Project, desk: Desk, by: str, group: str | None) -> None:
    """Take back what you said of GROUP; without GROUP what you said last."""
    answers, now = project.answers(), datetime.now(UTC)
    last = last_of(answers, by, _group(desk, group).id if group else None)
    if last is None:
        raise ScoringError(f"{by} said nothing that could be taken back")
    back = [Answer(last.group, None, by, now)] if group else taken_back(answers, last, now)
    project.answer(back)
    more = f" and of {len(back) - 1} more" if len(back) > 1 else ""
    click.echo(f"taken back: {last.label} of {last.group}{more} by {by}")


@difftest.command()
@_release
@format_option
@click.option("--repo", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("base")
@click.argument("head")
@plainly
@at_a_desk
def intent(project: Project, desk: Desk, release: str | None, style: str, repo: Path, base: str, head: str) -> None:
    """Say of which change between the commits BASE and HEAD of the builds each group is most likely.

    By the words and files that they have in common: evidence, and no proof. Regressions come first.
    """
    changes = Intent(between(repo, base, head))
    name = _known(desk, release)
    suggestions = desk.suggestions(name)
    ordered = queue_of(desk.of_release(name), suggestions, {})
    click.echo(shown.links([(each.group, changes.of(each.group)) for each in ordered], style))


@difftest.command()
@_release
@format_option
@plainly
@at_a_desk
def verdict(project: Project, desk: Desk, release: str | None, style: str) -> None:
    """Say what a release comes to. Exit status: 0 all answered and no regression, 1 not so."""
    name = _known(desk, release)
    one = desk.verdict(name)
    answers = [each for each in project.answers() if each.group in {group.id for group in desk.of_release(name)}]
    click.echo(shown.verdict(name, one, pace(answers), style))
    if one.conclusion is not Conclusion.SUCCESS:
        raise click.exceptions.Exit(1)


@difftest.command()
@click.option("--split", default="next-release", show_default=True, help="Only by release; others are refused.")
@click.option("--frozen", "only_frozen", is_flag=True, help="Compare predictions that were frozen before the labels.")
@click.option("--without", type=click.Choice(ALL), multiple=True, help="Leave an attribute out.")
@click.option("--ablation", is_flag=True, help="Leave each of the eight attributes out in turn.")
@model_options
@embedding_options
@_labeller
@format_option
@plainly
@at_a_desk
def evaluate(
    project: Project,
    desk: Desk,
    split: str,
    only_frozen: bool,
    without: Sequence[str],
    ablation: bool,
    models: Mapping[str, Model],
    embedders: Kept,
    labellers: Sequence[Path],
    style: str,
) -> None:
    """Measure suggestions: each release but the first is predicted from those before it.

    Baselines (majority, rules, the nearest labelled group) and intervals are of the same run. Each --model is asked
    with the same prompts, with static examples and with the nearest by each of --embeddings; each --labeller is
    measured on the releases after those that it learnt from.
    """
    refuse_random(split)
    if only_frozen:
        click.echo(shown.snapshots(compared(project.predictions(), desk), style))
    elif ablation:
        beside = Beside(models, embedders(project.folder))
        rows = {"nothing": evaluated(desk.known, (), desk.bars, beside)}
        rows |= {name: evaluated(desk.known, (name,), desk.bars, beside) for name in ALL}
        click.echo(shown.ablation(rows, style))
    else:
        beside = Beside(models, embedders(project.folder), [Tuned.open(each) for each in labellers])
        click.echo(shown.evaluation(evaluated(desk.known, without, desk.bars, beside), style))


difftest.command("finetune")(plainly(at_a_desk(finetune)))


@difftest.command()
@click.option("--as", "kind", type=click.Choice(["labels", "chat"]), default="labels", show_default=True)
@click.option("--without", type=click.Choice(ALL), multiple=True, help="Leave an attribute out of chats.")
@plainly
@at_a_desk
def export(project: Project, desk: Desk, kind: str, without: Sequence[str]) -> None:
    """Write what was labelled as JSON Lines: labels a group, or chats for fine-tuning."""
    for each in desk.labelled:
        row = chat(each, without) if kind == "chat" else shown.labelled(each, desk.standing[each.group.id])
        click.echo(json.dumps(row, ensure_ascii=True))


@difftest.command()
def schema() -> None:
    """Print the JSON Schema of one line of `import --from jsonl`."""
    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=True))
