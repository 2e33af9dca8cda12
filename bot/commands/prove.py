"""`codechill prove`: what is certain about a change, file by file."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from scoring.git import GitError
from scoring.semantics import ChangeVerdict, prove_file
from scoring.semantics.git import before, merge_base, opened, prove_range
from scoring.semantics.verdict import weakest


@click.command()
@click.argument("revisions", metavar="[REVISION | BASE..HEAD]", required=False)
@click.option(
    "--repo", type=click.Path(exists=True, file_okay=False, path_type=Path), default=".", help="A git repository."
)
@click.option(
    "--files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    nargs=2,
    metavar="OLD NEW",
    help="Compare two files instead.",
)
@click.option("--as", "path", metavar="PATH", help="The path the two files stand for; it decides how they are read.")
@click.option("--format", "layout", type=click.Choice(["text", "json"]), default="text", show_default=True)
def prove(revisions: str | None, repo: Path, files: tuple[Path, Path] | None, path: str | None, layout: str) -> None:
    """Say whether a change is certain not to alter behaviour, and how that was checked.

    REVISION is judged by what it changed: a commit against its parent, a merge against the branch that it was merged
    into. BASE..HEAD compares two revisions; BASE...HEAD starts where they parted, as a pull request does.

    \b
    codechill prove HEAD
    codechill prove main...my-branch
    codechill prove --files old.py new.py --as src/app.py

    \b
    Levels: P  proved: the change is never held back
            S  strong evidence: counts together with everything else
            H  a hint, shown to people only
            -  nothing is known

    \b
    Exit status: 0  the whole change is proved (P)
                 1  it is not
                 2  it could not be checked
    """
    if (revisions is None) == (files is None):
        raise click.UsageError("Give a revision like HEAD, a range like main...my-branch, or --files OLD NEW.")
    if path is not None and (files is None or not path.strip("/ ")):
        raise click.UsageError("--as names the path that --files OLD NEW stand for, like src/app.py.")
    verdict = _files(files, path) if files else _range(repo, revisions or "")
    click.echo(json.dumps(asdict(verdict), indent=2) if layout == "json" else _text(verdict))
    raise SystemExit(0 if verdict.level == "P" else 1)


def _files(files: tuple[Path, Path], path: str | None) -> ChangeVerdict:
    try:
        old, new = (file.read_bytes() for file in files)
    except OSError as error:
        raise click.UsageError(f"{_visible(str(error.filename))} cannot be read: {error.strerror}.") from error
    return weakest((prove_file(old, new, path or files[1].name),))


def _range(repo: Path, revisions: str) -> ChangeVerdict:
    base, dots, head = revisions.partition("...") if "..." in revisions else revisions.partition("..")
    try:
        if not dots:
            return prove_range(repo, before(opened(repo), revisions), revisions)
        base, head = base or "HEAD", head or "HEAD"
        return prove_range(repo, merge_base(opened(repo), base, head) if dots == "..." else base, head)
    except GitError as error:
        raise click.UsageError(_visible(str(error))) from error


def _text(verdict: ChangeVerdict) -> str:
    kinds = max((len(file.kind) for file in verdict.files), default=0)
    rows = [f"{file.level or '-'}  {file.kind:<{kinds}}  {_visible(file.path)}: {file.words}" for file in verdict.files]
    return "\n".join([*rows, f"{verdict.level or '-'}  the change: {verdict.words}"])


def _visible(path: str) -> str:
    """The path with anything that could drive a terminal made visible."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)
