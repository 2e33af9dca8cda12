"""One pull request from webhook to verdict: real HTTP, real git, real SQLite, real ONNX."""

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_mirror import crafted

from bot.commands.incidents import incidents
from bot.demo import replay
from bot.policy.config.freezes import Freeze
from bot.policy.pull import Person
from scoring.features import FEATURES
from tests.bot.conftest import BASIC, OPEN_WINDOW, WHO, Place


def post(place: Place, event: str, payload: dict[str, object], guid: str, secret: str | None = None) -> int:
    body = json.dumps(payload).encode()
    key = place.stage.sandbox.webhook_secret if secret is None else secret
    signature = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": guid,
        "X-Hub-Signature-256": signature,
    }
    request = urllib.request.Request(f"{place.stage.address}/webhook", body, headers)  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_risky_change_is_held_in_a_window_and_free_after_it(place: Place) -> None:
    place.window("red")
    number = place.open(place.large(), "Rework billing")
    assert place.check(number).conclusion == "failure"
    assert place.card(number).startswith("### Held until further notice · riskier than ")
    assert place.stage.sandbox.mergeable(place.name, number) == ['Required status check "codechill" is failing.']
    place.configure(BASIC)
    assert place.check(number).conclusion == "success"
    assert "free to land" in place.card(number).splitlines()[0]
    assert place.stage.sandbox.mergeable(place.name, number) == []


def test_what_is_critical_is_read_from_the_base_branch_and_never_from_the_pull_request(place: Place) -> None:
    place.configure(BASIC + 'notice: 0%\ncritical_from: {codeowners: {"@acme/docs": 1}, backstage: true}\n')
    component = b"kind: Component\nmetadata: {labels: {tier: 2}}\n"
    tip = place.stage.sandbox.tip(place.name)
    own = place.change("CODEOWNERS", b"/docs/ @acme/docs\n", tip)
    plain = place.open(place.change("docs/new.md", b"# New\n", own), "Says itself that docs are critical")
    for path, data in (("CODEOWNERS", b"/docs/ @acme/docs\n"), ("web/catalog-info.yaml", component)):
        tip = place.change(path, data, tip)
    place.stage.sandbox.push(place.name, "main", tip, place.stage.sandbox.release_manager)
    place.stage.settle()
    owned = place.open(place.change("docs/new.md", b"# New\n", tip), "Touches docs")
    catalogued = place.open(place.change("web/new.md", b"# New\n", tip), "Touches the web")
    said = [place.card(number) for number in (plain, owned, catalogued)]
    assert ["criticality tier" in card for card in said] == [False, True, True]
    assert "tier 1" in said[1]
    assert "tier 2" in said[2]


def test_a_comment_only_change_passes_a_full_freeze_and_a_one_token_change_does_not(place: Place) -> None:
    place.window("frozen")
    text = place.read("billing/ledger.py")
    comment = place.open(place.change("billing/ledger.py", text + b"\n# why: the auditors asked\n"), "Comment")
    token = place.open(place.change("billing/ledger.py", text + b"\nX = 1\n"), "Token")
    assert (place.check(comment).conclusion, place.check(token).conclusion) == ("success", "failure")
    assert "syntax tree" in (place.check(comment).summary or "").lower()
    assert (place.check(comment).title or "").startswith("Riskier than 0 of 100")


def test_the_same_delivery_twice_is_done_once(place: Place) -> None:
    place.window("red")
    number = place.open(place.large())
    pull = place.stage.sandbox.pull(place.name, number)
    repository = place.stage.sandbox.repository(place.name)
    payload: dict[str, object] = {
        "action": "synchronize",
        "number": number,
        "pull_request": {"number": number, "updated_at": "2020-01-01T00:00:00Z", "head": {"sha": pull.head_sha}},
        "repository": {"id": repository.id, "full_name": place.name},
        "installation": {"id": place.stage.sandbox.installation_id},
    }
    assert [post(place, "pull_request", payload, f"guid-{place.name[5:]}") for _ in range(3)] == [202, 202, 202]
    place.stage.settle()
    assert len(place.ours(number)) == 1
    conclusions = [run.conclusion for run in place.stage.sandbox.check_runs(place.name, pull.head_sha)]
    assert conclusions == ["failure"]


def test_a_wrong_signature_is_refused_and_nothing_is_stored(place: Place) -> None:
    assert post(place, "pull_request", {"action": "opened"}, "forged-1", secret="guessed") == 401
    assert place.stage.app.store.inbox.state("forged-1") is None


def test_a_fork_is_scored_from_the_base_repository(place: Place) -> None:
    place.window("red")
    number = place.open(place.large(), fork=True)
    assert place.check(number).conclusion == "failure"


def test_an_exception_needs_a_manager_and_holds_for_this_content_only(place: Place) -> None:
    people = place.stage.sandbox
    place.window("red")
    head = place.large()
    number = place.open(head)
    place.say(number, people.author, "/chill justify launch_with_rollback The launch is tonight.")
    place.say(number, people.author, "/chill approve")
    place.say(number, people.reviewer, "/chill approve")
    assert place.check(number).conclusion == "failure"
    place.say(number, people.release_manager, "/chill approve")
    assert place.check(number).conclusion == "success"
    pull = people.pull(place.name, number)
    people.push(place.name, pull.head_ref, place.change("api/search.py", b"def broken(): return 1\n", head))
    place.stage.settle()
    assert place.check(number).conclusion == "failure"


def test_an_approval_does_not_outlive_a_change_behind_a_crafted_binary(place: Place) -> None:
    """A line of the binary looks like a new commit to `git patch-id`, which reads no further."""
    people = place.stage.sandbox
    place.window("red")
    hidden = place.change("a.bin", crafted(), place.large())
    number = place.open(place.change("z.py", b"print('as approved')\n", hidden))
    place.say(number, people.author, "/chill justify launch_with_rollback The launch is tonight.")
    place.say(number, people.release_manager, "/chill approve")
    assert place.check(number).conclusion == "success"
    other = place.change("z.py", b"import os; os.system('anything else')\n", hidden)
    people.push(place.name, people.pull(place.name, number).head_ref, other)
    place.stage.settle()
    assert place.check(number).conclusion == "failure"


def test_a_merge_queue_is_refused_while_a_member_is_held_and_let_through_when_none_is(place: Place) -> None:
    people = place.stage.sandbox
    number = place.open(place.large())
    people.protect(place.name, merge_queue=True)
    place.stage.settle()
    entry = people.enqueue(place.name, number, people.author)
    place.stage.settle()
    check = people.check_run(place.name, entry.head_sha)
    assert check is not None
    assert check.conclusion == "success"


def test_a_merge_group_that_passed_and_waits_for_others_is_refused_when_a_window_opens(place: Place) -> None:
    people, app = place.stage.sandbox, place.stage.app
    number = place.open(place.large())
    people.protect(place.name, merge_queue=True)
    place.stage.settle()
    with people.world.lock:  # before anybody answers, a slow test becomes required as well
        entry = people.enqueue(place.name, number, people.author)
        people.protect(place.name, "", ("codechill", "tests"), from_app=False, merge_queue=True)
    place.stage.settle()
    passed = people.check_run(place.name, entry.head_sha)
    assert passed is not None
    assert passed.conclusion == "success"
    repository = people.repository(place.name).id
    assert [group.head_sha for group in app.store.groups.all_open(repository)] == [entry.head_sha]
    start_freeze(place, "red")
    again = people.check_run(place.name, entry.head_sha)
    assert again is not None
    assert again.conclusion == "failure"
    assert people.pull(place.name, number).merged_at is None
    people.dequeue(place.name, number, people.author)
    place.stage.settle()
    assert app.store.groups.all_open(repository) == ()


def start_freeze(place: Place, level: str) -> None:
    """By hand, kept without any news: only the clock can find it."""
    store, now = place.stage.app.store, place.stage.app.clock()
    freeze = Freeze("now", "Now", level, now, now + timedelta(hours=1), "the database moves", Person(1, "maya"))
    store.freezes.save(place.stage.sandbox.repository(place.name).id, freeze, at=now)
    place.stage.app.schedule.look()
    place.stage.app.worker.wake()
    place.stage.settle()


def test_when_a_window_opens_by_the_clock_every_open_pull_request_is_decided_again_and_counted(place: Place) -> None:
    now = place.stage.app.clock()
    soon = now.replace(microsecond=0)
    number = place.open(place.large())
    window = f"windows:\n  - {{name: Night, level: red, from: '{soon:%Y-%m-%d %H:%M}', to: 2099-01-01}}\n"
    door, place.stage.sandbox.webhook_url = place.stage.sandbox.webhook_url, ""
    place.configure(BASIC + window)
    place.stage.sandbox.webhook_url = door
    repository = place.stage.sandbox.repository(place.name).id
    store = place.stage.app.store
    store.configurations.save(repository, "main", text=BASIC + window, sha="0" * 40, at=now)
    assert place.check(number).conclusion == "success"
    place.stage.app.schedule.look()
    place.stage.app.worker.wake()
    place.stage.settle()
    assert place.check(number).conclusion == "failure"


def test_a_co_author_cannot_approve_even_as_a_manager(place: Place) -> None:
    people = place.stage.sandbox
    place.window("red")
    who = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada@acme.example"}
    words = f"Rework\n\nCo-authored-by: Maya <{people.release_manager}@users.noreply.github.com>\n"
    head = replay.write(place.folder, place.large(), "NOTES.txt", b"x\n", words, who)
    number = place.open(head)
    place.say(number, people.author, "/chill justify launch_with_rollback The launch is tonight.")
    answer = place.say(number, people.release_manager, "/chill approve")
    assert place.check(number).conclusion == "failure"
    assert "Approved" not in answer


@pytest.mark.parametrize("role", ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL", "Co-authored-by"])
def test_a_manager_whose_account_a_commit_belongs_to_cannot_approve_it(place: Place, role: str) -> None:
    """The address names nobody by itself: only the forge knows whose account it is."""
    people = place.stage.sandbox
    place.window("red")
    address = f"{people.release_manager}@example.org"
    who = {"GIT_AUTHOR_NAME": "X", "GIT_AUTHOR_EMAIL": "x@acme.example", "GIT_COMMITTER_EMAIL": "x@acme.example"}
    words = "Rework\n"
    if role == "Co-authored-by":
        words += f"\nCo-authored-by: X <{address}>\n"
    else:
        who[role] = address
    number = place.open(replay.write(place.folder, place.large(), "NOTES.txt", b"x\n", words, who))
    place.say(number, people.author, "/chill justify launch_with_rollback The launch is tonight.")
    answer = place.say(number, people.release_manager, "/chill approve")
    assert answer.startswith("Nobody who worked on a change can decide on its exception; it takes somebody else of")
    assert place.check(number).conclusion == "failure"


@pytest.mark.parametrize(
    "address", ["ada@acme.example", "nobody@elsewhere.example", "103+was@users.noreply.github.com"]
)
def test_a_manager_who_pushed_to_somebodys_branch_cannot_approve_it_whatever_address_the_commit_has(
    place: Place, address: str
) -> None:
    people = place.stage.sandbox
    place.window("red")
    head = place.large()
    number = place.open(head)
    who = {"GIT_AUTHOR_NAME": "X", "GIT_AUTHOR_EMAIL": address}
    pushed = replay.write(place.folder, head, "NOTES.txt", b"x\n", "One more\n", who)
    people.push(place.name, people.pull(place.name, number).head_ref, pushed, people.release_manager)
    place.stage.settle()
    place.say(number, people.author, "/chill justify launch_with_rollback The launch is tonight.")
    answer = place.say(number, people.release_manager, "/chill approve")
    assert answer.startswith("Nobody who worked on a change can decide on its exception; it takes somebody else of")
    assert place.check(number).conclusion == "failure"


def test_an_organisation_default_holds_where_a_repository_says_nothing(place: Place, shop: Path) -> None:
    people = place.stage.sandbox
    home = people.add_repository("acme/.github", shop, "main")
    folder = Path(home.folder)
    text = (BASIC + OPEN_WINDOW.replace("LEVEL", "red")).encode()
    who = {"GIT_AUTHOR_NAME": "Maya", "GIT_AUTHOR_EMAIL": "maya@acme.example"}
    tip = replay.git(folder, "rev-parse", "refs/heads/main")
    people.push("acme/.github", "main", replay.write(folder, tip, "codechill.yml", text, "Default\n", who))
    try:
        number = place.open(place.large())
        assert place.check(number).conclusion == "failure"
        tip = replay.git(folder, "rev-parse", "refs/heads/main")
        people.push("acme/.github", "main", replay.write(folder, tip, "codechill.yml", b"version: 1\n", "Thaw\n", who))
        place.stage.settle()
        assert place.check(number).conclusion == "success"  # at once, in every repository of the organisation
        broken = replay.write(folder, tip, "codechill.yml", b"version: 1\nfloor: [mod]\n", "Floor\n", who)
        pull = people.open_pull("acme/.github", title="Floor", head_sha=broken)
        place.stage.settle()
        check = people.check_run("acme/.github", pull.head_sha)
        assert check is not None
        assert "did you mean mode?" in (check.summary or "")
    finally:
        people.delete("acme/.github")


def test_a_calendar_file_that_is_pushed_decides_at_once(place: Place) -> None:
    place.configure(BASIC + "windows:\n  - {name: On-call, level: red, ics: on-call.ics}\n")
    number = place.open(place.large())
    assert place.check(number).conclusion == "success"
    assert "the calendar of On-call cannot be used: it is not there" in (place.check(number).summary or "")
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20200101T000000Z\r\nDTEND:20990101T000000Z\r\nEND:VEVENT"
    text = f"BEGIN:VCALENDAR\r\n{event}\r\nEND:VCALENDAR\r\n".encode()
    commit = place.change("on-call.ics", text, place.stage.sandbox.tip(place.name))
    place.stage.sandbox.push(place.name, "main", commit, place.stage.sandbox.release_manager)
    place.stage.settle()
    assert place.check(number).conclusion == "failure"


def test_incidents_that_the_operator_imports_count_in_the_next_score(place: Place, tmp_path: Path) -> None:
    def imported(*arguments: str) -> Result:
        options = ("--database", place.stage.app.store.engine.url.render_as_string(), "--repository", place.name)
        return CliRunner().invoke(incidents, [*options, *arguments])

    tip = place.stage.sandbox.tip(place.name)
    cause = replay.git(place.folder, "log", "-1", "--format=%H", tip, "--", "docs")
    first = place.open(place.change("docs/new.md", b"# New\n"), "Before")
    (tmp_path / "i.csv").write_text(f"incident,cause,known_at,severity\nINC-1,{cause[:12]},2030-01-01,sev1\n")
    told = imported(str(tmp_path / "i.csv"))
    again = imported(str(tmp_path / "i.csv"))
    second = place.open(place.change("docs/new.md", b"# New again\n"), "After")
    repository = place.stage.sandbox.repository(place.name).id
    before, after = (
        place.stage.app.store.assessments.get(repository, number, place.stage.sandbox.pull(place.name, number).head_sha)
        for number in (first, second)
    )
    assert (told.exit_code, again.exit_code) == (0, 0), told.output
    assert "INC-1" in told.stdout
    assert "nothing changed" in again.stderr
    assert before is not None
    assert after is not None
    assert after.labelled == before.labelled + 1
    (tmp_path / "i.csv").write_text("incident,cause,known_at\nINC-1,the database,2030-01-01\n")
    refused = imported(str(tmp_path / "i.csv"))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "names no cause" in refused.stderr
    assert "INC-1" in imported().stdout


def test_neither_a_title_nor_an_address_in_a_commit_moves_a_score(place: Place) -> None:
    veteran = replay.git(place.folder, "log", "-1", "--format=%ae", place.base)
    found = []
    for title, address in (
        ("Late", "new@x.example"),
        ("Late", veteran),
        ('Revert "Late"', veteran),
        ("docs: typo", ""),
    ):
        who = WHO | {"GIT_AUTHOR_EMAIL": address}
        text = place.read("billing/ledger.py") + b"\n\ndef late(a):\n    return a if a > 1 else None\n"
        written = replay.write(place.folder, place.base, "billing/ledger.py", text, f"{title}\n", who)
        number = place.open(written, title)
        head = place.stage.sandbox.pull(place.name, number).head_sha
        risk = place.stage.app.store.assessments.get(place.stage.sandbox.repository(place.name).id, number, head)
        assert risk is not None
        found.append(risk)
    # seconds passed between them
    assert [each.percentile for each in found] == pytest.approx([found[0].percentile] * 4, abs=1e-6)
    assert not {feature.name for feature in FEATURES if feature.person or not feature.gates} & {*found[0].features}


def test_whose_change_it_is_says_the_account_that_opened_it_and_no_commit(place: Place) -> None:
    people, store = place.stage.sandbox, place.stage.app.store
    address = replay.git(place.folder, "log", "-1", "--format=%ae", place.base)
    landed = replay.git(place.folder, "log", "--format=%H", f"--author=<{address}>", place.base).split()
    seen, change = {}, place.large()
    for login, confirmed in (("vera", address), ("sten", "sten@new.example")):
        login = f"{login}-{place.name[5:]}"
        people.add_person(login, member=True)
        people.confirm(login, confirmed)
        number = place.open(change, "Rework billing", author=login)
        account = people.world.accounts[login]
        repository, head = people.repository(place.name).id, people.pull(place.name, number).head_sha
        risk = store.assessments.get(repository, number, head)
        assert risk is not None
        seen[confirmed] = (store.accounts.commits(repository, account.id, since=risk.at), risk.percentile)
        people.close(place.name, number, login)
        place.settle()
    (vera, known), (sten, new) = seen.values()
    assert ({*(vera or ())}, sten) == ({*landed[:100]}, ())
    assert known < new
