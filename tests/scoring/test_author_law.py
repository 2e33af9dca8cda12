"""The law of the author: what is typed, and who signs, moves no rank that gates; an inverse is known by contents.

Changes are read as the server reads them: an account of a forge stands behind each, whatever its commits say.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from histories import START, Step, build, extend, lines
from test_scorer import BRANCHY, CLOCK, DAY, past

from scoring.change import FileChange
from scoring.errors import ScoringError
from scoring.facts.moment import Facts
from scoring.features import FEATURES, Feature
from scoring.git import Git
from scoring.history import frozen
from scoring.history.accounts import SETTLED, believed
from scoring.history.effect import effect, inverse
from scoring.history.read import commit_change, lines_of, read_change
from scoring.models.design import RANK, design, may_gate, require_gating
from scoring.models.model import Rows
from scoring.models.registry import load
from scoring.ranking.gating import Parts
from scoring.scorer import SHIPPED, Scorer

DATA = Path(__file__).parent / "data" / "opensbi.npz"
GATING = [feature for feature in FEATURES if feature.gates]
CHANGES: dict[str, dict[str, bytes | None]] = {
    "risky": {"core/risky.c": BRANCHY, "core/new.c": BRANCHY},
    "calm": {"lib/calm.py": lines(41)},
    "prose": {"docs/a.md": lines(10)},
    "mixed": {"core/risky.c": lines(51), "docs/a.md": lines(10), "tests/test_a.py": lines(5)},
    "deleted": {"lib/calm.py": None},
}
MESSAGES = [
    "Rework core", 'Revert "Rework core 4"',
    'Revert "x"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.',
    'Reland "x"', "docs: fix typo", "Fix overflow in parser (#12)", "Bump version to 1.2.3", "Merge branch 'main'",
    "test: add tests\n\nTest Plan: ran all tests", "chore(deps): update dependency x to v2", "x",
    "Remove unused code\n\nReviewed-by: Ann <ann@x.org>\nAcked-by: Bob <bob@x.org>\nTested-by: Cid <cid@x.org>",
    "Fix it\n\nFixes: 0123456789ab (\"x\")\nChange-Id: I0123\nSigned-off-by: p9 <p9@x.org>",
    "No functional change\n\n" + "Calm words. " * 300, "\N{RIGHT-TO-LEFT OVERRIDE}Revert", "a" * 5000,
]  # fmt: skip
AUTHORS = [
    "p0@x.org",
    "p9@x.org",
    "nobody@new.example",
    "P1@X.ORG",
    "1+p1@users.noreply.github.com",
    "dependabot[bot]@x",
]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Scorer]:
    folder = tmp_path_factory.mktemp("law")
    tip = build(folder / "repo", past(80, 12))[-1]
    reader = Scorer(folder / "repo", folder / "state", clock=lambda: CLOCK)
    reader.refresh(tip)
    return folder / "repo", tip, reader


def landed(repo: Path, tip: str, address: str) -> tuple[str, ...]:
    """The commits up to `tip` under an address, as a forge would list those of an account."""
    told = Git(repo).run("log", "--format=%H", f"--author=<{address}>$", tip, "--").decode()
    return tuple(told.split())


@pytest.mark.parametrize("name", CHANGES)
def test_no_title_description_trailer_or_author_line_moves_the_rank(ready: tuple[Path, str, Scorer], name: str) -> None:
    repo, tip, reader = ready
    count = 1 + 81 + 12
    signed = [(message, AUTHORS[0]) for message in MESSAGES] + [(MESSAGES[0], author) for author in AUTHORS]
    known = landed(repo, tip, "p1@x.org")
    assert known
    found, newcomers = [], []
    for place, (message, author) in enumerate(signed):
        step = Step(message, CHANGES[name], author, START + 90 * DAY)
        (sha,) = extend(repo, [step], first=count + 100 * list(CHANGES).index(name) + place, onto=tip)
        change = commit_change(repo, sha)
        found.append(reader.assess(replace(change, attested=known)))
        newcomers.append(reader.assess(replace(change, attested=())))
    for same in (found, newcomers):
        assert {each.percentile for each in same} == {same[0].percentile}
        assert {each.probability for each in same} == {same[0].probability}
    assert newcomers[0].percentile >= found[0].percentile


@pytest.mark.parametrize("moment", [0, START - 900 * DAY, START + 9 * 10**8])
def test_a_clock_set_wrong_moves_no_rank(ready: tuple[Path, str, Scorer], moment: int) -> None:
    repo, tip, reader = ready
    bound = reader.history.clock if moment < START else int(CLOCK.timestamp())
    shas = [
        extend(repo, [Step("x", CHANGES["risky"], at=at)], first=5000 + at % 997 + place, onto=tip)[0]
        for place, at in enumerate((moment, bound))
    ]
    wrong, right = (reader.assess(commit_change(repo, sha)) for sha in shas)
    assert (wrong.percentile, wrong.features) == (right.percentile, right.features)


@pytest.mark.parametrize("feature", GATING, ids=lambda feature: feature.name)
def test_a_feature_that_gates_is_the_same_under_any_title_and_author(
    ready: tuple[Path, str, Scorer], feature: Feature
) -> None:
    def facts(title: str, author: str) -> Facts:
        return reader.history.facts(replace(change, title=title, author=author), counts, START + 90 * DAY)

    repo, tip, reader = ready
    change = replace(commit_change(repo, tip), attested=landed(repo, tip, "p1@x.org"))
    counts = lines_of(repo, change)
    told = {
        feature.of(facts(title, author)) for title in ("x", 'Revert "x"', "Fix y") for author in ("p0@x.org", "z@z")
    }
    assert len(told) == 1


@pytest.mark.parametrize("feature", [each for each in GATING if each.person], ids=lambda feature: feature.name)
def test_whoever_is_new_here_stands_at_the_end_of_what_gates_of_a_person(
    ready: tuple[Path, str, Scorer], feature: Feature
) -> None:
    repo, tip, reader = ready
    change = commit_change(repo, tip)
    counts = lines_of(repo, change)
    people = [landed(repo, tip, f"p{place}@x.org") for place in range(10)]
    known = [
        feature.of(reader.history.facts(replace(change, attested=each), counts, START + 90 * DAY)) for each in people
    ]
    new = feature.of(reader.history.facts(replace(change, attested=()), counts, START + 90 * DAY))
    capped = [value if feature.cap is None else min(value, feature.cap) for value in (new, *known)]
    assert new == (min if feature.slope < 0 else max)(capped)


def test_nobody_ranks_above_somebody_new_with_the_same_change() -> None:
    table, model = frozen.read(DATA, "opensbi"), load(SHIPPED)
    last = np.arange(len(table.shas) - 700, len(table.shas))
    new = table.raw[last]
    for feature in (each for each in GATING if each.person):
        column = new[:, table.columns.index(feature.name)]
        column[:] = column.min() if feature.slope < 0 else column.max()
    quantile = Parts(last, new).quantile(table.raw)
    known = model.logits(Rows(table.columns, table.raw[last], table.quantile[last]))
    unknown = model.logits(Rows(table.columns, new, quantile))
    assert (unknown - known).min() > -1e-5


def test_of_a_person_gates_only_what_can_lower_a_score() -> None:
    assert {each.name for each in GATING if each.topic == "track record"} == {"author_fault_rate", "author_here_rate"}
    assert all(each.cap == 1.0 for each in GATING if each.topic == "track record")
    assert all(each.slope for each in GATING if each.person)
    assert not any(each.slope or each.cap for each in GATING if not each.person)


def test_a_record_worse_than_usual_counts_like_none_and_no_rank_tells_it_apart() -> None:
    rates = np.array([[0.5], [1.0], [7.0]], dtype=np.float32)
    seen = design(("author_fault_rate",), ("author_fault_rate",), rates, rates)[:, 0]
    assert seen.tolist() == pytest.approx([np.log(1.5), np.log(2.0), np.log(2.0)])
    assert may_gate("author_fault_rate")
    assert not may_gate(RANK + "author_fault_rate")
    with pytest.raises(ScoringError, match="rank:author_fault_rate"):
        require_gating(("churn", RANK + "author_fault_rate"), monotone=True)


def test_an_account_is_somebody_by_its_landed_commits_and_not_by_a_name_that_one_of_them_bears(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    steps = [Step(f"Work {n}", {f"a{n}.c": lines(3 + n)}, "Vera Veteran <vera@x.org>", START + n) for n in range(9)]
    steps += [
        Step("First", {"b.c": lines(3)}, "Nils New <nils@x.org>", START + 20),
        Step("Second", {"b.c": lines(4)}, "Vera Veteran <nils@x.org>", START + 21),
        Step("By a program", {"b.c": lines(5)}, "ci-bot <ci-bot@x.org>", START + 22),
    ]
    tip = build(repo, steps)[-1]
    reader = Scorer(repo, tmp_path / "state", clock=lambda: CLOCK)
    reader.refresh(tip)

    def experience(*attested: str, author: str = "vera@x.org") -> float:
        change = replace(commit_change(repo, tip), attested=attested, author=author, name="vera veteran")
        return float(reader.history.facts(change, lines_of(repo, change), START + DAY).author.n)

    # the second commit joined both: eleven changes are one person's to the history
    assert experience(*landed(repo, tip, "vera@x.org")) == 11
    assert experience(*landed(repo, tip, "nils@x.org")) == 0
    assert experience(*landed(repo, tip, "ci-bot@x.org")) == 0
    assert experience("0" * 40, "") == 0
    assert experience() == 0


@pytest.mark.parametrize(
    ("listed", "known", "taken"),
    [
        ([], {}, []),
        ([-1, -1], {}, []),
        ([4], {4: 2}, [4]),
        ([4], {4: 3}, []),
        ([4, 4, 7], {4: 4, 7: 90}, [4]),
        ([4] * SETTLED, {4: 5_000}, [4]),
        ([4] * (SETTLED - 1), {4: 5_000}, []),
    ],
)
def test_an_account_is_not_taken_for_somebody_of_whom_much_more_is_known(
    listed: list[int], known: dict[int, int], taken: list[int]
) -> None:
    assert believed(listed, known.__getitem__) == taken


def test_a_revert_counts_as_one_when_it_is_the_inverse_and_never_because_it_says_so(tmp_path: Path) -> None:
    shas = build(
        tmp_path / "repo",
        [
            Step("Start", {"a.c": lines(5), "b.c": lines(4)}),
            Step("Change both", {"a.c": lines(6), "b.c": lines(7)}, at=START + DAY),
            Step("Tidy", {"a.c": lines(5), "b.c": lines(4)}, at=START + 2 * DAY),
            Step("Do it again", {"a.c": lines(6), "b.c": lines(7)}, at=START + 3 * DAY),
            Step('Revert "Change both"', {"a.c": lines(5)}, at=START + 4 * DAY),
        ],
    )
    reader = Scorer(tmp_path / "repo", tmp_path / "state", clock=lambda: CLOCK)
    reader.refresh(shas[-1])
    names = [feature.name for feature in FEATURES]
    told = reader.history.matrix()[:, [names.index("takes_back"), names.index("lands_again")]]
    assert told.tolist() == [[0, 0], [0, 0], [1, 0], [1, 1], [0, 0]]


def test_an_inverse_is_known_across_a_restart_and_for_a_whole_pull_request(tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    shas = build(repo, [Step("Start", {"a.c": lines(5)}), Step("Move", renames=(("a.c", "d/a.c"),), at=START + DAY)])
    Scorer(repo, tmp_path / "state", clock=lambda: CLOCK).refresh(shas[-1])
    steps = [
        Step("Copy", {"a.c": lines(5)}, at=START + 2 * DAY),
        Step("Delete", {"d/a.c": None}, at=START + 3 * DAY),
    ]
    head = extend(repo, steps, first=2, onto=shas[-1])[-1]
    again = Scorer(repo, tmp_path / "state", clock=lambda: CLOCK)
    change = read_change(repo, shas[-1], head, at=CLOCK, author="", title="x", message="")
    assert again.assess(change).features["takes_back"] == 1


def test_the_inverse_of_the_inverse_is_the_change() -> None:
    files = (
        FileChange("a", "M", old_blob="1" * 40, new_blob="2" * 40),
        FileChange("b", "R", old_path="c", old_blob="3" * 40, new_blob="4" * 40, new_mode="100755"),
        FileChange("d", "A", new_blob="5" * 40),
        FileChange("e", "D", old_blob="6" * 40),
    )
    back = (
        FileChange("a", "M", old_blob="2" * 40, new_blob="1" * 40),
        FileChange("c", "R", old_path="b", old_blob="4" * 40, new_blob="3" * 40, old_mode="100755"),
        FileChange("d", "D", old_blob="5" * 40),
        FileChange("e", "A", new_blob="6" * 40),
    )
    assert (inverse(files), inverse(back)) == (effect(back), effect(files))
    assert effect(files) != effect(back)
    assert effect(()) == inverse(()) == b""
