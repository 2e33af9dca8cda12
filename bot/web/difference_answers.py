"""What somebody says of a group on the page: kept at once, under the account that the forge signed in.

Saying the same again changes nothing, so a browser that does not know whether an answer arrived sends it once more.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import structlog

from bot.web.differences import Place, place_of
from bot.web.page import Asked, Desk, NotTaken, NotThere, Told
from scoring.difftest.alike import alike
from scoring.difftest.answers import OPEN, Answer, State, last_of, standings
from scoring.difftest.desk import Desk as TeamDesk
from scoring.difftest.labels import Label, NoiseReason

_log = structlog.get_logger(__name__)
UNDO = "undo"
LONGEST = 500  # characters of a reason
TURNS = 40  # answers of one person to one group, taken back or not
_LABELS = {each.value: each for each in Label}
_REASONS = {each.value: each for each in NoiseReason}
TURNED = f"You answered this group {TURNS} times. Leave it as it is, or let somebody else say."


def act(desk: Desk, asked: Asked, now: datetime) -> Told:
    """Takes `group`, `answer` (a label, or undo), and may take `why`, `reason`, `alike` and, for undo, `label`: what is
    taken back. Raises NotTaken, NotThere."""
    form, place = asked.form, place_of(desk.store, asked, now)
    if place.desk is None or form.get("group") not in {each.id for each in place.desk.of_release(place.release)}:
        raise NotThere
    given = _undone(place, asked, now) if form.get("answer") == UNDO else _said(place, place.desk, asked, now)
    if given:
        desk.store.differences.shelf(asked.here.id, {}).answer(given)
        desk.answered(asked.here.id, place.team, place.release)
        _log.info("difference.answered", repository=asked.here.id, by=asked.reader.login, groups=len(given))
    return _told(place, (*place.answers, *given), asked, given)


def _said(place: Place, desk: TeamDesk, asked: Asked, now: datetime) -> list[Answer]:
    form, me = asked.form, asked.reader.login
    label = _LABELS.get(form.get("answer", ""))
    if label is None:
        raise NotThere
    reason = _REASONS.get(form.get("reason", "")) if label is Label.NOISE else None
    why = " ".join(form.get("why", "").split())[:LONGEST]
    groups = {each.id: each for each in desk.of_release(place.release)}
    one = groups[form["group"]]
    open_ = [each for each in groups.values() if desk.standing.get(each.id, OPEN).state is State.OPEN]
    chosen = [one, *(alike(one, open_) if form.get("alike") else ())]
    given = [
        Answer(each.id, label, me, now, why, reason) for each in chosen if not _holds(place, me, each.id, label, why)
    ]
    if any(sum(each.group == new.group and each.by == me for each in place.answers) >= TURNS for new in given):
        raise NotTaken(TURNED)
    return given


def _holds(place: Place, me: str, group: str, label: Label, why: str) -> bool:
    last = last_of(place.answers, me, group)
    return last is not None and (last.label, last.why) == (label, why)


def _undone(place: Place, asked: Asked, now: datetime) -> list[Answer]:
    """Nothing where it is taken back already."""
    me, group, label = asked.reader.login, asked.form["group"], asked.form.get("label", "")
    last = last_of(place.answers, me, group)
    if last is None or last.label is None or (label and last.label != label):
        return []
    return [Answer(group, None, me, now)]


def _told(place: Place, answers: tuple[Answer, ...], asked: Asked, given: list[Answer]) -> Told:
    group = asked.form["group"]
    standing = standings(answers).get(group, OPEN)
    others = [name for name in standing.by if name != asked.reader.login]
    here = {"team": place.team, "release": place.release}
    after = asked.form.get("next", "")
    shown = group if asked.form.get("answer") == UNDO else after
    words: Mapping[str, object] = {
        "group": group, "label": standing.label, "state": standing.state, "others": others,
        "groups": [each.group for each in given if each.group != group],
    }  # fmt: skip
    return Told("?" + urlencode(here | ({"group": shown} if shown.isalnum() and len(shown) <= 32 else {})), words)
