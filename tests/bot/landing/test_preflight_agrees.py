"""What preflight says beforehand is what the forge does then: more than forty combinations of rules.

Where the two differ, preflight is the stricter one, and the row says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from landing_home import WHO

from bot.demo import replay
from bot.demo.stage import LANDING_APP, now, with_landing_app
from bot.forge.github.landing_app import GitHubLandingApp
from bot.forge.memory import Forgetful
from bot.forge.port import Refused, Target
from bot.policy.gatekeeping import Method
from bot.policy.pull import Person, PullRequest, Repository
from bot.policy.radar.preflight import counts, method, obstacles
from bot.sandbox import Sandbox
from bot.sandbox.git import Git

REPO = "acme/rules"
Tweak = Callable[["Ground", int, str], None]


@dataclass
class Ground:
    """One repository on the sandbox, and the App that lands there."""

    box: Sandbox
    app: GitHubLandingApp
    folder: Path
    memory: Forgetful
    base: str

    @property
    def target(self) -> Target:
        return Target(self.box.installation_id, self.box.repository(REPO).id, REPO)

    def fresh(self, row: "Row") -> tuple[int, str]:
        """The one pull request as it was when it was opened, by another author; nothing was said or reported of it."""
        repository, (installed,) = self.box.repository(REPO), self.box.world.others
        pull = repository.pulls[1]
        Git(self.folder).set_ref("refs/heads/main", self.base)
        pull.state, pull.merged_at, pull.merge_commit_sha, pull.login = "open", None, None, row.author
        pull.reviews, pull.conversations = [], []
        self.memory.numbers.clear()
        repository.runs, repository.suites, repository.signed, repository.methods = {}, {}, set(), row.methods
        if installed.installation.permissions["contents"] != row.rights:
            installed.installation.permissions["contents"] = row.rights
            self.app._installations.clear()
            self.box.world.tokens.clear()
        return 1, pull.head_sha


def ci(ground: Ground, number: int, head: str) -> None:
    ground.box.report(REPO, head, "test")


def none(ground: Ground, number: int, head: str) -> None:
    pass


def report(name: str = "test", conclusion: str | None = "success", app: int = 15368) -> Tweak:
    return lambda ground, number, head: _unused(ground.box.report(REPO, head, name, conclusion, app))


def _unused(value: object) -> None:
    pass


def both(*tweaks: Tweak) -> Tweak:
    def all_of(ground: Ground, number: int, head: str) -> None:
        for tweak in tweaks:
            tweak(ground, number, head)

    return all_of


def review(person: str, verdict: str) -> Tweak:
    return lambda ground, number, head: _unused(ground.box.review(REPO, number, person, verdict, "words"))


def converse(*, resolved: bool) -> Tweak:
    return lambda ground, number, head: _unused(ground.box.converse(REPO, number, "ravi", resolved=resolved))


def signed(ground: Ground, number: int, head: str) -> None:
    ground.box.repository(REPO).signed.add(head)


def behind(ground: Ground, number: int, head: str) -> None:
    base = replay.write(ground.folder, ground.box.tip(REPO), "docs/base.md", b"b\n", "Base\n", WHO)
    ground.box.push(REPO, "main", base, "maya")


def conflicting(ground: Ground, number: int, head: str) -> None:
    base = replay.write(ground.folder, ground.box.tip(REPO), "docs/change.md", b"other\n", "Base\n", WHO)
    ground.box.push(REPO, "main", base, "maya")


@dataclass(frozen=True)
class Row:
    name: str
    lands: bool
    rules: dict[str, Any] = field(default_factory=dict)
    then: Tweak = ci
    checks: tuple[str, ...] = ()
    author: str = "ada"
    methods: frozenset[str] = frozenset({"merge", "squash", "rebase"})
    rights: str = "write"  # contents, of the landing App
    forge_lets: bool | None = None  # where it differs: the forge's answer


OWNERS = {"code_owners": True, "approvals": 1}
ROWS = (
    Row("no rules", True),
    Row("no rules, no check at all", False, then=none, forge_lets=True),
    Row("one approval", True, {"approvals": 1}),
    Row("one approval, as a ruleset only", True, {"approvals": 1, "shown_as": ("ruleset",)}),
    Row("one approval, as classic protection only", True, {"approvals": 1, "shown_as": ("branch protection",)}),
    Row("two approvals", False, {"approvals": 2}),
    Row("two approvals, one of a person", True, {"approvals": 2}, both(ci, review("ravi", "APPROVE"))),
    Row("an approval where the landing App may only read", False, {"approvals": 1}, rights="read"),
    Row("changes requested", False, {"approvals": 1}, both(ci, review("ravi", "REQUEST_CHANGES"))),
    Row("changes requested, no review asked for", False, {}, both(ci, review("ravi", "REQUEST_CHANGES")),
        forge_lets=True),
    Row("changes requested, then approved", True, {"approvals": 1},
        both(ci, review("ravi", "REQUEST_CHANGES"), review("ravi", "APPROVE"))),
    Row("code owners", False, OWNERS),
    Row("code owners in a ruleset", False, OWNERS | {"shown_as": ("ruleset",)}),
    Row("a code owner approved", True, OWNERS, both(ci, review("maya", "APPROVE"))),
    Row("last push", True, {"approvals": 1, "last_push": True}),
    Row("last push alone", True, {"last_push": True, "shown_as": ("ruleset",)}),
    Row("stale approvals dismissed", True, {"approvals": 1, "dismiss_stale": True}),
    Row("conversations, one open", False, {"conversations": True}, both(ci, converse(resolved=False))),
    Row("conversations, as a ruleset", False, {"conversations": True, "shown_as": ("ruleset",)},
        both(ci, converse(resolved=False))),
    Row("conversations, all resolved", True, {"conversations": True}, both(ci, converse(resolved=True))),
    Row("signatures, none", False, {"signatures": True}),
    Row("signatures, verified", True, {"signatures": True}, both(ci, signed)),
    Row("signatures, and only rebasing allowed", False, {"signatures": True, "methods": frozenset({"rebase"})},
        both(ci, signed)),
    Row("linear history", True, {"linear": True}),
    Row("linear history, and only merge commits allowed", False, {"linear": True}, methods=frozenset({"merge"})),
    Row("only rebasing allowed", True, {"methods": frozenset({"rebase"}), "shown_as": ("ruleset",)}),
    Row("rules and settings allow different ways", False, {"methods": frozenset({"rebase"}), "shown_as": ("ruleset",)},
        methods=frozenset({"merge", "squash"})),
    Row("a bot's change, one approval, one more of unattributed", False, {"approvals": 1, "unattributed": True},
        author="robo[bot]"),
    Row("a bot's change, one approval", True, {"approvals": 1}, author="robo[bot]"),
    Row("a required check that succeeded", True, checks=("test",)),
    Row("a required check that is missing", False, checks=("test", "lint")),
    Row("a required check that failed", False, {}, report("test", "failure"), ("test",)),
    Row("a required check that still runs", False, {}, report("test", None), ("test",)),
    Row("a required check that was skipped, and another succeeded", True, {},
        both(report("lint", "skipped"), ci), ("lint",)),
    Row("a required check that was skipped, and nothing else", False, {}, report("lint", "skipped"), ("lint",),
        forge_lets=True),
    Row("a required check by an unexpected App", False, {"from_app": True}, ci, ("test",)),
    Row("a check that nothing requires failed", False, {}, both(ci, report("extra", "failure")), forge_lets=True),
    Row("only a reviewer's check is green", False, {}, report("ai-review"), forge_lets=True),
    Row("up to date asked for, and behind", False, {"strict": True}, both(ci, behind)),
    Row("a conflict", False, {}, both(ci, conflicting)),
    Row("the landing App on a bypass list", False, {"approvals": 2, "bypass": frozenset({LANDING_APP})},
        forge_lets=True),
    Row("a required workflow", False, {"more": ("workflows",)}),
    Row("deletion and force pushes restricted", True, {"more": ("deletion", "non_fast_forward")}),
)  # fmt: skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory, past: Path) -> Iterator[Ground]:
    with Sandbox(tmp_path_factory.mktemp("rules")) as box:
        given = with_landing_app(box)
        folder = Path(box.add_repository(REPO, past, "main").folder)
        box.add_person("robo[bot]", bot=True)
        box.repository(REPO).code_owners = frozenset({"maya"})
        memory, key = Forgetful(), given["landing_private_key"].get_secret_value()
        app = GitHubLandingApp(
            app_id=LANDING_APP, private_key=key, judging=box.app_id, api=box.api, clock=now, memory=memory, paced=False
        )
        here = Ground(box, app, folder, memory, box.tip(REPO))
        head = replay.write(folder, here.base, "docs/change.md", b"text\n", "Change\n", WHO)
        box.open_pull(REPO, title="A change", head_sha=head)
        yield here


def landed(ground: Ground, number: int, head: str, way: Method | None) -> bool:
    """Whether the forge lets the landing App approve and merge it."""
    try:
        ground.app.approve(ground.target, number, head, "words")
        ground.app.merge(ground.target, number, head, way or "squash")
    except Refused:
        return False
    return ground.box.pull(REPO, number).merged_at is not None


def test_there_are_forty_combinations_and_more() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) >= 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_preflight_says_beforehand_is_what_the_forge_does(ground: Ground, row: Row) -> None:
    box, (number, head) = ground.box, ground.fresh(row)
    box.protect(REPO, required_checks=row.checks, **{"from_app": False} | row.rules)
    row.then(ground, number, head)
    gate = ground.app.gate(ground.target, number, "main")
    pull = pull_of(ground, number)
    if gate.state == "DIRTY":  # what a merge gives is looked at in the mirror
        assert not landed(ground, number, head, method(gate))
        return
    assert ([each.rule for each in obstacles(gate, pull)] == []) == row.lands, obstacles(gate, pull)
    assert landed(ground, number, head, method(gate)) == (row.lands if row.forge_lets is None else row.forge_lets)
    if row.lands and gate.rules.reviewed:
        assert counts(gate) or gate.rules.code_owners


def pull_of(ground: Ground, number: int) -> PullRequest:
    known = ground.box.pull(REPO, number)
    account = ground.box.world.account(known.login)
    return PullRequest(
        repository=Repository(ground.box.repository(REPO).id, REPO, "main"), number=number, title=known.title,
        author=Person(account.id, known.login, account.kind == "Bot"), head_sha=known.head_sha, head_ref=known.head_ref,
        base_sha=known.base_sha, base_ref="main", draft=known.draft, open=True, auto_merge=False, protected=True,
        updated_at=known.updated_at,
    )  # fmt: skip
