"""Read a clone that lacks some of its files as if those were empty, when the operator asks for it, and say how many."""

from pathlib import Path

from scoring.history.git import Git

_EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


def missing_blobs(git: Git, tip: str, before: str = "") -> list[str]:
    """Return the ids of the objects that history from `before` up to `tip` names and the clone does not have."""
    span = (tip, f"^{before}") if before else (tip,)
    told = git.run("rev-list", "--objects", "--missing=print", *span, "--").decode(errors="replace").splitlines()
    return [line[1:] for line in told if line.startswith("?")]


def with_empty_blobs(git: Git, folder: Path, tip: str, before: str = "") -> tuple[Git, int]:
    """Return a view of the repository, made in `folder`, in which absent files are empty, and their number.

    The repository itself is not written to: the view borrows its objects and keeps its own replacements. What was
    found absent up to the commit `before`, in an earlier call, is still known.
    """
    absent = set(missing_blobs(git, tip, before)) | (_replaced(folder) if before else set())
    if not absent:
        return git, 0
    (folder / "objects" / "info").mkdir(parents=True, exist_ok=True)
    (folder / "refs").mkdir(exist_ok=True)
    common = git.run("rev-parse", "--git-path", "objects").decode().strip()
    (folder / "objects" / "info" / "alternates").write_text(f"{(git.path / common).resolve()}\n")
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
    kept = sorted(f"{_EMPTY} refs/replace/{name}" for name in absent)
    (folder / "packed-refs").write_text("\n".join([f"{tip} refs/heads/main", *kept, ""]))
    view = Git(folder)
    view.run("hash-object", "-w", "-t", "blob", "--stdin")
    return view, len(absent)


def _replaced(folder: Path) -> set[str]:
    kept = folder / "packed-refs"
    lines = kept.read_text().split() if kept.exists() else []
    return {word.removeprefix("refs/replace/") for word in lines if word.startswith("refs/replace/")}
