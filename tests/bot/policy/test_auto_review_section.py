"""`auto_review:`, what may review and land itself: how it is written, what does not add up, what a floor binds."""

from dataclasses import fields
from datetime import timedelta

import pytest

from bot.policy.config import AutoReview, ChangeSource, Config, ConfigError, merge, parse, settings
from bot.policy.config.auto_review import MODES, THRESHOLDS, share_of
from bot.policy.config.auto_review_shape import AutoReviewShape
from bot.policy.config.sections.auto_review import GROUPS, STRICTER

HEAD = "version: 1\nauto_review:\n"
FLOOR = "floor: [auto_review]\n"


def policy(text: str, under: Config | None = None) -> AutoReview:
    return parse(HEAD + text, under=under).auto_review


def wrong(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(HEAD + text, "f")
    return [f"{problem.line}: {problem.words}" for problem in caught.value.problems]


def merged(org: str, repo: str, *, floor: str = FLOOR) -> Config:
    above = parse(HEAD + org + floor, "org")
    return merge(above, parse(HEAD + repo, "here", above))


def test_without_it_nothing_reviews_or_lands_itself():
    assert Config.default().auto_review == AutoReview()
    assert not AutoReview().on
    assert [(each.key, each.value) for each in settings(Config.default()) if each.key.startswith("auto_review")] == [
        ("auto_review.mode", "off")
    ]


def test_radar_11_sources_are_read_with_an_owner_a_kind_and_settings_of_their_own():
    said = policy(
        """\
  mode: suggest
  landing_delay: 2d
  labels: {hold: Wait}
  bots: {bypass_risk: true}
  people: {deferred_review_within: 3d, authors: [Ana, "@Acme/Pay"]}
  gates: {max_revert_upper95: 2%}
  sources:
    npm: {like: renovate, branch: "renovate/npm-*", daily_limit: 2_000, owner: "@Acme/Web"}
    tidy: {account: 7, kind: codemod, trailer: "Codemod-Id: tidy"}
  denied: [tidy, tidy]
  sox_paths: ["ledger/**"]
"""
    )
    assert (said.mode, said.landing_delay, said.hold_label) == ("suggest", timedelta(days=2), "wait")
    assert (said.bots.bypass_risk, said.bots.threshold) == (True, "P20")
    assert (said.people.deferred_review_within, said.people.authors) == (timedelta(days=3), ("ana", "@acme/pay"))
    assert (said.gates.max_revert_upper95, said.gates.min_landed) == (0.02, 100)
    assert dict(said.sources) == {
        "npm": ChangeSource(
            "npm", 29139614, "dependencies", ("renovate/**",), "renovate/npm-*", owner="@acme/web", daily_limit=2000
        ),
        "tidy": ChangeSource("tidy", 7, "codemod", trailer="Codemod-Id: tidy"),
    }
    assert (said.denied, said.sox_paths) == (("tidy",), ("ledger/**",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "  sources: {x: {like: renovate, daily_limit: 2001}}",
            'auto_review.sources.x.daily_limit: "2001" is no whole number from 1 to 2,000',
        ),
        ("  sources: {x: {like: renovate, daily_limit: 0}}", '"0" is no whole number from 1 to 2,000'),
        ("  sources: {x: {like: renovate, daily_limit: [1]}}", "a single value is expected here"),
        ("  sources: {x: {like: renovat}}", "renovat is not known; did you mean renovate?"),
        ("  sources: {x: {like: something}}", "something is not known; known are dependabot, renovate"),
        (
            "  sources: {x: {kind: codemod}}",
            "auto_review.sources.x needs like, or account and kind; account is missing",
        ),
        ("  sources: {x: {account: 7}}", "auto_review.sources.x needs like, or account and kind; kind is missing"),
        ("  sources: {x: {like: renovate, acount: 7}}", "did you mean account?"),
        ("  sources: {'x y': {like: renovate}}", "a source is named by 1 to 80 letters"),
        ("  sources: {x: {account: 7, kind: codemod, branch: '^codemod/.*$'}}", "this is a regular expression"),
        ("  sources: {x: {account: 7, kind: codemod, trailer: tidy}}", "a trailer is one line of a commit message"),
        ("  sources: {dependabot: {like: dependabot}}\n  denied: [dependabt]", "did you mean dependabot?"),
        ("  people: {approval: P10}", "has to be stricter than verification, P10: write P5"),
        ("  people: {verification: P5}", "has to be stricter than verification, P5: write a wider verification"),
        ("  labels: {suggest: codechill:HOLD}", "auto_review.labels: hold and suggest have to differ"),
        ("  bots: {threshold: P30}", 'auto_review.bots.threshold is "P30"'),
        ("  bots: {bypass_risk: 'yes'}", '"yes" is neither true nor false'),
        ("  mode: on", 'auto_review.mode is "on"'),
        ("  landing_delay: 24", "is no length of time; write it like 90m"),
        ("  reviewer: {min_confidence: 7}", '"7" is no whole number from 8 to 10'),
        ("  reviewer: {max_effort: 4}", '"4" is no whole number from 1 to 3'),
        ("  sox_paths: [ledger/]", "this names a folder only"),
    ],
)
def test_what_does_not_add_up_is_refused_with_a_sentence(text: str, said: str):
    (problem,) = wrong(text)
    assert said in problem


def test_a_problem_of_a_source_stands_at_its_line():
    assert wrong("  sources:\n    a: {like: renovate}\n    b: {like: nobody}\n  denied: [missing]\n") == [
        "5: auto_review.sources.b.like: nobody is not known; known are dependabot, renovate, pre-commit.ci, copilot, "
        "claude, codex, cursor, devin, jules",
        "6: auto_review.denied: missing is no source of this file",
    ]


def test_every_setting_has_a_rule_for_a_floor_and_every_threshold_its_share():
    groups = {name: fields(getattr(AutoReview(), name)) for name in GROUPS}
    assert {f"{name}.{each.name}" for name, some in groups.items() for each in some} == STRICTER.keys()
    shaped = {name for name, each in AutoReviewShape.model_fields.items()}
    assert shaped - {"labels"} == {each.name for each in fields(AutoReview)} - {"hold_label", "suggest_label"}
    assert [share_of(threshold) for threshold in THRESHOLDS] == [0.05, 0.1, 0.2, 0.25, 0.5]


def test_a_source_may_do_less_than_the_section_and_never_more():
    said = policy(
        "  mode: suggest\n  people: {mode: shadow}\n  landing_delay: 2d\n  sources:\n"
        "    a: {like: renovate, threshold: P50, landing_delay: 1d}\n"
        "    b: {like: renovate, threshold: P10, landing_delay: 3d, mode: off, allowlisted: true}\n"
        "    c: {like: renovate, allowlisted: true}\n"
    )
    a, b, c = said.sources.values()
    assert [said.mode_for(each) for each in (a, b, c, None)] == ["suggest", "off", "suggest", "shadow"]
    assert [said.threshold_for(each) for each in (a, b, c)] == ["P20", "P10", "P50"]
    assert [said.delay_for(each).days for each in (a, b, c, None)] == [2, 3, 2, 2]


ORG = """\
  mode: suggest
  landing_delay: 2d
  people: {approval: P5, verification: P10, authors: ["@acme/all", ana]}
  gates: {min_landed: 200, test_name_match: substring}
  sources:
    npm: {like: renovate, branch: "renovate/npm-*", daily_limit: 20}
    bot: {like: dependabot, mode: shadow, threshold: P10}
  denied: [bot]
  sensitive_paths: ["auth/**"]
  sox_paths: ["ledger/**"]
"""
LOOSE = """\
  mode: enforce
  landing_delay: 1h
  labels: {hold: never}
  bots: {threshold: P50, bypass_risk: true}
  people: {approval: P25, verification: P50, authors: [ana, mia]}
  gates: {min_landed: 1, test_name_match: word}
  sources:
    npm: {account: 7, kind: codemod, branch: "**", daily_limit: 2000, allowlisted: true, landing_delay: 1d}
    bot: {mode: enforce, threshold: P50}
    mine: {account: 8, kind: agent}
  sox_paths: ["docs/**"]
  reviewer: {samples: 3}
"""


def test_what_an_organisation_keeps_as_a_floor_repositories_may_only_tighten():
    config = merged(ORG, LOOSE)
    said, org = config.auto_review, parse(HEAD + ORG).auto_review
    assert (said.mode, said.landing_delay, said.hold_label) == ("suggest", timedelta(days=2), "codechill:hold")
    assert (said.bots, said.gates) == (org.bots, org.gates)
    assert (said.people.approval, said.people.verification, said.people.authors) == ("P5", "P10", ("ana",))
    assert list(said.sources) == ["npm", "bot"]
    npm = said.sources["npm"]
    assert (npm.account, npm.kind, npm.within, npm.daily_limit) == (29139614, "dependencies", "renovate/npm-*", 20)
    assert (npm.allowlisted, npm.landing_delay, said.delay_for(npm).days) == (False, timedelta(days=1), 2)
    assert (said.sources["bot"].mode, said.sources["bot"].threshold) == ("shadow", "P10")
    assert (said.denied, said.sensitive_paths) == (("bot",), ("auth/**",))
    assert (said.sox_paths, said.reviewer.samples) == (("ledger/**", "docs/**"), 3)


def test_what_was_written_in_vain_is_told():
    words = [problem.words for problem in merged(ORG, LOOSE).problems]
    kept = "the organisation keeps auto_review as a floor"
    assert f"auto_review.mode has no effect here: {kept}" in words
    assert f"auto_review.sources.mine has no effect here: {kept}" in words
    assert f"auto_review.sources.npm.daily_limit has no effect here: {kept}" in words
    assert f"auto_review.people.authors counts only as far as the organisation agrees: {kept}" in words


def test_a_repository_may_take_less_of_a_floor():
    tight = """\
  mode: shadow
  people: {approval: P5, deferred_review: false}
  sources:
    npm: {trailer: "Batch: weekly", daily_limit: 3, mode: off, landing_delay: 5d}
  denied: [npm]
"""
    config = merged(ORG, tight)
    said, npm = config.auto_review, config.auto_review.sources["npm"]
    assert (said.mode, said.people.deferred_review, said.denied) == ("shadow", False, ("bot", "npm"))
    assert (npm.trailer, npm.daily_limit, npm.mode, npm.landing_delay) == ("Batch: weekly", 3, "off", timedelta(days=5))
    assert config.problems == ()
    assert config.sources["auto_review.mode"].file == "here"


def test_radar_19_two_organisations_bind_their_repositories_each_in_its_own_way():
    wants = "  mode: enforce\n  bots: {threshold: P50}\n  sources: {copilot: {like: copilot}}\n"
    careful = merged("  mode: enforce\n  people: {deferred_review: false}\n  bots: {threshold: P5}\n", wants)
    bold = merged("  mode: enforce\n  bots: {threshold: P50}\n  sources: {copilot: {like: copilot}}\n", wants)
    shown = [
        (each.auto_review.bots.threshold, each.auto_review.people.deferred_review, list(each.auto_review.sources))
        for each in (careful, bold)
    ]
    assert shown == [("P5", False, []), ("P50", True, ["copilot"])]


def test_without_a_floor_the_repository_decides_but_paths_and_denials_add_up():
    said = merged(ORG, LOOSE, floor="").auto_review
    assert (said.mode, said.bots.bypass_risk, said.people.authors) == ("enforce", True, ("ana", "mia"))
    assert list(said.sources) == ["npm", "bot", "mine"]
    assert (said.sources["npm"].account, said.sources["npm"].kind) == (7, "codemod")
    assert (said.sources["bot"].account, said.sources["bot"].mode) == (49699333, "enforce")
    assert (said.denied, said.sox_paths) == (("bot",), ("ledger/**", "docs/**"))


def test_what_a_repository_leaves_out_is_as_its_organisation_says():
    config = merged(ORG, "  size: {files: 3}\n", floor="")
    said, org = config.auto_review, parse(HEAD + ORG).auto_review
    assert (said.mode, said.people, dict(said.sources)) == ("suggest", org.people, dict(org.sources))
    assert said.size.files == 3


def test_a_floor_that_is_off_keeps_it_off():
    assert not merged("  mode: off\n", "  mode: enforce\n").auto_review.on


def test_the_name_of_a_policy_changes_with_every_setting_and_with_nothing_else():
    texts = [
        "  mode: shadow\n",
        "  mode: shadow\n  size: {files: 21}\n",
        "  mode: shadow\n  sources: {a: {like: renovate}, b: {like: codex}}\n",
        "  mode: shadow\n  sources: {b: {like: codex}, a: {like: renovate}}\n",
        "  mode: shadow\n  sources: {a: {like: renovate, daily_limit: 11}, b: {like: codex}}\n",
    ]
    assert len({policy(text).policy for text in texts}) == 5
    assert policy(texts[1]).policy == policy("  size: {files: 21}\n  mode: shadow # by hand\n").policy
    assert len(policy(texts[0]).policy) == 16


def test_what_is_in_force_is_shown_with_its_line():
    config = parse(
        HEAD + "  mode: shadow\n  sources:\n"
        "    npm: {like: renovate, branch: 'renovate/npm-*', daily_limit: 20, owner: '@a/b'}\n"
        "    tidy: {account: 7, kind: codemod, trailer: 'Id: 1'}\n  bots: {bypass_risk: true}\n"
    )
    shown = {each.key: (each.value, each.source.line) for each in settings(config)}
    assert shown["auto_review.mode"] == ("shadow", 3)
    assert shown["auto_review.bots.bypass_risk"] == ("true", 7)
    assert shown["auto_review.people.authors"] == ("every member", 2)
    assert shown["auto_review.gates.max_revert_upper95"] == ("3 %", 2)
    assert shown["auto_review.sources.npm"] == (
        "dependencies of account 29139614; renovate/**, of these renovate/npm-*; shadow, P20, 20 a day; after 24h; "
        "ask @a/b",
        5,
    )
    assert shown["auto_review.sources.tidy"] == (
        "codemod of account 7; any branch; commits with Id: 1; shadow, P20, 10 a day; after 24h",
        6,
    )


def test_modes_are_in_the_order_of_what_they_do():
    assert MODES == ("off", "shadow", "suggest", "enforce")


def test_authors_of_one_file_alone_are_those_of_both():
    assert merged("  people: {authors: [ana]}\n", "  mode: off\n").auto_review.people.authors == ("ana",)
    both = merged("  mode: shadow\n", "  people: {authors: [mia]}\n")
    assert both.auto_review.people.authors == ("mia",)
    shown = {each.key: each.value for each in settings(both)}
    assert shown["auto_review.people.authors"] == "mia"


def test_what_a_repository_changes_of_its_organisations_source_stays_the_organisations():
    """So does the trust that it has, or has lost, in the whole organisation."""
    config = merged(ORG, "  sources: {npm: {daily_limit: 3}, bot: {mode: off}}\n")
    assert config.auto_review.sources["npm"].daily_limit == 3
    assert {config.sources[f"auto_review.sources.{name}"].file for name in ("npm", "bot")} == {"org"}
    loose = merged(ORG, "  sources: {npm: {daily_limit: 9, mode: enforce}, mine: {like: codex}}\n", floor="")
    assert [loose.sources[f"auto_review.sources.{name}"].file for name in ("npm", "mine")] == ["org", "here"]


@pytest.mark.parametrize("other", ["account: 7", "kind: agent", "branch: '**'", "like: codex"])
def test_another_account_by_the_name_of_an_organisations_source_has_none_of_its_trust(other: str):
    loose = merged(ORG, f"  sources: {{npm: {{{other}}}}}\n", floor="")
    assert loose.sources["auto_review.sources.npm"].file == "here"
    assert merged(ORG, f"  sources: {{npm: {{{other}}}}}\n").sources["auto_review.sources.npm"].file == "org"


def test_teams_whose_members_may_are_asked_about():
    assert parse(HEAD + "  people: {authors: ['@acme/pay', ana]}\n").teams() == {"@acme/pay"}


def test_no_source_bears_the_name_of_what_people_write():
    """Whatever stands by that name, trust above all, is theirs."""
    with pytest.raises(ConfigError, match="people is the name of what people write"):
        parse(HEAD + "  sources: {people: {like: renovate}}\n")
