"""Buys the new App's credentials with the code that GitHub sent: the one request of the manifest flow.

Not through PyGithub: at level debug it logs answers in full, and this answer is nothing but secrets.
"""

import json
import urllib.error
import urllib.request
from typing import Any

from bot.forge.github.wire import API_VERSION

_TIMEOUT_S = 15
_LARGEST = 1 << 20  # bytes of an answer


class ConversionFailed(Exception):
    """GitHub gave nothing for the code; the message is one sentence for the operator, and does not name the code."""


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        """The code goes to the address that was asked, and to no other."""


def convert(api: str, code: str) -> Any:
    """GitHub's answer for a code, as plain data. Raises ConversionFailed. Never sent twice: a code is good once.

    `api` begins with https://, or http:// for a stand-in on this machine.
    """
    headers = {
        "Accept": "application/vnd.github+json",
        "User-Agent": "codechill-setup",
        "X-GitHub-Api-Version": API_VERSION,
    }
    address = f"{api}/app-manifests/{code}/conversions"
    asked = urllib.request.Request(address, b"", headers, method="POST")  # noqa: S310 - see above
    try:
        with urllib.request.build_opener(_Straight).open(asked, timeout=_TIMEOUT_S) as answer:
            return json.loads(answer.read(_LARGEST))
    except urllib.error.HTTPError as refused:
        raise ConversionFailed(_words(refused.code)) from None
    except (OSError, ValueError) as error:
        kind = type(getattr(error, "reason", error)).__name__
        raise ConversionFailed(
            f"GitHub could not be reached ({kind}); if the App exists now, delete it there and begin again"
        ) from None


def _words(status: int) -> str:
    if status == 404:
        return "GitHub does not know the code: it was used already, or more than an hour ago"
    return f"GitHub answered {status}: wait a minute and begin again"
