"""What GitHub refuses, in the words of the port: a limit is waited out, a fault is tried again, a no is a no."""

from datetime import UTC, datetime, timedelta
from typing import Any

import github
import pytest

from bot.forge.github.wire import translated
from bot.forge.port import Busy, ForgeError, Refused

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
RESET = int((NOW + timedelta(minutes=20)).timestamp())


def said(status: int, data: Any, **headers: str) -> ForgeError:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with pytest.raises(ForgeError) as caught, translated(lambda: NOW):
        raise github.GithubException(status, data, given)
    return caught.value


def graphql(kind: str | None, message: str) -> dict[str, Any]:
    """As PyGithub hands on what came with status 200."""
    return {"data": None, "errors": [{"type": kind, "message": message}] if kind else [{"message": message}]}


@pytest.mark.parametrize(
    "data",
    [
        graphql("RATE_LIMITED", "API rate limit exceeded for installation ID 9."),
        graphql("RATE_LIMIT", "API rate limit already exceeded for installation ID 9."),
        graphql("OTHER", "You have exceeded a secondary rate limit."),
    ],
)
def test_a_limit_that_graphql_tells_is_waited_out(data: dict[str, Any]) -> None:
    error = said(400, data, x_ratelimit_remaining="0", x_ratelimit_reset=str(RESET))
    assert isinstance(error, Busy)
    assert error.until == NOW + timedelta(minutes=20)
    assert "rate limit" in str(error)
    soon = said(400, data)
    assert isinstance(soon, Busy)
    assert soon.until == NOW + timedelta(minutes=1)


def test_a_no_of_graphql_is_told_in_githubs_words() -> None:
    error = said(400, graphql("FORBIDDEN", "Resource not accessible by integration"))
    assert type(error) is Refused
    assert "Resource not accessible by integration" in str(error)


def test_a_fault_of_graphql_is_tried_again() -> None:
    assert type(said(400, graphql(None, "Something went wrong while executing your query."))) is ForgeError


def test_what_is_refused_over_rest_names_no_limit() -> None:
    assert type(said(422, {"message": "Validation Failed", "errors": [{"code": "invalid"}]})) is Refused
    assert isinstance(said(403, {"message": "You have exceeded a secondary rate limit"}), Busy)
