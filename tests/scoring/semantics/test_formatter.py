import shutil

import pytest

from scoring.semantics import formatter, prove_file


def test_a_formatter_names_itself_and_the_line_length_that_gives_the_same_bytes() -> None:
    long = f"x = [{', '.join(['1'] * 34)}]\n".encode()
    assert len(long) == 106 + 1
    assert (formatter.reproduces(long.replace(b", ", b","), long, "a.py") or "").startswith("ruff ")
    assert (formatter.reproduces(long.replace(b", ", b","), long, "a.py") or "").endswith(", line length 120")


def test_one_byte_beside_the_formatters_output_is_not_its_work() -> None:
    assert formatter.reproduces(b"x=1\n", b"x = 1\n", "a.py") is not None
    assert formatter.reproduces(b"x=1\n", b"x = 1 \n", "a.py") is None


def test_what_no_formatter_can_read_is_not_its_work() -> None:
    assert formatter.reproduces(b"x=(\n", b"x = (\n", "a.py") is None
    assert formatter.reproduces(b"x=1\n", b"x = 1\n", "a.txt") is None


def test_what_only_black_makes_is_blacks_work() -> None:
    # ruff would join the two strings
    old, new = b"x = ('a' 'b')  # noqa\n", b'x = "a" "b"  # noqa\n'
    assert (formatter.reproduces(old, new, "a.py") or "").startswith("black 2")
    assert formatter.reproduces(old, new.replace(b"b", b"c"), "a.py") is None


def test_black_is_asked_for_every_line_length_that_people_use() -> None:
    long = b"x = [" + b", ".join([b"'a' 'b'"] * 10) + b"]\n"
    made = long.replace(b"'", b'"')
    assert 88 < len(made) <= 100
    assert (formatter.reproduces(long, made, "a.py") or "").endswith(", line length 100")


def test_a_directive_that_black_moved_stays_proved_and_one_that_a_person_moved_does_not() -> None:
    old = b"f(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 'b' 'c', ddddddddddddddddddddddddddddddddddddddd, 1)  # noqa\n"
    made = (
        b'f(\n    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n    "b" "c",\n'
        b"    ddddddddddddddddddddddddddddddddddddddd,\n    1,\n)  # noqa\n"
    )
    verdict = prove_file(old, made, "a.py")
    assert (verdict.level, "black" in verdict.words) == ("P", True)
    assert prove_file(old, made.replace(b"  # noqa", b"").replace(b"1,", b"1,  # noqa"), "a.py").level is None


def test_a_formatter_that_writes_for_a_newer_python_proves_nothing() -> None:
    old = (
        b"with aaaaaaaaaaaaaaaaaaaaaaaaaa() as bbbbbbbbbbbbb, "
        b"ccccccccccccccccccccccccccccc() as dddddddddddddd:  # noqa\n    pass\n"
    )
    made = (
        b"with (\n    aaaaaaaaaaaaaaaaaaaaaaaaaa() as bbbbbbbbbbbbb,\n"
        b"    ccccccccccccccccccccccccccccc() as dddddddddddddd,\n):  # noqa\n    pass\n"
    )
    assert (formatter.reproduces(old, made, "a.py") or "").startswith("ruff")
    assert prove_file(old, made, "a.py").level is None


GO = b"package a\n\nfunc  F( a int ) int { return a+1 }\n"
GO_MADE = b"package a\n\nfunc F(a int) int { return a + 1 }\n"


@pytest.mark.skipif(shutil.which("gofmt") is None, reason="gofmt comes with Go, and there is no wheel of it")
def test_what_gofmt_makes_is_proved_and_one_token_beside_it_is_not() -> None:
    verdict = prove_file(GO, GO_MADE, "a.go")
    assert (verdict.level, "gofmt" in verdict.words) == ("P", True)
    assert prove_file(GO, GO_MADE.replace(b"1", b"2"), "a.go").level is None
    assert prove_file(GO, GO_MADE + b"\n", "a.go").level == "S"


def test_without_gofmt_the_same_change_is_strong_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatter, "TOOLS", tuple(tool for tool in formatter.TOOLS if tool.name != "gofmt"))
    assert prove_file(GO, GO_MADE, "a.go").level == "S"
