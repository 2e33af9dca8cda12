"""Operations on commits: history, one commit, what lies between two, as JSON, as a diff or as mail."""

from bot.sandbox import media
from bot.sandbox.answers import Rows
from bot.sandbox.errors import Refusal, not_found
from bot.sandbox.git import EMPTY_TREE, literal, selection
from bot.sandbox.rest import Answer, Call, operation
from bot.sandbox.shapes import repositories as shapes

COMPARED_FILES = 300


@operation("GET /repos/{owner}/{repo}/commits", "contents:read", "read")
def list_commits(call: Call) -> Answer:
    """History from a branch or commit, newest first: of a path, of a time, of a person where the query says so."""
    git, query = call.git, call.query
    if not git.refs("refs/heads/"):
        raise Refusal(409, "Git Repository is empty.")
    start = git.commit_sha(query.get("sha", call.repository.default_branch))
    people = [addresses(call, query.get(role, "")) for role in ("author", "committer")]
    chosen, path = selection(query.get("since", ""), query.get("until", ""), *people), query.get("path", "").strip("/")

    def made(skip: int, limit: int) -> list[object]:
        facts = git.commits(start, limit=limit, skip=skip, chosen=chosen, path=path)
        return [shapes.commit(call.world, call.repository, each) for each in facts]

    return Answer(rows=Rows(git.count(start, chosen=chosen, path=path), made))


def addresses(call: Call, person: str) -> list[str]:
    """The addresses of an account, or the one address that was asked for."""
    known = next((each for each in call.world.accounts if each.lower() == person.lower()), None)
    if known is not None:
        return shapes.addresses_of(call.world, known)
    return [literal(person)] if person else []


@operation("GET /repos/{owner}/{repo}/commits/{ref}", "contents:read", "read")
def get_commit(call: Call) -> Answer:
    """One commit with what it changed; as a diff, as mail or as its SHA alone where the media type asks for it."""
    sha = call.git.resolve(call.parts["ref"])
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {call.parts['ref']}")
    facts = call.git.commits(sha, limit=1)[0]
    before = facts.parents[0] if facts.parents else EMPTY_TREE
    match media.asked(call.accept):
        case "sha":
            return Answer(text=sha, media_type=media.of("sha"))
        case "diff":
            return Answer(text=call.git.diff(before, sha), media_type=media.of("diff"))
        case "patch":
            return Answer(text=call.git.mail("-1", sha), media_type=media.of("patch"))
    files = call.git.changed_files(before, sha)
    return Answer(body=shapes.commit(call.world, call.repository, facts, files))


@operation("GET /repos/{owner}/{repo}/git/commits/{commit_sha}", "contents:read", "read")
def get_git_commit(call: Call) -> Answer:
    facts = call.git.commits(call.git.commit_sha(call.parts["commit_sha"]), limit=1)[0]
    return Answer(body=shapes.git_commit(call.world, call.repository, facts))


@operation("GET /repos/{owner}/{repo}/compare/{basehead}", "contents:read", "read")
def compare(call: Call) -> Answer:
    """What one commit has that another has not."""
    base_name, dots, head_name = call.parts["basehead"].partition("...")
    if not dots:
        raise not_found()
    git, repository = call.git, call.repository
    base, head = git.commit_sha(base_name.rpartition(":")[2]), git.commit_sha(head_name.rpartition(":")[2])
    common = git.merge_base(base, head)
    if common == EMPTY_TREE:
        raise Refusal(404, f"No common ancestor between {base_name} and {head_name}.")
    match media.asked(call.accept):
        case "diff":
            return Answer(text=git.diff(common, head), media_type=media.of("diff"))
        case "patch":
            return Answer(text=git.mail(f"{common}..{head}"), media_type=media.of("patch"))
    ahead, behind = git.count(head, f"^{base}"), git.count(base, f"^{head}")
    commits = git.commits(head, f"^{base}")
    files = git.changed_files(common, head)[:COMPARED_FILES]
    url, page = (
        f"{shapes.url_of(call.world, repository)}/compare/{base}...{head}",
        f"{call.world.address}/{repository.full_name}",
    )
    state = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    body = {
        "url": url,
        "html_url": f"{page}/compare/{base}...{head}",
        "permalink_url": f"{page}/compare/{base}...{head}",
        "diff_url": f"{page}/compare/{base}...{head}.diff",
        "patch_url": f"{page}/compare/{base}...{head}.patch",
        "base_commit": shapes.commit(call.world, repository, git.commits(base, limit=1)[0]),
        "merge_base_commit": shapes.commit(call.world, repository, git.commits(common, limit=1)[0]),
        "status": state.get((ahead > 0, behind > 0), "diverged"),
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
        "commits": [shapes.commit(call.world, repository, each) for each in reversed(commits)],
        "files": [shapes.file(call.world, repository, each, head) for each in files],
    }
    return Answer(body=body)
