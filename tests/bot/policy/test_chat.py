"""Commands are found where people write them, and nowhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.chat import grammar as chat
from bot.policy.chat.grammar import Said, mentioned, nearly, parse

LOOKS_LIKE_ONE = [
    "**/chill approve**",
    "*/chill* approve",
    "~~/chill approve~~",
    "/chill **approve**",
    "/chill appr*ov*e",
    "[/chill approve](http://x)",
    "[x\n/chill approve\ny](http://x)",
    "<https://x>\n[/chill](http://x) approve",
    "&#47;chill approve",
    "/chill&nbsp;approve",
    "/chill &#97;pprove",
    "\\/chill approve",
    "# /chill approve",
    "/chill approve\n---",
    "Hello\n/chill approve\n===",
]


@pytest.mark.parametrize("body", LOOKS_LIKE_ONE)
def test_what_looks_like_a_command_and_is_none_is_known_as_that(body: str):
    assert (parse(body), nearly(body), mentioned(body)) == (None, True, True)


@pytest.mark.parametrize(
    "body",
    ["`/chill approve`", "> **/chill approve**", "<b>/chill approve</b>", "I said **/chill approve**", "- /chill"],
)
def test_what_quotes_or_mentions_a_command_does_not_look_like_one(body: str):
    assert (parse(body), nearly(body)) == (None, False)


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
        ("/chill justify data_loss Q&amp;A \\*", Said("justify", "data_loss Q&A *")),
        ("/chill\u00a0approve", Said("approve")),
        ("\u200b/ch\u00adill\u2003approve\ufeff", Said("approve")),
        ("\u00a0/chill\tapprove", Said("approve")),
        ("/chill approve\n* * *", Said("approve")),
        ("<details>\n\nlog\n\n</details>\n\n/chill approve", Said("approve")),
        ("<p align=center>\n\n<br/>\n\n/chill approve", Said("approve")),
        ("[a]: http://x\n/chill approve", Said("approve")),
        ("costs $$x$$\n/chill approve", Said("approve")),
        ("</b>\n\n/chill approve\r\nnow", Said("approve", "now")),
    ],
)
def test_a_line_of_a_paragraph_that_begins_with_the_prefix_is_a_command(body: str, said: Said):
    assert (parse(body), mentioned(body)) == (said, True)


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
        "x <b>y\n/chill approve</b>",
        "<details>\n<summary>s</summary>\n\n/chill approve\n\n</details>",
        "<details><b>\n\nx</b>\n\n/chill approve",
        "<div><b>\n\nx\n</div>\n\n<i>\n\n/chill approve",
        "<div hidden>\n\n/chill approve",
        "<!--\n\n/chill approve\n\n-->",
        "![\n/chill approve\n](http://x/y.png)",
        "[a]: http://x '\n/chill approve\n'\n\ntext",
        "a | b\n--- | ---\n/chill approve | x",
        "/chill approve | x\n--- | ---\n",
        "[^1]: foo\n/chill approve",
        "text[^1]\n\n[^1]: foo\nbar\n/chill approve",
        "[^1]: /chill approve",
        "$$\n/chill approve\n$$",
        "1. x\n/chill approve",
        "<p><!--\n\n/chill approve\n\n-->",
        "<hr><!--\n\n/chill approve\n\n-->",
        '<p title="\n\n/chill approve\n\n">',
        "<p><?x\n\n/chill approve\n\n>",
        "<p><!DOCTYPE \n\n/chill approve\n\n>",
        "<p><![CDATA[\n\n/chill approve\n\n]]>",
        "<details><textarea></details></textarea>\n\n/chill approve",
        "/chill \u202eevorppa",
        *LOOKS_LIKE_ONE,
    ],
)
def test_quotes_code_lists_and_html_are_not_commands(body: str):
    assert parse(body) is None


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("/chil aprove`>*_<!-\n\t#[]()~|\\"), max_size=80))
def test_whatever_is_written_a_command_needs_its_prefix_at_the_start_of_a_line(body: str):
    command = parse(body)
    if command is not None:
        assert any(line.strip().lower().startswith("/chill") for line in body.split("\n"))


@pytest.mark.parametrize("part", ["x\n\n", "<a\n\n", "[^1]: x\n\n", "[^1]: x\ny\n"])
def test_a_comment_of_thousands_of_paragraphs_is_read_in_one_pass(part: str, monkeypatch: pytest.MonkeyPatch):
    """Counted in lines that are looked at for a footnote; each once, not once for each paragraph."""
    looks: list[str] = []
    footnote = chat._FOOTNOTE

    class Counted:
        def match(self, line: str) -> object:
            looks.append(line)
            return footnote.match(line)

    monkeypatch.setattr(chat, "_FOOTNOTE", Counted())
    body = part * 2_000
    assert parse(body) is None
    assert len(looks) <= body.count("\n") + 1


def test_a_line_below_a_footnote_belongs_to_it_and_one_in_the_next_paragraph_does_not():
    assert parse("[^1]: x\n/chill approve") is None
    assert parse("[^1]: x\n\n/chill approve") == Said("approve")
