"""The table of facts, and which of them each kind of look wants."""

from typing import Any

from bot.facts.claims import CLAIMS
from bot.facts.configuration import CONFIGURATION
from bot.facts.content import BASE, CONTENT, CONTRIBUTORS, DIFF
from bot.facts.deferred import DEFERRED
from bot.facts.differences import DIFFERENCES
from bot.facts.exceptions import ATTESTED, ESCALATIONS
from bot.facts.fact import Fact
from bot.facts.gatekeeping import GATEKEEPING, LANDER
from bot.facts.inspection import INSPECTION
from bot.facts.landing_queue import DISLIKES, PROGRAM, RECORDED, WAITING
from bot.facts.notes import NOTES, WARNINGS
from bot.facts.origin import AUTHORS, ORIGIN
from bot.facts.people import GRANTED, HANDS
from bot.facts.proposal import OTHER, PROPOSAL
from bot.facts.pull import PAGE, PULL, TARGET
from bot.facts.releases import RELEASED
from bot.facts.review import review
from bot.facts.risk import RISK
from bot.facts.trust import TRUST
from bot.facts.twins import HELD_TWINS, TWINS

Facts = tuple[Fact[Any], ...]

AUTO_REVIEW: Facts = (
    ORIGIN,
    TRUST,
    INSPECTION,
    RELEASED,
    WAITING,
    DISLIKES,
    RECORDED,
    PROGRAM,
)  # little is asked while it is off
AT_ONCE: Facts = (PULL, CONFIGURATION, PAGE, GRANTED, WARNINGS)  # before anything is scored
BEFORE_REVIEW: Facts = (
    *AT_ONCE,
    CONTENT,
    RISK,
    PROPOSAL,
    DIFFERENCES,
    ESCALATIONS,
    ATTESTED,
    HANDS,
    NOTES,
    TWINS,
    HELD_TWINS,
    CLAIMS,
    *AUTO_REVIEW,
)
REVIEW = review(BEFORE_REVIEW)  # it is dear: asked only of what all others let pass
LOOK: Facts = (*BEFORE_REVIEW, REVIEW, GATEKEEPING, LANDER)
FACTS: Facts = (
    PULL,
    TARGET,
    PAGE,
    CONFIGURATION,
    WAITING,
    GRANTED,
    WARNINGS,
    BASE,
    DIFF,
    CONTENT,
    CONTRIBUTORS,
    AUTHORS,
    ORIGIN,
    RISK,
    PROPOSAL,
    DIFFERENCES,
    ESCALATIONS,
    ATTESTED,
    DEFERRED,
    HANDS,
    NOTES,
    TWINS,
    HELD_TWINS,
    CLAIMS,
    TRUST,
    INSPECTION,
    RELEASED,
    RECORDED,
    PROGRAM,
    DISLIKES,
    REVIEW,
    GATEKEEPING,
    LANDER,
)
FAILED: Facts = (PULL, CONFIGURATION, RISK, DIFFERENCES, ESCALATIONS, ATTESTED, HANDS, NOTES, WARNINGS, TWINS)
MEMBER: Facts = (
    PULL,
    CONFIGURATION,
    GRANTED,
    CONTENT,
    RISK,
    PROPOSAL,
    DIFFERENCES,
    ESCALATIONS,
    ATTESTED,
    HANDS,
    NOTES,
    HELD_TWINS,
)
CLOSED: Facts = (
    PULL,
    CONFIGURATION,
    GRANTED,
    NOTES,
    CLAIMS,
    DEFERRED,
    HANDS,
)  # nothing is decided any more, but it is spoken of
LANDING: Facts = (PULL, CONTENT, RISK)  # of long ago, in a backtest

__all__ = ["AT_ONCE", "CLOSED", "FACTS", "FAILED", "LANDING", "LOOK", "MEMBER", "OTHER", "Facts"]
