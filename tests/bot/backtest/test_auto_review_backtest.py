"""Automatic review, tried on a history: who brought what, what was known when, and what would have landed by itself."""

import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from backtest_world import call

from bot.backtest.auto_review.accounts import Accounts, is_program
from bot.backtest.auto_review.commits import Brought, Signature, Written, read_brought
from bot.backtest.auto_review.measure import Group, compared, groups, layers
from bot.backtest.auto_review.passes import DIALS, Tried
from bot.backtest.auto_review.pulls import ELSEWHERE, HERE, arrivals
from bot.backtest.auto_review.registry import branch_of, registered, seen, source_of
from bot.backtest.auto_review.report import TAKEN_AS_GIVEN
from bot.backtest.auto_review.track import Tracks
from bot.backtest.landings import Landing
from bot.backtest.outcomes import Outcome, Outcomes
from bot.commands import trial
from bot.policy.candidate import WEB_FLOW
from bot.policy.config import parse
from bot.policy.radar.funnel import Passage
from bot.policy.radar.stage import PASSED, person
from scoring.git import Git

DAY = 86400
DEPENDABOT = Signature("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com")
ADA = Signature("Ada Lovelace", "ada@example.org")
FORGE = Signature("GitHub", "noreply@github.com")
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def written(author: Signature, message: str = "Change\n", sha: str = "a", parents: tuple[str, ...] = ("p",)) -> Written:
    return Written(sha, parents, author, FORGE, message)


def alone(commit: Written) -> Brought:
    return Brought(commit, ())


def test_a_private_address_tells_the_number_of_an_account_and_its_other_names_have_the_same() -> None:
    older = Signature("dependabot[bot]", "support@dependabot.com")
    renovate = Signature("Renovate Bot", "bot@renovateapp.com")
    numbered = Signature("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com")
    accounts = Accounts([older, DEPENDABOT, renovate, numbered])
    assert {accounts.person(who).id for who in (older, DEPENDABOT)} == {49699333}
    assert {accounts.person(who).id for who in (renovate, numbered)} == {29139614}


def test_who_never_used_a_private_address_has_one_number_below_zero_for_all_addresses() -> None:
    other = Signature("Ada Lovelace", "lovelace@example.com")
    accounts = Accounts([ADA, other, DEPENDABOT])
    assert accounts.person(ADA).id == accounts.person(other).id < 0


@pytest.mark.parametrize(
    ("name", "program"),
    [("Hosted Weblate", True), ("Angular Robot", True), ("Copybara-Service", True), ("electron-roller[bot]", True),
     ("Ada Lovelace", False), ("Abbott Lopez", False)],
)  # fmt: skip
def test_programs_are_told_by_what_they_call_themselves(name: str, program: bool) -> None:
    assert is_program(Signature(name, "x@example.org")) is program


def test_a_squashed_branch_with_a_second_author_is_no_longer_its_bots_alone() -> None:
    message = "Bump a\n\nCo-authored-by: Ada Lovelace <ada@example.org>\n"
    arrival = arrivals({"a": alone(written(DEPENDABOT, message))}, "")["a"]
    assert arrival.author.bot
    assert [helper and helper.bot for helper in arrival.origin.commits[0].helpers] == [False]


def test_a_bots_own_name_in_a_trailer_is_nobody_else() -> None:
    message = f"Bump a\n\nCo-authored-by: {DEPENDABOT.name} <{DEPENDABOT.address}>\n"
    arrival = arrivals({"a": alone(written(DEPENDABOT, message))}, "")["a"]
    assert arrival.origin.commits[0].helpers == (arrival.author,)


def test_only_the_commits_of_a_merged_branch_tell_who_committed_them() -> None:
    merge = written(ADA, "Merge pull request #7 from acme/x\n", parents=("p", "b"))
    arrival = arrivals({"a": Brought(merge, (written(DEPENDABOT, sha="b"),))}, "")["a"]
    assert arrival.origin.commits[0].committer == WEB_FLOW
    assert arrival.head == "b"
    squashed = arrivals({"a": alone(written(DEPENDABOT))}, "")["a"]
    assert squashed.origin.commits[0].committer == squashed.author


@pytest.mark.parametrize(("owner", "repository"), [("acme", HERE), ("ACME", HERE), ("other", ELSEWHERE), ("", HERE)])
def test_the_subject_of_a_merge_tells_the_branch_and_whether_it_was_a_forks(owner: str, repository: int) -> None:
    merge = written(ADA, "Merge pull request #7 from acme/dependabot/npm/left-pad-2\n\nBump", parents=("p", "b"))
    arrival = arrivals({"a": Brought(merge, (written(DEPENDABOT, sha="b"),))}, owner)["a"]
    assert (arrival.author.id, arrival.branch) == (49699333, "dependabot/npm/left-pad-2")
    assert arrival.origin.head_repository == repository


def test_a_history_without_a_registry_gets_a_source_for_each_program_that_wrote_ten_changes() -> None:
    roller = Signature("electron-roller[bot]", "84116207+electron-roller[bot]@users.noreply.github.com")
    counts = ((DEPENDABOT, 12), (roller, 10), (ADA, 30), (Signature("rare-bot", "rare@example.org"), 9))
    brought = {f"{who.name}{n}": alone(written(who)) for who, count in counts for n in range(count)}
    arrived = arrivals(brought, "")
    sources = seen(arrived.values())
    assert {name: (each.account, each.kind) for name, each in sources.items()} == {
        "dependabot": (49699333, "dependencies"), "electron-roller": (84116207, "dependencies"),
    }  # fmt: skip
    config = registered(parse("version: 1\n", "a file"), arrived.values())
    assert config.auto_review.mode == "enforce"
    source = source_of(arrived["dependabot[bot]0"], config)
    assert branch_of(arrived["dependabot[bot]0"], source) == "dependabot/x"
    assert source_of(arrived["Ada Lovelace0"], config) is None


def test_a_source_that_the_configuration_names_is_the_only_one() -> None:
    file = "version: 1\nauto_review: {mode: shadow, sources: {bumps: {like: dependabot}}}\n"
    config = registered(parse(file, "a file"), [])
    assert list(config.auto_review.sources) == ["bumps"]


def landing(row: int, days: float) -> Landing:
    return Landing(row, f"{row:040x}", MONDAY + timedelta(days=days), 0, "", ())


def outcomes(*known: tuple[int, float], kind: str = "revert") -> Outcomes:
    by_row = {
        row: Outcome(row, int(MONDAY.timestamp() + days * DAY), kind, "", "", 1)  # type: ignore[arg-type]
        for row, days in known
    }
    return Outcomes(by_row, {}, 0, frozenset())


def test_a_past_counts_sixty_days_and_only_what_was_known_at_the_moment() -> None:
    tracks = Tracks(outcomes((1, 20.0)), 60, ZoneInfo("UTC"))
    for row, days in enumerate((0.0, 10.0, 30.0)):
        tracks.landed("a", landing(row, days))
    moments = {days: tracks.at("a", MONDAY + timedelta(days=days), "P50") for days in (19.0, 21.0, 60.5, 71.0)}
    assert {days: (track.landed, track.reverted) for days, track in moments.items()} == {
        19.0: (3, 0), 21.0: (3, 1), 60.5: (2, 1), 71.0: (1, 0),
    }  # fmt: skip
    assert tracks.at("b", MONDAY, "P50").landed == 0


def test_what_landed_by_itself_is_counted_by_dial_and_by_the_day_of_the_organisation() -> None:
    tracks = Tracks(outcomes(), 60, ZoneInfo("Pacific/Auckland"))  # there it is Tuesday, one in the morning
    tracks.by_itself("a", landing(0, 0), "P50")
    later = {hours: tracks.at("a", MONDAY + timedelta(hours=hours), "P50").landed_today for hours in (-2, 1, 22, 23)}
    assert later == {-2: 0, 1: 1, 22: 1, 23: 0}
    assert tracks.at("a", MONDAY, "P20").landed_today == 0


def tried(row: int, kind: str, passes: bool, rule: str = "hunk_unknown") -> Tried:
    end = Passage("review", PASSED if passes else person(rule, ""))
    ends = dict.fromkeys(DIALS, end)
    return Tried(landing(row, 0), "people" if kind == "people" else "a", kind, ends, ends)


def test_rates_are_those_of_what_passed_against_all_that_did_not() -> None:
    landings = [tried(n, "codemod", n < 30) for n in range(50)] + [tried(n, "people", False) for n in range(50, 150)]
    row = compared(
        landings,
        outcomes((0, 1), (40, 1), (60, 1), (70, 1)),
        Group("programs", lambda each: each.kind != "people"),
        "P50",
        given=True,
    )
    shown = {name: row[name] for name in ("of", "passed", "yield", "faults", "rate", "others", "others_faults")}
    assert shown == {
        "of": 50,
        "passed": 30,
        "yield": 0.6,
        "faults": 1,
        "rate": 0.0333,
        "others": 120,
        "others_faults": 3,
    }
    assert row["ratio"] == 1.333  # 1 of 30 against 3 of 120
    assert row["ratio_low"] < 1 < row["ratio_high"]  # type: ignore[operator]


def test_where_nothing_failed_of_few_the_ratio_is_nothing_with_a_wide_upper_end() -> None:
    landings = [tried(n, "codemod", n < 2) for n in range(1000)]
    row = compared(landings, outcomes((500, 1), (501, 1)), Group("all", lambda _: True), "P50", given=True)
    assert (row["ratio"], row["ratio_low"], row["faults"]) == (0.0, 0.0, 0)
    assert row["ratio_high"] == pytest.approx(0.6576 / (2 / 998), abs=0.1)  # of 0 of 2 over 2 of 998


def test_layers_are_counted_by_who_was_kept_out_and_what_became_of_it() -> None:
    landings = [tried(0, "people", False), tried(1, "codemod", False, "threshold"), tried(2, "people", False)]
    rows = list(layers(landings, outcomes((2, 1)), "P50", given=True))
    assert [(row["rule"], row["programs"], row["people"], row["faults"]) for row in rows] == [
        ("hunk_unknown", 0, 2, 1), ("threshold", 1, 0, 0),
    ]  # fmt: skip


def test_a_group_of_none_is_left_out() -> None:
    assert [group.name for group in groups([tried(0, "people", True)])] == ["all", "people"]


# --- the whole command


def history(folder: Path, landings: int = 330) -> Path:
    """People's code, and two bots: one that only comments, one that pins."""
    stream, at = b"", int(datetime(2021, 1, 1, tzinfo=UTC).timestamp())
    for place in range(landings):
        who, files = _written(place)
        text = f"Adjust {place}\n" if place % 50 != 49 else f'Revert "Adjust {place - 3}"\n'
        person = f"{who.name} <{who.address}> {at + place * 3 * DAY} +0000".encode()
        stream += b"commit refs/heads/main\nauthor " + person + b"\ncommitter " + person + b"\n"
        stream += f"data {len(text)}\n{text}".encode()
        for path, content in files.items():
            stream += f"M 100644 inline {path}\ndata {len(content)}\n{content}\n".encode()
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "fast-import", "--quiet"], input=stream, check=True)
    return folder


def _written(place: int) -> tuple[Signature, Mapping[str, str]]:
    tidy = Signature("tidy[bot]", "900001+tidy[bot]@users.noreply.github.com")
    if place % 5 == 4:
        return tidy, {"shop/notes.py": f"# This is read by people who look for reason {place} of it.\nx = 1\n"}
    if place % 5 == 3:
        return DEPENDABOT, {"requirements.txt": f"flask==3.0.{place}\n"}
    return ADA, {f"shop/part{place % 7}.py": "".join(f"y{n} = {place}\n" for n in range(place % 30 + 1))}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], str, str]:
    folder = tmp_path_factory.mktemp("auto")
    plain, page = folder / "all.json", folder / "page.md"
    repo = history(folder / "shop.git", 420)
    asked = ("--auto-review", "--json", str(plain), "--markdown", str(page), "--name", "a/shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "LEAST_LANDINGS", 50)
        ran = call(repo, folder / "state", *asked)
    assert ran.exit_code == 0, ran.output
    return json.loads(plain.read_text()), page.read_text(), ran.output


def test_the_report_names_the_sources_of_the_history_and_what_git_does_not_tell(
    report: tuple[dict[str, object], str, str],
) -> None:
    figures, page, text = report
    assert [(each["name"], each["kind"]) for each in figures["sources"]] == [
        ("dependabot", "dependencies"),
        ("tidy", "codemod"),
    ]  # type: ignore[attr-defined]
    assert figures["taken_as_given"] == list(TAKEN_AS_GIVEN)
    for words in (*TAKEN_AS_GIVEN, "association is no proof"):
        assert words in page
        assert words in text


def test_every_landing_is_counted_at_every_dial_and_the_wider_one_lets_no_less_through(
    report: tuple[dict[str, object], str, str],
) -> None:
    rows = [row for row in report[0]["rates"] if row["group"] == "all"]  # type: ignore[attr-defined]
    assert {row["of"] for row in rows} == {report[0]["landings"]}
    for given in (True, False):
        passed = [row["passed"] for row in rows if row["given"] is given]
        assert passed == sorted(passed)


def test_too_short_a_history_is_refused_with_what_to_do_instead(tmp_path: Path) -> None:
    ran = call(history(tmp_path / "shop.git", 40), tmp_path / "state", "--auto-review")
    assert ran.exit_code == 2
    assert "mode: shadow" in ran.output


def test_options_of_windows_do_not_go_with_automatic_review(tmp_path: Path) -> None:
    assert call(tmp_path, tmp_path, "--auto-review", "--html", str(tmp_path / "a")).exit_code == 2
    assert call(tmp_path, tmp_path, "--markdown", str(tmp_path / "a")).exit_code == 2


def test_what_a_merge_brought_is_read_once_and_belongs_to_the_landing_that_brought_it(tmp_path: Path) -> None:
    line = (("", "one"), ("from :1\n", "two"), ("from :1\n", "side"), ("from :2\nmerge :3\n", "merge"))
    stream = b"".join(commit(mark, onto, message) for mark, (onto, message) in enumerate(line, 1))
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "fast-import", "--quiet"], input=stream, check=True)
    git = Git(tmp_path)
    brought = read_brought(git, git.resolve("main"))
    told = [(each.landed.message, [commit.message for commit in each.commits]) for each in brought.values()]
    assert told == [("one", ["one"]), ("two", ["two"]), ("merge", ["side"])]


def commit(mark: int, onto: str, message: str) -> bytes:
    branch, who = "side" if message == "side" else "main", f"a <a@x> {mark} +0000"
    head = f"commit refs/heads/{branch}\nmark :{mark}\nauthor {who}\ncommitter {who}\n"
    return f"{head}data {len(message)}\n{message}\n{onto}".encode()
