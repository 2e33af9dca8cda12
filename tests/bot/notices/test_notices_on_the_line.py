"""What happens on the line is told once, to those who asked for it, over channels that may hear it."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.learning import weekly
from bot.learning.week import span_named
from bot.notices.kinds import KINDS
from bot.notices.post import WAITS
from bot.policy.candidate import DeferredReview, SourceKey
from bot.policy.config.sections.notices import KIND_NAMES
from bot.policy.incidents.report import Cause, Level, Report
from bot.store import KnownFinding, KnownNotice, KnownSign
from tests.bot.notices.notices_world import BOTH, WINDOW, Office
from tests.fakes.line import FRIDAY
from tests.fakes.sources import landed
from tests.fakes.world import INSTALLATION

OPENED = "acme/shop: Launch holds back the riskiest 50 % of changes until Sun 29 Nov 00:00 UTC"
ASKS = "/chill justify launch_with_rollback The launch is tonight, with customers of ours watching"


def test_a_window_that_opened_is_told_once_with_its_end(office: Office) -> None:
    office.configure()
    office.line.seen(0.3)
    office.turn()
    office.turn()
    (notice,) = office.signed()
    assert (notice["kind"], notice["title"], notice["lines"]) == ("window", OPENED, ["Branches: main"])
    assert notice["address"] == "https://chill.acme.example/now"
    assert [one["text"] for one in office.slack()] == [OPENED]


def test_a_window_that_has_long_been_open_is_no_news(office: Office) -> None:
    office.configure(BOTH, "windows:\n  - {name: Always, level: red, from: 2020-01-01}\n")
    office.line.seen(0.3)
    office.turn()
    assert office.signed() == []


def test_where_the_mode_holds_nothing_the_notice_says_so(office: Office) -> None:
    office.configure("mode: shadow\n", BOTH, WINDOW)
    office.line.seen(0.3)
    office.turn()
    (notice,) = office.signed()
    assert notice["title"].startswith("acme/shop: Launch would hold back the riskiest 50 %")
    assert notice["lines"][-1] == "The repository's mode is shadow: nothing is held back."


def test_an_exception_waits_for_those_who_may_answer_without_its_text(office: Office) -> None:
    office.configure()
    pull = office.line.seen()
    office.line.say(pull, "ana", ASKS)
    office.turn()
    notice = office.signed()[-1]
    assert (notice["kind"], notice["title"]) == ("exception", "acme/shop#1: an exception waits for an answer")
    assert notice["lines"][1:] == [
        "ana asks: A launch depends on it, and a way back is ready",
        "May answer: acme/release-managers",
    ]
    assert notice["answers"] == ["@acme/release-managers"]
    assert notice["address"] == "https://chill.acme.example/r/acme/shop/pulls/1"
    assert b"customers of ours" not in b"".join(body for _, body, _ in office.receiver.came)


def test_what_was_answered_before_it_could_be_sent_is_told_to_nobody(office: Office) -> None:
    office.configure()
    pull = office.line.seen()
    office.line.say(pull, "ana", ASKS)
    office.receiver.status = 503
    office.turn()
    office.line.say(pull, "mia", "/chill approve")
    office.receiver.status = 200
    office.turn(minutes=10)
    assert office.titles() == [OPENED]


def test_a_channel_that_is_down_is_tried_again_later_and_later_and_then_no_more(office: Office) -> None:
    office.configure()
    office.line.seen(0.3)
    office.receiver.status = 503
    for wait in (0, *(each.total_seconds() for each in WAITS)):
        office.turn(seconds=max(wait - 1, 0))  # too early
        office.turn(seconds=1)
    office.turn(days=1)
    assert {one.tries for one in office.line.store.notices.newest(9)} == {8}
    assert {one.error for one in office.line.store.notices.newest(9)} == {"the host answered 503"}
    office.receiver.status = 200
    office.turn(hours=1)
    assert office.titles() == []


def test_a_private_repository_is_named_only_where_the_operator_allows_it(office: Office) -> None:
    office.line.home.private = True
    office.configure()
    office.line.say(office.line.seen(), "ana", ASKS)
    office.channels(office.usual(private="[]"))
    office.turn()
    assert office.receiver.came == []
    office.channels(office.usual(private='["acme/shop"]'))
    office.turn()
    assert len(office.titles()) == 2


def test_a_repository_that_may_not_use_a_channel_says_nothing_there(office: Office) -> None:
    office.channels(office.usual().replace('repositories = ["acme/*"]', 'repositories = ["other/*"]'))
    office.configure()
    office.line.seen(0.3)
    office.turn()
    assert office.receiver.came == []


def test_a_channel_hears_only_the_kinds_that_the_file_gives_it(office: Office) -> None:
    office.configure("notices: {channels: {signed: [exception], room: [window]}}\n", WINDOW)
    office.line.say(office.line.seen(), "ana", ASKS)
    office.turn()
    assert office.titles() == ["acme/shop#1: an exception waits for an answer"]
    assert [one["text"] for one in office.slack()] == [OPENED]


def test_a_receiver_takes_nothing_with_another_secret(office: Office) -> None:
    office.channels(office.usual().replace("a secret of", "not a secret of"))
    office.configure()
    office.line.seen(0.3)
    office.turn()
    assert (office.receiver.refused, office.signed()) == (1, [])


def test_an_exception_that_ends_soon_is_told_to_those_who_can_still_do_something(office: Office) -> None:
    office.configure()
    pull = office.line.seen()
    office.line.say(pull, "ana", ASKS)
    office.turn()
    office.turn(hours=34)  # two hours before the window closes
    notice = office.signed()[-1]
    assert (notice["kind"], notice["title"]) == ("expiry", "acme/shop#1: an exception ends Sun 29 Nov 00:00 UTC")
    assert notice["lines"][1] == "It ends with Launch: nobody has answered it."
    assert notice["answers"] == ["@acme/release-managers"]
    office.turn(hours=1)
    assert len(office.signed()) == 3


def test_an_exception_that_was_approved_and_is_not_used_ends_for_its_author(office: Office) -> None:
    office.configure("notices: {channels: {signed: [expiry]}}\n", WINDOW)
    pull = office.line.seen()
    office.line.say(pull, "ana", ASKS)
    office.line.say(pull, "mia", "/chill approve")
    office.turn(hours=35)
    (notice,) = office.signed()
    assert notice["lines"][1] == "It ends with Launch: it is approved, and the change has not landed."
    assert notice["answers"] == ["ana"]


def test_an_incident_names_a_landed_change_as_a_guess_or_as_its_cause(office: Office) -> None:
    office.configure("notices: {channels: {signed: [incident]}}\n")
    pull = office.line.seen(0.3)
    office.line.merge(pull)
    office.line.seen(0.2)  # what is shown of the repository says that it is public
    office.line.issue("mia")
    office.turn()
    (notice,) = office.signed()
    assert notice["title"] == "An incident came from acme/shop#1, which landed"
    assert notice["lines"][-1] == "It counts as its cause."
    assert notice["address"] == "https://chill.acme.example/r/acme/shop/pulls/1"
    office.turn(days=1)
    assert len(office.signed()) == 1


def test_what_happened_long_ago_and_was_imported_is_no_news(office: Office) -> None:
    office.configure("notices: {channels: {signed: [incident]}}\n")
    office.line.merge(office.line.seen(0.3))
    office.line.seen(0.2)
    office.line.clock.forward(days=30)
    office.line.tell(
        Report("csv", "INC-1", office.line.clock.now - timedelta(days=20), "mia", Level.ROLLBACK, Cause(number=1))
    )
    office.turn()
    assert [len(one.commits) for one in office.line.claims()] == [1]  # it names what landed
    assert office.signed() == []


def test_drift_is_told_when_it_begins_and_not_every_day(office: Office) -> None:
    office.configure("notices: {channels: {signed: [drift]}}\n")
    office.line.seen(0.3)
    for day in (1, 2, 3):
        sign = KnownSign(
            office.line.home.id, "scores", FRIDAY + timedelta(days=day), 0.4, 0.2, 900, day > 1, "Scores moved", "Fit"
        )
        office.line.store.drift.save([sign], at=sign.at)
        office.turn(days=1)
    (notice,) = office.signed()
    assert (notice["title"], notice["lines"]) == ("acme/shop: Scores moved", ["Fit"])


def test_what_the_doctor_finds_goes_to_the_repository_or_to_the_operator(office: Office) -> None:
    text = office.usual().replace('kind = "slack"', 'kind = "slack"\noperator = true')
    office.channels(text)
    office.configure("notices: {channels: {signed: [doctor]}}\n")
    office.line.seen(0.3)
    office.line.store.findings.save(
        [
            KnownFinding("required", "error", "acme/shop main", "The check is not required.", "Require it."),
            KnownFinding("required", "error", "other/shop main", "The check is not required."),
            KnownFinding("required", "warning", "acme/shop next", "It will not be."),
            KnownFinding("disk", "error", "this machine", "The disk is full."),
        ],
        at=FRIDAY,
    )
    office.turn()
    office.turn()
    assert office.titles() == ["acme/shop main: The check is not required."]
    assert [one["text"] for one in office.slack()] == ["this machine: The disk is full."]
    office.turn(days=7)
    assert len(office.titles()) == 2


def test_the_weekly_report_comes_on_monday_morning_in_the_zone_of_the_repository(office: Office) -> None:
    office.configure("timezone: America/New_York\n", "notices: {channels: {signed: [week], room: [week]}}\n")
    office.line.seen(0.3)
    office.turn(days=3, hours=1, minutes=59)  # Monday 13:59 in UTC, 08:59 there
    assert office.signed() == []
    office.turn()
    office.turn(hours=10)
    (notice,) = office.signed()
    assert notice["title"] == "acme/shop: week 2026-W48"
    home = office.line.store.repositories.named("acme/shop")
    assert home is not None
    week = weekly.read(office.post.weeks, home.id, span_named("2026-W48", "America/New_York"), office.line.clock.now)
    assert notice["report"].splitlines()[0] == weekly.markdown(home, week, "https://github.example").splitlines()[0]
    assert "Nobody gave any." in json.dumps(office.slack()[0])


def test_quiet_hours_keep_back_what_is_told_afterwards(office: Office) -> None:
    quiet = 'notices: {channels: {signed: []}, quiet: {from: "12:00", to: "14:00"}}\n'
    office.configure(quiet, WINDOW)
    pull = office.line.seen()
    office.line.say(pull, "ana", ASKS)
    office.turn()
    assert office.signed() == []
    office.line.say(pull, "mia", "/chill approve")
    office.turn(hours=2)
    assert office.titles() == [OPENED]


def test_a_deputy_is_named_and_told_while_a_manager_is_away(office: Office) -> None:
    office.line.configure(
        "version: 1\nescalation: {managers: [mia, max]}\n"
        "notices: {channels: {signed: [exception]}, deputies: [{for: mia, deputy: ben, until: 2026-12-01}]}\n" + WINDOW
    )
    office.line.say(office.line.seen(), "ana", ASKS)
    office.turn()
    (notice,) = office.signed()
    assert notice["answers"] == ["ben", "max"]
    assert notice["lines"][-2:] == ["May answer: mia or max", "mia is away until Tue 1 Dec 00:00 UTC; ben stands in"]


SOURCES = "auto_review:\n  mode: enforce\n  sources: {tidy: {account: 9, kind: codemod}}\n"


def test_what_took_trust_away_is_told_once_with_what_lifts_it(office: Office) -> None:
    office.configure("notices: {channels: {signed: [trust]}}\n", SOURCES)
    office.line.seen(0.3)
    home, store = office.line.home.id, office.line.store
    key = SourceKey(INSTALLATION, home, "tidy")
    store.sources.deny(key, by="codechill", because="incident INC-1 was confirmed of its change #7", at=FRIDAY)
    store.sources.deny(key.everything, by="maya", because="nobody is here", at=FRIDAY)
    office.turn()
    office.turn()
    stopped, denied = office.signed()
    assert stopped["title"] == "acme/shop: nothing lands by itself any more"
    assert denied["title"] == "acme/shop: nothing of tidy lands any more"
    assert denied["lines"] == [
        "incident INC-1 was confirmed of its change #7 (codechill)",
        "A person who has looked into it lifts that, and says why:",
        "codechill sources lift 'tidy' --repository acme/shop --by NAME --because WHY",
    ]


def test_what_a_record_speaks_for_is_told_once_and_not_what_was_lifted_or_is_long_known(office: Office) -> None:
    office.configure("notices: {channels: {signed: [trust]}}\n", SOURCES)
    office.line.seen(0.3)
    store, key = office.line.store, SourceKey(INSTALLATION, office.line.home.id, "tidy")
    store.sources.deny(key, by="maya", because="it broke the build", at=FRIDAY)
    store.sources.lift(key, by="maya", because="mended", at=FRIDAY)
    store.sources.deny(key.everything, by="maya", because="nobody is here", at=FRIDAY - timedelta(days=3))
    office.turn()
    assert office.signed() == []
    landed(store, range(500, 620), FRIDAY - timedelta(days=10), key=key, alone=False)
    office.turn()
    office.turn()
    (proposed,) = office.signed()
    assert (proposed["kind"], proposed["title"]) == ("trust", "acme/shop: the record of tidy speaks for P5")
    assert proposed["lines"][0] == "120 changes landed, 0 of them were reverted."
    assert proposed["lines"][-1].startswith("codechill sources dial 'tidy' P5 --repository acme/shop")


def test_a_flood_is_bounded_a_day(office: Office) -> None:
    office.configure("notices: {channels: {signed: [doctor]}}\n")
    office.line.seen(0.3)
    many = [KnownFinding("required", "error", f"acme/shop b{n}", "It is not required.") for n in range(70)]
    office.line.store.findings.save(many, at=FRIDAY)
    for _ in range(4):
        office.turn()
    assert len(office.signed()) == 50


def test_every_kind_that_a_file_may_name_is_in_the_table_and_documented() -> None:
    assert tuple(kind.name for kind in KINDS) == KIND_NAMES
    page = (Path(__file__).parents[3] / "docs" / "notices.md").read_text("utf-8")
    assert [name for name in KIND_NAMES if f"| `{name}` |" not in page] == []


def test_what_was_sent_and_could_not_be_remembered_is_sent_again_with_the_same_id(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(notice: KnownNotice) -> None:
        raise sa.exc.OperationalError("", {}, Exception("the database is away"))

    office.configure("notices: {channels: {signed: []}}\n", WINDOW)
    office.line.seen(0.3)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(office.post.store.notices, "save", away)
        with pytest.raises(sa.exc.OperationalError):
            office.turn()
    office.turn()
    office.turn()
    first, second = office.signed()
    assert first["id"] == second["id"] == office.receiver.came[1][2]["X-Codechill-Notice"]


def test_a_time_that_a_wrong_clock_set_is_not_waited_for(office: Office) -> None:
    office.configure("notices: {channels: {signed: []}}\n", WINDOW)
    office.line.seen(0.3)
    office.receiver.status = 503
    office.turn()
    (known,) = office.line.store.notices.newest(1)
    office.line.store.notices.save(replace(known, next_at=FRIDAY + timedelta(days=300)))
    office.receiver.status = 200
    office.turn()
    assert office.titles() == [OPENED]


def test_a_review_that_was_put_off_is_told_of_once_it_is_overdue_and_not_any_more_once_it_is_done(
    office: Office,
) -> None:
    office.configure(BOTH)
    line, at = office.line, office.line.clock.now
    pull = line.seen(0.1)
    owed = DeferredReview(pull.author, "Speed up", pull.head, at, at + timedelta(hours=1), ("ben",))
    line.store.deferred_reviews.open(line.home.id, pull.number, owed, at=at)
    office.turn()
    assert office.titles() == []
    office.turn(hours=2)
    (notice,) = office.signed()
    assert (notice["kind"], notice["answers"]) == ("review", ["ben"])
    assert notice["title"] == "acme/shop#1 landed by itself, and its review is overdue"
    done = replace(owed, verdict="ok", reviewed_by=line.world.person("ben"), reviewed_at=at)
    line.store.deferred_reviews.close(line.home.id, pull.number, done, at=at)
    office.turn(hours=170)
    assert [title for title in office.titles() if "overdue" in title] == [notice["title"]]
