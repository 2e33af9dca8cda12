"""Who worked on a pull request, by account. REST names authors and committers only; GraphQL resolves co-authors too."""

from collections.abc import Iterator
from typing import Any

from bot.forge.github_wire import GitHubWire
from bot.forge.port import Gone, Target

_QUERY = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    databaseId
    pullRequest(number: $number) {
      commits(first: 100, after: $after) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { commit {
          authors(first: 50) { totalCount nodes { user { databaseId } } }
          committer { user { databaseId } }
        } }
      }
    }
  }
}
"""


def commit_authors(wire: GitHubWire, target: Target, number: int) -> frozenset[int] | None:
    """Numeric ids; None when GitHub does not list every commit, or every author of one."""
    found: set[int] = set()
    seen = total = 0
    for page in _pages(wire, target, number):
        seen, total = seen + len(page["nodes"]), page["totalCount"]
        for node in page["nodes"]:
            authors, committer = node["commit"]["authors"], node["commit"]["committer"]
            if len(authors["nodes"]) < authors["totalCount"]:
                return None
            actors = [actor for actor in (*authors["nodes"], committer) if actor]
            found |= {actor["user"]["databaseId"] for actor in actors if actor["user"]}
    return frozenset(found) if seen >= total else None


def _pages(wire: GitHubWire, target: Target, number: int) -> Iterator[dict[str, Any]]:
    owner, _, name = target.full_name.partition("/")
    after: str | None = None
    while True:
        given = {"owner": owner, "name": name, "number": int(number), "after": after}
        home = wire.query(target, _QUERY, given)["repository"]
        if home["databaseId"] != target.repository_id:
            raise Gone(f"{target.full_name} is another repository now")
        page = home["pullRequest"]["commits"]
        yield page
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]
