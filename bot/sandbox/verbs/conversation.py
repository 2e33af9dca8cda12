"""Comments and reactions in the conversation of a pull request or an issue."""

from bot.sandbox.errors import invalid, not_found
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.state import Comment, Reaction, Repository, Thread, World, thread_of, writable
from bot.sandbox.verbs import tell

LONGEST = 65_536  # characters


def check_body(body: str) -> str:
    """A comment body GitHub takes. Raises Refusal (422)."""
    if not body.strip():
        raise invalid("IssueComment", "body", "body can't be blank", "missing_field")
    if len(body) > LONGEST:
        raise invalid("IssueComment", "body", f"body is too long (maximum is {LONGEST} characters)")
    return body


def comment(world: World, repository: Repository, number: int, login: str, body: str) -> Comment:
    """A new comment. Raises Refusal (403, 404, 422)."""
    writable(repository)
    thread_of(repository, number)
    now = world.now()
    made = Comment(world.new_id(), number, login, check_body(body), login == world.bot.login, now, now)
    repository.comments[made.id] = made
    say(world, repository, made, "created", login)
    return made


def comment_of(repository: Repository, comment_id: int) -> Comment:
    """A comment by id. Raises Refusal (404)."""
    if comment_id not in repository.comments:
        raise not_found()
    return repository.comments[comment_id]


def edit(world: World, repository: Repository, known: Comment, body: str, sender: str) -> None:
    """Another body. Raises Refusal (403, 422)."""
    writable(repository)
    before, known.body, known.updated_at = known.body, check_body(body), world.now()
    say(world, repository, known, "edited", sender, changes={"body": {"from": before}})


def delete(world: World, repository: Repository, known: Comment, sender: str) -> None:
    """No comment any more. Raises Refusal (403)."""
    writable(repository)
    say(world, repository, known, "deleted", sender)
    del repository.comments[known.id]


def say(world: World, repository: Repository, known: Comment, action: str, sender: str, **more: object) -> None:
    """Say what happened to a comment."""
    issue = shapes.issue(world, repository, thread_of(repository, known.number))
    shape = shapes.comment(world, repository, known)
    tell(world, "issue_comment", repository, sender, action=action, issue=issue, comment=shape, **more)


def react(world: World, target: Comment | Thread, login: str, content: str) -> tuple[Reaction, bool]:
    """A reaction, and whether it is new: one of a kind each, and no webhook. Raises Refusal (422)."""
    if content not in shapes.REACTIONS:
        raise invalid("Reaction", "content", f"{content} is not a reaction", "invalid")
    for each in target.reactions:
        if (each.login, each.content) == (login, content):
            return each, False
    made = Reaction(world.new_id(), login, content, world.now())
    target.reactions.append(made)
    return made, True


def unreact(target: Comment, reaction_id: int) -> None:
    """Take a reaction back. Raises Refusal (404)."""
    known = next((each for each in target.reactions if each.id == reaction_id), None)
    if known is None:
        raise not_found()
    target.reactions.remove(known)
