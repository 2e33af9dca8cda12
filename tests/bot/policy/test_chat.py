"""Commands are found where people write them, and nowhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.chat import Said, parse


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("/chill why", Said("why")),
        ("/CHILL Why", Said("why")),
        ("/chill", Said("help")),
        ("Hello\n\n/chill approve\n\nThanks", Said("approve", below="Thanks")),
        ("/chill justify x\n\nfor\n\n> quoted\n\n- listed\n\nthat", Said("justify", "x", "for that")),
        ("/chill deny a\n\nb\n/chill approve\n\nc", Said("deny", "a", "b")),
        ("Hello\n/chill approve", Said("approve")),
        ("/chill justify security_fix it leaks\nsessions now", Said("justify", "security_fix it leaks sessions now")),
        ("/chill deny a\n/chill approve", Said("deny", "a")),
        ("/chill justify data_loss because `rm` ran", Said("justify", "data_loss because `rm` ran")),
        ("   /chill why", Said("why")),
        ("/chill justify data_loss it <b>loses</b> rows\n<i>now</i>", Said("justify", "data_loss it loses rows now")),
        ("/chill justify data_loss *now* [or](http://x) never", Said("justify", "data_loss now or never")),
    ],
)
def test_a_line_of_a_paragraph_that_begins_with_the_prefix_is_a_command(body: str, said: Said):
    assert parse(body) == said


@pytest.mark.parametrize(
    "body",
    [
        "",
        "please /chill approve",
        "> /chill approve",
        "> quoted\n/chill approve",  # a lazy continuation belongs to the quote
        "```\n/chill approve\n```",
        "    /chill approve",
        "`/chill approve`",
        "`a\n/chill approve\nb`",
        "- /chill approve",
        "<!-- \n/chill approve\n-->",
        "text <!-- \n/chill approve\n-->",
        "<div>\n/chill approve\n</div>",
        "# /chill approve",
        "/chillax",
        "/chill-approve",
        "<b>/chill approve</b>",
    ],
)
def test_quotes_code_lists_and_html_are_not_commands(body: str):
    assert parse(body) is None


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("/chil aprove`>*_<!-\n\t#[]()~|\\"), max_size=80))
def test_whatever_is_written_a_command_needs_its_prefix_at_the_start_of_a_line(body: str):
    found = parse(body)
    if found is not None:
        assert any(line.strip().lower().startswith("/chill") for line in body.replace("\\", "").split("\n"))
