"""Whether a change may be considered: each gate alone keeps it out, and nobody's proof opens a path that is closed."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_world import SATURDAY as NOW
from policy_world import changed, state

from bot.policy.candidate import Churn, SourceKey, Track, Trust
from bot.policy.config import Config, parse
from bot.policy.config.auto_review import Gates
from bot.policy.pull import Unknown
from bot.policy.radar import paths
from bot.policy.radar.gates import names_tests
from bot.policy.radar.paths import NAMED, sensitive
from bot.policy.radar.stage import PASSED, Answer, Candidate
from bot.policy.radar.stages.eligible import judge
from bot.policy.text import globs
from scoring.inspection import Inspection

KEY = SourceKey(70, 7, "tidy")
PERSON = SourceKey(70, 7, "people")
GOOD = Track(landed=300, reverted=0, rejected=3, judged=303)
FILE = """\
version: 1
auto_review:
  mode: {mode}
  sources:
    tidy: {{account: 99, kind: codemod, branch: "tidy/*"}}
    bumps: {{account: 98, kind: dependencies, branch: "bump/*"}}
    add-tests: {{account: 97, kind: codemod, branch: "tests/*"}}
  sensitive_paths: ["plans/**"]
  sox_paths: ["books/**"]
{more}
"""


def config(more: str = "", mode: str = "enforce") -> Config:
    return parse(FILE.format(mode=mode, more=more))


def trust(**changes: Any) -> Trust:
    return replace(Trust(KEY, GOOD, "P5"), **changes)


def answer(
    trusted: Trust | Unknown | None = None, *, paths: tuple[str, ...] | Unknown = ("api/list.py",),
    said: Config | None = None, **more: Any,
) -> Answer:  # fmt: skip
    known = state(content=changed(paths=paths), trust=trust() if trusted is None else trusted, **more)
    return judge(Candidate(known, said or config(), NOW))


def rule(trusted: Trust | Unknown | None = None, **more: Any) -> str:
    judged = answer(trusted, **more)
    assert (judged.outcome == "passed") == (judged.rule == "")
    assert judged.outcome in ("passed", "person")
    return judged.rule


def track(**changes: int) -> Trust:
    return trust(track=replace(GOOD, **changes))


def inspection(lines: int) -> Inspection:
    return Inspection((), (), 1, lines, False, 0.01)


def test_a_source_with_a_good_record_is_considered() -> None:
    assert answer() == PASSED


@pytest.mark.parametrize(
    ("changes", "shut"),
    [
        ({"incidents": 1}, "incidents"),
        ({"landed": 99, "judged": 102}, "landed"),
        ({"reverted": 5}, "revert_rate"),
        ({"rejected": 40, "judged": 340}, "rejection_rate"),
    ],
)
def test_radar_12_each_gate_alone_keeps_a_source_out(changes: dict[str, int], shut: str) -> None:
    assert rule(track(**changes)) == shut


@pytest.mark.parametrize(
    ("landed", "reverted", "shut"),
    [(99, 0, "landed"), (100, 0, ""), (100, 1, "revert_rate"), (146, 1, "revert_rate"), (147, 1, ""), (300, 3, "")],
)
def test_radar_13_rates_are_judged_by_their_upper_bound_so_that_few_landings_prove_little(
    landed: int, reverted: int, shut: str
) -> None:
    """0 of 100: up to 2.95 %; 1 of 100: up to 4.4 %; 1 of 146: up to 3.01 %; where 3 % may be."""
    assert rule(track(landed=landed, reverted=reverted, rejected=0, judged=landed)) == shut


def test_radar_13_a_bound_is_said_with_its_numbers() -> None:
    why = answer(track(landed=100, reverted=1, judged=103)).why
    assert why == (
        "1 of its 100 landed changes were reverted in 60 days: up to 4.36 % with 95 % confidence, at most 3 % may be."
    )


def test_radar_16_a_denied_source_is_denied_whatever_its_record_says() -> None:
    why = answer(trust(denied="incident INC-1 was confirmed of its change #1")).why
    assert why == "`tidy` is denied until a person lifts it: `incident INC-1 was confirmed of its change #1`."
    assert rule(said=config("  denied: [tidy]")) == "denied_by_file"


@pytest.mark.parametrize(
    ("name", "match", "names"),
    [
        ("add-tests", "substring", True),
        ("latest-deps", "substring", True),
        ("contest", "substring", True),
        ("TEST", "substring", True),
        ("tidy", "substring", False),
        ("add-tests", "word", True),
        ("unitTestWriter", "word", True),
        ("test2", "word", True),
        ("latest-deps", "word", False),
        ("contest", "word", False),
        ("attestations", "word", False),
    ],
)
def test_radar_17_test_in_a_sources_name_keeps_it_out_anywhere_or_as_a_word(name: str, match: Any, names: bool) -> None:
    assert names_tests(name, Gates(test_name_match=match)) == names


def test_radar_17_a_source_that_writes_tests_lands_nothing() -> None:
    assert rule(trust(key=SourceKey(70, 7, "add-tests"))) == "test_in_name"


def test_radar_18_trust_is_one_sources_and_a_new_one_has_none() -> None:
    assert rule(Trust(SourceKey(70, 7, "bumps"))) == "landed"
    assert rule(trust()) == ""


def test_everything_stops_where_automatic_review_is_off_or_the_organisation_was_stopped() -> None:
    assert rule(said=config(mode="off")) == "off"
    assert rule(trust(stopped="reverts rose")) == "stopped"
    assert rule(Unknown("the store is away")) == "trust_unknown"
    assert rule(paths=Unknown("the diff has 11,204 files")) == "paths_unknown"


@pytest.mark.parametrize("path", ["books/2026/close.sql", "Books/2026/CLOSE.sql", "books\\close.sql"])
def test_radar_21_sox_paths_are_never_automated_whatever_is_proved(path: str) -> None:
    proved = replace(inspection(1), proven=True)
    for each in (trust(), trust(key=PERSON)):
        assert rule(each, paths=("api/list.py", path), inspection=proved) == "sox"


SENSITIVE = {
    "workflows": [".github/workflows/ci.yml", ".GitHub/Workflows/ci.yml", "renovate.json5", ".gitlab-ci.yml",
                  "deploy/Jenkinsfile", ".husky/pre-commit"],
    "owners": ["CODEOWNERS", ".github/CODEOWNERS", "docs/codeowners", "api/OWNERS"],
    "configuration": [".github/codechill.yml", "codechill.yml", ".gitattributes", "sub/.gitattributes", ".gitmodules"],
    "instructions": ["AGENTS.md", "CLAUDE.md", "api/AGENTS.md", ".cursor/rules/a.mdc", ".cursorrules", "GEMINI.md",
                     ".github/copilot-instructions.md", ".github/instructions/a.instructions.md", ".claude/agents/x.md",
                     ".mcp.json", "a/SKILL.md"],
    "infrastructure": ["main.tf", "Dockerfile", "api/Dockerfile.prod", "helm/values.yaml", "docker-compose.dev.yml",
                       "infra/network.py", ".npmrc", "deploy/run.sh", "k8s/pod.yaml", ".env.production"],
    "keys": ["tls/server.pem", "a/id_rsa", "release.key"],
    "auth": ["src/auth/check.py", "AuthService.java", "lib/oauth2_client.rb", "LoginForm.tsx", "UserAuth2.py",
             "authservice.go", "authorize.py", "user_permissions.py", "PasswordReset.kt", "secrets.yaml"],
    "payments": ["billing/run.py", "src/PaymentGateway.java", "stripe_hooks.py", "refund.go"],
    "crypto": ["crypto/aes.c", "bcrypt.py", "Encryption.java", "ssl_context.py", "cert.go"],
    "your own": ["plans/next.txt"],
}  # fmt: skip


@pytest.mark.parametrize(("area", "path"), [(area, path) for area, paths in SENSITIVE.items() for path in paths])
def test_radar_22_sensitive_paths_are_for_a_person(area: str, path: str) -> None:
    assert sensitive(("api/list.py", path), config()) == (path, area)
    assert rule(paths=("api/list.py", path)) == "sensitive_path"


def test_radar_22_a_file_that_moves_away_from_a_sensitive_place_is_still_sensitive() -> None:
    """Content has both names of a moved file among its paths."""
    assert rule(paths=("lib/check.py", "src/auth/check.py")) == "sensitive_path"


@pytest.mark.parametrize(
    "path",
    ["src/author.py", "AUTHORS", "docs/authentication.md", "scripts/build.py", "description.py", "docs/payments.png",
     "src/infrared.py", "list.py", "src/Tokenizer.java", "tests/test_list.py", "package-lock.json"],
)  # fmt: skip
def test_other_paths_are_not_sensitive(path: str) -> None:
    assert sensitive((path,), config()) is None


NAMES = sorted({part.replace("*", "x") for some in NAMED.values() for glob in some for part in glob.split("/")})
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@settings(max_examples=150)
@given(path=PATHS)
def test_the_table_of_sensitive_names_means_what_its_globs_say(path: str) -> None:
    by_glob = {area for area, some in NAMED.items() if any(globs.matches(glob, path) for glob in some)}
    assert (paths._named(path) in by_glob) if by_glob else (paths._named(path) is None)


def test_calendar_files_that_the_configuration_names_are_configuration() -> None:
    named = config("windows: [{name: Sales, level: red, ics: calendars/sales.ics}]")
    assert rule(paths=("calendars/sales.ics",), said=named) == "sensitive_path"
    assert rule(paths=("calendars/other.ics",), said=named) == ""


def test_a_file_that_changes_again_and_again_without_anybody_looking_goes_to_a_person() -> None:
    often = trust(churn=Churn(3, 30, 3, "api/list.py"))
    assert rule(often) == "path_churn"
    assert rule(replace(often, churn=Churn(2, 20, 2, "api/list.py"))) == ""
    assert rule(replace(often, key=SourceKey(70, 7, "bumps"))) == ""  # every one changes the lockfile


@pytest.mark.parametrize(
    ("churn", "lines", "shut"),
    [
        (Churn(), 900, ""),  # one large change is for the rule of size
        (Churn(9, 90), 9, ""),
        (Churn(10, 90), 1, "author_churn"),
        (Churn(2, 790), 10, ""),
        (Churn(2, 790), 11, "author_churn"),
    ],
)
def test_many_small_changes_of_one_person_in_a_day_are_one_large_one(churn: Churn, lines: int, shut: str) -> None:
    assert rule(Trust(PERSON, churn=churn), inspection=inspection(lines)) == shut


def test_people_need_no_record_but_reviews_that_they_put_off_and_forgot_stop_them() -> None:
    assert rule(Trust(PERSON)) == ""
    assert rule(Trust(PERSON, overdue=2)) == "review_overdue"
    assert rule(Trust(PERSON, denied="incident INC-1 was confirmed of its change #1")) == "denied"
