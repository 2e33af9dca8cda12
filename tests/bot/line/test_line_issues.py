"""Issues that are incidents: who may say so, and that whatever outsiders do to one changes nothing."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes.line import Line
from tests.fakes.world import Pull

FORM = "### What happened\n\nCheckout was down\n\n### Cause\n\n#1\n\n### Severity\n\nsev1"


@pytest.fixture
def pull(line: Line) -> Pull:
    """#1 is merged."""
    made = line.seen(0.4)
    line.merge(made, "ana")
    return made


def states(line: Line) -> list[str]:
    return [claim.state for claim in line.claims()]


def test_an_issue_of_a_writer_with_the_label_and_a_cause_in_its_form_is_an_incident_label(
    line: Line, pull: Pull
) -> None:
    line.issue("ben", body=FORM, labels=("Incident", "sev1"))
    (claim,) = line.claims()
    assert (claim.state, claim.level, claim.sources, claim.by) == ("confirmed", 1, ("issue",), "ben")
    assert (claim.incident, claim.title, claim.severe) == ("acme/shop#900", "Checkout fails", True)
    assert (claim.text, claim.links) == (FORM, ("https://forge.example/acme/shop/issues/900",))
    assert line.blamed() == list(pull.landed)


def test_the_labels_of_incidents_are_those_of_the_configuration(line: Line, pull: Pull) -> None:
    line.configure("version: 1\nincidents: {labels: [outage], severe: [data-loss]}\n")
    line.issue("ben")
    assert states(line) == []
    line.issue("ben", labels=("outage", "data-loss"))
    assert [(claim.state, claim.severity) for claim in line.claims()] == [("confirmed", "data-loss")]


def test_an_issue_without_a_cause_waits_for_one(line: Line, pull: Pull) -> None:
    line.issue("ben", body="Checkout was down")
    assert [(claim.state, claim.reason) for claim in line.claims()] == [("candidate", "nobody has named its cause yet")]
    line.issue("mia", "edited", author="ben", body="Checkout was down\n\nCause: #1")
    assert states(line) == ["confirmed"]


@pytest.mark.parametrize("what", ["opened", "edited", "labeled", "unlabeled", "closed", "reopened", "transferred"])
@pytest.mark.parametrize("login", ["eve", "helper[bot]"])
def test_whatever_an_outsider_or_a_bot_does_to_an_issue_changes_nothing(
    line: Line, pull: Pull, login: str, what: str
) -> None:
    line.world.bot("helper[bot]")
    line.issue(login, what)
    line.issue(login, what, author="ben")
    assert (line.claims(), line.blamed()) == ((), [])
    line.issue("ben")
    before = line.claims()
    line.issue(login, what, author="ben", body="Cause: #2")
    line.issue(login, what, author="ben", labels=())
    assert (line.claims(), line.blamed()) == (before, list(pull.landed))


def test_what_an_outsider_wrote_and_a_writer_labelled_waits_for_a_person(line: Line, pull: Pull) -> None:
    line.issue("ben", "labeled", author="eve")
    (claim,) = line.claims()
    assert (claim.state, claim.reason) == ("candidate", "written by eve, who may not write to acme/shop")
    assert line.blamed() == []
    line.say(pull, "ben", "/chill incident confirm 1 I looked")
    assert line.blamed() == list(pull.landed)


@pytest.mark.parametrize("what", ["closed", "reopened", "assigned", "transferred", "deleted"])
def test_closing_and_reopening_says_nothing_whoever_does_it(line: Line, pull: Pull, what: str) -> None:
    line.issue("ben", what)
    assert states(line) == []
    line.issue("ben")
    line.issue("ben", what, labels=())
    assert states(line) == ["confirmed"]


def test_an_issue_that_was_transferred_says_nothing_where_it_came_to(line: Line, pull: Pull) -> None:
    line.issue("ben", moved=True)
    assert states(line) == []


def test_taking_the_label_off_withdraws_what_only_the_issue_said(line: Line, pull: Pull) -> None:
    line.issue("ben")
    line.issue("mia", "unlabeled", labels=(), author="ben")
    (claim,) = line.claims()
    assert (claim.state, claim.state_by, claim.reason) == ("withdrawn", "mia", "its label was taken off")
    assert line.blamed() == []


def test_taking_the_label_off_leaves_what_somebody_else_said_too(line: Line, pull: Pull) -> None:
    line.issue("ben")
    line.say(pull, "mia", "/chill incident cause this sev1 https://forge.example/acme/shop/issues/900")
    line.issue("ben", "unlabeled", labels=())
    assert [(claim.state, claim.sources) for claim in line.claims()] == [("confirmed", ("issue", "command"))]


def test_another_label_that_is_taken_off_changes_nothing(line: Line, pull: Pull) -> None:
    line.issue("ben", labels=("incident", "sev1"))
    line.issue("ben", "unlabeled", labels=("incident",))
    assert states(line) == ["confirmed"]


def test_an_issue_that_names_another_cause_now_no_longer_claims_the_first(line: Line, pull: Pull) -> None:
    other = line.seen(0.2)
    line.merge(other, "ana")
    line.issue("ben", body="Cause: #1")
    line.issue("ben", "edited", body=f"Cause: #{other.number}")
    assert [(claim.state, claim.reason) for claim in line.claims()] == [
        ("withdrawn", f"the issue names #{other.number} now"),
        ("confirmed", ""),
    ]
    assert line.blamed() == list(other.landed)


def test_an_issue_that_names_no_cause_any_more_claims_none(line: Line, pull: Pull) -> None:
    line.issue("ben")
    line.issue("eve", "edited", author="ben", body="It was the database")
    assert line.blamed() == list(pull.landed)
    line.issue("ben", "edited", body="It was the database")
    (claim,) = line.claims()
    assert (claim.state, claim.reason, claim.state_by) == ("withdrawn", "the issue names no cause any more", "ben")
    assert line.blamed() == []


def test_an_issue_about_a_change_elsewhere_needs_somebody_who_may_write_there(line: Line, pull: Pull) -> None:
    line.issue("ben", body="Cause: acme/other#1")
    assert (line.claims(), line.blamed()) == ((), [])  # a repository that this server does not know


def test_what_the_forge_does_not_say_of_somebodys_rights_is_no_right(line: Line, pull: Pull) -> None:
    """Whoever was a member when the payload was made may not be one any more."""
    line.home.rights[line.world.person("ben").id].clear()
    line.issue("ben")
    assert states(line) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["eve", "mallory"]),
        st.sampled_from(["opened", "edited", "labeled", "unlabeled", "closed", "reopened"]),
        st.sampled_from(["Cause: #1", "Cause: #2", ""]),
        st.sampled_from([(), ("incident",), ("incident", "sev1")]),
        st.sampled_from(["eve", "ben"]),
    ),
    max_size=6,
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_order_of_what_outsiders_do_makes_or_takes_a_label(
    line: Line, steps: list[tuple[str, str, str, tuple[str, ...], str]]
) -> None:
    if 1 not in line.home.pulls:
        first = line.seen(0.4)
        line.merge(first, "ana")
        line.issue("ben", number=1000)
    before = (line.claims(), line.blamed())
    for login, what, body, labels, author in steps:
        for number in (1000, 1001):
            line.issue(login, what, body=body, labels=labels, author=author, number=number)
    assert (line.claims(), line.blamed()) == before
