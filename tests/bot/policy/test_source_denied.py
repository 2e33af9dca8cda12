"""A source that touches what no machine may touch is to be denied; one that is already is left alone."""

from dataclasses import replace

import pytest
from policy_world import BOT, changed, state
from policy_world import SATURDAY as NOW

from bot.policy.candidate import SourceKey, Trust
from bot.policy.config import Config, parse
from bot.policy.decide import decide
from bot.policy.landing_actions import DenySource, NoteSource
from bot.policy.radar import funnel
from bot.policy.radar.stages import eligible

CONFIG = parse("version: 1\nauto_review: {mode: shadow, sources: {tidy: {account: 99, kind: codemod}}}\n")
TRUST = Trust(SourceKey(70, 7, "tidy"), dial="P5", noted=True)


@pytest.fixture(autouse=True)
def gates_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "STAGES", (eligible.STAGE,))


def denials(path: str, trust: Trust, config: Config = CONFIG) -> list[DenySource]:
    known = state(0.02, author=BOT, content=changed(paths=(path,)), trust=trust)
    return [each for each in decide(None, known, config, NOW).actions if isinstance(each, DenySource)]


def test_radar_16_a_sensitive_path_denies_the_source_that_touched_it() -> None:
    because = "#5: It touches `.github/workflows/ci.yml`, which is sensitive (workflows)."
    assert denials(".github/workflows/ci.yml", TRUST) == [DenySource(TRUST.key, because)]
    assert denials("api/list.py", TRUST) == []


def test_a_file_may_say_that_such_a_change_goes_to_a_person_and_its_source_stays_trusted() -> None:
    lenient = parse(
        "version: 1\nauto_review: {mode: shadow, gates: {sensitive_path: person}, "
        "sources: {tidy: {account: 99, kind: codemod}}}\n"
    )
    assert denials("CODEOWNERS", TRUST, lenient) == []


def test_what_is_denied_already_is_not_denied_again() -> None:
    assert denials(".github/workflows/ci.yml", replace(TRUST, denied="it broke the build")) == []


def test_a_change_is_noted_as_its_sources_once() -> None:
    for noted in (False, True):
        known = state(0.02, author=BOT, trust=replace(TRUST, noted=noted))
        actions = decide(None, known, CONFIG, NOW).actions
        assert any(isinstance(each, NoteSource) for each in actions) is not noted
