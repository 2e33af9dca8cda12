"""What can happen on the forge: each verb changes the state and says so by webhook, whoever asked for it.

Callers hold the lock of the world.
"""

from bot.sandbox.shapes import Json, accounts
from bot.sandbox.shapes.repositories import repository
from bot.sandbox.state import Repository, World


def tell(world: World, event: str, found: Repository, sender: str, **facts: object) -> None:
    """Send a webhook about a repository, if the App is installed there and listens to the event."""
    here = world.installation
    if not world.covered(found) or here.suspended_at or event not in (*here.events, *ALWAYS):
        return
    payload: Json = {
        **facts,
        "repository": repository(world, found),
        "sender": accounts.user(world, sender),
        "installation": {"id": here.id, "node_id": f"I_{here.id}"},
    }
    if world.accounts[found.owner].kind == "Organization":
        payload["organization"] = accounts.organisation(world, found.owner)
    world.send(event, payload, found.id)


ALWAYS = ("installation", "installation_repositories", "repository")
