"""Read a clone that lacks some of its files as if those were empty, when the operator asks for it, and say how many."""

from pathlib import Path

from scoring.git import Git
from scoring.git.environment import VOID


def missing_blobs(git: Git, tip: str, before: str = "") -> list[str]:
    """The ids of the objects that history from `before` up to `tip` names and the clone does not have."""
    span = (tip, f"^{before}") if before else (tip,)
    listing = git.run("rev-list", "--objects", "--missing=print", *span, "--").decode(errors="replace").splitlines()
    return [line[1:] for line in listing if line.startswith("?")]


def with_empty_blobs(git: Git, folder: Path, tip: str, before: str = "") -> tuple[Git, int]:
    """A view of the repository, made in `folder`, in which absent files are empty, and their number.

    The repository itself is not written to: the view borrows its objects and keeps its own replacements. What was
    found absent up to the commit `before`, in an earlier call, is still known.
    """
    absent = set(missing_blobs(git, tip, before)) | (_replaced(folder) if before else set())
    if not absent:
        return git, 0
    (folder / "objects" / "info").mkdir(parents=True, exist_ok=True)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "objects" / "info" / "alternates").write_text(f"{(git.common / 'objects').resolve()}\n")
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_bytes((VOID / git.format / "config").read_bytes())
    replacements = sorted(f"{git.empty_blob} refs/replace/{name}" for name in absent)
    (folder / "packed-refs").write_text("\n".join([f"{tip} refs/heads/main", *replacements, ""]))
    view = Git(folder, replacing=True)
    view.run("hash-object", "-w", "-t", "blob", "--stdin", stdin=b"")
    return view, len(absent)


def view_of(git: Git, folder: Path) -> Git:
    """The view that `with_empty_blobs` made in `folder`; the repository itself where nothing was absent."""
    return Git(folder, replacing=True) if folder.exists() else git


def _replaced(folder: Path) -> set[str]:
    packed = folder / "packed-refs"
    lines = packed.read_text().split() if packed.exists() else []
    return {word.removeprefix("refs/replace/") for word in lines if word.startswith("refs/replace/")}
