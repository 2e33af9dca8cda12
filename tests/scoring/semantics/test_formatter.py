from scoring.semantics import formatter


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
