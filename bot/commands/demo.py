"""`codechill demo`: the main job on a real repository, on this machine."""

import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import SecretStr

from bot.demo import replay, sample
from bot.demo.cast import cast
from bot.demo.differences import SECRET
from bot.demo.replay import NotUsable
from bot.demo.stage import stage
from bot.demo.story import Story
from bot.process.logs import configure
from bot.sandbox import Sandbox
from bot.sandbox.pages import clone_address


@click.command()
@click.option(
    "--repo", type=click.Path(path_type=Path), help="A git repository. Default: the one this folder stands in."
)
@click.option("--once", is_flag=True, help="Print everything and end; exit status 1 when something came out wrong.")
@click.option("--port", type=int, default=0, help="Port of the local forge. Default: any free one.")
@click.option("--verbose", is_flag=True, help="Show the log of the App too.")
def demo(repo: Path | None, once: bool, port: int, verbose: bool) -> None:
    """Show the main job on a real repository, on this machine.

    Starts a local stand-in for GitHub and the App beside it on loopback, opens pull requests replayed from the
    repository's own past, lets a freeze window open and close by the clock, asks the merge queue and a manager, hands
    in what two builds answer differently, and shows the check, the comment and the merge button each time. Your
    repository is only read. Everything else lives in a temporary folder.
    """
    configure("info" if verbose else "error", "text", ())
    with tempfile.TemporaryDirectory(prefix="codechill-demo-") as scratch:
        try:
            wrong = _play(Path(scratch), repo, once, port)
        except NotUsable as error:
            raise _Unusable(str(error)) from error
    if wrong:
        click.echo("\n".join(["The demo did not come out as promised:", *(f"  {each}" for each in wrong)]), err=True)
        sys.exit(1)


def _play(scratch: Path, repo: Path | None, once: bool, port: int) -> list[str]:
    source = _source(scratch, repo)
    base, tip = replay.borrow(source, scratch / "past")
    with stage(scratch, port=port, upload_keys=SecretStr(f"acme/demo={SECRET}")) as here:
        made = here.sandbox.add_repository("acme/demo", scratch / "past", "main")
        here.sandbox.protect("acme/demo", merge_queue=False)
        folder = Path(made.folder)
        state = scratch / "app" / "indexes" / str(made.id)
        with click.progressbar(length=1, label="Reading history", file=sys.stderr) as bar:

            def progress(done: int, total: int) -> None:
                bar.length = max(total, 1)
                bar.update(done - bar.pos)

            roles = cast(folder, state, base, tip, progress)
        story = Story(here, "acme/demo", folder, roles, click.echo)
        click.echo(f"Watch in a browser: {here.address}/now   (what is held now)")
        click.echo(f"                    {here.sandbox.address}/   (the pull requests, on the local forge)")
        for heading in story.play():
            if not once:
                click.pause("Press any key for the next scene ...")  # returns at once where nobody types
            click.secho(f"\n{heading}\n{'─' * len(heading)}", bold=True)
        click.echo("\n".join(_ending(here.sandbox, story)))
        if not once:
            click.echo("Ctrl-C ends it.")
            _until_interrupted()
        return story.wrong


def _ending(sandbox: Sandbox, story: Story) -> Iterator[str]:
    """Where to look, the held one first, and what can be tried there."""
    risky = story.numbers[story.roles[0].name]
    page, manager = f"{sandbox.address}/acme/demo/pull/{risky}", sandbox.release_manager
    yield "Look at them in a browser:"
    yield f"  {story.stage.address}/now   (what is held, why and until when; sign in as {manager})"
    yield f"  {page}?as={sandbox.author}   (held back)"
    yield f"  {story.stage.address}/r/acme/demo/differences   (what two builds answer differently)"
    yield f"  {sandbox.address}/   (all of them)"
    yield "Try it, in the comment box at the end of that page:"
    yield f"  as {sandbox.author}: /chill why, /chill justify launch_with_rollback The launch is tonight"
    yield f"  as {manager} ({page}?as={manager}): /chill approve, /chill freeze red 2h Checkout is down"
    yield f"  git clone {clone_address(sandbox.world, sandbox.repository('acme/demo'), sandbox.author)}"


def _source(scratch: Path, repo: Path | None) -> Path:
    chosen = repo or Path.cwd()
    if repo is not None and not repo.exists():
        raise NotUsable(f"there is no folder {repo}")
    length = replay.first_parents(chosen)
    if repo is not None and length == 0:
        raise NotUsable(f"{repo} is not a git repository with commits")
    if length >= replay.ENOUGH:
        click.echo(f"Replaying from the past of {chosen.resolve()} ({length:,} landings).")
        return chosen.resolve()
    click.echo(f"{chosen.resolve()} has {length} landings, too few to learn from: building a small realistic shop.")
    return sample.build(scratch / "shop")


def _until_interrupted() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        click.echo("\nStopped.")


class _Unusable(click.ClickException):
    exit_code = 2
