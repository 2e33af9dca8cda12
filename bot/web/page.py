"""What a page is: where it stands, who may see it, what it reads, and what it makes of that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.store import KnownRepository, Store

Who = Literal["anybody", "readers", "operators"]  # anybody signed in; readers of the repository in its address
FOR: Mapping[Who, str] = {
    "anybody": "everybody who signs in, each with the repositories they may read",
    "readers": "who may read the repository",
    "operators": "operators of this server",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who signed in, and the repositories of this server that the forge lets them read."""

    id: int
    login: str
    repositories: tuple[KnownRepository, ...] = ()
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a page. `repository` and `number` are those of its address, where it names some."""

    reader: Reader
    forge: str  # address of the forge that people open: https://github.com
    repository: KnownRepository | None = None
    number: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)  # of a page that is asked with a form; it changes nothing

    @property
    def here(self) -> KnownRepository:
        """The repository in the address. Raises LookupError on a page whose address has none."""
        if self.repository is None:
            raise LookupError("this page's address names no repository")
        return self.repository


class NotThere(Exception):
    """What the address names does not exist; whoever may not read it is told the same."""


@dataclass(frozen=True, slots=True)
class Page:
    """One row of PAGES. `read` takes from the store what `view` needs; `view` is pure and returns a frozen dataclass,
    `view` in its template `templates/web/<name>.html.j2`. An address may hold `<owner>`, `<repo>` and `<int:number>`.

    `nav` is its name in the navigation; "": it is reached from other pages. `read` may raise NotThere.
    """

    name: str
    path: str
    title: str
    who: Who
    read: Callable[[Store, Asked, datetime], Any]
    view: Callable[[Any, Asked, datetime], Any]
    nav: str = ""

    @property
    def of_repository(self) -> bool:
        return "<owner>" in self.path
