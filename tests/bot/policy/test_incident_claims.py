"""Claims of incidents: how strong their evidence is, what becomes of them, and no order of them makes a guess true."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_world import ANA, BEN, BOT, SATURDAY, said, state, weekend

from bot.policy.actions import RuleClaim
from bot.policy.decide import afterwards
from bot.policy.events import Commented, Tick
from bot.policy.incidents.causes import cause_of, field_of
from bot.policy.incidents.claim import Claim, Landed, Ruling, again, claimed, nearest_match
from bot.policy.incidents.report import LINK, MOST_LINKS, TEXT, Cause, Level, Report, is_severe
from bot.policy.incidents.shown import exported, row
from bot.policy.pull import Repository

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ONE, TWO = "1a" * 20, "2b" * 20
LANDED = Landed((ONE,))


def report(level: Level = Level.PERSON, **more: object) -> Report:
    base = Report("signed", "INC-1", NOW, "maya", level, Cause(number=12), evidence="said so")
    return replace(base, **more)  # type: ignore[arg-type]


def claim(level: Level = Level.PERSON, landed: Landed = LANDED, **more: object) -> Claim:
    return replace(claimed(report(level, **more), 7, landed, NOW), id=3)


@pytest.mark.parametrize("level", Level)
def test_strong_evidence_confirms_itself_and_a_guess_waits_for_a_person(level: Level) -> None:
    made = claim(level)
    if level <= Level.REVERTED_TITLE:
        assert (made.state, made.known_at, made.is_label) == ("confirmed", NOW, True)
    else:
        assert (made.state, made.reason) == ("candidate", "a guess: a person has to confirm it")
        assert (made.known_at, made.is_label) == (None, False)
    kinds = dict.fromkeys((1, 2), "incident") | dict.fromkeys((3, 4, 5), "revert") | dict.fromkeys((6, 7, 8), "guess")
    assert made.kind == kinds[level]


def test_without_a_cause_that_landed_nothing_is_confirmed_and_the_reason_is_said() -> None:
    unknown = claim(landed=Landed(words="acme/shop has no pull request #12"))
    assert (unknown.state, unknown.reason) == ("candidate", "acme/shop has no pull request #12")
    nameless = claim(cause=None, landed=Landed())
    assert (nameless.state, nameless.reason) == ("candidate", "nobody has named its cause yet")
    with pytest.raises(ValueError, match="no landed change is known as the cause of claim 3: nobody has named"):
        Ruling.CONFIRM.on(nameless, by="ben", reason="", at=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "<!--\nCause: #12\n-->", "<!-- write\n### Cause\n#12", "```\nCause: #12\n```", "~~~ text\nCause: #12",
        "> Cause: #12", "### Cause\n\n<!-- #12 -->\n",
    ],
)  # fmt: skip
def test_an_example_that_is_hidden_or_shown_as_code_names_no_cause(text: str) -> None:
    assert field_of(text) is None
    assert field_of(f"Cause: #13\n{text}") == Cause(number=13)


def test_a_cause_that_is_named_later_confirms_what_waited_for_one() -> None:
    waiting = claim(cause=None, landed=Landed())
    unknown = again(waiting, report(), Landed(words="#12 of acme/shop was not merged"), NOW)
    assert (unknown.state, unknown.reason, unknown.cause) == (
        "candidate",
        "#12 of acme/shop was not merged",
        Cause(number=12),
    )
    assert again(unknown, report(cause=None), Landed(), NOW).reason == "#12 of acme/shop was not merged"
    later = NOW + timedelta(hours=1)
    known = again(unknown, report(), LANDED, later)
    assert (known.state, known.commits, known.known_at, known.reports) == ("confirmed", (ONE,), later, 3)


@pytest.mark.parametrize("level", [Level.ROLLBACK, Level.TIME, Level.HEARSAY])
@pytest.mark.parametrize("nameless_first", [True, False])
def test_a_word_that_names_no_cause_lends_nothing_to_a_guess(level: Level, nameless_first: bool) -> None:
    nameless, guess = (report(cause=None), Landed()), (report(level), LANDED)
    first, second = (nameless, guess) if nameless_first else (guess, nameless)
    made = again(claimed(first[0], 7, first[1], NOW), *second, NOW)
    assert (made.state, made.level, made.commits, made.is_label) == ("candidate", level, (ONE,), False)
    assert again(again(made, *nameless, NOW), *guess, NOW).state == "candidate"
    assert again(made, report(), LANDED, NOW).is_label


def test_a_word_that_names_no_cause_makes_no_incident_of_a_revert() -> None:
    revert = claim(Level.REVERTED_COMMIT)
    assert again(revert, report(cause=None), Landed(), NOW).kind == "revert"


def test_a_revert_that_a_person_calls_an_incident_is_known_as_one_from_then_on() -> None:
    revert, later = claim(Level.REVERTED_COMMIT), NOW + timedelta(days=3)
    incident = again(revert, report(severity="sev1", text="The cache"), LANDED, later)
    assert (incident.kind, incident.state, incident.known_at) == ("incident", "confirmed", later)
    assert (incident.severe, incident.text, incident.reports) == (True, "The cache", 2)
    assert Ruling.CONFIRM.on(revert, by="ben", reason="It was", at=later).known_at == later


def test_a_revert_for_another_reason_than_a_fault_is_no_label_until_a_person_says_so() -> None:
    known = claim(Level.REVERTED_NUMBER, fault=False)
    assert (known.state, known.is_label) == ("confirmed", False)
    assert Ruling.CONFIRM.on(known, by="ben", reason="", at=NOW).is_label


def test_confirming_what_counts_already_does_not_move_when_it_became_known() -> None:
    later = NOW + timedelta(days=1)
    assert Ruling.CONFIRM.on(claim(), by="ben", reason="sure", at=later).known_at == NOW


@pytest.mark.parametrize("ruling", [Ruling.DISPUTE, Ruling.WITHDRAW])
def test_whoever_disputes_or_withdraws_says_why(ruling: Ruling) -> None:
    with pytest.raises(ValueError, match="say why, so that the next person can judge it"):
        ruling.on(claim(), by="ben", reason="  ", at=NOW)
    ruled = ruling.on(claim(), by="ben", reason=" Not it ", at=NOW)
    assert (ruled.state, ruled.reason, ruled.state_by, ruled.known_at) == (ruling.value, "Not it", "ben", None)
    assert not ruled.is_label


def test_what_a_person_ruled_out_stays_so_whatever_reports_come() -> None:
    ruled = Ruling.DISPUTE.on(claim(Level.REVERTED_TITLE), by="ben", reason="Flaky", at=NOW)
    assert again(ruled, report(), LANDED, NOW).state == "disputed"


steps = st.lists(
    st.one_of(
        st.tuples(st.just("report"), st.sampled_from(Level), st.sampled_from([(), (ONE,)])),
        st.tuples(st.just("rule"), st.sampled_from(Ruling), st.just(())),
    ),
    max_size=8,
)


@given(steps)
def test_no_order_of_claims_makes_an_unconfirmed_one_a_label(taken: list[tuple[str, object, tuple[str, ...]]]) -> None:
    """It is one exactly where its last ruling confirms it or, without any, strong evidence named a landed change."""
    now, one, ruled = NOW, claim(Level.TIME, Landed()), ""
    strong, landed, labelled_at = False, False, None
    for what, which, commits in taken:
        now += timedelta(minutes=1)
        if what == "report":
            assert isinstance(which, Level)
            one = again(one, report(which), Landed(commits), now)
            strong, landed = strong or which <= Level.REVERTED_TITLE, landed or bool(commits)
        elif landed or which is not Ruling.CONFIRM:
            assert isinstance(which, Ruling)
            one = which.on(one, by="ben", reason="because", at=now)
            ruled, strong = which.value, strong or which is Ruling.CONFIRM
        expected = ruled == "confirmed" or (not ruled and strong and landed)
        assert one.is_label is expected
        labelled_at = (labelled_at or now) if expected else None
        assert one.known_at is None if not expected else (one.known_at or NOW) >= (labelled_at or now)


def test_reports_of_one_incident_meet_by_name_or_link_and_by_cause() -> None:
    known = claim(links=("https://pd.example/1",))
    assert nearest_match([known], report(incident="inc-1"), LANDED) is known
    assert nearest_match([known], report(incident="other", links=("https://pd.example/1",)), LANDED) is known
    assert nearest_match([known], report(incident="other"), LANDED) is None
    assert nearest_match([known], report(cause=Cause(number=13)), Landed((TWO,))) is None
    assert nearest_match([known], report(cause=None), Landed()) is known
    nameless = replace(claim(cause=None, landed=Landed()), id=2)
    assert nearest_match([nameless, known], report(), LANDED) is known
    assert nearest_match([nameless], report(cause=Cause(number=13)), Landed()) is nameless
    unknown = claim(landed=Landed(words="not merged"))
    assert nearest_match([unknown], report(cause=Cause(number=13)), Landed()) is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("#123", Cause(number=123)),
        ("PR #7 and more", Cause(number=7)),
        ("acme/shop#123", Cause("acme/shop", number=123)),
        ("`0123abc`", Cause(sha="0123abc")),
        ("ACME/shop@0123ABCDEF", Cause("ACME/shop", sha="0123abcdef")),
        ("https://github.com/acme/shop/pull/9/files#diff-1", Cause("acme/shop", number=9)),
        ("<https://ghe.example:8443/acme/shop/commit/0123abcd>", Cause("acme/shop", sha="0123abcd")),
        ("1234567", None),
        ("012345", None),
        ("the cache", None),
        ("#0", None),
        ("#123abc", None),
        ("", None),
    ],
)
def test_how_a_cause_is_written(text: str, cause: Cause | None) -> None:
    assert cause_of(text) == cause


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("Checkout was down.\n\nCause: #12\n", Cause(number=12)),
        ("**Root cause:** acme/shop#12", Cause("acme/shop", number=12)),
        ("- Caused-by: 0123abcd", Cause(sha="0123abcd")),
        ("### Cause\n\n#12\n\n### Severity\n\nsev1", Cause(number=12)),
        ("Cause: unknown\nCause: #13", Cause(number=13)),
        ("### Cause\n\n_No response_", None),
        ("### Cause", None),
        ("because of #12", None),
        ("The cause: #12 is not in a field of its own", None),
        ("> Cause: #12", None),
    ],
)
def test_a_cause_counts_in_a_field_of_its_own(text: str, cause: Cause | None) -> None:
    assert field_of(text) == cause


def test_a_cause_is_shown_as_it_is_written() -> None:
    shown = [str(cause) for cause in (Cause("a/b", 12), Cause("", 12), Cause("a/b", sha=ONE), Cause(sha=ONE))]
    assert shown == ["a/b#12", "#12", f"a/b@{ONE[:12]}", ONE[:12]]


def test_too_much_is_cut_and_what_is_no_text_is_replaced() -> None:
    links = ("", *(f"https://x.example/{n}" for n in range(20)), "y" * 5000)
    cut = report(incident="a" * 500, text="line\n" * 5000, links=links, title="a\0b \ud800").trimmed()
    assert (len(cut.incident), len(cut.text), len(cut.links)) == (200, TEXT, MOST_LINKS)
    assert cut.title == "a\N{REPLACEMENT CHARACTER}b \N{REPLACEMENT CHARACTER}"
    assert cut.text.startswith("line\nline\n")
    assert len(report(links=("y" * 5000,)).trimmed().links[0]) == LINK


def test_what_is_severe() -> None:
    named = ("SEV1", "p0", " critical ", "sev2", "low", "")
    assert [each for each in named if is_severe(each)] == ["SEV1", "p0", " critical "]


# --- the command


def answer(words: str, claims: tuple[Claim, ...] = (), by: object = BEN, **more: object) -> tuple[object, ...]:
    decision = afterwards(Commented(said(words, by)), state(open=False, claims=claims, **more), weekend(), SATURDAY)  # type: ignore[arg-type]
    return decision.actions


@pytest.mark.parametrize(
    ("words", "said_back"),
    [
        ("/chill incident", "Say `/chill incident cause #123`"),
        ("/chill incident caus #12", "Did you mean `/chill incident cause`?"),
        ("/chill incident cause", "Name the change that caused it"),
        ("/chill incident cause the cache", "Name the change that caused it"),
        ("/chill incident dispute 4 No", "Say which: the number of a claim, or its cause."),
        ("/chill incident confirm 3", "No landed change is known as the cause of claim 3"),
    ],
)
def test_what_cannot_be_done_is_answered_with_what_can(words: str, said_back: str) -> None:
    waiting = claim(cause=None, landed=Landed())
    (thumb, reply) = answer(words, (waiting,))
    assert thumb.content == "-1"  # type: ignore[attr-defined]
    assert said_back in reply.words  # type: ignore[attr-defined]


@pytest.mark.parametrize("named", ["3", "#12", "this", ONE[:9]])
def test_a_claim_is_named_by_its_number_or_its_cause(named: str) -> None:
    (ruling, *_) = answer(f"/chill incident dispute {named} Not it", (claim(),), number=12)
    assert ruling == RuleClaim(3, Ruling.DISPUTE, BEN, "Not it", SATURDAY)


def test_severity_name_and_links_are_read_from_what_follows_the_cause() -> None:
    (said_so, *_) = answer("/chill incident cause #12 p1 INC-9: see https://pd.example/9, it was down")
    report_ = said_so.report  # type: ignore[attr-defined]
    assert (report_.incident, report_.severity, report_.links) == ("INC-9", "p1", ("https://pd.example/9",))
    (said_so, *_) = answer("/chill incident cause #12 see https://pd.example/9")
    assert said_so.report.incident == "https://pd.example/9"  # type: ignore[attr-defined]
    (said_so, *_) = answer("/chill incident cause #12")
    assert (said_so.report.incident, said_so.report.text) == ("incident of #12", "")  # type: ignore[attr-defined]


def test_the_newest_claims_are_listed_and_those_in_one_state() -> None:
    many = tuple(replace(claim(), id=number) for number in range(1, 25))
    listed = answer("/chill incident list", many)[-1].words  # type: ignore[attr-defined]
    assert "| 24 |" in listed
    assert "| 4 |" not in listed
    assert "4 older ones: `codechill incidents list`." in listed
    assert "names and reasons are shown by" not in listed
    public = answer("/chill incident list", many, repository=Repository(7, "acme/shop", "main"))[-1].words  # type: ignore[attr-defined]
    assert "`INC-1`" in listed
    assert "INC-1" not in public
    assert "This repository is public: names and reasons are shown by `codechill incidents` only." in public
    assert answer("/chill incident list disputed", many)[-1].words == "Nothing is claimed here."  # type: ignore[attr-defined]


def test_nothing_is_answered_in_shadow_mode_to_bots_or_about_anything_else() -> None:
    before = state(open=False)
    comment = Commented(said("/chill incident cause #12", BEN))
    assert afterwards(comment, before, weekend(mode="shadow"), SATURDAY).actions == ()
    assert afterwards(Tick("sweep"), before, weekend(), SATURDAY).actions == ()
    assert answer("/chill incident cause #12", by=BOT) == ()
    assert answer("/chill why") == ()
    assert answer("A remark") == ()
    refused = answer("/chill incident cause #12", by=ANA)
    assert refused[-1].words == "Only people who may write to this repository can say that."  # type: ignore[attr-defined]


def test_a_claim_is_a_row_of_plain_values_and_its_text_is_only_exported() -> None:
    one = claim(text="The cache", links=("https://pd.example/1",), severity="sev1")
    shown = row(one, "acme/shop")
    assert shown.items() <= exported(one, "acme/shop").items()
    assert (exported(one, "acme/shop")["root_cause"], "root_cause" in shown) == ("The cache", False)
    assert (shown["known_at"], shown["cause"], shown["label"]) == ("2026-11-24T12:00:00+00:00", "#12", True)
    waiting = row(claim(cause=None, landed=Landed()), "acme/shop")
    assert (waiting["known_at"], waiting["cause"], waiting["label"]) == (None, None, False)
