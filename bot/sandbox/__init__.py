"""A local stand-in for GitHub: its REST interface, webhooks, git over HTTP and a small page, with state."""

from bot.sandbox.errors import Refusal
from bot.sandbox.sandbox import Sandbox

__all__ = ["Refusal", "Sandbox"]
