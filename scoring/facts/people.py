"""Who is who behind the names and addresses of commits: one person may have several, and programs are none.

The same name or the same address is the same person, once .mailmap has spoken. A name of one word, a name or address
that many share (`root`, `noreply@github.com`) and an empty one say nothing. An address that GitHub made for someone
carries the number of the account, which stays when its login changes.
"""

import re
from collections.abc import Iterable

Who = tuple[str, str]  # name and address, lower case, after .mailmap

_BOT = re.compile(r"(?:^|[\s._+-])bot$|\[bot\]|[-_ ]bot[-_ ]|^(?:bot|ci)$")
_AUTOMATA = frozenset(
    {
        "dependabot", "renovate", "greenkeeper", "github-actions", "github_actions", "copybara-service", "copybara",
        "bors", "homu", "jenkins", "travis", "travis-ci", "circleci", "semantic-release", "pre-commit-ci.autofix",
        "allcontributors", "k8s-ci-robot", "mergify", "engine-flutter-autoroll", "skia-flutter-autoroll",
        "google-ml-butler", "web-flow", "imgbot", "restyled-io", "gitlab-runner", "electron-roller", "pytorchmergebot",
        "pytorchupdatebot", "istio-testing", "github merge queue",
    }
)  # fmt: skip
_SHARED_NAMES = frozenset(
    {
        "github enterprise", "your name", "unknown user", "unknown author", "no author", "no name", "not committed yet",
        "root user", "first last", "open source", "google open source", "code review", "git user", "user name",
        "system administrator", "super user", "john doe", "jane doe", "foo bar", "the android open source project",
    }
)  # fmt: skip
_SHARED_PARTS = frozenset(
    {
        "root", "unknown", "none", "nobody", "noreply", "no-reply", "git", "user", "admin", "administrator", "svn",
        "cvs", "build", "builder", "developer", "dev", "test", "info", "example", "you", "me", "email", "mail",
        "ubuntu", "vagrant", "runner",
    }
)  # fmt: skip
_FORGE = re.compile(r"(?:(?P<account>\d+)\+)?(?P<login>[^@+]+)@users\.noreply\.github\.com")


def is_bot(who: Who) -> bool:
    """Say whether an author is a program: by what it calls itself, or since it is known as one."""
    name, local = who[0].strip(), who[1].partition("@")[0]
    parts = (name, local, local.partition("+")[2])
    return any(part in _AUTOMATA or bool(_BOT.search(part)) for part in parts if part)


def keys(who: Who) -> tuple[str, ...]:
    """What tells a person from others, each by itself; nothing when all of it is shared by many."""
    name, address = " ".join(who[0].split()), who[1].strip()
    marks = [f"name:{name}"] if " " in name and name.strip(" <>") not in _SHARED_NAMES else []
    forge = _FORGE.fullmatch(address)
    if forge:
        marks += [f"account:{forge['account']}"] if forge["account"] else []
        marks.append(f"login:{forge['login']}")
    elif "@" in address and address.partition("@")[0] not in _SHARED_PARTS:
        marks.append(f"mail:{address}")
    return tuple(marks)


def people(whos: Iterable[Who]) -> list[set[Who]]:
    """Who of these is one person; programs are left out."""
    groups: list[tuple[set[str], set[Who]]] = []
    for who in sorted(set(whos)):
        if is_bot(who):
            continue
        known = {*keys(who)} or {f"only:{who}"}
        same = [group for group in groups if group[0] & known]
        groups = [group for group in groups if group not in same]
        groups.append((known.union(*(group[0] for group in same)), {who}.union(*(group[1] for group in same))))
    return [group[1] for group in groups]
