"""Labels of a pull request or an issue: put on and taken off, as often as somebody likes."""

from collections.abc import Collection
from contextlib import suppress
from urllib.parse import quote

from bot.forge.github.wire import GitHubWire, path_of
from bot.forge.port import Gone, Target


def label(wire: GitHubWire, target: Target, number: int, add: Collection[str], remove: Collection[str] = ()) -> None:
    """One that it does not bear is not missed; one that the repository lacks is made. Raises ForgeError kinds."""
    labels = f"{path_of(target)}/issues/{int(number)}/labels"
    if add:
        wire.send(target, "POST", labels, {"labels": sorted(add)})
    for name in sorted(remove):
        with suppress(Gone):
            wire.send(target, "DELETE", f"{labels}/{quote(name, safe='')}", {})
