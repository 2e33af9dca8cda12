"""What is asked in GraphQL: the query, and the shapes of its answer."""

from collections.abc import Iterator

from pydantic import Field

from bot.forge.github.shapes import Number, Sha, Shape, Unreadable, shaped
from bot.forge.github.wire import GitHubWire
from bot.forge.port import Gone, Misread, Target

_COMMITS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      commits(first: 100, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { commit {
          oid
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


class Commit(Shape):
    oid: Sha
    authors: Authors
    committer: Actor | None = None


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


class _Pull(Shape):
    commits: Commits


class _Home(Shape):
    id: Number = Field(alias="databaseId")
    pull: _Pull = Field(alias="pullRequest")


class _Asked(Shape):
    home: _Home = Field(alias="repository")


def commits(wire: GitHubWire, target: Target, number: int) -> Iterator[Commits]:
    """Page by page. Raises ForgeError kinds; Gone when the name is another repository's now."""
    owner, _, name = target.full_name.partition("/")
    after: str | None = None
    while True:
        given = {"owner": owner, "name": name, "number": int(number), "after": after}
        try:
            home = shaped(_Asked, wire.query(target, _COMMITS, given)).home
        except Unreadable as error:
            raise Misread(f"GitHub's answer about commits cannot be read: {error}") from None
        if home.id != target.repository_id:
            raise Gone(f"{target.full_name} is another repository now")
        yield home.pull.commits
        if not home.pull.commits.page.more:
            return
        after = home.pull.commits.page.end
