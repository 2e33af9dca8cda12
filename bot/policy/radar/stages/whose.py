"""Whose change it is: a person's, or that of a source of automated changes which the configuration names.

Who somebody is, is said by the number of the account that opened it and by its type, never by who acted last. Every
commit has to be that account's, with a signature that the forge verified; where GitHub itself is the committer, it
signed for the author. Whatever is strange is for a person to look at.
"""

from bot.policy.candidate import Origin
from bot.policy.config import Config
from bot.policy.pull import Person, Unknown
from bot.policy.radar.agents import marks
from bot.policy.radar.sources import named, strange
from bot.policy.radar.stage import PASSED, Answer, Candidate, Stage, person, refused
from bot.policy.text.words import code

# those who belong here; a COLLABORATOR of an organisation's repository is from outside, a CONTRIBUTOR was merged once
MEMBERS = frozenset({"OWNER", "MEMBER"})


def judge(candidate: Candidate) -> Answer:
    origin = candidate.state.origin
    if not candidate.config.auto_review.on:
        return person("off", "Automatic review is off here.")
    if isinstance(origin, Unknown):
        return person("origin_unknown", f"It is not known where it comes from: {code(origin.why)}.")
    of_author = _of_bot if candidate.state.pull.author.bot else _of_person
    return _from_here(candidate, origin) or _of_ours(candidate, origin) or of_author(candidate, origin) or PASSED


def _from_here(candidate: Candidate, origin: Origin) -> Answer | None:
    pull = candidate.state.pull
    if origin.head_repository != pull.repository.id:
        return refused("fork", "It comes from another repository, and nothing from outside lands by itself.")
    if pull.head_sha not in {commit.sha for commit in origin.commits}:
        return person("commits_unknown", "Its commits changed while they were read.")
    return None


def _of_ours(candidate: Candidate, origin: Origin) -> Answer | None:
    """Nobody's own yes lands their own change: neither ours, nor that of somebody who decides on exceptions."""
    author = candidate.state.pull.author
    if author.id == origin.app:
        return refused("own_change", "codechill opened it, and never lands what it opened.")
    if decides(author, candidate):
        return refused(
            "decides_exceptions", f"{code(author.login)} decides on exceptions here, so another person looks."
        )
    return None


def decides(author: Person, candidate: Candidate) -> bool:
    """Whether somebody may approve an exception of any change here. With nobody named, administrators may."""
    named_ = _deciding(candidate.config)
    granted = candidate.state.granted.get(author.id, frozenset())
    if author.login.lower() in named_ or not granted.isdisjoint(named_):
        return True
    return "admin" in granted and not candidate.config.escalation.managers


def _deciding(config: Config) -> frozenset[str]:
    by_path = config.escalation.by_path.values()
    return frozenset((*config.escalation.managers, *(who for some in by_path for who in some)))


def _of_bot(candidate: Candidate, origin: Origin) -> Answer | None:
    pull = candidate.state.pull
    source = named(pull, origin, candidate.config.auto_review)
    if source is None:
        return refused("unknown_source", f"{code(pull.author.login)} is no source that the configuration names here.")
    odd = strange(pull, origin, source)
    if odd is not None:
        return person(odd[0], f"It is not {code(source.name)}'s alone: {odd[1]}.")
    return None


def _of_person(candidate: Candidate, origin: Origin) -> Answer | None:
    pull, allowed = candidate.state.pull, candidate.config.auto_review.people.authors
    if origin.association not in MEMBERS:
        return refused("outsider", f"{code(pull.author.login)} is no member here, so a person looks.")
    granted = candidate.state.granted.get(pull.author.id)
    if granted is None or "write" not in granted:
        return person("may_not_write", f"It is not known that {code(pull.author.login)} may write here.")
    if allowed is not None and pull.author.login.lower() not in allowed and granted.isdisjoint(allowed):
        return person("author_not_named", f"The configuration does not name {code(pull.author.login)}.")
    if marks(pull, origin):
        return person("agent_under_person", "An agent worked on it under a person's account.")
    odd = strange(pull, origin, None)
    if odd is not None:
        return person(odd[0], f"It is not {code(pull.author.login)}'s alone: {odd[1]}.")
    return None


STAGE = Stage("whose", "Whose change is it?", judge)
