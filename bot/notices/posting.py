"""What tells people, put together from what the operator sets."""

from collections.abc import Callable
from datetime import datetime

from bot.config.addresses import networks
from bot.config.settings import Settings
from bot.forge.github.hosts import web_of
from bot.learning import weekly
from bot.notices.post import Post
from bot.notices.readings import Stored
from bot.notices.send import sender


def posting(settings: Settings, stored: Stored, weeks: weekly.Parts, clock: Callable[[], datetime]) -> Post:
    channels, private = settings.notice_channels, networks(settings.channel_networks)
    senders = {name: sender(one, channels, private) for name, one in channels.channel.items()}
    base = "" if settings.why_no_pages() else settings.public_url.rstrip("/")
    return Post(stored, weeks, channels, senders, base, web_of(settings.github_api), clock)
