"""A pull request whose truth is known because of how it was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

CODEMOD, DEPENDABOT, AGENT, MEMBER, STRANGER = 900_001, 49_699_333, 900_003, 5_001, 5_002
BRANCHES = {CODEMOD: "codemod/tidy-1", DEPENDABOT: "dependabot/npm_and_yarn/left-pad-1.3.1", AGENT: "agent/tidy-1"}


@dataclass(frozen=True, slots=True)
class Content:
    """A file in a tree. Mode: git's six digits; of a submodule the content is the name of a commit."""

    data: bytes
    mode: str = "100644"


Tree = Mapping[str, Content]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who wrote a commit, as the forge says; account None: it knows nobody by that address."""

    account: int | None
    bot: bool = True
    verified: bool = True
    message: str = "Tidy up\n"
    parents: int = 1


@dataclass(frozen=True, slots=True)
class Whose:
    """Who opened a pull request, and from where."""

    account: int = CODEMOD
    bot: bool = True
    login: str = "tidy[bot]"
    branch: str = ""  # left out: the one that fits the account
    association: str = "NONE"
    elsewhere: bool = False  # from a fork
    commits: tuple[Hand, ...] = ()  # left out: one, by the same account


MEMBERS = Whose(MEMBER, False, "ada", "tidy", "MEMBER")
DEPENDENCIES = Whose(DEPENDABOT, True, "dependabot[bot]")


@dataclass(frozen=True, slots=True)
class Case:
    """`safe`: nothing that runs, is shown, checked or installed changes by it, and it comes from somebody trusted.

    `why`: what makes it so. `proves`: it is written in a language, and is of a kind, that the reviewer knows to prove.
    """

    name: str
    category: str
    language: str
    base: Tree
    head: Tree
    safe: bool
    why: str = ""
    proves: bool = True
    whose: Whose = Whose()
    title: str = "Tidy up"
    body: str = ""
    comments: tuple[str, ...] = ()
    labels: frozenset[str] = field(default_factory=frozenset)


def files(texts: Mapping[str, str | bytes | Content]) -> Tree:
    """A tree out of texts."""
    return {path: _content(text) for path, text in texts.items()}


def _content(text: str | bytes | Content) -> Content:
    if isinstance(text, Content):
        return text
    return Content(text if isinstance(text, bytes) else text.encode())
