"""Forms are taken from our own pages only, as they were shown to this very reader."""

import hmac

from flask import Request

from bot.web.readership import Readership

NOT_OURS = "This form was not sent from a page of this server."


def is_own(request: Request, address: str, readership: Readership) -> bool:
    """`address` is this server's, as people reach it. A mark that was shown to somebody else is none."""
    given = request.form.get("mark", "").encode("utf-8", "replace")
    right = readership.form_mark(request).encode()
    return request.headers.get("Origin", "") == address and bool(right) and hmac.compare_digest(right, given)
