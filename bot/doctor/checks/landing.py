"""The second App: does GitHub know it, may it land, and where is it installed."""

from collections.abc import Iterator

from bot.doctor.checks.app import lacking, listed
from bot.doctor.facts import App, Facts, Installation, Lander
from bot.doctor.finding import Finding
from bot.setup.manifest import Manifest, read

NAME, ABOUT = "landing", "the landing App"


def lander(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    """Nothing is said where nothing is to land. `manifest` is the first App's."""
    known = facts.lander
    if known is None:
        return
    if known.app is None:
        fix = "Compare CODECHILL_LANDING_APP_ID with that App's settings page; make a new private key there if need be."
        yield Finding(NAME, "error", ABOUT, f"GitHub does not believe the key: {known.refused}.", fix)
        return
    yield from _permissions(known.app)
    yield from _installed(known, known.app, facts)


def _permissions(app: App) -> Iterator[Finding]:
    wanted = read("landing")
    missing = lacking(app.permissions, wanted.permissions)
    if missing:
        reasons = "; ".join(f"{name}: {wanted.reasons[name]}" for name in missing)
        words = f"It may not do what landing needs: {listed(missing)}."
        yield Finding(NAME, "error", ABOUT, words, f"Grant that at {app.settings_url}/permissions ({reasons}).")


def _installed(known: Lander, app: App, facts: Facts) -> Iterator[Finding]:
    for installation in known.installations:
        yield from _installation(installation, app)
    where = {installation.account for installation in known.installations}
    for account in sorted({installation.account for installation in facts.installations} - where):
        words = "The landing App is not installed here, so nothing lands by itself."
        yield Finding(NAME, "note", account, words, f"Install it at {app.install_url}, where that is wanted.")


def _installation(installation: Installation, app: App) -> Iterator[Finding]:
    if installation.suspended:
        words = "The installation of the landing App is suspended: nothing lands by itself."
        yield Finding(NAME, "error", installation.account, words, f"An owner can unsuspend it at {installation.url}.")
    elif missing := lacking(installation.permissions, app.permissions):
        words = f"Permissions of the landing App are not accepted yet: {listed(missing)}."
        yield Finding(NAME, "error", installation.account, words, f"An owner accepts them at {installation.url}.")
