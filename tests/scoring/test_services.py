"""Criticality of services from globs, CODEOWNERS and Backstage files."""

from pathlib import Path

import pytest
from histories import Step, build

from scoring.errors import ScoringError
from scoring.facts.services import Services, Sources, from_backstage, from_codeowners, matcher
from scoring.git import Git
from scoring.history.criticality import read_services


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("services/**", "services/a/b.py", True),
        ("services/**", "services", False),
        ("services/*", "services/a/b.py", False),
        ("**/auth/**", "auth/x", True),
        ("**/auth/**", "a/b/auth/c/x", True),
        ("*.py", "a.py", True),
        ("*.py", "a/b.py", False),
        ("a?c", "abc", True),
        ("a.c", "abc", False),
    ],
)
def test_a_star_stays_within_a_segment_and_two_cross_them(glob: str, path: str, fits: bool) -> None:
    assert bool(matcher(glob).fullmatch(path)) is fits


def test_the_most_critical_service_counts() -> None:
    services = Services({"shop/**": 2, "auth/**": 1})
    assert [services.tier(paths) for paths in (["shop/a"], ["shop/a", "auth/b"], ["docs/x"], [])] == [2, 1, 0, 0]


OWNERS = """\
*            @acme/all
*.sql        @acme/data @acme/pay     # money lies there
/pay/        @acme/PAY
/pay/docs/   @acme/writers
apps/*       @acme/apps
tools        @acme/apps
!/pay/x.py   @acme/all
/web/**/api  dev@acme.org
/free/
"""


@pytest.mark.parametrize(
    ("path", "tier"),
    [
        ("z", 3),
        ("pay/x.py", 1),
        ("pay/docs/a.md", 0),  # the last rule names people without a tier
        ("other/pay/x.py", 3),
        ("db/up.sql", 1),
        ("apps/a", 2),
        ("apps/a/b", 3),  # a last star stays in its folder
        ("x/tools", 2),
        ("x/tools/y/z", 2),
        ("web/a/b/api/c", 4),
        ("web/api", 4),
        ("free/a", 0),  # a rule without owners takes them away
    ],
)
def test_the_last_line_of_codeowners_that_matches_names_the_owners(path: str, tier: int) -> None:
    rules = from_codeowners(OWNERS, {"@acme/pay": 1, "@acme/all": 3, "@acme/apps": 2, "dev@acme.org": 4})
    assert Services(owners=rules).tier([path]) == tier


def test_a_pattern_that_costs_more_than_it_is_worth_is_left_out() -> None:
    assert from_codeowners("a*a*a*a*a*a*a*a*a*b @x\n**/a/**/b/**/c/**/d @x\nok @x", {"@x": 1}) == (
        ("**/ok", 1),
        ("**/ok/**", 1),
    )


def test_thousands_of_owners_are_matched_as_one() -> None:
    rules = from_codeowners("".join(f"/a{n}/ @x\n" for n in range(3000)), {"@x": 2})
    services = Services(owners=rules)
    assert [services.tier([f"a{n}/f"]) for n in (0, 1500, 2999, 3000)] == [2, 2, 2, 0]


def test_a_catalog_file_tells_the_tier_of_its_folder() -> None:
    text = "kind: Component\nmetadata: {name: a, labels: {acme.org/tier: tier-2}}\n---\nkind: Group\n"
    assert from_backstage(text, "svc/a") == {"svc/a": 2}
    assert from_backstage("kind: Component\nspec: {lifecycle: production}\n") == {"": 1}
    assert from_backstage("kind: API\n") == {}
    for broken in ("a: [", "[" * 5000):
        with pytest.raises(ScoringError, match="no YAML"):
            from_backstage(broken, "svc")


def test_the_nearest_catalog_file_counts_and_beside_globs_the_more_critical() -> None:
    services = Services({"svc/b/**": 1}, catalogs={"": 3, "svc": 2, "svc/docs": 9})
    assert [services.tier([path]) for path in ("a", "svc/x/y", "svc/docs/a", "svc/b/a", "svc")] == [3, 2, 9, 1, 3]


def test_what_files_tell_is_read_from_one_commit_and_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    component = b"kind: Component\nspec: {lifecycle: production}\n"
    steps = [
        Step(
            "Start", {"docs/CODEOWNERS": b"* @a\n", "svc/catalog-info.yaml": component, "bad/catalog-info.yml": b"a: ["}
        ),
        Step("Own", {".github/CODEOWNERS": b"/pay/ @b\n", "svc/catalog-info.yaml": None}),
        Step("Link", {"svc/catalog-info.yaml": b"../x"}, modes={"svc/catalog-info.yaml": "120000"}),
        Step("Large", {".github/CODEOWNERS": b"#" * 3_000_001}),
    ]
    shas = build(tmp_path / "repo", steps)
    sources = Sources({"x/**": 2}, {"@a": 3, "@b": 1}, catalogs=True)
    found = [read_services(Git(tmp_path / "repo"), sha, sources) for sha in shas]
    paths = ("pay/a", "svc/a", "x/a")
    assert [[each.services.tier([path]) for path in paths] for each in found] == [
        [3, 1, 2], [1, 0, 2], [1, 0, 2], [0, 0, 2],
    ]  # fmt: skip
    assert [len(each.problems) for each in found] == [1, 1, 1, 2]
    assert found[0].problems == ("The catalog file in bad is no YAML.",)
    assert found[3].problems[0].startswith(".github/CODEOWNERS is too large")
    assert read_services(Git(tmp_path / "repo"), shas[0], Sources({"x/**": 2})).services == Services({"x/**": 2})
