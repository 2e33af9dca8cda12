"""What a message must say so that an earlier change is held to be at fault, and what says nothing of the kind."""

from pathlib import Path

import pytest
from histories import DAY, START, Step, build, extend
from hypothesis import given
from hypothesis import strategies as st

from scoring.history.index import History
from scoring.incidents import Mention, is_fault, is_partial, is_relanding, is_revert, mentions

A, B, C = "a" * 39 + "1", "b" * 39 + "2", "c" * 39 + "3"


def blamed(message: str) -> list[str | int]:
    """Whom a message blames, each by the one name it has for it."""
    return [mention.sha or mention.number or mention.title for mention in mentions(message)]


@pytest.mark.parametrize(
    ("message", "whom"),
    [
        (f"Backed out changeset {A[:12]} for causing failures", [A[:12]]),
        (f"Backed out 2 changesets for bustage\n\nBacked out changeset {A}\nBacked out changeset {B}", [A, B]),
        (f"Back out the cache\n\nSummary:\nOriginal commit changeset: {A[:12]}", [A[:12]]),
        (f"Revert D12345678: Add cache\n\nSummary: Original commit changeset: {A[:12]}", [A[:12]]),
        (f"Automated rollback of commit {A}.", [A]),
        (f"Rollback of {A[:9]}, as it was wrong", [A[:9]]),
        (f"Reverting {A[:9]} (Change the cache)", [A[:9]]),
        (f'Revert {A[:9]} "Change the cache"', [A[:9]]),
        (f"Temporarily revert: {A} by somebody:", [A]),
        (f"Remove ranges for now. Reverts {A[:7]} and {B[:7]}.", [A[:7], B[:7]]),
        (f"Mend issue 4273 -- revert {A}", [A]),
        (f"x\n\nThis reverts the following commits:\n- {A}\n* {B} (Add cache)\n1. [`{C}`] Add more", [A, B, C]),
        (f"x\n\nThis reverts the following commits:\n\n- Add cache ({A})\n\n- Add more ({B})", [A, B]),
        (f"x\n\nThis commit reverts:\n{A},\n{B}.", [A, B]),
        (f"x\n\nThis patch reverts:\n\tcommit {A[:12]} (\"net: fix\")", [A[:12]]),
        (f"Revert it\n\nThis reverts commits\n{A} and\n{B}.", [A, B]),
        (f'x\n\nThis reverts commits {A} ("Add (a) cache"), {B} ("More") and {C}.', [A, B, C]),
        (f"x\n\nThis reverts commit `{A[:10]}`.", [A[:10]]),
        (f'x\n\nThis reverts commit "{A[:10]}".', [A[:10]]),
        (f"x\n\nThis reverts commit [{A[:10]}](https://forge.test/acme/shop/commit/{A}).", [A[:10]]),
        (f"x\n\nThis reverts commit acme/shop@{A}.", [A]),
        (f"x\n\nThis reverts https://github.com/acme/shop/commit/{A}", [A]),
        (f"x\n\nThis (partially) reverts commit {A}", [A]),
        (f"x\n\nThis *effectively* reverts commit {A}", [A]),
        (f"x\n\nThis patch partially reverts the changes made in {A}\nand more", [A]),
        (f"x\n\nThis is a partial revert of commit {A}.", [A]),
        (f"x\n\nRevert parts of {A}, they were wrong.", [A]),
        (f"x\n\nReverts: {A}", [A]),
        (f"x\n\nPartially-reverts: {A}", [A]),
        (f"x\n\n**This reverts commit {A}.**", [A]),
        (f"x\n\nReverted commit {A}.", [A]),
        (f"Fix bustage\n\nBacked out changeset {A}", [A]),
        (f"Bug 123 - Backed out changeset {A[:12]} for bustage", [A[:12]]),
        (f"Revert only the API part of commit {A}", [A]),
        (f"core: revert some bits of {A}", [A]),
        ('Revert 2 commits\n\n- Revert "Add cache"\n- Revert "Add more"', ["Add cache", "Add more"]),
        ('Issue #7: Revert "Add cache"', ["Add cache"]),
        ('⏪ Revert "Add cache"', ["Add cache"]),
        (f"x\n\nReverts: {A[:8]}, {B[:8]}", [A[:8], B[:8]]),
        (f"x\n\nIt broke login. This reverts commit {A}.", [A]),
        (f"x\n\nIt broke login, so this commit reverts\ncommit {A}.", [A]),
        (f"x\n\nNow that the cache is gone, revert commit {A}.", [A]),
        (f"x\n\nSummary: This reverts commit {A}.", [A]),
        (f"x\n\nReason for revert:\n\nThis reverts commit {A}.", [A]),
        (f"revert: let us never speak of it again\n\nRefs: {A[:7]}, {B[:7]}", [A[:7], B[:7]]),
        ("Revert the cache\n\nThis reverts https://github.com/acme/shop/pull/12.", [12]),
        ("Revert the cache\n\nThis reverts PR #12 and PR #13.", [12, 13]),
        ("Revert the cache\n\nThis reverts the following:\n- #12\n- acme/shop#13", [12, 13]),
        ("Roll back https://github.com/acme/shop/pull/12 because of failures", [12]),
        ("Partially revert #12 (#14)", [12]),
        ("x\n\nIt also reverts #12 because the issue is gone.", [12]),
        ("Merge pull request #14 from acme/revert-12-cache", [12]),
        ('Merge pull request #14 from acme/revert-12-cache\n\nRevert "Add cache"', [12]),
        (f"Merge branch 'revert-{A[:8]}' into 'main'", [A[:8]]),
        ('Auto merge of #14 - acme:back, r=me\n\nRevert "Add cache"', ["Add cache"]),
        ("revert: feat(cart): add cache", ["feat(cart): add cache"]),
        ('revert(cart): "feat(cart): add cache" (#12)', ["feat(cart): add cache"]),
        ('SHOP-7: Revert "Add cache"', ["Add cache"]),
        ('[SHOP-7] (cart) Revert "Add cache"', ["Add cache"]),
        ('fix: revert "feat: add cache"', ["feat: add cache"]),
        ('fix(cart)!: revert "feat: add cache"', ["feat: add cache"]),
        ('net, ipv6: Partially revert "Add cache"', ["Add cache"]),
        ('Partial revert of "Add cache" as it is flaky', ["Add cache"]),
        ("Roll back “Add cache”", ["Add cache"]),
        ("Revert 'Add cache'", ["Add cache"]),
        ('Revert "Add cache" and "Use cache"', ["Add cache", "Use cache"]),
        ('Revert the cache\n\nThis reverts "Add cache (#7)".', ["Add cache"]),
        ("Revert D123: Add cache", ["Add cache"]),
        (f'Mend\n\nFixes: commit {A[:12]} ("a")', [A[:12]]),
        (f"Mend\n\nFixes: {A[:12]}, {B[:12]}", [A[:12], B[:12]]),
        (f"Mend\n\nFixes: https://github.com/acme/shop/commit/{A}", [A]),
        (f"fix build with gcc 9.0\n\nThe log:\n\n    x.c: 7\n\nFixes: {A[:12]}", [A[:12]]),
    ],
)  # fmt: skip
def test_a_statement_of_its_own_names_whom_it_blames(message: str, whom: list[str | int]) -> None:
    assert blamed(message) == whom


@pytest.mark.parametrize(
    "message",
    [
        # words about others
        "Bump foo from 1 to 2\n\nRelease notes:\n\n* Reverts #12 because of a crash",
        "Bump foo from 1 to 2\n\nReverts #12 because of a crash",
        "chore(deps): update foo\n\n### Release Notes\n\n#### 2.0\n\nThis reverts #12.",
        "Bump foo\n\n<blockquote>\nReverts #12\n</blockquote>",
        "Roll engine\n\nReverts other/engine#12",
        "Move to the new engine\n\nThis reverts https://github.com/other/engine/pull/12.",
        f"x\n\n> This reverts commit {A}.",
        f"x\n\nThe message was:\n\n    This reverts commit {A}.",
        f"x\n\n```\nThis reverts commit {A}.\n```",
        f'x\n\nIt said: "No good. This reverts commit {A}."',
        f"Port from upstream\n\nUpstream commit:\n    Fixes: {A[:12]}",
        f"x\n\nThis problem came with {A}, which reverts {B}.",
        f"x\n\nThis is needed after revert {A}.",
        f"x\n\nIt was reverted in {A}.",
        f"x\n\nWe reverted {A} last week.",
        f"v1.2.3\n\n- Fixes: {A}",
        # denials
        f"Add migration\n\nUnlike the last try this does not revert commit {A}.",
        f"Add migration\n\nUnlike the last try this does not\nrevert commit {A}.",
        f"x\n\nThis no longer reverts commit {A}.",
        f"x\n\nThis hardly reverts commit {A}.",
        f"x\n\nShould this go back? Revert commit {A}?",
        # instructions
        f"Explain how to undo a release\n\nExample: git revert {A}",
        f"Explain how to undo a release\n\nRevert commit {A}.",
        f"Explain how to undo a release\n\nExample:\n\nThis reverts commit {A}.",
        f"x\n\nTo undo it, revert commit {A}.",
        f"x\n\nRevert commit {A} if it fails.",
        f"x\n\n$ git revert {A}",
        f"x\n\nSee e.g. revert {A} for an example.",
        f"x\n\nPlease revert {A}",
        f"x\n\nReverting {A} did not help.",
        f"x\n\nInstead of reverting {A}, mend it.",
        f"x\n\nThis reverts no part of {A}.",
        f"Add a runbook\n\n1. Revert commit {A}\n2. Deploy",
        "⬆️ Bump foo\n\nReverts #12",
        "chore(release): 2.0\n\n### Reverts\n\n* add cache (#12)",
        # no commit of this repository
        "Revert D113010343",
        "fix\n\nRefs: #12",
        'Revert "(#21881) Check the schema"\n\nFixes: #12',
        # what the code does
        "Revert to the old look",
        "Roll back the transaction on errors",
        "Undo the last move",
        "rollback: fix a leak",
        # bringing back
        f'Reland "Add cache"\n\nThis reverts commit {A}.',
        f"Roll forward: Add cache\n\nReverts {A}",
        f'trivial: Revert "Revert "Add cache""\n\nThis reverts commit {A}.',
    ],
)
def test_words_of_others_denials_and_instructions_blame_nobody(message: str) -> None:
    assert [each for each in blamed(message) if each != "(#21881) Check the schema"] == []


@given(st.integers(0, 12), st.sampled_from(["Add cache", "fix: add a (#7)", "It's “new”"]), st.booleans())
def test_every_taking_back_turns_the_meaning_around(times: int, title: str, again: bool) -> None:
    for _ in range(times):
        title = f'Revert "{title}"'
    title = f'Reapply "{title}"' if again else title
    assert is_revert(title) == (times % 2 == 1)
    assert is_relanding(title) == (times % 2 == 0 and (times > 0 or again))
    assert (mentions(title) == ()) == (times % 2 == 0)


@given(st.text(alphabet='Revert "(#1):-abcdef0123456789\n`>,. ', max_size=400))
def test_any_text_is_read(text: str) -> None:
    assert all(mention.sha or mention.number or mention.title for mention in mentions(text))
    assert isinstance(is_fault(text), bool)


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        *((f'Revert "{title}"\n\nIt broke production.', True) for title in (
            "Fix flaky login", "Do not accidentally drop tables", "Return 503 when not ready", "Rework business hours",
        )),
        ("revert: fix flaky login", True),
        ("Revert the flaky login fix", True),
        ("Revert the cache because it is flaky", False),
        ("Revert the fix for flaky login", True),
        ('Revert "A"\n\n*** Original change description ***\n\nFix flaky login', True),
        ('Revert "Add cache" (merged by mistake)', False),
        (f'Revert\n\nThis reverts commit {A} ("Fix flaky login").', True),
        (f"Revert\n\nThis reverts:\n- {A} Fix flaky login", True),
        ('Revert "A"\n\n> Fix flaky login', True),
        ('Revert "A"\n\nOriginal change\'s description:\n\nFix flaky login', True),
        ('Merge pull request #14 from acme/revert-12-flaky\n\nRevert "Fix flaky login"', True),
        ('Revert "A"\n\nIt is not a flaky test, it is broken.', True),
        ('Revert "A"\n\nSigned-off-by: Ann <ann@business.test>', True),
        ('Revert "A"\n\nIt is no\nlonger needed.', False),
        ('Revert "Fix flaky login"\n\nStill flaky.', False),
    ],
)  # fmt: skip
def test_the_reason_is_read_from_its_own_words(message: str, fault: bool) -> None:
    assert is_fault(message) == fault


def test_a_part_taken_back_is_told_from_the_whole() -> None:
    told = [
        f"Partially revert {A}",
        f"x\n\nThis reverts parts of {A}.",
        f"x\n\nThis reverts {A}.",
        'Revert "Parts of x"',
    ]
    assert [is_partial(message) for message in told] == [True, True, False, False]


def labels(folder: Path, messages: list[str]) -> list[tuple[int, int]]:
    """(row blamed, row that blames) of a history with these messages; `{n}` in a message is the id of commit n."""
    shas: list[str] = []
    for place, text in enumerate(messages):
        step = Step(
            text.replace("}", "]}").replace("{", "{0[").format(shas), {"f": b"%d\n" % place}, at=START + place * DAY
        )
        repo, onto = folder / "repo", shas[-1] if shas else ""
        shas += extend(repo, [step], first=place, onto=onto) if place else build(repo, [step])
    history = History(folder / "repo", folder / "state")
    history.refresh(shas[-1], now=START + 400 * DAY)
    return sorted((row, shas.index(label.evidence)) for row, label in history.labels())


@pytest.mark.parametrize(
    ("messages", "found"),
    [
        (
            ["Add", 'Revert "Add"\n\nThis reverts commit {0}.', 'Revert "Revert "Add""\n\nThis reverts commit {1}.',
             'Revert "Revert "Revert "Add"""\n\nThis reverts commit {2}.'],
            [(0, 1), (2, 3)],
        ),
        # titles that say nothing of it: what is taken back tells
        (["Add", *(f"Change it\n\nThis reverts commit {{{n}}}." for n in range(3))], [(0, 1), (2, 3)]),
        (["Add", 'Revert "Add"', 'Reapply "Add"', 'Revert "Reapply "Add""'], [(0, 1), (2, 3)]),
        # others' reverts in the notes of a version do not make the new version a revert
        (["Bump\n\n- This reverts commit 1111111111111111111111111111111111111111.", 'Revert "Bump"'], [(0, 1)]),
        # a change that takes a part of another back is a change
        (["Add", "Tune\n\nThis partially reverts commit {0}.", 'Revert "Tune"\n\nThis reverts commit {1}.'],
         [(0, 1), (1, 2)]),
        # an id of another branch: the title finds it
        (["Add", f'Revert "Add"\n\nThis reverts commit {A}.'], [(0, 1)]),
        # the number of another repository beside a title of this one
        (["Add (#12)", "Roll engine (#13)", 'Revert "Roll engine" (#14)\n\nReverts other/engine#12'], [(1, 2)]),
        (["Add (#12)", 'Revert "Add" (#14)\n\nReverts acme/shop#12\n\nThis reverts commit {0}.'], [(0, 1)]),
        (["feat(cart): add", "revert(cart): add (#9)"], [(0, 1)]),
        (["Add", "Mend\n\nThis reverts commit {0}.\n\nFixes: {0}"], [(0, 1)]),
    ],
)  # fmt: skip
def test_a_history_blames_each_change_once_and_only_what_was_taken_back(
    tmp_path: Path, messages: list[str], found: list[tuple[int, int]]
) -> None:
    assert labels(tmp_path, messages) == found


def test_a_merge_says_again_what_its_branch_has_said(tmp_path: Path) -> None:
    folder = tmp_path / "repo"
    first = build(folder, [Step("Add (#12)", {"f": b"1\n"}), Step("Other", {"g": b"1\n"}, at=START + DAY)])
    branch = [
        Step(f'Revert "Add"\n\nThis reverts commit {first[0]}.', {"f": b""}, at=START + 2 * DAY),
        Step('Merge pull request #14 from acme/revert-12-add\n\nRevert "Add"', {}, at=START + 3 * DAY, parents=(1, 2)),
    ]
    shas = first + extend(folder, branch, first=2, onto=first[-1])
    for landings in (False, True):
        history = History(folder, tmp_path / f"state{landings}", first_parent=landings)
        history.refresh(shas[-1], now=START + 400 * DAY)
        assert [(row, label.evidence) for row, label in history.labels()] == [(0, shas[2])]


def test_a_mention_stands_for_one_commit_whatever_title_stands_beside_it() -> None:
    told = mentions(f'Revert "Add"\n\nThis reverts commit {A}.')
    assert told == (Mention("revert", sha=A),)
    assert told[0].quoted == "Add"


def test_marked_words_before_a_verb_are_read_in_one_way_only() -> None:
    """In every mixture of marks and letters these forty would take longer than the world exists."""
    words = "__really__ _newly " * 40
    assert blamed(f"Revert the cache\n\n{words}x") == []
    assert blamed(f"Tidy\n\n{words}reverts {A}") == [A]
