"""Pages."""

from flask import Flask

from bot.forge.sandbox.server import Server


def add_to(app: Flask, server: Server) -> None:
    """Put the pages into an application."""
