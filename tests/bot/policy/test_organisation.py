"""An organisation's default under a repository's file, and where each value came from."""

from policy_world import SATURDAY, TUESDAY

from bot.policy.config import Config, merge, parse, settings

ORG = """\
version: 1
mode: advise
timezone: Europe/Berlin
levels: {launch: 30%, red: 60%}
windows:
  - {name: Weekend, level: weekend, weekly: {from: Fri 17:00, to: Mon 08:00}}
notice: 70%
gate: {action: {red: extra_review}, on_error: {weekend: closed}}
exempt: {paths: ["docs/**", "*.md"]}
escalation: {managers: ["@acme/release"], by_path: {"pay/**": [mia]}, labels: {Urgent: data_loss}}
critical: {"auth/**": 1}
critical_from: {codeowners: {"@Acme/Pay": 1, "@acme/web": 3}}
frozen_paths: ["ledger/**"]
"""
REPO = """\
version: 1
mode: comment
levels: {red: 20%}
windows:
  - {name: Weekend, level: launch, weekly: {from: Sat 00:00, to: Mon 00:00}}
  - {name: Launch, level: red, from: 2026-11-24, to: 2026-11-25}
notice: 90%
gate: {action: {red: author_attest, yellow: extra_review}, on_error: {weekend: open, launch: open}}
exempt: {paths: ["docs/**", "src/**"]}
escalation: {managers: [ana], reasons: {because: x}}
critical: {"web/**": 3}
critical_from: {codeowners: {"@acme/web": 2}, backstage: true}
frozen_paths: ["vault/**"]
"""
FLOOR = "floor: [mode, levels, windows, gate, exempt, escalation, freezes, frozen_paths]\n"


def merged(floor: str = "", repo: str = REPO) -> Config:
    org = parse(ORG + floor, "acme/.github")
    return merge(org, parse(repo, "here", org))


def test_a_repository_decides_where_the_organisation_sets_no_floor():
    config = merged()
    assert (config.mode, config.timezone, config.notice) == ("comment", "Europe/Berlin", 0.9)
    assert (config.levels["red"], config.levels["launch"]) == (0.2, 0.3)
    assert [(window.name, window.file) for window in config.calendar.windows] == [
        ("Weekend", "here"),
        ("Launch", "here"),
    ]
    assert (config.gate.action_at("red"), config.gate.action_at("yellow")) == ("author_attest", "extra_review")
    assert (config.gate.on_error_at("weekend", 0.05), config.gate.on_error_at("launch", 0.3)) == ("open", "open")
    assert config.exempt_paths == ("docs/**", "src/**")
    assert config.escalation.managers == ("ana",)
    assert dict(config.escalation.by_path) == {"pay/**": ("mia",)}
    assert dict(config.escalation.reasons) == {"because": "x"}
    assert dict(config.critical) == {"auth/**": 1, "web/**": 3}
    assert config.criticality().owners == {"@acme/pay": 1, "@acme/web": 2}
    assert config.criticality().catalogs
    assert config.frozen_paths == ("vault/**",)


def test_what_is_floor_may_only_be_tightened():
    config = merged(FLOOR)
    assert config.mode == "advise"
    assert config.levels["red"] == 0.6
    names = [(window.name, window.file) for window in config.calendar.windows]
    assert names == [("Weekend", "acme/.github"), ("Weekend", "here"), ("Launch", "here")]
    assert config.gate.action_at("red") == "extra_review"
    assert config.gate.action_at("yellow") == "block"
    assert config.gate.on_error_at("weekend", 0.05) == "closed"
    assert config.gate.on_error_at("launch", 0.3) == "closed"
    assert config.exempt_paths == ("docs/**",)
    assert config.escalation.managers == ("@acme/release",)
    assert "because" not in config.escalation.reasons
    assert config.frozen_paths == ("ledger/**", "vault/**")


def test_tightening_a_floor_is_heard():
    config = merged(FLOOR, "version: 1\nmode: enforce\nlevels: {red: 90%}\n")
    assert (config.mode, config.levels["red"]) == ("enforce", 0.9)


def test_levels_and_zone_of_the_organisation_reach_the_repositorys_windows():
    config = merged()
    assert config.calendar.level_at(SATURDAY).share == 0.3
    assert config.calendar.level_at(TUESDAY).share == 0.2
    assert str(config.calendar.level_at(SATURDAY).until) == "2026-11-23 00:00:00+01:00"


def test_a_repository_that_says_nothing_has_the_organisations_file():
    config = merged(repo="version: 1")
    org = parse(ORG, "acme/.github")
    assert config.calendar == org.calendar
    assert (config.mode, config.notice, config.exempt_paths) == (org.mode, org.notice, org.exempt_paths)


def test_every_value_knows_the_file_and_line_that_it_comes_from():
    shown = {one.key: (one.value, one.source.file, one.source.line) for one in settings(merged(FLOOR))}
    assert shown["mode"] == ("advise", "acme/.github", 2)
    assert shown["notice"] == ("90 %", "here", 7)
    assert shown["levels.red"] == ("60 %", "acme/.github", 4)
    assert shown["levels.yellow"] == ("10 %", "built in", None)
    assert shown["gate.action.red"] == ("extra_review", "acme/.github", 8)
    assert shown["exempt.paths"] == ("docs/**", "acme/.github", 9)
    assert shown["freezes.by"] == ("none", "built in", None)
    assert shown["escalation.by_path.pay/**"] == ("mia", "acme/.github", 10)
    assert shown["escalation.labels.urgent"] == ("data_loss", "acme/.github", 10)
    assert shown["critical.web/**"] == ("3", "here", 11)
    assert shown["windows[0]"] == ("Weekend: weekend 5 %, every week Fri 17:00 to Mon 08:00", "acme/.github", 6)
    assert shown["windows[2]"][0] == "Launch: red 60 %, 2026-11-24 00:00 to 2026-11-25 00:00"


def test_every_kind_of_window_is_described():
    text = """\
version: 1
windows:
  - {name: a, level: red, to: 2026-11-25}
  - {name: b, level: red, from: 2026-11-25}
  - {name: c, level: red, rrule: FREQ=DAILY, at: 09:30, for: 90m}
  - {name: d, level: red, holidays: {country: DE, subdivision: BE}}
  - {name: e, level: red, holidays: {country: FR, day_before_from: "15:00"}}
  - {name: f, level: red, ics: on-call.ics}
"""
    assert [one.value for one in settings(parse(text)) if one.key.endswith("]")] == [
        "a: red 50 %, since ever to 2026-11-25 00:00",
        "b: red 50 %, 2026-11-25 00:00 to without end",
        "c: red 50 %, FREQ=DAILY at 09:30 for 90m",
        "d: red 50 %, public holidays of DE BE",
        "e: red 50 %, public holidays of FR, from 15:00 of the day before",
        "f: red 50 %, events of on-call.ics",
    ]


def test_what_narrows_a_window_is_shown_with_its_own_line():
    text = """\
version: 1
windows:
  - name: Launch
    level: red
    from: 2026-11-25 00:00:30
    branches: [main]
    paths: ["web/**", api]
    authors: [Ada]
    reason: it launches
    except:
      - {to: 2026-11-26}
      - from: 2026-11-27 10:00
        to: 2026-11-27 12:00
        reason: the hotfix
escalation:
  labels: {hotfix: data_loss}
"""
    shown = [(one.key, one.value, one.source.line) for one in settings(parse(text)) if one.key.startswith("windows")]
    assert shown == [
        ("windows[0]", "Launch: red 50 %, 2026-11-25 00:00:30 to without end", 3),
        ("windows[0].timezone", "UTC", 3),
        ("windows[0].branches", "main", 6),
        ("windows[0].paths", "web/**, api", 7),
        ("windows[0].authors", "ada", 8),
        ("windows[0].except[0]", "since ever to 2026-11-26 00:00", 11),
        ("windows[0].except[1]", "2026-11-27 10:00 to 2026-11-27 12:00 (the hotfix)", 12),
        ("windows[0].reason", "it launches", 9),
    ]
    rows = {one.key: (one.value, one.source.line) for one in settings(parse(text))}
    assert rows["escalation.labels.hotfix"] == ("data_loss", 16)


def test_a_floor_in_a_repositorys_file_binds_nobody_and_is_said_to():
    config = merge(parse("version: 1\nmode: advise"), parse("version: 1\nmode: shadow\nfloor: [mode]", "here"))
    assert (config.mode, config.floor) == ("shadow", frozenset())
    assert [(problem.file, problem.line, problem.words) for problem in config.problems] == [
        ("here", 3, "floor has no effect here: it belongs into the organisation's file")
    ]


def test_what_a_floor_takes_away_is_said_with_its_line():
    org = parse(
        "version: 1\nescalation: {managers: [mia]}\nexempt: {paths: ['docs/**', 'a/**']}\n"
        "frozen_paths: [x]\nfloor: [escalation, exempt, frozen_paths]",
        "acme/.github",
    )
    repo = parse(
        "version: 1\nescalation:\n  by_path: {'pay/**': [ana]}\n"
        "exempt: {paths: ['docs/**', 'b/**']}\nfrozen_paths: [y]",
        "here",
        org,
    )
    config = merge(org, repo)
    assert [(problem.file, problem.line, problem.words) for problem in config.problems] == [
        ("here", 3, "escalation.by_path has no effect here: the organisation keeps escalation as a floor"),
        (
            "here",
            4,
            "exempt.paths counts only where the organisation exempts as well: the organisation keeps exempt as a floor",
        ),
    ]
    assert config.frozen_paths == ("x", "y")
    (shown,) = [one for one in settings(config) if one.key == "floor"]
    assert (shown.value, shown.source.file) == ("escalation, exempt, frozen_paths", "acme/.github")
