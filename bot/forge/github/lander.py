"""Reviewing, landing and labelling on GitHub, and issues: what the App does by itself where its owner lets it."""

from typing import Any

from bot.forge.github.endpoints import Endpoints
from bot.forge.github.labels import label
from bot.forge.github.wire import GitHubWire, path_of
from bot.forge.github.writes import GitHubWrites
from bot.forge.memory import Thing
from bot.forge.port import Lander, Refused, Target
from bot.policy.gatekeeping import Method

_ENQUEUE = """
mutation($pull: ID!, $head: GitObjectID!) {
  enqueuePullRequest(input: {pullRequestId: $pull, expectedHeadOid: $head}) { mergeQueueEntry { position } }
}
"""


class GitHubLander(Lander):
    def __init__(self, wire: GitHubWire, reads: Endpoints, writes: GitHubWrites) -> None:
        self._wire, self._reads, self._writes = wire, reads, writes

    def approve(self, target: Target, number: int, head_sha: str, words: str) -> int:
        body = {"commit_id": head_sha, "event": "APPROVE", "body": words}
        thing = _of_pull(target, number, f"approval {head_sha}")
        return self._writes.make(target, thing, f"{_pull(target, number)}/reviews", body, again=False)

    def dismiss(self, target: Target, number: int, review: int, words: str) -> None:
        path = f"{_pull(target, number)}/reviews/{int(review)}/dismissals"
        thing = _of_pull(target, number, f"dismissal {review}")
        self._writes.edit(target, thing, path, {"message": words, "event": "DISMISS"}, "PUT")

    def merge(self, target: Target, number: int, head_sha: str, method: Method) -> None:
        body: dict[str, Any] = {"sha": head_sha, "merge_method": method}
        try:
            self._writes.edit(target, _of_pull(target, number, "merge"), f"{_pull(target, number)}/merge", body, "PUT")
        except Refused:
            pull = self._reads.pull(target, number)
            if not (pull.merged and pull.head.sha == head_sha):  # it landed before, and nobody heard of it
                raise

    def enqueue(self, target: Target, number: int, head_sha: str) -> None:
        pull = self._reads.pull(target, number)
        self._wire.query(target, _ENQUEUE, {"pull": pull.node_id, "head": head_sha})

    def label(self, target: Target, number: int, add: frozenset[str], remove: frozenset[str] = frozenset()) -> None:
        label(self._wire, target, number, add, remove)

    def open_issue(self, target: Target, key: str, title: str, body: str, labels: frozenset[str]) -> int:
        fields = {"title": title, "body": body, "labels": sorted(labels)}
        thing = Thing(target.repository_id, f"issue {key}"[:64], "issue")
        return self._writes.make(target, thing, f"{path_of(target)}/issues", fields, again=False, named="number")

    def close_issue(self, target: Target, number: int) -> None:
        thing = Thing(target.repository_id, f"issue #{int(number)}", "state")
        self._writes.edit(target, thing, f"{path_of(target)}/issues/{int(number)}", {"state": "closed"})


def _pull(target: Target, number: int) -> str:
    return f"{path_of(target)}/pulls/{int(number)}"


def _of_pull(target: Target, number: int, name: str) -> Thing:
    return Thing(target.repository_id, f"#{int(number)}", name)
