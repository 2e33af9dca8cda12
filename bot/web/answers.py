"""An exception is answered, or a landing stopped, on a page: the same event as the command's or the button's, by the
account that the forge signed in.

Nothing is decided here. The line looks at it as at a button of the check: same rules, same audit, same answer on the
pull request; an answer to what is no longer shown decides nothing.
"""

from datetime import datetime
from urllib.parse import urlencode

from bot.forge.envelope import Envelope
from bot.policy.events import Pressed
from bot.policy.pull import Person
from bot.web.page import Asked, Desk, NotTaken, NotThere, readable

STOP = "stop-landing"
ANSWERS = ("approve", "deny", STOP)
MOST_TEXT = 500  # characters of a reason
MOVED = "It changed since the page was shown, so nothing was answered. Look again, then decide."


def act(desk: Desk, asked: Asked, now: datetime) -> str:
    """Takes `answer`, `repository`, `number`, `digest` and, for a denial, `text`. Raises NotTaken, NotThere.

    A no to a landing is taken whatever the page showed: it is never too late for one.
    """
    form = asked.form
    here = readable(asked.reader, form.get("repository", ""))
    number = form.get("number", "")
    if here is None or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotThere
    sight = desk.store.shown.get(here.id, int(number))
    if sight is None or form.get("answer") not in ANSWERS:
        raise NotThere
    stops = form["answer"] == STOP
    if not sight.open or (not stops and sight.pull.digest != form.get("digest")):
        raise NotTaken(MOVED)
    if not desk.shares.take(now, f"person {asked.reader.id}"):
        raise NotTaken("That were many answers within a few minutes. Wait a little, then go on.")
    by = Person(asked.reader.id, asked.reader.login)
    text = " ".join(form.get("text", "").split())[:MOST_TEXT]
    pressed = Pressed(form["answer"], by, sight.pull.head_sha, sight.pull.digest, "page", text)
    desk.look(Envelope(here.installation_id, here.id, here.full_name, sight.number, pressed), now)
    filters = {name: value for name, value in asked.query.items() if name in ("repository", "team", "path")}
    return "?" + urlencode({**filters, "stopped" if stops else "answered": f"{here.full_name}#{sight.number}"})
