"""A bot's change lands by itself on the sandbox: two Apps, real HTTP, real git."""

from landing_home import Home


def test_a_bots_change_that_nobody_stops_is_approved_and_merged_by_its_head_and_compared_afterwards(home: Home) -> None:
    number = home.open()
    head = home.head(number)
    assert home.waiting(number) is not None
    home.later(minutes=59)
    assert home.box.pull(home.name, number).state == "open"
    home.later(minutes=2)
    pull = home.box.pull(home.name, number)
    (review,) = pull.reviews
    assert (review.login, review.state, review.sha) == ("codechill-landing[bot]", "APPROVED", head)
    assert (pull.merged_by, home.waiting(number)) == ("codechill-landing[bot]", None)
    home.later(minutes=1)
    (landing,) = home.landings()
    assert (landing.state, landing.verified, landing.sha) == ("landed", "same", home.box.tip(home.name))


def test_sent_back_to_people_it_waits_no_longer_and_whoever_reviewed_it_is_asked_again(home: Home) -> None:
    number, ana = home.open(), home.box.release_manager
    home.box.review(home.name, number, ana, "APPROVE")
    home.box.comment(home.name, number, ana, "/chill review")
    home.settle()
    assert (home.waiting(number), home.box.pull(home.name, number).requested_reviewers) == (None, (ana,))
