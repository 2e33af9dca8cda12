"""What can happen on the forge: each verb changes the state and says so by webhook, whoever asked for it.

Callers hold the lock of the world.
"""

from bot.sandbox.shapes import Json, accounts
from bot.sandbox.shapes import repositories as shapes
from bot.sandbox.state import Repository, World


def tell(world: World, event: str, repository: Repository, sender: str, **facts: object) -> None:
    """Send a webhook about a repository, if the App is installed there and listens to the event."""
    here = world.installation
    if not world.covered(repository) or here.suspended_at or event not in (*here.events, *ALWAYS):
        return
    payload: Json = {
        **facts,
        "repository": shapes.repository(world, repository),
        "sender": accounts.user(world, sender),
        "installation": {"id": here.id, "node_id": f"I_{here.id}"},
    }
    if world.accounts[repository.owner].kind == "Organization":
        payload["organization"] = accounts.organisation(world, repository.owner)
    world.send(event, payload, repository.id)


ALWAYS = ("installation", "installation_repositories", "repository")
