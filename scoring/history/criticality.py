"""Read how critical services are from one commit: the files that name owners and components, as they stand there."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from scoring.errors import ScoringError
from scoring.facts.services import Services, Sources, from_backstage, from_codeowners
from scoring.git import Git

CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")  # the first that exists, as on GitHub
CATALOGS = frozenset({"catalog-info.yaml", "catalog-info.yml"})
_MOST = 3_000_000  # bytes of one file: GitHub obeys no larger CODEOWNERS
_CATALOGS_READ = 2000
_READ = 32_000_000  # bytes of all files together


@dataclass(frozen=True, slots=True)
class DeclaredServices:
    """What was read, and one sentence for each file that says nothing because it cannot be read."""

    services: Services
    problems: tuple[str, ...] = ()


def read_services(git: Git, commit: str, sources: Sources) -> DeclaredServices:
    """The services as of `commit`, which must come from the base branch: whoever changes code must not decide
    how critical it is. Raises ScoringError when the commit cannot be read.
    """
    if not sources.of_files():
        return DeclaredServices(Services(sources.globs))
    owned, catalogued = _places(git, commit, sources)
    texts = _texts(git, [*owned.values(), *catalogued.values()])
    owner_files = [texts[blob] for blob in owned.values() if blob in texts]
    owners = from_codeowners(owner_files[0], sources.owners) if owner_files else ()
    problems = [_unread(path) for path, blob in (*owned.items(), *catalogued.items()) if blob not in texts]
    catalogs: dict[str, int] = {}
    for path, blob in catalogued.items():
        try:
            catalogs |= from_backstage(texts.get(blob, ""), path.rpartition("/")[0])
        except ScoringError as error:
            problems.append(str(error))
    return DeclaredServices(Services(sources.globs, owners, catalogs), tuple(problems))


def _places(git: Git, commit: str, sources: Sources) -> tuple[dict[str, str], dict[str, str]]:
    """The CODEOWNERS file that counts, and the catalog files: path to blob."""
    owned: dict[str, str] = {}
    catalogued: dict[str, str] = {}
    listing = git.run("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", git.resolve(commit))
    for entry in listing.split(b"\0"):
        head, _, name = entry.partition(b"\t")
        path = os.fsdecode(name)
        if not head.startswith(b"100"):
            continue  # a link may lead anywhere
        if path in CODEOWNERS and sources.owners:
            owned[path] = head.split()[2].decode()
        elif sources.catalogs and path.rpartition("/")[2] in CATALOGS and len(catalogued) < _CATALOGS_READ:
            catalogued[path] = head.split()[2].decode()
    first = next((path for path in CODEOWNERS if path in owned), None)
    return ({first: owned[first]} if first else {}), catalogued


def _texts(git: Git, blobs: Sequence[str]) -> dict[str, str]:
    asked = "".join(f"{blob}\n" for blob in dict.fromkeys(blobs)).encode()
    wanted, total = [], 0
    for line in git.run("cat-file", "--batch-check", stdin=asked).splitlines():
        words = line.decode().split()
        if len(words) == 3 and int(words[2]) <= min(_MOST, _READ - total):
            wanted.append(words[0])
            total += int(words[2])
    read = git.run("cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in wanted).encode())
    texts = {}
    for blob in wanted:
        head, _, read = read.partition(b"\n")
        size = int(head.split()[2])
        texts[blob], read = read[:size].decode("utf-8", "replace"), read[size + 1 :]
    return texts


def _unread(path: str) -> str:
    shown = "".join(c if c.isprintable() else "\ufffd" for c in path)
    return f"{shown} is too large or absent, so it says nothing of what is critical."
