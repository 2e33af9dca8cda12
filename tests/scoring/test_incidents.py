"""Who is blamed by which words, and who is not."""

from pathlib import Path

import pytest

from scoring.errors import ScoringError
from scoring.incidents import (
    Incident,
    Mention,
    bare_title,
    is_fault,
    is_relanding,
    is_revert,
    mentions,
    number_of,
    read_incidents,
)

SHA = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("message", "blamed"),
    [
        (f"fix\n\nFixes: {SHA[:12]} (\"a\")", (Mention("fixes", sha=SHA[:12]),)),
        (f"fix\n\nfixes: {SHA}\nFixes: abcdef1 (\"b\")", (Mention("fixes", sha=SHA), Mention("fixes", sha="abcdef1"))),
        ("fix\n\nFixes: #12", ()),
        ("fix\n\nFixes: abc", ()),
        (f'Revert "A"\n\nThis reverts commit {SHA}.', (Mention("revert", sha=SHA),)),
        (
            f"x\n\nThis reverts commits {SHA[:9]}, {SHA[:10]} and {SHA[:11]}.",
            tuple(Mention("revert", sha=SHA[:length]) for length in (9, 10, 11)),
        ),
        ('Revert "A (#7)" (#9)\n\nReverts acme/shop#7', (Mention("revert", number=7),)),
        ("x\n\nReverts #7", (Mention("revert", number=7),)),
        ('Revert "Add a thing (#7)"', (Mention("revert", title="Add a thing"),)),
        ('[core] Revert "Add \\"it\\""', (Mention("revert", title='Add \\"it\\"'),)),
        ('Reapply "A"\n\nThis reverts commit ' + SHA, ()),
        ('Revert "Revert "A""\n\nThis reverts commit ' + SHA, ()),
        ("Reverting is hard", ()),
        ("Convert and revert the list", ()),
    ],
)  # fmt: skip
def test_a_message_blames_whom_it_names(message: str, blamed: tuple[Mention, ...]) -> None:
    assert mentions(message) == blamed


def test_bringing_back_is_told_from_taking_back() -> None:
    assert [is_revert('Revert "A"'), is_relanding('Revert "A"')] == [True, False]
    assert [is_relanding(title) for title in ('Reland "A"', 'Revert "Revert "A""', "Re-apply x")] == [True] * 3


def test_reverts_for_other_reasons_than_faults_are_told_apart() -> None:
    told = ["This broke login.", "The test is flaky.", "Merged by mistake.", "no longer needed", ""]
    assert [is_fault(f'Revert "A"\n\n{reason}') for reason in told] == [True, False, False, False, True]


def test_titles_carry_pull_request_numbers() -> None:
    titles = ["Add (#12)", "Merge pull request #34 from x/y", "Add #5", "Add (#1) (#2)", f"A (#{'9' * 30})"]
    assert [number_of(title) for title in titles] == [12, 34, 0, 2, 0]
    assert bare_title("Add (#1) (#2)") == "Add"
    assert bare_title("(#1)" * 20_000 + "x ") == "(#1)" * 20_000 + "x"
    assert bare_title("Add" + " (#1)" * 20_000) == "Add"
    assert bare_title("Add (#1) (#x)") == "Add (#1) (#x)"


def test_incidents_are_read_from_csv_and_json_alike(tmp_path: Path) -> None:
    table, plain = tmp_path / "i.csv", tmp_path / "i.json"
    table.write_text(
        f"incident,cause,known_at,severity\nINC-1,{SHA[:8]},2026-01-02T03:04:05Z,sev1\nINC-2,#12,2026-01-03,low\n"
    )
    plain.write_text(
        f'[{{"incident": "INC-1", "cause": "{SHA[:8]}", "known_at": "2026-01-02T03:04:05+00:00", "severity": "sev1"}},'
        ' {"incident": "INC-2", "cause": 12, "known_at": "2026-01-03", "severity": "low"}]'
    )
    wanted = (
        Incident("INC-1", 1767323045, sha=SHA[:8], severe=True),
        Incident("INC-2", 1767398400, number=12),
    )
    assert read_incidents(table) == read_incidents(plain) == wanted


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("incident,cause,known_at\na,deadbeef,yesterday\n", "Incident 1 .* no known_at"),
        ("incident,cause,known_at\na,the database,2026-01-01\n", "names no cause"),
        ("[1, 2]", "Incident 1"),
        ("[{]", "cannot be read"),
    ],
)
def test_a_list_of_incidents_that_cannot_be_used_says_where(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "i").write_text(text)
    with pytest.raises(ScoringError, match=complaint):
        read_incidents(tmp_path / "i")
