"""Operations on reviews of a pull request: begun, submitted, reworded, dismissed."""

from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.state import Pull, Review, pull_of
from bot.sandbox.verbs import pulls

PLACE = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews"


def target(call: Call) -> tuple[Pull, Review]:
    """The pull request and the review in the path. Raises Refusal (404)."""
    known = pull_of(call.repository, call.parts["pull_number"])
    return known, pulls.review_of(known, call.parts["review_id"], call.caller.login)


def shown(call: Call, known: Pull, review: Review) -> Answer:
    return Answer(200, shapes.review(call.world, call.repository, known, review))


@operation(f"GET {PLACE}", "pull_requests:read", "read")
def list_reviews(call: Call) -> Answer:
    """Reviews, oldest first; those not submitted are for who writes them."""
    known = pull_of(call.repository, call.parts["pull_number"])
    seen = [each for each in known.reviews if each.state != "PENDING" or each.login == call.caller.login]
    return Answer(rows=[shapes.review(call.world, call.repository, known, each) for each in seen])


@operation(f"POST {PLACE}", "pull_requests:write", "read")
def create_review(call: Call) -> Answer:
    """A review, submitted at once where an event is named."""
    known, given = pull_of(call.repository, call.parts["pull_number"]), call.body
    words = (given.get("event"), given.get("body") or "", given.get("commit_id"))
    return shown(call, known, pulls.review(call.world, call.repository, known, call.caller.login, *words))


@operation(f"GET {PLACE}/{{review_id}}", "pull_requests:read", "read")
def get_review(call: Call) -> Answer:
    return shown(call, *target(call))


@operation(f"PUT {PLACE}/{{review_id}}", "pull_requests:write", "read")
def edit_review(call: Call) -> Answer:
    """Another body."""
    known, review = target(call)
    pulls.reword(call.world, call.repository, known, review, call.body["body"], call.caller.login)
    return shown(call, known, review)


@operation(f"DELETE {PLACE}/{{review_id}}", "pull_requests:write", "read")
def delete_review(call: Call) -> Answer:
    """A pending review is given up."""
    known, review = target(call)
    pulls.drop_review(known, review)
    return shown(call, known, review)


@operation(f"POST {PLACE}/{{review_id}}/events", "pull_requests:write", "read")
def submit_review(call: Call) -> Answer:
    """A pending review counts from now on."""
    known, review = target(call)
    pulls.submit(call.world, call.repository, known, review, call.body["event"], call.body.get("body") or "")
    return shown(call, known, review)


@operation(f"PUT {PLACE}/{{review_id}}/dismissals", "pull_requests:write", "write")
def dismiss_review(call: Call) -> Answer:
    """A review that no longer counts."""
    known, review = target(call)
    pulls.dismiss(call.world, call.repository, known, review.id, call.caller.login)
    return shown(call, known, review)
