"""What the documentation shows is what the program does."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from policy_world import BEN, HEAD, MIA, SATURDAY, TUESDAY, state, weekend

from bot.policy.actions import SaveEscalation
from bot.policy.calendar import Scope
from bot.policy.calendar.feed import Copy
from bot.policy.chat.commands import COMMANDS
from bot.policy.config import LEVELS, Config, merge, parse
from bot.policy.decide import RULES, case_of, decide
from bot.policy.events import Labelled, Tick
from bot.policy.managers import managers
from bot.policy.opinion import Verdict
from bot.policy.pull import Review

DOCS = Path(__file__).parents[3] / "docs"
RECIPES = re.findall(r"```yaml\n(.*?)```", (DOCS / "recipes.md").read_text("utf-8"), re.S)
SHIFT = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T140000Z\r\nSUMMARY:Kim\r\nEND:VEVENT"
FEEDS = {".github/search-on-call.ics": Copy(f"BEGIN:VCALENDAR\r\n{SHIFT}\r\nEND:VCALENDAR\r\n")}


def recipe(title: str, number: int = 0) -> Config:
    """The files under a heading of the page, as a repository has them in force."""
    page = (DOCS / "recipes.md").read_text("utf-8")
    section = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return parse(re.findall(r"```yaml\n(.*?)```", section, re.S)[number]).with_feeds(FEEDS, TUESDAY)


@pytest.mark.parametrize("text", RECIPES)
def test_every_recipe_is_a_valid_file(text: str):
    config = parse(text).with_feeds(FEEDS, TUESDAY)
    assert config.calendar.windows
    assert config.problems == ()


@pytest.mark.parametrize(
    ("title", "at", "branch", "path", "level", "window"),
    [
        ("Weekend chill", "2026-11-20 16:59", "main", "a", "green", None),
        ("Weekend chill", "2026-11-20 17:00", "main", "a", "weekend", "Weekend"),
        ("Weekend chill", "2026-11-23 07:59", "main", "a", "weekend", "Weekend"),
        ("Weekend chill", "2026-11-23 08:00", "main", "a", "green", None),
        ("Weekend chill", "2026-03-29 02:30", "main", "a", "weekend", "Weekend"),  # a time that the clock skips
        ("Holiday season", "2026-11-25 15:00", "main", "a", "weekend", "Public holidays"),  # before Thanksgiving
        ("Holiday season", "2026-11-25 14:59", "main", "a", "green", None),
        ("Holiday season", "2026-12-25 12:00", "main", "a", "red", "End of the year"),
        ("Holiday season", "2026-12-29 12:00", "main", "a", "green", None),  # the exception
        ("Holiday season", "2027-01-04 08:00", "main", "a", "green", None),
        ("Launch day", "2026-11-24 12:00", "main", "web/a", "launch", "Launch week"),
        ("Launch day", "2026-11-25 12:00", "main", "checkout/a", "frozen", "Launch"),
        ("Launch day", "2026-11-25 12:00", "main", "web/a", "launch", "Launch week"),
        ("Launch day", "2026-11-25 12:00", "release", "checkout/a", "launch", "Launch week"),
        ("Launch day", "2026-11-28 00:00", "main", "web/a", "green", None),
        ("Monorepo teams", "2026-11-30 12:00", "main", "payments/a", "red", "Month end"),
        ("Monorepo teams", "2026-12-01 07:59", "main", "payments/a", "red", "Month end"),
        ("Monorepo teams", "2026-12-01 08:00", "main", "payments/a", "green", None),
        ("Monorepo teams", "2026-11-30 12:00", "main", "search/a", "green", None),
        ("Monorepo teams", "2026-11-24 12:00", "main", "search/a", "yellow", "Kim"),
        ("Monorepo teams", "2026-11-24 12:00", "main", "payments/a", "green", None),
        ("Hotfix", "2026-11-21 12:00", "main", "a", "yellow", "Weekend"),
    ],
)
def test_every_recipe_does_what_it_says(title: str, at: str, branch: str, path: str, level: str, window: str | None):
    config = recipe(title)
    now = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(config.timezone))
    stretch = config.calendar.level_at(now.astimezone(UTC), Scope(branch, (path,)))
    assert (stretch.level, stretch.window and stretch.window.name) == (level, window)


def test_the_recipe_for_a_launch_asks_for_a_second_reviewer_and_lets_documents_land():
    config, during = recipe("Launch day"), datetime(2026, 11, 24, 12, tzinfo=UTC)
    approvals = tuple(Review(who, "approved", HEAD, during) for who in (BEN, MIA))
    for before, verdict in (
        (state(0.9), Verdict.BLOCK),
        (state(0.9, reviews=approvals[:1]), Verdict.BLOCK),
        (state(0.9, reviews=approvals), Verdict.PASS),
        (state(0.9, paths=("docs/a.md",)), Verdict.PASS),
        (state(0.5), Verdict.PASS),
    ):
        assert decide(Tick("sweep"), before, config, during).verdict is verdict


def test_the_recipe_for_a_monorepo_keeps_the_ledger_and_names_each_teams_leads():
    config, weekend_day = recipe("Monorepo teams"), datetime(2026, 11, 21, 12, tzinfo=UTC)
    ledger = state(0.01, paths=("payments/ledger/a",))
    assert decide(Tick("sweep"), ledger, config, weekend_day).verdict is Verdict.BLOCK
    assert decide(Tick("sweep"), state(0.01, paths=("payments/a",)), config, weekend_day).verdict is Verdict.PASS
    assert managers(case_of(ledger, config, weekend_day)) == ("@acme/release-managers", "@acme/payments-leads")
    assert config.critical == {"payments/**": 1, "search/**": 2}


def test_the_recipes_for_a_hotfix_ask_by_label_or_are_gentle_to_release_branches():
    labelled = state(0.95, labels=frozenset({"hotfix"}))
    event = Labelled("hotfix", BEN, SATURDAY)
    actions = decide(event, labelled, recipe("Hotfix"), SATURDAY).actions
    (asked,) = [action for action in actions if isinstance(action, SaveEscalation)]
    assert asked.escalation.reason == "incident_mitigation"
    gentle = recipe("Hotfix", 1)
    levels = [gentle.calendar.level_at(SATURDAY, Scope(branch)).level for branch in ("main", "release/1")]
    assert levels == ["yellow", "weekend"]


def test_the_recipe_for_an_organisation_cannot_be_loosened_by_a_repository():
    org = recipe("One file for the whole organisation")
    loose = "version: 1\nmode: shadow\nwindows: [{name: Weekend, level: green, weekly: {days: [Sat]}}]"
    config = merge(org, parse(loose, under=org))
    assert (config.mode, config.calendar.level_at(SATURDAY).level) == ("advise", "weekend")


def test_every_command_in_the_docs_exists():
    for page in ("recipes.md", "authors.md", "decisions.md", "freezes.md"):
        text = (DOCS / page).read_text("utf-8")
        assert set(re.findall(r"/chill (\w+)", text)) <= COMMANDS.keys()


def test_every_rule_is_in_the_page_on_decisions():
    text = (DOCS / "decisions.md").read_text("utf-8")
    names = {opinion.rule for opinion in case_of(state(), weekend(), SATURDAY).opinions}
    assert len(names) == len(RULES)
    assert all(f"`{name}`" in text for name in names)
    assert all(level in text for level in LEVELS)
