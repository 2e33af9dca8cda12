"""Whose change it is (RADAR-3), of which source (RADAR-4, RADAR-11): payloads shaped as the sources' own are."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from policy_world import ANA, HEAD, pull

from bot.policy.candidate import WEB_FLOW, Commit, Origin
from bot.policy.config import ChangeSource, parse
from bot.policy.config.known_sources import KNOWN
from bot.policy.pull import Person, Unknown
from bot.policy.radar.sources import recognised
from bot.policy.radar.stage import Candidate
from bot.policy.radar.stages import whose
from bot.policy.radar.trailers import trailers
from bot.policy.state import State

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE, FORK, US = 7, 8, 99
DEPENDABOT = Person(49699333, "dependabot[bot]", bot=True)
RENOVATE = Person(29139614, "renovate[bot]", bot=True)
COPILOT = Person(198982749, "Copilot", bot=True)
CODEMOD = Person(555, "acme-codemods[bot]", bot=True)
EVE = Person(666, "eve")
FILE = """\
version: 1
escalation: {managers: [mia, "@acme/managers"], by_path: {"pay/**": [paul]}}
auto_review:
  mode: shadow
  sources:
    npm: {like: renovate, branch: "renovate/npm-*"}
    renovate: {like: renovate}
    dependabot: {like: dependabot}
    copilot: {like: copilot}
    tidy: {account: 555, kind: codemod, branch: "codemod/tidy-*", trailer: "Codemod-Id: tidy"}
"""
BUMP = """\
Bump lodash from 4.17.20 to 4.17.21

Bumps [lodash](https://github.com/lodash/lodash) from 4.17.20 to 4.17.21.

---
updated-dependencies:
- dependency-name: lodash
  dependency-type: direct:production
  update-type: version-update:semver-patch
...

Signed-off-by: dependabot[bot] <support@github.com>
"""
TIDY = "Tidy imports\n\nMade by a program.\n\nCodemod-Id: tidy\n"
ASKED = "Add a guard\n\nCo-authored-by: ana <1+ana@users.noreply.github.com>"


def commit(author: Person | None, message: str = "x", committer: Any = WEB_FLOW, **more: Any) -> Commit:
    return Commit(
        **{"sha": HEAD, "author": author, "committer": committer, "verified": True, "message": message} | more
    )


def judged(
    author: Person, branch: str, *commits: Commit, file: str = FILE, rights: Any = ("write",), **more: Any
) -> str:
    """The rule that decided, "" where it passed."""
    where = {"head_repository": HERE, "association": "MEMBER", "app": US} | {
        name: value for name, value in more.items() if name in ("head_repository", "association", "app", "pushers")
    }
    shown = {name: value for name, value in more.items() if name in ("body", "head_sha", "title", "labels")}
    there = pull(author=author, head_ref=branch, **shown)
    granted = {} if rights is None else {author.id: frozenset(rights)}
    state = State(there, origin=Origin(commits=commits, **where), granted=granted)
    answer = whose.judge(Candidate(state, parse(file), NOW))
    assert answer.outcome == "passed" or answer.why.endswith(".")
    return answer.rule


MATRIX = {
    # the sources themselves
    "dependabot": (DEPENDABOT, "dependabot/npm_and_yarn/lodash-4.17.21", [commit(DEPENDABOT, BUMP)], ""),
    "renovate, committed by GitHub": (RENOVATE, "renovate/lodash-4.x", [commit(RENOVATE)], ""),
    "renovate, by a key of its own": (RENOVATE, "renovate/lodash-4.x", [commit(RENOVATE, committer=RENOVATE)], ""),
    "an agent, for whom asked it": (COPILOT, "copilot/fix-1", [commit(COPILOT, ASKED, helpers=(ANA,))], ""),
    "a codemod with its trailer": (CODEMOD, "codemod/tidy-1", [commit(CODEMOD, TIDY)], ""),
    "a person": (ANA, "speed", [commit(ANA, committer=ANA)], ""),
    "a person in the browser": (ANA, "speed", [commit(ANA)], ""),
    # and what only looks like them
    "a person who is called like a bot": (
        Person(667, "dependabot[bot]"), "dependabot/x", [commit(DEPENDABOT)], "other_author",
    ),
    "a bot of another number": (
        Person(668, "dependabot[bot]", bot=True), "dependabot/x", [commit(DEPENDABOT)], "unknown_source",
    ),
    "a bot on another branch": (DEPENDABOT, "main-2", [commit(DEPENDABOT)], "unknown_source"),
    "a branch that only begins alike": (DEPENDABOT, "dependabot-x", [commit(DEPENDABOT)], "unknown_source"),
    "a codemod without its trailer": (CODEMOD, "codemod/tidy-1", [commit(CODEMOD)], "unknown_source"),
    "a trailer in the subject": (CODEMOD, "codemod/tidy-1", [commit(CODEMOD, "Codemod-Id: tidy")], "unknown_source"),
    "a trailer in the middle": (
        CODEMOD, "codemod/tidy-1", [commit(CODEMOD, "x\n\nCodemod-Id: tidy\n\nDone.")], "unknown_source",
    ),
    "a trailer that one commit lacks": (
        CODEMOD, "codemod/tidy-1", [commit(CODEMOD, TIDY, sha="b" * 40), commit(CODEMOD)], "unknown_source",
    ),
    "another trailer": (CODEMOD, "codemod/tidy-1", [commit(CODEMOD, "x\n\nCodemod-Id: tidy2")], "unknown_source"),
    # one strange commit makes it somebody else's as well
    "a person's commit on a bot's": (
        DEPENDABOT, "dependabot/x", [commit(DEPENDABOT, sha="b" * 40), commit(ANA)], "other_author",
    ),
    "a forged author, unsigned": (DEPENDABOT, "dependabot/x", [commit(DEPENDABOT, verified=False)], "unsigned"),
    "a forged author, signed by another": (
        DEPENDABOT, "dependabot/x", [commit(DEPENDABOT, committer=EVE)], "other_committer",
    ),
    "a committer of whom nobody knows": (
        DEPENDABOT, "dependabot/x", [commit(DEPENDABOT, committer=None)], "other_committer",
    ),
    "an author of whom nobody knows": (DEPENDABOT, "dependabot/x", [commit(None)], "other_author"),
    "a second bot": (DEPENDABOT, "dependabot/x", [commit(RENOVATE)], "other_author"),
    "a co-author beside a bot": (DEPENDABOT, "dependabot/x", [commit(DEPENDABOT, helpers=(EVE,))], "co_author"),
    "a co-author of whom nobody knows": (
        DEPENDABOT, "dependabot/x", [commit(DEPENDABOT, helpers=(None,))], "co_author",
    ),
    "the bot named as its own co-author": (RENOVATE, "renovate/x", [commit(RENOVATE, helpers=(RENOVATE,))], ""),
    "an unsigned commit of a person": (ANA, "speed", [commit(ANA, verified=False)], "unsigned"),
    "a colleague's commit": (ANA, "speed", [commit(ANA, sha="b" * 40), commit(EVE)], "other_author"),
    # an agent under a person's account
    "claude as a co-author": (
        ANA, "speed", [commit(ANA, "x\n\nCo-Authored-By: Claude <noreply@anthropic.com>")], "agent_under_person",
    ),
    "copilot by its number": (
        ANA, "speed", [commit(ANA, "x\n\nCo-authored-by: C <223556219+Copilot@users.noreply.github.com>")],
        "agent_under_person",
    ),
    "an agent's trailer": (ANA, "speed", [commit(ANA, "x\n\nAssisted-by: a model")], "agent_under_person"),
    "an agent's branch": (ANA, "codex/faster", [commit(ANA)], "agent_under_person"),
    "an agent's footer": (
        ANA, "speed", [commit(ANA, "x\n\nGenerated with [Some Agent](https://agent.example)")], "agent_under_person",
    ),
    "a person called claude": (
        ANA, "speed", [commit(ANA, "x\n\nCo-authored-by: Claude <claude@example.org>", helpers=(None,))], "co_author",
    ),
    "a co-author without an address": (ANA, "speed", [commit(ANA, "x\n\nCo-authored-by: somebody")], ""),
}  # fmt: skip


@pytest.mark.parametrize("case", MATRIX, ids=str)
def test_radar_3_who_opened_it_and_whose_commits_they_are_decide(case: str) -> None:
    author, branch, commits, rule = MATRIX[case]
    assert judged(author, branch, *commits) == rule


def candidate(author: Person, branch: str, *commits: Commit, file: str = FILE, **origin: Any) -> Candidate:
    where = {"head_repository": HERE, "association": "NONE", "app": US} | origin
    return Candidate(
        State(pull(author=author, head_ref=branch), origin=Origin(commits=commits, **where)), parse(file), NOW
    )


def source_of(one: Candidate) -> ChangeSource | None:
    return recognised(one.state.pull, one.state.origin, one.config.auto_review)


@pytest.mark.parametrize(
    ("author", "branch", "message", "name"),
    [
        (RENOVATE, "renovate/npm-lodash", "x", "npm"),
        (RENOVATE, "renovate/docker-node", "x", "renovate"),
        (RENOVATE, "renovate/npm/deep", "x", "renovate"),
        (DEPENDABOT, "dependabot/pip/x", BUMP, "dependabot"),
        (CODEMOD, "codemod/tidy-7", TIDY, "tidy"),
        (CODEMOD, "codemod/other-7", TIDY, None),
        (replace(DEPENDABOT, bot=False), "dependabot/pip/x", BUMP, None),
        (ANA, "dependabot/pip/x", BUMP, None),
    ],
)
def test_radar_4_a_change_is_of_the_first_source_that_it_matches_in_everything(
    author: Person, branch: str, message: str, name: str | None
) -> None:
    source = source_of(candidate(author, branch, commit(author, message)))
    assert (source and source.name) == name


def test_a_strange_commit_takes_a_change_away_from_its_source() -> None:
    assert source_of(candidate(DEPENDABOT, "dependabot/x", commit(DEPENDABOT), commit(EVE))) is None
    unknown = Candidate(State(pull(author=DEPENDABOT), origin=Unknown("nobody looked")), parse(FILE), NOW)
    assert source_of(unknown) is None
    assert source_of(candidate(CODEMOD, "codemod/tidy-1")) is None


@pytest.mark.parametrize("name", KNOWN)
def test_radar_4_each_source_that_is_known_already_is_recognised_by_its_account_and_branch(name: str) -> None:
    known = KNOWN[name]
    bot = Person(known.account, known.login, bot=True)
    branch = known.branches[0].replace("**", "one") if known.branches else "anything"
    file = f"version: 1\nauto_review:\n  mode: shadow\n  sources: {{here: {{like: {name}}}}}\n"
    there = candidate(bot, branch, commit(bot), file=file)
    source = source_of(there)
    assert source is not None
    assert (source.name, source.kind, whose.judge(there).outcome) == ("here", known.kind, "passed")
    if known.branches:
        assert source_of(candidate(bot, f"not-{branch}", commit(bot), file=file)) is None


def test_no_two_of_them_share_an_account() -> None:
    assert len({known.account for known in KNOWN.values()}) == len(KNOWN)


BOT = (DEPENDABOT, "dependabot/x", commit(DEPENDABOT))
PERSON = (ANA, "speed", commit(ANA))


@pytest.mark.parametrize("change", [BOT, PERSON])
@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"head_repository": FORK}, "fork"),
        ({"head_repository": None}, "fork"),
        ({"head_sha": "f" * 40}, "commits_unknown"),
        ({"pushers": frozenset({666})}, "other_pusher"),
        ({"pushers": frozenset({19864447})}, ""),
        ({"file": FILE.replace("shadow", "off")}, "off"),
    ],
)
def test_where_it_comes_from_and_who_pushed_it_count_for_bots_and_people(
    change: tuple[Person, str, Commit], more: dict[str, Any], rule: str
) -> None:
    assert judged(*change, **more) == rule


@pytest.mark.parametrize(
    "association", ["NONE", "FIRST_TIMER", "FIRST_TIME_CONTRIBUTOR", "CONTRIBUTOR", "COLLABORATOR", "MANNEQUIN", ""]
)
def test_nobody_from_outside_lands_anything_by_itself(association: str) -> None:
    assert judged(*PERSON, association=association) == "outsider"
    assert judged(*BOT, association=association) == ""  # a bot is never a member; its account is named


@pytest.mark.parametrize("association", ["OWNER", "MEMBER"])
def test_members_do_when_it_is_known_that_they_may_write(association: str) -> None:
    assert judged(*PERSON, association=association) == ""
    assert judged(*PERSON, association=association, rights=None) == "may_not_write"
    assert judged(*PERSON, association=association, rights=()) == "may_not_write"


@pytest.mark.parametrize(
    ("author", "rights", "managers", "rule"),
    [
        (ANA, ("write",), "[mia]", ""),
        (ANA, ("write", "admin"), "[mia]", ""),
        (ANA, ("write", "admin"), "[]", "decides_exceptions"),
        (ANA, ("write", "@acme/managers"), '["@acme/managers"]', "decides_exceptions"),
        (Person(1, "Mia"), ("write",), "[mia]", "decides_exceptions"),
        (Person(1, "paul"), ("write",), "[mia]", "decides_exceptions"),
        (Person(US, "codechill[bot]", bot=True), (), "[mia]", "own_change"),
        (DEPENDABOT, (), '["dependabot[bot]"]', "decides_exceptions"),
    ],
)
def test_who_decides_on_exceptions_and_codechill_itself_land_nothing_of_their_own(
    author: Person, rights: tuple[str, ...], managers: str, rule: str
) -> None:
    file = FILE.replace('[mia, "@acme/managers"]', managers)
    branch = "dependabot/x" if author.bot else "speed"
    assert judged(author, branch, commit(author), file=file, rights=rights) == rule


def test_an_app_that_names_itself_as_a_source_lands_nothing_all_the_same() -> None:
    us = Person(US, "codechill[bot]", bot=True)
    file = FILE.replace("account: 555", f"account: {US}")
    assert judged(us, "codemod/tidy-1", commit(us, TIDY), file=file) == "own_change"


@pytest.mark.parametrize(
    ("authors", "rights", "rule"),
    [
        ("[ana]", ("write",), ""),
        ("[ANA]", ("write",), ""),
        ('["@acme/shop"]', ("write", "@acme/shop"), ""),
        ('["@acme/shop"]', ("write",), "author_not_named"),
        ("[ben]", ("write",), "author_not_named"),
        ("[]", ("write",), "author_not_named"),
    ],
)
def test_where_authors_are_named_nobody_else_lands_by_themselves(
    authors: str, rights: tuple[str, ...], rule: str
) -> None:
    file = FILE.replace("  mode: shadow\n", f"  mode: shadow\n  people: {{authors: {authors}}}\n")
    assert judged(*PERSON, file=file, rights=rights) == rule


def test_what_nobody_knows_is_for_a_person() -> None:
    there = State(pull(), origin=Unknown("the forge does not list all of its commits"))
    answer = whose.judge(Candidate(there, parse(FILE), NOW))
    assert (answer.outcome, answer.rule) == ("person", "origin_unknown")
    assert answer.why == "It is not known where it comes from: `the forge does not list all of its commits`."


@pytest.mark.parametrize("text", ["Generated with [Claude Code]", "🤖 Generated with [Claude Code](https://x.example)"])
def test_what_the_description_says_of_an_agent_counts(text: str) -> None:
    assert judged(*PERSON, body=f"Faster.\n\n{text}\n") == "agent_under_person"


def test_nothing_that_is_typed_makes_a_person_a_source() -> None:
    typed: dict[str, Any] = {"title": "Bump lodash", "labels": frozenset({"dependencies"}), "body": BUMP}
    there = pull(author=ANA, head_ref="dependabot/npm_and_yarn/lodash-1", **typed)
    state = State(there, origin=Origin(HERE, "NONE", (commit(ANA, BUMP),)))
    assert whose.judge(Candidate(state, parse(FILE), NOW)).rule == "outsider"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("", ()),
        ("Key: value", ()),
        ("Subject\n\nKey: value", ("Key: value",)),
        ("Subject\r\n\r\nKey: value\r\nOther-Key: 2", ("Key: value", "Other-Key: 2")),
        ("Subject\n\nwords\nKey: value\n  \n\n", ("Key: value",)),
        ("Subject\n \nKey:value", ()),
        ("Subject\n\nKey: value\n\nmore", ()),
    ],
)
def test_trailers_are_lines_of_the_last_paragraph(message: str, expected: tuple[str, ...]) -> None:
    assert trailers(message) == expected


def test_the_table_of_known_sources_in_the_docs_is_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "auto-review.md").read_text("utf-8")
    for name, known in KNOWN.items():
        branches = ", ".join(f"`{glob}`" for glob in known.branches) or "any of the repository"
        assert f"| `{name}` | {known.account}, {known.login} | {known.kind} | {branches} |\n" in page
