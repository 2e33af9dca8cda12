"""Who is reading: asked of whoever knows, at every request."""

from typing import Protocol

from flask import Request

from bot.store import Repositories
from bot.web.page import Reader


class Readership(Protocol):
    def reader(self, request: Request) -> Reader | None:
        """Who sent this request, with what they may read now; None: nobody who signed in."""
        ...


class Everything:
    """For development on one's own machine only: whoever asks may read all that the server knows."""

    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories

    def reader(self, request: Request) -> Reader | None:
        return Reader(0, "developer", self._repositories.all(), operator=True)
