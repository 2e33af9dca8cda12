"""What is asked in GraphQL: the query, and the shapes of its answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from bot.forge.github.shapes import Number, Sha, Shape, Unreadable, shaped
from bot.forge.github.wire import GitHubWire
from bot.forge.port import Gone, Misread, Target

_COMMITS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  viewer { databaseId }
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      authorAssociation
      headRepository { databaseId }
      commits(first: 100, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { commit {
          oid
          message
          parents { totalCount }
          signature { isValid wasSignedByGitHub }
          authors(first: 50) { totalCount nodes { email user { databaseId } } }
          committer { email user { databaseId } }
        } }
      }
    }
  }
}
"""


class Account(Shape):
    id: Number = Field(alias="databaseId")


class Actor(Shape):
    """Who wrote or made a commit; `user` None: GitHub knows no account by that address."""

    email: str | None = None
    user: Account | None = None


class Authors(Shape):
    total: int = Field(alias="totalCount")
    nodes: tuple[Actor, ...]


class Count(Shape):
    total: int = Field(alias="totalCount")


class Signature(Shape):
    """What GitHub says of a commit's signature; one by GitHub itself stands on what was made in its pages or API."""

    valid: bool = Field(alias="isValid")
    by_github: bool = Field(False, alias="wasSignedByGitHub")


class Commit(Shape):
    oid: Sha
    authors: Authors  # its own author first, then co-authors by its trailers
    committer: Actor | None = None
    message: str = ""
    parents: Count = Count(totalCount=1)
    signature: Signature | None = None


class Node(Shape):
    commit: Commit


class PageInfo(Shape):
    more: bool = Field(alias="hasNextPage")
    end: str | None = Field(None, alias="endCursor")


class Commits(Shape):
    """One page of the commits of a pull request; `total` is of all pages, and of what GitHub leaves out."""

    total: int = Field(alias="totalCount")
    page: PageInfo = Field(alias="pageInfo")
    nodes: tuple[Node, ...]


class Pull(Shape):
    commits: Commits
    association: str = Field("NONE", alias="authorAssociation")
    head: Account | None = Field(None, alias="headRepository")


class _Home(Shape):
    id: Number = Field(alias="databaseId")
    pull: Pull = Field(alias="pullRequest")


class _Asked(Shape):
    home: _Home = Field(alias="repository")
    us: Account | None = Field(None, alias="viewer")


@dataclass(frozen=True, slots=True)
class Page:
    """A pull request with one page of its commits, and the account that asked."""

    pull: Pull
    us: int | None


def commits(wire: GitHubWire, target: Target, number: int) -> Iterator[Page]:
    """Page by page. Raises ForgeError kinds; Gone when the name is another repository's now."""
    owner, _, name = target.full_name.partition("/")
    after: str | None = None
    while True:
        given = {"owner": owner, "name": name, "number": int(number), "after": after}
        try:
            asked = shaped(_Asked, wire.query(target, _COMMITS, given))
        except Unreadable as error:
            raise Misread(f"GitHub's answer about commits cannot be read: {error}") from None
        home = asked.home
        if home.id != target.repository_id:
            raise Gone(f"{target.full_name} is another repository now")
        yield Page(home.pull, None if asked.us is None else asked.us.id)
        if not home.pull.commits.page.more:
            return
        after = home.pull.commits.page.end
