"""Issues are opened, edited and closed; they and pull requests get labels."""

from typing import Any

from bot.sandbox.errors import invalid, not_found
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.state import Issue, Label, Pull, Repository, Thread, World, writable
from bot.sandbox.verbs import pulls, tell

LONGEST_LABEL = 50
MOST_LABELS = 100


def tell_thread(world: World, repository: Repository, known: Thread, action: str, sender: str, **more: object) -> None:
    """Say what happened to an issue or a pull request."""
    if isinstance(known, Pull):
        pulls.tell_pull(world, repository, known, action, sender, **more)
    else:
        tell(world, "issues", repository, sender, action=action, issue=shapes.issue(world, repository, known), **more)


def open_issue(world: World, repository: Repository, login: str, title: object, body: str | None) -> Issue:
    """A new issue. Raises Refusal (403, 422)."""
    writable(repository)
    now, number = world.now(), repository.next_number
    made = Issue(world.new_id(), number, login, pulls.check_title(title, "Issue"), body, now, now)
    repository.issues[number], repository.next_number = made, number + 1
    tell_thread(world, repository, made, "opened", login)
    return made


def edit(world: World, repository: Repository, known: Issue, sender: str, **wanted: Any) -> None:
    """Another title or body. Raises Refusal (403, 422)."""
    writable(repository)
    changes = {name: {"from": getattr(known, name) or ""} for name in wanted if wanted[name] != getattr(known, name)}
    if "title" in changes:
        pulls.check_title(wanted["title"], "Issue")
    if changes:
        known.changed(world.now(), **{name: wanted[name] for name in changes})
        tell_thread(world, repository, known, "edited", sender, changes=changes)


def set_state(world: World, repository: Repository, known: Issue, state: str, reason: str | None, sender: str) -> None:
    """Close or reopen. Raises Refusal (403)."""
    writable(repository)
    if state == known.state:
        return
    now = world.now()
    if state == "closed":
        known.changed(now, state=state, state_reason=reason or "completed", closed_at=now)
    else:
        known.changed(now, state=state, state_reason="reopened", closed_at=None)
    tell_thread(world, repository, known, "closed" if state == "closed" else "reopened", sender)


def set_labels(world: World, repository: Repository, known: Thread, names: list[str], sender: str) -> None:
    """Exactly these labels; unknown ones are made, as GitHub does. Raises Refusal (422)."""
    writable(repository)
    if len(names) > MOST_LABELS:
        raise invalid("Label", "name", f"at most {MOST_LABELS} labels")
    names = [spelt(repository, check_label(name)) for name in names]
    for name in names:
        repository.labels.setdefault(name, Label(world.new_id(), name))
    before, after = set(known.labels), set(names)
    for name in sorted(before ^ after):
        now_has = (set(known.labels) | {name}) if name in after else (set(known.labels) - {name})
        known.changed(world.now(), labels=tuple(sorted(now_has)))
        shape = shapes.label(world, repository, repository.labels[name])
        tell_thread(world, repository, known, "labeled" if name in after else "unlabeled", sender, label=shape)


def check_label(name: str) -> str:
    """A name of a label that GitHub takes. Raises Refusal (422)."""
    if not 0 < len(name.strip()) <= LONGEST_LABEL:
        raise invalid("Label", "name", f"is too long (maximum is {LONGEST_LABEL} characters)" if name else "is missing")
    return name


def spelt(repository: Repository, name: str) -> str:
    """The label of that name as the repository spells it: upper and lower case are one."""
    return next((each for each in repository.labels if each.lower() == name.lower()), name)


def label_of(repository: Repository, name: str) -> Label:
    """A label by name. Raises Refusal (404)."""
    known = repository.labels.get(spelt(repository, name))
    if known is None:
        raise not_found()
    return known


def add_label(world: World, repository: Repository, name: str, colour: str, description: str, sender: str) -> Label:
    """A new label. Raises Refusal (403, 422)."""
    writable(repository)
    if spelt(repository, check_label(name)) in repository.labels:
        raise invalid("Label", "name", "already exists", "already_exists")
    made = repository.labels[name] = Label(world.new_id(), name, colour, description)
    tell(world, "label", repository, sender, action="created", label=shapes.label(world, repository, made))
    return made


def edit_label(world: World, repository: Repository, known: Label, sender: str, **wanted: str) -> None:
    """Another name, colour or description; what has the label keeps it. Raises Refusal (403, 422)."""
    writable(repository)
    names = {"name": "name", "color": "colour", "description": "description"}
    changes = {name: {"from": getattr(known, names[name])} for name in wanted}
    if "name" in wanted:
        other = spelt(repository, check_label(wanted["name"]))
        if other in repository.labels and other != known.name:
            raise invalid("Label", "name", "already exists", "already_exists")
        del repository.labels[known.name]
        for each in repository.threads:
            each.labels = tuple(sorted(wanted["name"] if name == known.name else name for name in each.labels))
        repository.labels[wanted["name"]] = known
    for name, value in wanted.items():
        setattr(known, names[name], value)
    tell(
        world,
        "label",
        repository,
        sender,
        action="edited",
        label=shapes.label(world, repository, known),
        changes=changes,
    )


def delete_label(world: World, repository: Repository, known: Label, sender: str) -> None:
    """No such label any more, on nothing. Raises Refusal (403)."""
    writable(repository)
    shape = shapes.label(world, repository, known)
    del repository.labels[known.name]
    for each in repository.threads:
        each.labels = tuple(name for name in each.labels if name != known.name)
    tell(world, "label", repository, sender, action="deleted", label=shape)
