import pytest

from scoring.semantics import prose


@pytest.mark.parametrize(
    "line",
    [
        " TODO: mend",
        " user names",
        " -----",
        " https://example.org/x",
        " café",
        " If `x` is None, we give up.",
        "",
        " - one",
    ],
)
def test_what_people_say_is_prose(line: str) -> None:
    assert prose.is_prose([line])


@pytest.mark.parametrize(
    "line",
    [
        "%%",
        " key: value",
        " key=value",
        " f(x)",
        " @task",
        " --option",
        "DEPS a",
        " airflow DAG",
        " begin example",
        "skip",
    ],
)
def test_what_has_the_shape_of_a_mark_or_a_command_is_not(line: str) -> None:
    assert not prose.is_prose([line])


def test_a_block_is_prose_when_all_its_lines_are() -> None:
    assert not prose.is_prose([" We wait for the others.", " key: value"])


def test_a_line_may_go_on_with_the_sentence_of_the_line_before() -> None:
    lines = [" The server keeps what it was told about", " parameters Frobnicator wants"]
    assert prose.is_prose(lines)
    assert not prose.is_prose(lines[1:])


def test_a_line_longer_than_people_write_is_not_looked_at() -> None:
    assert not prose.is_prose([" a" * 300])


def test_no_command_and_no_name_of_a_tool_is_an_ordinary_word() -> None:
    tools = {
        "noqa",
        "nosec",
        "pylint",
        "mypy",
        "jupytext",
        "pythran",
        "fades",
        "airflow",
        "databricks",
        "quarto",
        "pragma",
    }
    assert tools & prose.ORDINARY == set()
