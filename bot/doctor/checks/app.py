"""The App itself: does GitHub know it, may it do what app.yml asks for, and has everybody agreed to that."""

from collections.abc import Iterator, Mapping

from bot.doctor.facts import App, Facts, Installation
from bot.doctor.finding import Finding
from bot.setup.manifest import OPTIONAL, Manifest, level_at_least

_UNEASY, _REFUSED = 10, 45  # seconds: a token is dated a minute back and good for five


def clock(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    """GitHub refuses tokens that are dated in the future or long ago."""
    if facts.skew is None or abs(facts.skew) < _UNEASY:
        return
    way = "ahead of" if facts.skew > 0 else "behind"
    words = f"This machine's clock is {abs(facts.skew):.0f} seconds {way} GitHub's."
    fix = "Keep it in time, for example with chrony or systemd-timesyncd; GitHub refuses tokens of a wrong clock."
    yield Finding("clock", "error" if abs(facts.skew) >= _REFUSED else "warning", "this machine", words, fix)


def credentials(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    if facts.app is None:
        fix = "Compare CODECHILL_APP_ID with the App's settings page; make a new private key there if need be."
        if facts.skew is not None and abs(facts.skew) >= _REFUSED:
            fix = "Put this machine's clock right first: with a wrong clock GitHub believes no key."
        yield Finding("credentials", "error", "the App", f"GitHub does not believe the key: {facts.refused}.", fix)


def permissions(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    """What the App may do against what the manifest asks for: no less, and better no more."""
    if facts.app is None:
        return
    where = f"{facts.app.settings_url}/permissions"
    needed, without = apart(lacking(facts.app.permissions, manifest.permissions))
    for name, level in without.items():
        words = f"The App may not do what it could use: {name}: {level}. {OPTIONAL[name]}"
        yield Finding("permissions", "note", "the App", words, f"Grant that at {where}, if you want it.")
    if missing := needed:
        reasons = "; ".join(f"{name}: {manifest.reasons[name]}" for name in missing)
        words = f"The App may not do what it needs to: {listed(missing)}."
        fix = f"Grant that at {where} ({reasons}). Each account then has to accept it."
        yield Finding("permissions", "error", "the App", words, fix)
    if more := lacking(manifest.permissions, _writing(facts.app.permissions)):
        words = f"The App may do more than it needs to: {listed(more)}."
        fix = f"Take that away at {where}: a stolen key is then worth less."
        yield Finding("permissions", "warning", "the App", words, fix)


def events(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    if facts.app is None:
        return
    unheard = set(manifest.events) - facts.app.events
    for name in sorted(unheard & OPTIONAL.keys()):
        words = f"The App is not told of {name}. {OPTIONAL[name]}"
        fix = f"Subscribe at {facts.app.settings_url}/permissions, below the permissions, if you want it."
        yield Finding("events", "note", "the App", words, fix)
    if missing := sorted(unheard - OPTIONAL.keys()):
        reasons = "; ".join(f"{name}: {manifest.reasons[name]}" for name in missing)
        words = f"The App is not told of {', '.join(missing)}."
        fix = f"Subscribe at {facts.app.settings_url}/permissions, below the permissions ({reasons})."
        yield Finding("events", "error", "the App", words, fix)


def installations(facts: Facts, manifest: Manifest) -> Iterator[Finding]:
    if facts.app is None:
        return
    if not facts.installations:
        words = "The App is installed nowhere, so it looks after nothing."
        yield Finding("installations", "error", "the App", words, f"Install it at {facts.app.install_url}.")
    for installation in facts.installations:
        yield from _installation(installation, facts.app, manifest)
    for name in facts.unseen:
        fix = f"Compare the name, or add the repository at {facts.app.install_url}."
        yield Finding("installations", "error", name, "The App does not reach this repository.", fix)


def _installation(installation: Installation, app: App, manifest: Manifest) -> Iterator[Finding]:
    account, url = installation.account, installation.url
    if installation.suspended:
        words = "The installation is suspended: no event arrives and no check can be set."
        yield Finding("installations", "error", account, words, f"An owner of {account} can unsuspend it at {url}.")
        return
    # what the App itself lacks is told above; here is what it has and the account has not agreed to yet
    has = app.permissions
    wanted = {name: level for name, level in manifest.permissions.items() if level_at_least(has.get(name), level)}
    needed, without = apart(lacking(installation.permissions, wanted))
    if missing := needed | without:
        words = f"New permissions are not accepted yet: {listed(missing)}."
        fix = f"An owner of {account} accepts them at {url}."
        yield Finding("installations", "error" if needed else "note", account, words, fix)
    if unheard := sorted((set(manifest.events) & app.events - installation.events) - OPTIONAL.keys()):
        words = f"Events are not sent for this installation yet: {', '.join(unheard)}."
        fix = f"They begin when an owner of {account} accepts the App's permissions at {url}."
        yield Finding("installations", "error", account, words, fix)
    if installation.problem:
        words = f"Its repositories could not be looked at: {installation.problem}."
        yield Finding("installations", "warning", account, words, "Run codechill doctor again in a minute.")
    elif not installation.repositories:
        yield Finding("installations", "warning", account, "No repository is covered.", f"Choose some at {url}.")
    if installation.left_out:
        words = f"{installation.left_out} of {installation.repositories} repositories were not looked at."
        yield Finding("installations", "note", account, words, "Raise --limit, or name some with --repo.")


def lacking(given: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """What is wanted and not covered by what is given."""
    return {name: level for name, level in wanted.items() if not level_at_least(given.get(name), level)}


def apart(missing: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Of what is missing: what nothing works without, and what everything else works without."""
    without = {name: level for name, level in missing.items() if name in OPTIONAL}
    return {name: level for name, level in missing.items() if name not in OPTIONAL}, without


def _writing(permissions: Mapping[str, str]) -> dict[str, str]:
    return {name: level for name, level in permissions.items() if level_at_least(level, "write")}


def listed(permissions: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {level}" for name, level in permissions.items())
