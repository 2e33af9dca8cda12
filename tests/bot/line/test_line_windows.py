"""Windows and levels on the line: when, how strict, for which branches, paths and authors."""

from datetime import UTC, datetime, timedelta

import pytest

from scoring.assessment import Proof
from tests.fakes.line import MANAGERS, Line

NIGHT = "{name: Night, level: red, from: '2026-11-27 22:00', to: '2026-11-28 06:00'}"
WEEKEND = "{name: Weekend, level: red, weekly: {from: 'Fri 17:00', to: 'Mon 08:00'}}"
BERLIN = "{name: Berlin, level: red, timezone: Europe/Berlin, from: '2026-11-27 12:00', to: '2026-11-27 14:00'}"
DAYS = "{name: Nights, level: red, weekly: {days: [Mon, Fri], from: '22:00', to: '06:00'}}"
RULE = "{name: Last day, level: red, rrule: 'FREQ=MONTHLY;BYMONTHDAY=-1', at: '12:00', for: 20h}"
BANK = "{name: Holidays, level: red, holidays: {country: DE, day_before_from: '15:00'}}"
HOLE = (
    "{name: Year, level: red, from: 2026-01-01, to: 2027-01-01, "
    "except: [{from: '2026-11-27 13:00', to: '2026-11-27 14:00'}]}"
)


@pytest.mark.parametrize(
    ("window", "moment", "held"),
    [
        (NIGHT, "2026-11-27 21:59:59", False),
        (NIGHT, "2026-11-27 22:00:00", True),
        (NIGHT, "2026-11-28 05:59:59", True),
        (NIGHT, "2026-11-28 06:00:00", False),
        (WEEKEND, "2026-11-27 16:59:59", False),
        (WEEKEND, "2026-11-27 17:00:00", True),
        (WEEKEND, "2026-11-30 07:59:59", True),
        (WEEKEND, "2026-11-30 08:00:00", False),
        (BERLIN, "2026-11-27 10:59:59", False),  # an hour ahead of UTC in winter
        (BERLIN, "2026-11-27 11:00:00", True),
        (BERLIN, "2026-11-27 13:00:00", False),
        (DAYS, "2026-11-28 05:59:59", True),  # of Friday
        (DAYS, "2026-11-28 22:00:00", False),
        (RULE, "2026-11-30 11:59:59", False),
        (RULE, "2026-12-01 07:59:59", True),
        (RULE, "2026-12-01 08:00:00", False),
        (BANK, "2026-12-24 14:59:59", False),
        (BANK, "2026-12-24 15:00:00", True),
        (BANK, "2026-12-26 23:59:59", True),
        (BANK, "2026-12-27 00:00:00", False),
        (HOLE, "2026-11-27 12:59:59", True),
        (HOLE, "2026-11-27 13:00:00", False),
        (HOLE, "2026-11-27 14:00:00", True),
    ],
)
def test_a_window_holds_from_its_first_second_up_to_its_end(line: Line, window: str, moment: str, held: bool) -> None:
    line.configure(f"{MANAGERS}windows: [{window}]\n")
    line.clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert line.conclusion(line.seen(0.97)) == ("failure" if held else "success")


@pytest.mark.parametrize(
    ("level", "percentile", "held"),
    [
        ("green", 1.0, False),
        ("weekend", 0.9499, False),
        ("weekend", 0.95, True),
        ("yellow", 0.8999, False),
        ("yellow", 0.90, True),
        ("red", 0.4999, False),
        ("red", 0.50, True),
        ("frozen", 0.0, True),
        ("launch", 0.6999, False),
        ("launch", 0.70, True),
    ],
)
def test_a_level_holds_back_its_share_and_a_tie_is_held(line: Line, level: str, percentile: float, held: bool) -> None:
    line.window(level, "levels: {launch: 30%}")
    assert line.conclusion(line.seen(percentile)) == ("failure" if held else "success")


@pytest.mark.parametrize(
    ("scope", "branch", "held"),
    [
        ("", "main", True),
        ("", "release/1.2", False),  # not protected
        (", branches: ['release/*']", "release/1.2", True),
        (", branches: ['release/*']", "main", False),
        (", branches: ['**']", "release/1.2", True),
    ],
)
def test_a_window_holds_on_its_branches_and_without_any_on_protected_ones(
    line: Line, scope: str, branch: str, held: bool
) -> None:
    text = f"{MANAGERS}windows: [{{name: Always, level: red, from: 2020-01-01{scope}}}]\n"
    line.configure(text)
    line.configure(text, "release/1.2")
    pull = line.open(0.97)
    pull.base_ref = branch
    line.look(pull)
    assert line.conclusion(pull) == ("failure" if held else "success")


@pytest.mark.parametrize(
    ("scope", "files", "held"),
    [
        ("paths: ['api/**']", ["api/session.py"], True),
        ("paths: ['api/**']", ["docs/guide.md"], False),
        ("paths: ['api/**']", ["docs/guide.md", "api/session.py"], True),
        ("paths: ['*.md']", ["docs/guide.md"], False),
        ("paths: ['**/*.md']", ["docs/guide.md"], True),
        ("authors: [ana]", ["api/session.py"], True),
        ("authors: [ANA]", ["api/session.py"], True),
        ("authors: [ben]", ["api/session.py"], False),
        ("authors: ['@acme/payments']", ["api/session.py"], True),
        ("authors: ['@acme/release-managers']", ["api/session.py"], False),
    ],
)
def test_a_window_holds_what_touches_its_paths_and_what_its_authors_wrote(
    line: Line, scope: str, files: list[str], held: bool
) -> None:
    line.world.team("@acme/payments", "ana")
    line.configure(f"{MANAGERS}windows: [{{name: Always, level: red, from: 2020-01-01, {scope}}}]\n")
    pull = line.seen(0.97, files=dict.fromkeys(files, "changed\n"))
    assert line.conclusion(pull) == ("failure" if held else "success")


def test_of_two_windows_the_stricter_one_counts_and_the_other_goes_on(line: Line) -> None:
    line.configure(
        f"{MANAGERS}windows:\n  - {{name: Long, level: yellow, from: 2020-01-01, to: '2026-11-29 00:00'}}\n"
        "  - {name: Short, level: frozen, from: '2026-11-27 00:00', to: '2026-11-28 00:00'}\n"
    )
    quiet, risky = line.seen(0.2), line.seen(0.97)
    assert (line.conclusion(quiet), line.conclusion(risky)) == ("failure", "failure")
    assert "Held until Sat 28 Nov 00:00 UTC" in line.card(quiet)
    assert "Held until Sun 29 Nov 00:00 UTC" in line.card(risky)
    line.clock.now = datetime(2026, 11, 28, tzinfo=UTC)
    for pull in (quiet, risky):
        line.tick(pull)
    assert (line.conclusion(quiet), line.conclusion(risky)) == ("success", "failure")


def test_a_tick_at_each_edge_of_a_window_tells_everybody_once(line: Line) -> None:
    line.configure(f"{MANAGERS}windows: [{NIGHT}]\n")
    pull = line.seen(0.97)
    seen = []
    for hour in (22, 23, 30, 31):
        line.clock.now = datetime(2026, 11, 27, tzinfo=UTC) + timedelta(hours=hour)
        line.tick(pull)
        seen.append((line.conclusion(pull), len(line.answers(pull))))
    assert seen == [("failure", 1), ("failure", 1), ("success", 2), ("success", 2)]
    assert line.answers(pull)[0].startswith("Held until Sat 28 Nov 06:00 UTC")
    assert "free to land" in line.answers(pull)[1]


@pytest.mark.parametrize(("hours", "told"), [(3, True), (60, False)])
def test_hours_before_a_window_whoever_would_be_held_is_told(line: Line, hours: int, told: bool) -> None:
    start = line.clock.now + timedelta(hours=hours)
    line.configure(
        f"{MANAGERS}notice: 100%\nwindows: [{{name: Night, level: frozen, from: '{start:%Y-%m-%d %H:%M}', "
        "to: 2099-01-01}]\n"
    )
    pull = line.seen(0.1)
    assert line.conclusion(pull) == "success"
    ahead = "until Thu 1 Jan 00:00 UTC Night would hold it back: land it before, or plan for after"
    assert (ahead in line.summary(pull), len(line.ours(pull))) == (told, int(told))


@pytest.mark.parametrize(
    ("more", "files", "percentile", "proof", "held"),
    [
        ("exempt: {paths: ['docs/**']}", ["docs/guide.md"], 0.99, None, False),
        ("exempt: {paths: ['docs/**']}", ["docs/guide.md", "api/session.py"], 0.99, None, True),
        ("frozen_paths: ['api/**']", ["api/session.py"], 0.0, None, True),
        ("frozen_paths: ['api/**']", ["docs/guide.md"], 0.0, None, False),
        ("frozen_paths: ['api/**']", ["api/session.py"], 0.0, Proof("P", "comments", "only comments changed"), False),
        ("frozen_paths: ['docs/**']\nexempt: {paths: ['docs/**']}", ["docs/guide.md"], 0.0, None, True),
        ("", ["api/session.py"], 0.99, Proof("P", "comments", "only comments changed"), False),
        ("", ["api/session.py"], 0.99, Proof("H", "comments", "mostly comments changed"), True),
    ],
)
def test_what_is_exempt_or_proved_harmless_is_free_and_a_frozen_path_is_not_even_when_exempt(
    line: Line, more: str, files: list[str], percentile: float, proof: Proof | None, held: bool
) -> None:
    line.window("red", more)
    pull = line.seen(percentile, files=dict.fromkeys(files, "changed\n"), proof=proof)
    assert line.conclusion(pull) == ("failure" if held else "success")


def test_frozen_paths_hold_nothing_while_no_window_is_open(line: Line) -> None:
    line.configure(f"{MANAGERS}frozen_paths: ['api/**']\n")
    assert line.conclusion(line.seen(0.99)) == "success"


@pytest.mark.parametrize(("notice", "percentile", "comments"), [("80%", 0.79, 0), ("80%", 0.8, 1), ("0%", 0.0, 1)])
def test_a_free_change_is_commented_on_from_the_notice_on(
    line: Line, notice: str, percentile: float, comments: int
) -> None:
    line.configure(f"{MANAGERS}notice: {notice}\n")
    pull = line.seen(percentile)
    assert (line.conclusion(pull), len(line.ours(pull))) == ("success", comments)
