"""What happens on the line is told once, to those who asked for it, over channels that may hear it."""

from tests.bot.notices.notices_world import BOTH, WINDOW, Office

OPENED = "acme/shop: Launch holds back the riskiest 50 % of changes until Sun 29 Nov 00:00 UTC"
ASKS = "/chill justify launch_with_rollback The launch is tonight, with customers of ours watching"


def test_a_window_that_opened_is_told_once_with_its_end(office: Office) -> None:
    office.configure()
    office.line.seen(0.3)
    office.turn()
    office.turn()
    (told,) = office.signed()
    assert (told["kind"], told["title"], told["lines"]) == ("window", OPENED, ["Branches: main"])
    assert told["address"] == "https://chill.acme.example/now"
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
    (told,) = office.signed()
    assert told["title"].startswith("acme/shop: Launch would hold back the riskiest 50 %")
    assert told["lines"][-1] == "The repository's mode is shadow: nothing is held back."


def test_an_exception_waits_for_those_who_may_answer_without_its_text(office: Office) -> None:
    office.configure()
    pull = office.line.seen()
    office.line.say(pull, "ana", ASKS)
    office.turn()
    told = office.signed()[-1]
    assert (told["kind"], told["title"]) == ("exception", "acme/shop#1: an exception waits for an answer")
    assert told["lines"][1:] == [
        "ana asks: A launch depends on it, and a way back is ready",
        "May answer: acme/release-managers",
    ]
    assert told["answers"] == ["@acme/release-managers"]
    assert told["address"] == "https://chill.acme.example/r/acme/shop/pulls/1"
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
    tries = []
    for _ in range(400):
        office.turn()
        tries.append({one.channel: one.tries for one in office.line.store.notices.newest(9)}["signed"])
    assert [tries.count(n) for n in range(1, 9)] == [1, 2, 5, 10, 30, 60, 180, 112]
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
