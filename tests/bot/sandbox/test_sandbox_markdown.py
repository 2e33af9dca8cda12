"""Comments as GitHub would show them, and nothing more than GitHub would let through."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.markdown import ALLOWED, to_html


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**bold** `code`", "<p><strong>bold</strong> <code>code</code></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("~~gone~~", "<p><s>gone</s></p>\n"),
        ("a <b>b</b> <i>c", "<p>a <b>b</b> <i>c</i></p>\n"),
        ("<!-- marker -->\nx", "\n<p>x</p>\n"),
        ("<!-- marker -->\n\nx", "\n<p>x</p>\n"),
        ("[a](https://example.org)", '<p><a href="https://example.org" rel="nofollow noreferrer">a</a></p>\n'),
        ('<a href="javascript:alert(1)">a</a>', "<p><a>a</a></p>\n"),
        ('<a href=" JaVaScRiPt:alert(1)">a</a>', "<p><a>a</a></p>\n"),
        ('<p onclick="x" style="y" class="z">a</p>', "<p>a</p>\n"),
        ("<script>alert(1)</script>after", "after"),
        ("<style>p{}</style>after", "after"),
        ("![a picture](http://example.org/x.png)", "<p>a picture</p>\n"),
        ("&lt;script&gt;", "<p>&lt;script&gt;</p>\n"),
        ("</div></p>x", "x"),
    ],
)
def test_markdown_is_shown_so(written: str, shown: str) -> None:
    assert to_html(written).strip("\n") == shown.strip("\n")


def test_tables_keep_their_alignment() -> None:
    shown = to_html("| why | here |\n|---|--:|\n| `a` | 3 |\n")
    assert '<th align="right">here</th>' in shown
    assert '<td align="right">3</td>' in shown


def test_folded_parts_hold_markdown() -> None:
    shown = to_html("<details><summary>How</summary>\n\n- **one**\n</details>\n")
    assert shown.startswith("<details><summary>How</summary>")
    assert "<li><strong>one</strong>" in shown
    assert shown.count("</details>") == 1


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}
        self.depth += tag not in {"br", "hr"}

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1


PIECES = st.sampled_from(
    ["<", ">", "/", "script", "b", "a href=", "'", '"', "javascript:", "on", "click=", "=", " ", "\n", "&", "#", "x",
     "<b>", "</b>", "<script>", "</script>", "<svg/onload=", "<details>", "`", "*", "[", "](", ")", "<!--", "-->", "|",
     "<style", "<title>", "<img src=x onerror=1>", "<plaintext>", "<textarea>"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_is_written_only_allowed_elements_come_out_and_all_are_closed(written: str) -> None:
    seen = Seen()
    seen.feed(to_html(written))
    assert set(seen.tags) <= ALLOWED
    assert seen.names <= {"href", "title", "align", "open", "start", "rel"}
    assert seen.depth == 0
