"""Buys the new App's credentials with the code that GitHub sent: the one request of the manifest flow."""

from typing import Any

import github
import requests
from github import Github, GithubException

_TIMEOUT_S = 15
API_VERSION = "2022-11-28"


class ConversionFailed(Exception):
    """GitHub gave nothing for the code; the message is one sentence for the operator, and does not name the code."""


def convert(api: str, code: str) -> Any:
    """GitHub's answer for a code, as plain data. Raises ConversionFailed. Never sent twice: a code is good once."""
    client = Github(
        base_url=api, timeout=_TIMEOUT_S, retry=None, seconds_between_requests=0, seconds_between_writes=0, lazy=True
    )
    pinned = {"X-GitHub-Api-Version": API_VERSION}
    try:
        _, answer = client.requester.requestJsonAndCheck("POST", f"/app-manifests/{code}/conversions", headers=pinned)
    except github.UnknownObjectException:
        raise ConversionFailed("GitHub does not know the code: it was used already, or more than an hour ago") from None
    except GithubException as error:
        raise ConversionFailed(f"GitHub answered {error.status}: wait a minute and begin again") from None
    except requests.RequestException as error:
        kind = type(error).__name__
        raise ConversionFailed(
            f"GitHub could not be reached ({kind}); if the App exists now, delete it there and begin again"
        ) from None
    finally:
        client.close()
    return answer
