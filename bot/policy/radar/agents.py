"""What a coding agent leaves in a change that is under a person's account: co-authors, trailers, branches.

All of it is text that anybody may write or leave out. So it only ever makes a change an agent's, never a person's.
"""

import re
from collections.abc import Iterator

from bot.policy.candidate import Origin
from bot.policy.config.known_sources import KNOWN
from bot.policy.pull import PullRequest
from bot.policy.radar.trailers import trailers
from bot.policy.text import globs

AGENTS = tuple(known for known in KNOWN.values() if known.kind == "agent")
# accounts that agents sign as co-authors with; beside those that open pull requests themselves
ACCOUNTS = frozenset({*(known.account for known in AGENTS), 175728472, 176961590, 218195315, 223556219})
ADDRESSES = frozenset(
    {
        "codex@openai.com",
        "cursoragent@cursor.com",
        "noreply@aider.chat",
        "noreply@anthropic.com",
        "noreply@codeium.com",
        "noreply@openai.com",
        "noreply@windsurf.com",
    }
)
KEYS = frozenset({"ai-agent", "assisted-by", "claude-session", "copilot-session", "generated-by"})
_NUMBERED = re.compile(r"([0-9]{1,18})\+[^@]*@users\.noreply\.[a-z0-9.-]+")
_ADDRESS = re.compile(r"<([^<>]+)>\s*\Z")
_MADE = re.compile(r"^\W*generated with \W*[a-z]", re.IGNORECASE | re.MULTILINE)


def marks(pull: PullRequest, origin: Origin) -> bool:
    """Whether anything in a change says that an agent worked on it."""
    if any(globs.any_matches(known.branches, pull.head_ref) for known in AGENTS):
        return True
    said = (pull.body, *(commit.message for commit in origin.commits))
    return any(_MADE.search(text) for text in said) or any(_agents(line) for text in said for line in trailers(text))


def _agents(line: str) -> bool:
    key, _, value = line.partition(":")
    if key.lower() in KEYS:
        return True
    return key.lower() == "co-authored-by" and any(map(_agent, _addresses(value)))


def _addresses(value: str) -> Iterator[str]:
    address = _ADDRESS.search(value)
    if address is not None:
        yield address[1].strip().lower()


def _agent(address: str) -> bool:
    numbered = _NUMBERED.fullmatch(address)
    return address in ADDRESSES or (numbered is not None and int(numbered[1]) in ACCOUNTS)
