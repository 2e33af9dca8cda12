"""Every page there is. Navigation, titles, who may see what and the tests of all pages follow from this table."""

from bot.web import now
from bot.web.page import Page

PAGES: tuple[Page, ...] = (Page("now", "/now", "Now", "anybody", now.read, now.view, nav="Now"),)
