"""Operations on what is in a repository: files, folders, trees and blobs."""

import base64
from html import escape

from bot.sandbox import media
from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.markdown import to_html
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import repositories as shapes

LARGEST_CONTENT = 1024 * 1024  # bytes; GitHub leaves the content of larger files out
LISTED = 100_000  # entries of a tree


@operation("GET /repos/{owner}/{repo}/contents/{path}", "contents:read", "read")
def get_content(call: Call) -> Answer:
    """A file or folder at a branch or commit."""
    repository, path = call.repository, call.parts.get("path", "").strip("/")
    ref = call.query.get("ref", repository.default_branch)
    sha = call.git.resolve(ref)
    if sha is None:
        raise Refusal(404, f"No commit found for the ref {ref}")
    entry = call.git.content(sha, path) if path else ("tree", sha, b"")
    if entry is None:
        raise not_found()
    kind, identity, body = entry
    if kind == "tree":
        rows = call.git.listing(sha, path)
        return Answer(
            body=[shapes.content(call.world, repository, name, ref, what, each, None) for what, each, name in rows]
        )
    match media.asked(call.accept):
        case "raw":
            return Answer(text=body, media_type=media.of("raw"))
        case "html":
            return Answer(text=rendered(path, body.decode(errors="replace")), media_type=media.of("html"))
    shown = shapes.content(call.world, repository, path, ref, kind, identity, body)
    too_large = {"content": "", "encoding": "none"} if len(body) > LARGEST_CONTENT else {}
    return Answer(body=shown | too_large)


def rendered(path: str, text: str) -> str:
    """A file as HTML: Markdown as people read it, all else as it is."""
    return to_html(text) if path.lower().endswith((".md", ".markdown")) else f"<pre>{escape(text)}</pre>"


@operation("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", "contents:read", "read")
def get_tree(call: Call) -> Answer:
    """A folder as git has it, with what is below where the query says `recursive`."""
    name = call.parts["tree_sha"]
    sha = call.git.tree(call.git.resolve(name) or name)
    url = f"{shapes.url_of(call.world, call.repository)}/git"
    entries = call.git.tree_entries(sha, "recursive" in call.query)
    rows = [
        {"path": path, "mode": mode, "type": kind, "sha": each, "url": f"{url}/{kind}s/{each}"}
        | ({"size": size} if size is not None else {})
        for mode, kind, each, size, path in entries[:LISTED]
    ]
    return Answer(body={"sha": sha, "url": f"{url}/trees/{sha}", "tree": rows, "truncated": len(entries) > LISTED})


@operation("GET /repos/{owner}/{repo}/git/blobs/{file_sha}", "contents:read", "read")
def get_blob(call: Call) -> Answer:
    """The content of a file by its object id."""
    sha = call.parts["file_sha"]
    body = call.git.blob(sha)
    if media.asked(call.accept) == "raw":
        return Answer(text=body, media_type=media.of("raw"))
    url = f"{shapes.url_of(call.world, call.repository)}/git/blobs/{sha}"
    text = base64.encodebytes(body).decode()
    said = {"sha": sha, "node_id": f"B_{sha}", "size": len(body), "url": url}
    return Answer(body=said | {"content": text, "encoding": "base64"})
