"""A team's groups with what people said of them, what is suggested and what needs nobody: all of it pure."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from scoring.difftest import rules
from scoring.difftest.again import stands_again
from scoring.difftest.answers import OPEN, Answer, Standing, State, standings
from scoring.difftest.automation import Bars, Precedent, automatic
from scoring.difftest.chat import ChatLabeller, Model
from scoring.difftest.embedding import Cached, Embedder, Hashed
from scoring.difftest.examples import Dynamic
from scoring.difftest.groups import Group, Signature
from scoring.difftest.labeller import Labelled, Labeller, train
from scoring.difftest.queue import Waiting, asked, queue
from scoring.difftest.suggestion import Suggestion
from scoring.difftest.verdict import Verdict, verdict


@dataclass(frozen=True)
class Desk:
    """`releases` in order, the newest last. `serving`: what was let serve; without one each answer teaches at once."""

    groups: tuple[Group, ...]
    standing: Mapping[str, Standing]
    releases: tuple[str, ...]
    bars: Bars
    lent: tuple[Labelled, ...] = ()
    serving: Labeller | None = None

    @classmethod
    def of(
        cls,
        groups: Sequence[Group],
        answers: Iterable[Answer],
        bars: Bars | None = None,
        lent: Sequence[Labelled] = (),
    ) -> "Desk":
        """What came with a label stands as labelled, until somebody says otherwise.

        `lent` is what other teams let this one learn from.
        """
        standing = {each.id: _came(each) for each in groups if each.label is not None} | standings(answers)
        ordered = tuple(_with(each, standing.get(each.id, OPEN)) for each in groups)
        releases = _releases(groups)
        again = stands_again(ordered, standing, releases)
        return cls(ordered, standing | again, releases, bars or Bars(), tuple(lent))

    def under(self, other: "Desk") -> "Desk":
        """The same, where what holds by the answers of another desk's people holds here, too."""
        firm = {name: each for name, each in other.standing.items() if each.state is not State.OPEN}
        return replace(self, standing={**self.standing, **firm})

    @property
    def labelled(self) -> tuple[Labelled, ...]:
        """What people labelled. What was carried, or stands again, teaches nothing: it would confirm itself."""
        return tuple(each for each in self.known if not each.again)

    @cached_property
    def known(self) -> tuple[Labelled, ...]:
        """What people labelled, and what their answers to an earlier build label again."""
        places = {name: place for place, name in enumerate(self.releases)}
        standing = ((each, self.standing.get(each.id, OPEN)) for each in self.groups)
        return tuple(
            Labelled(each, said.label, places[each.key.release], said.state is State.AGAIN)
            for each, said in standing
            if said.label is not None
        )

    def suggestions(self, release: str, without: Collection[str] = ()) -> dict[str, Suggestion]:
        """group -> suggestion for one release, from what was labelled in the others before it and in itself."""
        local = None if without else self.serving
        return self.by(local or train(self.teaching(release), without), release)

    def teaching(self, release: str) -> list[Labelled]:
        """What a labeller of one release learns from."""
        place = self.releases.index(release)
        return [*self.lent, *(each for each in self.labelled if each.release <= place)]

    def by(self, local: Labeller | None, release: str) -> dict[str, Suggestion]:
        """group -> what a labeller says of it; without one, what rules do."""
        return {each.id: local.suggest(each) if local else rules.suggest(each) for each in self.of_release(release)}

    def asked(self, release: str, model: Model, embedder: Embedder | None = None) -> dict[str, Suggestion]:
        """group -> what a language model says of it, shown examples of earlier releases; only what has no label.

        Raises Unembedded.
        """
        place = self.releases.index(release)
        near = Dynamic([each for each in self.labelled if each.release < place], embedder or Cached(Hashed()))
        labeller = ChatLabeller(model, near.of)
        open_ = [each for each in self.of_release(release) if self.standing.get(each.id, OPEN).label is None]
        return {each.id: labeller.suggest(each) for each in open_}

    def instead(self, release: str, suggest: Callable[[Group], Suggestion]) -> dict[str, Suggestion]:
        """group -> what another labeller suggests; what is like it, and whether nothing is, is known here."""
        known = self.suggestions(release)
        return {
            each.id: replace(suggest(each), neighbours=known[each.id].neighbours, novel=known[each.id].novel)
            for each in self.of_release(release)
        }

    def of_release(self, release: str) -> list[Group]:
        return [each for each in self.groups if each.key.release == release]

    def automatic(self, release: str, suggestions: Mapping[str, Suggestion]) -> dict[str, str]:
        """group -> why it is noise without a person; only what nobody labelled."""
        past = self._past(release)
        reasons = {
            each.id: automatic(each, suggestions[each.id], past.get(each.key.signature, ()), self.bars)
            for each in self.of_release(release)
            if self.standing.get(each.id, OPEN).state is State.OPEN
        }
        return {name: why for name, why in reasons.items() if why}

    def questions(self, release: str) -> list[Waiting]:
        """What a person has to answer, one question for what stands and falls together."""
        return asked(self.queue(release))

    def queue(
        self,
        release: str,
        suggestions: Mapping[str, Suggestion] | None = None,
        decided: Mapping[str, Suggestion] | None = None,
    ) -> list[Waiting]:
        """What waits for a person. `suggestions` of the release, where they were made already; `decided`: those
        by which it is said what needs nobody, where they are others."""
        suggestions = self.suggestions(release) if suggestions is None else suggestions
        carried = self.automatic(release, suggestions if decided is None else decided)
        waiting = [each for each in self.of_release(release) if each.id not in carried]
        return queue(waiting, suggestions, self.standing)

    def verdict(
        self,
        release: str,
        suggestions: Mapping[str, Suggestion] | None = None,
        decided: Mapping[str, Suggestion] | None = None,
    ) -> Verdict:
        """What the release comes to, by the same suggestions as its queue."""
        suggestions = self.suggestions(release) if suggestions is None else suggestions
        carried = self.automatic(release, suggestions if decided is None else decided)
        waiting = queue(self.of_release(release), suggestions, self.standing)
        suspected = [each.group.id for each in waiting if each.suspected]
        return verdict(self.of_release(release), self.standing, carried, suspected)

    def _past(self, release: str) -> dict[Signature, list[Precedent]]:
        place = self.releases.index(release)
        past: dict[Signature, list[Precedent]] = {}
        for each in self.labelled:
            if each.release < place:
                precedent = Precedent(each.label, frozenset(each.group.patterns))
                past.setdefault(each.group.key.signature, []).append(precedent)
        return past


def _came(group: Group) -> Standing:
    return Standing(State.LABELLED, group.label, (group.examples[0].labelled_by or "imported",), group.labelled_at)


def _with(group: Group, standing: Standing) -> Group:
    """A person's answer is of every difference of the group, and its time is when its label was there."""
    if standing.label is None or standing.by == ("imported",) or standing.at is None:
        return group
    if standing.label is group.label:
        return group
    return replace(group, labels=Counter({standing.label: group.count}), labelled_at=standing.at)


def _releases(groups: Sequence[Group]) -> tuple[str, ...]:
    """By when they were first seen; in the order in which they came where that is not known of each."""
    first: dict[str, list[Group]] = {}
    for each in groups:
        first.setdefault(each.key.release, []).append(each)
    moments = {name: [each.first_at for each in members if each.first_at] for name, members in first.items()}
    if not all(moments.values()):
        return tuple(first)
    return tuple(sorted(first, key=lambda name: min(moments[name])))
