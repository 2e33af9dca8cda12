"""What an issue says of an incident, and which issues are incidents."""

from policy_world import ANA, BEN, TUESDAY

from bot.policy.config import parse
from bot.policy.config.sections.incidents import IncidentPolicy
from bot.policy.incidents.issue import Issue, said_in
from bot.policy.incidents.report import Cause, Level

ISSUE = Issue(
    9, "labeled", "Checkout fails", "### Cause\n\n#12", frozenset({"incident"}), ANA, BEN, TUESDAY, "https://i/9"
)


def test_an_issue_of_people_who_may_write_names_its_cause() -> None:
    report = said_in(ISSUE, "acme/shop", "sev1", author_may=True)
    assert (report.incident, report.cause, report.level) == ("acme/shop#9", Cause(number=12), Level.PERSON)
    assert (report.by, report.by_id, report.severe, report.links) == ("ben", BEN.id, True, ("https://i/9",))
    assert report.evidence == "a field of acme/shop#9 names it"


def test_what_somebody_wrote_who_may_not_write_here_is_a_guess() -> None:
    report = said_in(ISSUE, "acme/shop", "", author_may=False)
    assert (report.level, report.doubt) == (Level.HEARSAY, "written by ana, who may not write to acme/shop")


def test_an_issue_may_name_no_cause_and_have_no_page() -> None:
    bare = Issue(9, "opened", "Down", "", frozenset({"incident"}), ANA, ANA, TUESDAY)
    report = said_in(bare, "acme/shop", "", author_may=True)
    assert (report.cause, report.evidence, report.links, report.severe) == (None, "", (), False)


def test_labels_are_compared_in_any_case() -> None:
    policy = parse("version: 1\nincidents: {labels: [Outage], severe: [Data-Loss]}\n").incidents
    assert policy == IncidentPolicy(("outage",), ("data-loss",))
    assert [policy.is_incident(frozenset(labels)) for labels in ({"OUTAGE", "x"}, {"incident"}, set())] == [
        True,
        False,
        False,
    ]
    assert [policy.severity(frozenset(labels)) for labels in ({"data-LOSS"}, {"x"})] == ["data-loss", ""]
    usual = parse("version: 1\n").incidents
    assert usual == IncidentPolicy()
    assert usual.is_incident(frozenset({"Incident"}))
    assert not parse("version: 1\nincidents: {labels: []}\n").incidents.is_incident(frozenset({"incident"}))
