"""Every page there is. Navigation, titles, who may see what and the tests of all pages follow from this table."""

from bot.web import (
    answers,
    auto_review,
    calendar,
    dead_jobs,
    difference_answers,
    differences,
    model,
    now,
    operator,
    organisation,
    pull,
    week,
)
from bot.web.page import Page

FIRST = "/now"  # where somebody who signed in begins
PULL = "/r/<owner>/<repo>/pulls/<int:number>"  # where a check's details lead
DIFFERENCES = "/r/<owner>/<repo>/differences"  # where a check of differences leads: ?team=...&release=...
PAGES: tuple[Page, ...] = (
    Page("now", FIRST, "Now", "anybody", now.read, now.view, nav="Now", act=answers.act),
    Page("pull", PULL, "Pull request", "readers", pull.read, pull.view, act=answers.act),
    Page(
        "calendar",
        "/r/<owner>/<repo>/calendar",
        "Calendar",
        "readers",
        calendar.read,
        calendar.view,
        nav="Calendar",
        asks=True,
    ),
    Page(
        "organisation",
        "/organisation",
        "Organisation",
        "anybody",
        organisation.read,
        organisation.view,
        nav="Organisation",
    ),
    Page(
        "operator",
        "/operator",
        "Operator",
        "operators",
        operator.read,
        operator.view,
        nav="Operator",
        act=dead_jobs.act,
    ),
    Page(
        "auto_review",
        "/r/<owner>/<repo>/auto-review",
        "Auto-review",
        "readers",
        auto_review.read,
        auto_review.view,
        nav="Auto-review",
        act=answers.act,
    ),
    Page(
        "differences",
        DIFFERENCES,
        "Differences",
        "writers",
        differences.read,
        differences.view,
        nav="Differences",
        act=difference_answers.act,
    ),
    Page("week", "/r/<owner>/<repo>/week", "Week", "readers", week.read, week.view, nav="Week"),
    Page("model", "/r/<owner>/<repo>/model", "Model", "readers", model.read, model.view, nav="Model"),
)
