"""Criticality of services from globs, CODEOWNERS and Backstage files."""

import pytest

from scoring.errors import ScoringError
from scoring.services import from_backstage, from_codeowners, matcher, tier


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
    critical = {"shop/**": 2, "auth/**": 1}
    assert [tier(paths, critical) for paths in (["shop/a"], ["shop/a", "auth/b"], ["docs/x"], [])] == [2, 1, 0, 0]


def test_later_lines_of_codeowners_win() -> None:
    found = from_codeowners(
        "* @acme/all\n/pay/ @acme/pay # money\n/pay/docs/ @acme/writers\n", {"@acme/pay": 1, "@acme/all": 3}
    )
    assert [tier([path], found) for path in ("pay/x.py", "other/y", "z")] == [1, 3, 3]


def test_a_catalog_file_tells_the_tier_of_its_folder() -> None:
    text = "kind: Component\nmetadata: {name: a, labels: {acme.org/tier: tier-2}}\n---\nkind: Group\n"
    assert from_backstage(text, "svc/a") == {"svc/a/**": 2}
    assert from_backstage("kind: Component\nspec: {lifecycle: production}\n") == {"**": 1}
    assert from_backstage("kind: API\n") == {}
    with pytest.raises(ScoringError, match="no YAML"):
        from_backstage("a: [", "svc")
