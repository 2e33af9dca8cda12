"""git over HTTP: clone, fetch and push, served by git itself, with the tokens of the REST interface."""

import gzip
import subprocess
import tempfile
from collections.abc import Iterator
from typing import IO

from flask import Flask, Response, request

from bot.sandbox import access
from bot.sandbox.access import Caller, Need
from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.git import PROTECTED, Git, environment
from bot.sandbox.git_listings import NOTHING
from bot.sandbox.server import Server, strike
from bot.sandbox.state import Repository, World, writable
from bot.sandbox.verbs import pushes

SERVICES = {"git-upload-pack": "upload-pack", "git-receive-pack": "receive-pack"}
READ = Need(("contents:read",), "read", writes=False)
WRITE = Need(("contents:write",), "write")
CHUNK = 65_536
LARGEST_PUSH = 2 * 1024**3  # bytes; GitHub takes no larger one
# a source on this disk may itself be a partial clone: partial clones of it work all the same
LENIENT = 'uploadpack.packObjectsHook=pack() { "$@" --missing=allow-any; }; pack'


def add_to(app: Flask, server: Server) -> None:
    """Put the three addresses git uses into an application."""

    def advertise(owner: str, repo: str) -> Response:
        return advertised(server, owner, repo)

    def serve(owner: str, repo: str, service: str) -> Response:
        return served(server, owner, repo, service)

    app.add_url_rule("/<owner>/<repo>/info/refs", "git refs", advertise)
    app.add_url_rule("/<owner>/<repo>/<any('git-upload-pack','git-receive-pack'):service>", "git", serve,
                     methods=["POST"])  # fmt: skip


def opened(server: Server, owner: str, repo: str, service: str) -> tuple[Repository, Caller]:
    """The repository and who asks for it. Raises Refusal (401 where nobody signed in, 403, 404)."""
    fault = server.faults.met(request.method, request.path)
    if fault:
        strike(fault)
    if service not in SERVICES:
        raise Refusal(403, "Only the smart protocol is spoken here.")
    with server.world.lock:
        caller = access.authenticate(server.world, request.headers.get("Authorization"))
        repository = lookup(server.world, f"{owner}/{repo.removesuffix('.git')}")
        need = WRITE if service == "git-receive-pack" else READ
        if caller.kind == "anonymous" and (repository is None or repository.private or need is WRITE):
            raise Refusal(401, "Requires authentication", headers={"WWW-Authenticate": 'Basic realm="GitHub"'})
        if repository is None:
            raise not_found()
        access.allow(server.world, caller, need, repository)
        if need is WRITE:
            writable(repository)
        return repository, caller


def lookup(world: World, name: str) -> Repository | None:
    """A repository by its name or one it had; git needs no redirect."""
    return world.find(name) or world.repositories.get(world.moved.get(name.lower(), 0))


def command(service: str, repository: Repository, *options: str) -> list[str]:
    """How git is asked to serve. Protected branches are shown to pushes, which then send only what is new."""
    settings = (f"core.hooksPath={repository.folder / 'hooks'}", "safe.directory=*", LENIENT)
    chosen = [part for setting in settings for part in ("-c", setting)]
    return ["git", *chosen, SERVICES[service], "--stateless-rpc", *options, str(repository.folder)]


def bound(repository: Repository) -> dict[str, str]:
    """The environment of a push: the branches that move by merge only, for the hook that refuses them."""
    names = [f"refs/heads/{name}" for name, rules in repository.protections.items() if rules.enforce_admins]
    return {PROTECTED: "".join(f"{name}\n" for name in names)}


def protocol() -> dict[str, str]:
    """The environment of a serving git, with the protocol version the client asked for."""
    asked = request.headers.get("Git-Protocol", "")
    plain = all(each.isalnum() or each in "=:-_." for each in asked)
    return environment() | ({"GIT_PROTOCOL": asked} if asked and plain else {})


def advertised(server: Server, owner: str, repo: str) -> Response:
    """The references of a repository."""
    service = request.args.get("service", "")
    repository, _ = opened(server, owner, repo, service)
    shown = subprocess.run(
        command(service, repository, "--advertise-refs"), capture_output=True, env=protocol(), check=True
    ).stdout
    line = f"# service={service}\n"
    head = f"{len(line) + 4:04x}{line}0000".encode()
    kind = f"application/x-{service}-advertisement"
    return Response(head + shown, content_type=kind, headers={"Cache-Control": "no-cache"})


def served(server: Server, owner: str, repo: str, service: str) -> Response:
    """One exchange. A push is followed up before the answer ends, so that its webhooks tell of what is there."""
    repository, caller = opened(server, owner, repo, service)
    with spooled() as sent:
        if service == "git-receive-pack":
            body: bytes | Iterator[bytes] = received(server, repository, caller, sent)
        else:
            body = streamed(command(service, repository), sent)
    return Response(body, content_type=f"application/x-{service}-result", headers={"Cache-Control": "no-cache"})


def spooled() -> IO[bytes]:
    """The body of the request, unpacked, in a file; it may be larger than what REST takes."""
    request.max_content_length = LARGEST_PUSH
    spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    packed = request.headers.get("Content-Encoding") == "gzip"
    source: IO[bytes] = gzip.GzipFile(fileobj=request.stream) if packed else request.stream  # type: ignore[assignment]
    while chunk := source.read(CHUNK):
        spool.write(chunk)
    spool.seek(0)
    return spool


def streamed(arguments: list[str], sent: IO[bytes]) -> Iterator[bytes]:
    """What git says, piece by piece."""
    running = subprocess.Popen(arguments, stdin=sent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=protocol())
    return pieces(running)


def pieces(running: "subprocess.Popen[bytes]") -> Iterator[bytes]:
    """The same of a git that runs."""
    with running:
        if running.stdout is not None:
            while chunk := running.stdout.read1(CHUNK):  # type: ignore[attr-defined]
                yield chunk


def received(server: Server, repository: Repository, caller: Caller, sent: IO[bytes]) -> bytes:
    """A push: taken by git, which refuses protected branches, then told."""
    git = Git(repository.folder)
    with server.world.lock:
        before = git.refs("refs/heads/")
        done = subprocess.run(
            command("git-receive-pack", repository),
            stdin=sent,
            capture_output=True,
            env=protocol() | bound(repository),
            check=False,
        )
        after = git.refs("refs/heads/")
        for ref in sorted({*before, *after}):
            old, new = before.get(ref, NOTHING), after.get(ref, NOTHING)
            pushes.pushed(server.world, repository, ref, old, new, caller.login)
        return done.stdout
