"""What people see: a list of repositories, and for each pull request its conversation, checks and buttons."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.git import Git
from bot.sandbox.markdown import to_html
from bot.sandbox.measures import sizes
from bot.sandbox.reports import CheckRun
from bot.sandbox.rules import holds
from bot.sandbox.server import Server
from bot.sandbox.state import ROLES, Pull, Repository, World, pull_of
from bot.sandbox.verbs import checks, conversation, merging, pulls, queue

FACES = {
    "+1": "👍",
    "-1": "👎",
    "laugh": "😄",
    "hooray": "🎉",
    "confused": "😕",
    "heart": "❤️",
    "rocket": "🚀",
    "eyes": "👀",
}
VERDICTS = {"APPROVED": "approved", "CHANGES_REQUESTED": "asked for changes", "COMMENTED": "reviewed",
            "DISMISSED": "had a review dismissed", "PENDING": "has begun a review"}  # fmt: skip
LOOKS = {"success": "good", "neutral": "calm", "skipped": "calm", "failure": "bad", "action_required": "bad",
         "timed_out": "bad", "cancelled": "bad"}  # fmt: skip
TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "sandbox"
GUARDS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Deed = Callable[[World, Repository, Pull, str], None]


def add_to(app: Flask, server: Server) -> None:
    """Put the pages into an application."""
    views = Views(server)
    app.add_url_rule("/", "page index", views.index)
    app.add_url_rule("/sandbox.css", "page style", views.style)
    app.add_url_rule("/<owner>/<repo>", "page repository", views.repository)
    app.add_url_rule("/<owner>/<repo>/pull/<int:number>", "page pull", views.pull)
    app.add_url_rule("/<owner>/<repo>/pull/<int:number>.diff", "page diff", views.diff)
    app.add_url_rule("/<owner>/<repo>/commit/<sha>", "page commit", views.commit)
    app.add_url_rule("/<owner>/<repo>/blob/<ref>/<path:path>", "page blob", views.blob)
    app.add_url_rule("/<owner>/<repo>/runs/<int:run_id>", "page run", views.run)
    app.add_url_rule("/<owner>/<repo>/pull/<int:number>/<deed>", "page deed", views.act, methods=["POST"])


class Views:
    """The pages of one sandbox."""

    def __init__(self, server: Server):
        self.server = server
        self.world = server.world
        loader = FileSystemLoader(TEMPLATES)
        self.environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        self.environment.filters["gfm"] = lambda text: Markup(to_html(text or ""))  # noqa: S704 - cleaned there
        self.environment.filters["when"] = when

    def show(self, name: str, status: int = 200, **facts: Any) -> Response:
        """One page."""
        people = [each for each in self.world.accounts.values() if each.token and each.kind == "User"]
        wanted = request.values.get("as") or request.values.get("person") or ""
        me = wanted if wanted in {each.login for each in people} else people[0].login
        text = self.environment.get_template(name).render(people=people, me=me, faces=FACES, **facts)
        return Response(text, status, GUARDS, content_type="text/html; charset=utf-8")

    def index(self) -> Response:
        """Repositories and their pull requests."""
        with self.world.lock:
            return self.listed(list(self.world.repositories.values()))

    def listed(self, repositories: list[Repository]) -> Response:
        """Repositories with their pull requests, what their checks say, and how to clone them."""
        facts = [(each, [(pull, checks_word(each, pull)) for pull in newest(each)]) for each in repositories]
        here = f"http://{request.host}" == self.world.address  # nobody else's page learns a token
        return self.show(
            "index.html.j2",
            repositories=facts,
            clone=lambda repository, login: clone_address(self.world, repository, login if here else ""),
        )

    def style(self) -> Response:
        """How it looks."""
        text = self.environment.get_template("style.css").render()
        return Response(text, headers=GUARDS, content_type="text/css; charset=utf-8")

    def repository(self, owner: str, repo: str) -> Response:
        """One repository's pull requests."""
        with self.world.lock:
            repository = self.world.repository(f"{owner}/{repo}")
            return self.listed([repository])

    def diff(self, owner: str, repo: str, number: int) -> Response:
        """What a pull request changes, as plain text."""
        with self.world.lock:
            repository = self.world.repository(f"{owner}/{repo}")
            known = pull_of(repository, number)
            git = Git(repository.folder)
            text = git.diff(git.merge_base(known.base_sha, known.head_sha), known.head_sha)
        return plain(text)

    def commit(self, owner: str, repo: str, sha: str) -> Response:
        """One commit with what it changed: where links to evidence lead."""
        with self.world.lock:
            git = Git(self.world.repository(f"{owner}/{repo}").folder)
            return plain(git.shown(git.commit_sha(sha)))

    def blob(self, owner: str, repo: str, ref: str, path: str) -> Response:
        """One file at a commit or branch, as plain text."""
        with self.world.lock:
            git = Git(self.world.repository(f"{owner}/{repo}").folder)
            kind, _, content = git.content(git.commit_sha(ref), path) or ("", "", b"")
        if kind != "blob":
            raise not_found()
        return plain(content.decode(errors="replace"))

    def run(self, owner: str, repo: str, run_id: int) -> Response:
        """One check run."""
        with self.world.lock:
            repository = self.world.repository(f"{owner}/{repo}")
            known = checks.run_of(repository, run_id)
            pull = next((each for each in repository.pulls.values() if each.head_sha == known.sha), None)
            return self.show("run.html.j2", repository=repository, run=shown_run(known), pull=pull)

    def pull(self, owner: str, repo: str, number: int, wrong: str = "", status: int = 200) -> Response:
        """One pull request."""
        with self.world.lock:
            repository = self.world.repository(f"{owner}/{repo}")
            known = pull_of(repository, number)
            facts = pull_facts(self.world, repository, known)
            return self.show("pull.html.j2", status, repository=repository, pull=known, wrong=wrong, **facts)

    def act(self, owner: str, repo: str, number: int, deed: str) -> BaseResponse:
        """Do what a form asks, then show the page again."""
        same_origin(self.world)
        try:
            with self.world.lock:
                repository = self.world.repository(f"{owner}/{repo}")
                person = self.world.account(request.form.get("person", ""))
                if deed not in DEEDS or not person.token:
                    raise not_found()
                if ROLES.index(self.world.role(repository, person.login)) < ROLES.index("read"):
                    raise not_found()
                DEEDS[deed](self.world, repository, pull_of(repository, number), person.login)
        except Refusal as refusal:
            return self.pull(owner, repo, number, refusal_words(refusal), refusal.status)
        return redirect(f"/{repository.full_name}/pull/{number}?as={person.login}", 303)


def plain(text: str) -> Response:
    """Text that no browser takes for a page."""
    return Response(text, headers=GUARDS, content_type="text/plain; charset=utf-8")


def newest(repository: Repository) -> list[Pull]:
    """Its pull requests, the newest first."""
    return sorted(repository.pulls.values(), key=lambda each: -each.number)


def clone_address(world: World, repository: Repository, login: str) -> str:
    """What `git clone` takes as it stands: with a person's token where the repository is private."""
    place = f"{world.address}/{repository.full_name}.git"
    token = world.account(login).token if repository.private and login else ""
    return place.replace("://", f"://{login}:{token}@", 1) if token else place


def checks_word(repository: Repository, known: Pull) -> tuple[str, str] | None:
    """What the checks of an open pull request come to, and how that looks; None where there are none."""
    if known.state != "open":
        return None
    rules = repository.protections.get(known.base_ref)
    latest = {run.name: run for run in repository.runs.values() if run.sha == known.head_sha}
    looks = [LOOKS.get(run.conclusion or "", "waiting") for run in latest.values()]
    looks += ["waiting" for name in (rules.checks if rules else ()) if name not in latest]
    for look, word in (("bad", "checks failing"), ("waiting", "checks pending"), ("good", "checks passed")):
        if look in looks:
            return word, look
    return ("checks neutral", "calm") if looks else None


def same_origin(world: World) -> None:
    """Only the sandbox's own pages may send forms. Raises Refusal (403)."""
    here = {world.address, world.address.replace("127.0.0.1", "localhost")}
    if request.headers.get("Origin", "") not in here or f"http://{request.host}" not in here:
        raise Refusal(403, "This form was not sent from a page of the sandbox.")


def refusal_words(refusal: Refusal) -> str:
    """What to tell a person."""
    return (refusal.errors or [{}])[0].get("message", refusal.message)


def when(moment: datetime | None) -> str:
    """A moment for people."""
    return f"{moment:%-d %b %Y %H:%M} UTC" if moment else ""


def shown_run(run: CheckRun) -> dict[str, Any]:
    """A check run for a page."""
    state = run.conclusion or run.status
    return {"run": run, "state": state.replace("_", " "), "look": LOOKS.get(run.conclusion or "", "waiting")}


def pull_facts(world: World, repository: Repository, known: Pull) -> dict[str, Any]:
    """What the page of a pull request shows."""
    rules = repository.protections.get(known.base_ref)
    latest = {run.name: run for run in repository.runs.values() if run.sha == known.head_sha}
    expected = sorted(set(rules.checks if rules else ()) - set(latest))
    said = [each for each in repository.comments.values() if each.number == known.number]
    files, added, deleted, commits = sizes(repository.folder, known.base_sha, known.head_sha)
    return {
        "comments": [(each, world.accounts.get(each.login), counted(each.reactions)) for each in said],
        "reviews": [(each, VERDICTS[each.state]) for each in known.reviews],
        "runs": [shown_run(run) for run in latest.values()],
        "required": set(rules.checks) if rules else set(),
        "expected": expected,
        "holds": [each.words for each in holds(world, repository, known)] if known.state == "open" else [],
        "merge_queue": bool(rules and rules.merge_queue),
        "entry": queue.entry_of(repository, known.number),
        "files": files,
        "added": added,
        "deleted": deleted,
        "commits": commits,
    }


def counted(reactions: list[Any]) -> dict[str, list[str]]:
    """Who gave each reaction."""
    return {
        content: people
        for content in FACES
        if (people := [each.login for each in reactions if each.content == content])
    }


def comment(world: World, repository: Repository, known: Pull, person: str) -> None:
    """The comment box."""
    conversation.comment(world, repository, known.number, person, request.form.get("body", "").replace("\r\n", "\n"))


def react(world: World, repository: Repository, known: Pull, person: str) -> None:
    """A reaction under a comment; the same again takes it back."""
    target = conversation.comment_of(repository, int(request.form["comment"]))
    made, new = conversation.react(world, target, person, request.form["content"])
    if not new:
        conversation.unreact(target, made.id)


def click(world: World, repository: Repository, known: Pull, person: str) -> None:
    """A button of a check run."""
    checks.click(
        world, repository, checks.run_of(repository, int(request.form["run"])), request.form["identifier"], person
    )


def rerun(world: World, repository: Repository, known: Pull, person: str) -> None:
    """Ask for a check run again."""
    checks.rerequest(world, repository, checks.run_of(repository, int(request.form["run"])), person)


def merge(world: World, repository: Repository, known: Pull, person: str) -> None:
    """The merge button, which is there for people who may write."""
    checks.may_write(world, repository, person)
    rules = repository.protections.get(known.base_ref)
    if rules and rules.merge_queue:
        merging.enqueue(world, repository, known.number, person)
    else:
        merging.merge(world, repository, known.number, person, sha=request.form.get("sha"))


def approve(world: World, repository: Repository, known: Pull, person: str) -> None:
    """An approving review."""
    pulls.review(world, repository, known, person, "APPROVE", "", None)


def close(world: World, repository: Repository, known: Pull, person: str) -> None:
    pulls.set_state(world, repository, known, "closed", person)


def reopen(world: World, repository: Repository, known: Pull, person: str) -> None:
    """Open it again."""
    pulls.set_state(world, repository, known, "open", person)


DEEDS: dict[str, Deed] = {
    "comment": comment, "react": react, "click": click, "rerun": rerun, "merge": merge, "approve": approve,
    "close": close, "reopen": reopen,
}  # fmt: skip
