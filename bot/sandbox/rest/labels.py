"""Operations on labels: those of a repository, and those of an issue or pull request."""

from bot.sandbox.errors import Refusal
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.rest.issues import READS, WRITES, asked, issue
from bot.sandbox.shapes import pulls as shapes
from bot.sandbox.state import Label
from bot.sandbox.verbs import issues


@operation("GET /repos/{owner}/{repo}/labels", READS, "read")
def list_all_labels(call: Call) -> Answer:
    """Labels of the repository."""
    known = call.repository.labels
    return Answer(rows=[shapes.label(call.world, call.repository, known[name]) for name in sorted(known)])


@operation("POST /repos/{owner}/{repo}/labels", WRITES, "write")
def create_label(call: Call) -> Answer:
    """A new label."""
    body = call.body
    words = (body["name"], body.get("color") or "ededed", body.get("description") or "")
    made = issues.add_label(call.world, call.repository, *words, call.caller.login)
    return Answer(201, shapes.label(call.world, call.repository, made))


def named(call: Call) -> Label:
    """The label in the path. Raises Refusal (404)."""
    return issues.label_of(call.repository, call.parts["name"])


@operation("GET /repos/{owner}/{repo}/labels/{name}", READS, "read")
def get_label(call: Call) -> Answer:
    return Answer(body=shapes.label(call.world, call.repository, named(call)))


@operation("PATCH /repos/{owner}/{repo}/labels/{name}", WRITES, "write")
def edit_label(call: Call) -> Answer:
    """Another name, colour or description."""
    fields = {"new_name": "name", "color": "color", "description": "description"}
    wanted = {name: call.body[field] for field, name in fields.items() if call.body.get(field) is not None}
    known = named(call)
    issues.edit_label(call.world, call.repository, known, call.caller.login, **wanted)
    return Answer(body=shapes.label(call.world, call.repository, known))


@operation("DELETE /repos/{owner}/{repo}/labels/{name}", WRITES, "write")
def delete_label(call: Call) -> Answer:
    """No such label any more."""
    issues.delete_label(call.world, call.repository, named(call), call.caller.login)
    return Answer(204)


def labels(call: Call) -> Answer:
    """The labels of an issue now."""
    known = call.repository.labels
    return Answer(rows=[shapes.label(call.world, call.repository, known[name]) for name in issue(call).labels])


@operation("GET /repos/{owner}/{repo}/issues/{issue_number}/labels", READS, "read")
def list_labels(call: Call) -> Answer:
    """Labels of an issue."""
    return labels(call)


def set_labels(call: Call, names: list[str]) -> Answer:
    """Exactly these labels."""
    issues.set_labels(call.world, call.repository, issue(call), names, call.caller.login)
    return labels(call)


@operation("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", WRITES, "triage")
def add_labels(call: Call) -> Answer:
    """More labels."""
    return set_labels(call, [*issue(call).labels, *asked(call.body)])


@operation("PUT /repos/{owner}/{repo}/issues/{issue_number}/labels", WRITES, "triage")
def replace_labels(call: Call) -> Answer:
    """Other labels."""
    return set_labels(call, asked(call.body))


@operation("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels", WRITES, "triage")
def remove_labels(call: Call) -> Answer:
    """No labels."""
    set_labels(call, [])
    return Answer(204)


@operation("DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", WRITES, "triage")
def remove_label(call: Call) -> Answer:
    """One label less."""
    name = issues.spelt(call.repository, call.parts["name"])
    if name not in issue(call).labels:
        raise Refusal(404, "Label does not exist")
    return set_labels(call, [each for each in issue(call).labels if each != name])
