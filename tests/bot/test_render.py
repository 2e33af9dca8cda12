"""Whatever comes from outside is shown, never obeyed."""

import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.line.render import (
    COMMENT_LIMIT,
    SUMMARY_LIMIT,
    Markdown,
    code,
    one_in,
    prose,
    reason,
    sentence,
    shortened,
    size,
    tail,
)
from bot.policy.actions import PutComment, Reply, SetCheck
from bot.policy.state import ConfigProblem, Failure
from bot.policy.text.words import rank
from bot.policy.views import Advice, Ask, Card
from scoring.assessment import Evidence, Reason

WORDS = Markdown()
GITHUB = MarkdownIt("commonmark", {"html": True, "linkify": True}).enable(["table", "strikethrough"])
HOSTILE = (
    "`` ` ``` @everyone <img src=x onerror=alert(1)> | [x](javascript:alert(1)) "
    "\u202egpj.exe\u200b\n\n# Heading\n- [ ] x"
)

MOVE = "Move {subject} to its own pull request: it would rank at 41, what stays at 78"
CARD = Card(
    tone="held",
    headline="Held until Mon 24 Nov 08:00 CET · riskier than 96 of 100 recent changes here",
    lead="Weekend holds back the riskiest 5 % of changes to `main`, and this is one of them.",
    percentile=0.962,
    probability=0.07,
    base_rate=1 / 60,
    reasons=(
        Reason(
            "repaired_file",
            "3 of the last 12 changes to {subject} were later reverted or repaired",
            0.4,
            "api/session.py",
            tuple(Evidence(each * 40, "0" * 40) for each in "abcd"),
        ),
    ),
    suggestions=(Advice(MOVE, "billing/export.py"),),
    page="https://github.com/acme/shop",
    ask=Ask(("security_fix", "incident_mitigation"), ("@acme/release-managers",)),
    model="shipped-2026.11",
    reference=2310,
    labelled=38,
)


def inlines(markdown: str) -> list[tuple[str, str]]:
    return [(t.type, t.content) for block in GITHUB.parse(markdown) for t in (block.children or []) if t.type != "text"]


def test_a_held_card_shows_the_five_parts_and_its_hidden_mark() -> None:
    text = WORDS.comment(PutComment(CARD))
    assert text.startswith("### Held until Mon 24 Nov 08:00 CET · riskier than 96 of 100 recent changes here\n")
    assert (
        "- 3 of the last 12 changes to `api/session.py` were later reverted or repaired ([`aaaaaaa`](https://git"
        in text
    )
    assert f"[`ccccccc`](https://github.com/acme/shop/commit/{'c' * 40}) by [`0000000`](https://git" in text
    assert "and 1 more)\n" in text
    assert "- Move `billing/export.py` to its own pull request: it would rank at 41, what stays at 78" in text
    assert "`/chill justify <reason> <why it cannot wait>`" in text
    assert "Model `shipped-2026.11`, from what the history of this repository and the diff say; ranked among" in text
    assert "Useful? 👍 or 👎 this comment" in text
    assert text.rstrip().endswith(f"<!-- codechill:card {CARD.digest()} -->")


def test_managers_are_named_without_being_pinged() -> None:
    assert "`acme/release-managers` may answer" in WORDS.comment(PutComment(CARD))
    assert "@acme" not in WORDS.comment(PutComment(CARD))


def test_only_a_reply_that_really_asks_somebody_mentions_them() -> None:
    asked = Reply("k", "Please decide.", 7, quoted="@everyone please", mention=("@acme/release-managers",))
    text = WORDS.reply(asked)
    assert text == "@acme/release-managers Please decide. Why: `@everyone please`\n\n<!-- codechill:reply 7 -->\n"


def test_a_check_has_a_one_line_title_and_no_comment_mark() -> None:
    title, summary = WORDS.check(SetCheck("a" * 40, "failure", CARD))
    assert title == CARD.headline
    assert "codechill:card" not in summary


def test_a_configuration_problem_says_file_line_and_what_was_meant() -> None:
    problem = ConfigProblem(".github/codechill.yml", 7, 3, "unknown setting `ende`; did you mean `to`?")
    card = Card(tone="misconfigured", headline="The configuration is not valid", problems=(problem,))
    _, summary = WORDS.check(SetCheck("a" * 40, "failure", card))
    assert "`.github/codechill.yml`, line 7, column 3: unknown setting `ende`; did you mean `to`?" in summary


def test_a_card_without_a_score_still_reads() -> None:
    card = Card(tone="failed", headline="codechill could not score this change", failure=Failure("11,204 files"))
    assert WORDS.comment(PutComment(card)).startswith("### codechill could not score this change\n")


def test_hostile_text_stays_one_code_span() -> None:
    spans = inlines(code(HOSTILE))
    assert [kind for kind, _ in spans] == ["code_inline"]
    assert "\\u202e" in spans[0][1]
    assert "\\u200b" in spans[0][1]


def test_a_hostile_path_cannot_leave_its_line() -> None:
    evil = Reason("f", "{subject} was changed", 1.0, "a | b `|` \n- x\n# y")
    rows = GITHUB.render(WORDS.card(Card(tone="free", headline="h", reasons=(evil,))))
    assert (rows.count("<li>"), rows.count("<h1>")) == (1, 0)


def test_a_long_path_shows_its_end() -> None:
    deep = "services/payments/settlement/clearing_house/worker.py"
    assert tail("src/a.py") == "src/a.py"
    assert tail(deep) == "…/clearing_house/worker.py"
    assert tail("services/payments/settlement/clearing_house/") == "…/settlement/clearing_house/"
    assert tail("a/" + "x" * 40 + ".py") == "…/" + "x" * 15 + "…" + "x" * 13 + ".py"
    assert max(len(tail(text)) for text in (deep, "a/" + "x" * 99, "x" * 99 + "/", "/" * 99)) <= 34


def test_commits_are_linked_only_where_the_forge_has_a_page_for_them() -> None:
    told = Reason("f", "Said", 1.0, None, (Evidence("a" * 40),))
    assert reason(told, "https://ghe.acme.org/acme/shop").endswith(
        f"([`aaaaaaa`](https://ghe.acme.org/acme/shop/commit/{'a' * 40}))"
    )
    assert reason(told) == reason(told, "/srv/git/shop") == reason(told, "javascript:x(1)") == "Said (`aaaaaaa`)"


@given(st.text(max_size=60))
def test_code_shows_any_text_without_markup(text: str) -> None:
    assert [kind for kind, _ in inlines(f"x {code(text)} y")] == ["code_inline"]


@given(st.text(alphabet="ab @`*_[]()<>#|~!&\\:/.\n-w", max_size=40))
def test_prose_makes_no_link_no_html_and_no_mention(text: str) -> None:
    shown = prose(text)
    allowed = {"code_inline", "html_inline"}
    spans = inlines(f"x {shown} y")
    assert {kind for kind, _ in spans} <= allowed
    assert {content for kind, content in spans if kind == "html_inline"} <= {"<!-- -->"}
    outside = re.sub(r"`[^`]*`", "", shown)
    assert not re.search(r"@\w", outside)


def test_a_subject_is_quoted_inside_our_own_sentence() -> None:
    assert sentence("{subject} changed *twice*", "a*b.py") == "`a*b.py` changed \\*twice\\*"


def test_a_comment_never_exceeds_what_github_takes_and_keeps_its_mark() -> None:
    many = tuple(Reason("f", "{subject} x", 1.0, "p" * 250) for _ in range(600))
    card = Card(tone="free", headline="h", reasons=many)
    text = WORDS.comment(PutComment(card))
    assert len(text) <= COMMENT_LIMIT
    assert f"<!-- codechill:card {card.digest()} -->" in text


def test_numbers_are_said_as_people_say_them() -> None:
    assert (one_in(0.07), one_in(1.0), one_in(0.0004), one_in(0.0)) == (
        "1 in 14",
        "1 in 1",
        "1 in 2,500",
        "never so far",
    )
    assert (rank(0.962), rank(1.0), rank(0.0), rank(0.29)) == (96, 99, 0, 29)


@given(st.text(min_size=1, max_size=40), st.integers(1, 400))
def test_a_summary_is_never_longer_than_github_takes_in_bytes(words: str, count: int) -> None:
    problems = tuple(ConfigProblem("f", n, 1, f"窓 {words} " * 40) for n in range(count))
    card = Card("held", "Held: the configuration cannot be read", "x", problems=problems)
    summary = WORDS.check(SetCheck("a" * 40, "failure", card))[1]
    assert size(summary) <= SUMMARY_LIMIT
    assert "cut: too long to show" not in summary or size(summary) > 50_000


def test_what_is_cut_closes_the_code_and_the_folded_parts_that_it_opened() -> None:
    text = "<details>\n<summary>more</summary>\n\n````text\n" + "日本\n" * 500
    short = shortened(text, "end", 1000, size)
    assert size(short) <= 1000
    lines = short.split("\n")
    assert lines[-5:] == ["日本", "````", "</details>", "", "end"]
