"""The way in: does GitHub know where to send events, and do they arrive."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

from bot.doctor.facts import Delivery, Facts
from bot.doctor.finding import Finding, Severity
from bot.setup.manifest import Manifest

_HERE = ("127.0.0.1", "localhost", "::1")  # a stand-in for GitHub beside the server
_DAY = timedelta(days=1)
_FIXES = {
    0: "Nothing answers there: check the address, the firewall, the certificate, and that codechill serve runs.",
    401: "The secrets differ: set the App's webhook secret and CODECHILL_WEBHOOK_SECRET to the same new value.",
    404: "The path is wrong: the address of the webhook ends in /webhook.",
    413: "Something before codechill refuses large bodies: let it pass 26 MB, GitHub's largest.",
    415: "Set the content type of the webhook to application/json.",
}
_ELSE = "Look for the delivery's id in the log of codechill serve, or of what stands before it."


def address(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    if facts.app is None or facts.hook is None:
        return
    hook, where = facts.hook, facts.app.settings_url
    if not hook.url or ".invalid/" in hook.url:
        words = "The App has no webhook address, so nothing happens by itself."
        yield _hook("error", words, f"Set it at {where} to this server's address with /webhook, and tick Active.")
        return
    if not hook.url.startswith("https://") and urlsplit(hook.url).hostname not in _HERE:
        yield _hook("warning", "Webhooks travel unencrypted.", f"Use an https:// address at {where}.")
    if not hook.verifies:
        words = "GitHub does not verify the certificate of this server."
        yield _hook("warning", words, f"Enable SSL verification at {where}.")
    if hook.content_type != "json":
        words = f"Webhooks are sent as {hook.content_type}, which codechill refuses."
        yield _hook("error", words, f"Choose application/json at {where}.")
    if not hook.has_secret:
        words = "The webhook has no secret, so codechill refuses every delivery."
        yield _hook("error", words, f"Set one at {where}, the same as CODECHILL_WEBHOOK_SECRET.")
    if facts.public_url and not hook.url.startswith(facts.public_url.rstrip("/") + "/"):
        words = f"Webhooks go to {hook.url}, but this server says that it is at {facts.public_url}."
        yield _hook("warning", words, f"Correct the address at {where}, or CODECHILL_PUBLIC_URL.")


def reachable(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    """Whether the server answers at its public address, asked from here."""
    reached = facts.reached
    if reached is None or reached.status == 200:
        return
    said = f"answers {reached.status}" if reached.status else f"does not answer ({reached.words})"
    fix = "Check that codechill serve runs and that what stands before it passes requests on."
    yield Finding("reachable", "error", "this server", f"{reached.url} {said}.", fix)


def deliveries(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    """Deliveries of the last day. One that failed and arrived later is no failure."""
    recent = [delivery for delivery in facts.deliveries if facts.now - delivery.at <= _DAY]
    arrived = {delivery.guid for delivery in recent if delivery.arrived}
    failed = {delivery.guid: delivery for delivery in reversed(recent) if delivery.guid not in arrived}
    if not recent:
        if facts.app is not None and facts.hook is not None and facts.hook.url and facts.installations:
            words = "GitHub has sent nothing for a day."
            yield Finding("deliveries", "note", "the webhook", words, "Open a pull request and look again.")
        return
    if failed:
        yield _failures(tuple(failed.values()), len(failed) + len(arrived))


def _failures(failed: tuple[Delivery, ...], of: int) -> Finding:
    (code, status), _ = Counter((each.status_code, each.status) for each in failed).most_common(1)[0]
    what = f"answered {code}" if code else status
    words = f"{len(failed)} of {of} events of the last day did not arrive; most often: {what}."
    if len(failed) < of:
        return Finding(
            "deliveries", "warning", "the webhook", words, f"{_FIXES.get(code, _ELSE)} They are asked for again."
        )
    return Finding("deliveries", "error", "the webhook", words, _FIXES.get(code, _ELSE))


def _hook(severity: Severity, words: str, fix: str) -> Finding:
    return Finding("webhook", severity, "the webhook", words, fix)
