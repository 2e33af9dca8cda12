"""What is known as of now: a change is looked at from here first, and only then does it become part of the past."""

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from scoring.change import FileChange
from scoring.errors import ScoringError
from scoring.facts.entry import EMPTY, Entry, joined
from scoring.facts.lines import LineCounts
from scoring.facts.moment import Facts, FileFacts, area, folder
from scoring.facts.parts import has_code, parts
from scoring.facts.people import Who
from scoring.facts.wording import Ids, hashed
from scoring.history.accounts import believed
from scoring.history.arrivals import Message, tell
from scoring.history.effect import code_effect, effect, inverse
from scoring.history.ledger import Ledger, Seen
from scoring.history.persons import Persons
from scoring.history.store import Store
from scoring.history.stream import Commit
from scoring.history.vocabulary import Vocabulary
from scoring.history.waiting import Waiting, blames
from scoring.incidents import Incident, Label, is_fix


def _extension(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[2].lower()[:12]


MOST_ALONE = 200  # files of a change that are scored one by one


class State:
    """The past, kept in memory as far as it was looked at and in `store` as a whole."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._entries: dict[str, Entry | None] = {}
        self._dirty: set[str] = set()
        self._moved: dict[str, str] = {}
        self._new_moves: dict[str, str] = {}
        self._persons = Persons(store)
        self._ledger = Ledger(store)
        self._vectors: list[tuple[int, bytes]] = []
        self._parts: list[tuple[int, int, bytes]] = []
        self._wordings: dict[int, Ids] = {}  # of changes not yet written
        self._effects: set[bytes] = set()  # of changes not yet written
        self._labels: list[Label] = []
        self._reported: list[str] = []
        self._waiting = Waiting()
        self.rows = store.next("features", "row")
        self.clock = int(store.meta("clock") or 0)
        # a store that was empty at first needs no look-ups for what memory does not hold
        self._blank = self._ledger.length == 0
        self._vocabulary = Vocabulary(store, blank=self._blank)

    @property
    def commits(self) -> int:
        """How many were learned."""
        return self._ledger.length

    def named(self, author: Who) -> tuple[int, ...]:
        """Whom a name and an address stand for; nobody for a program or a stranger."""
        return self._persons.find(author)

    def attested(self, commits: Sequence[str]) -> tuple[int, ...]:
        """Whom the account is taken for that a forge lists these commits of; nobody when none is known here."""
        authors = map(self._persons.root, self.store.authors(commits))
        return tuple(believed(authors, lambda person: self._works(self._persons.members(person)).n))

    def facts(
        self, author: Sequence[int], at: int, message: str, files: Sequence[FileChange], lines: Sequence[LineCounts]
    ) -> Facts:
        """The facts of a change by `author`, from `named` or `attested`, as of now; changes nothing."""
        who = [number for one in author for number in self._persons.members(one)]
        title = message.partition("\n")[0]
        seen = []
        for file, counts in zip(files, lines, strict=True):
            in_folder, in_area, ending, place = _parts(file.path)
            path = self._look_at_file("p" + (file.old_path or file.path))
            seen.append(
                FileFacts(
                    file,
                    counts.without_code() if path.generated and file.status != "A" else counts,
                    path,
                    self._look(in_folder),
                    self._look(in_area),
                    joined([self._look(f"x{one}\0{place}") for one in who]),
                    self._look(ending),
                )
            )
        author_entry = self._works(who)
        whole = self._look("r")
        base = (whole.decayed_bad(at) + 1.0) / (whole.recent * whole.decay(at) + 100.0)
        wording = self._vocabulary.look(hashed([file.lines for file in seen], (file.path for file in files)))
        back, again = self._landed(inverse(files)), self._landed(effect(files))
        return Facts(at, title, tuple(seen), author_entry, frozenset(who), whole, base, wording, back, again)

    def parts(self, facts: Facts) -> tuple[Facts, ...]:
        """The facts of the parts of a change that are scored in its place; none when it is scored as a whole."""
        files = [each.file for each in facts.files]
        places_by_part = parts(files)
        if not places_by_part:
            return ()
        first = [files[place] for place in places_by_part[0]]
        if not any(map(has_code, first)):
            return tuple(self._alone(facts, places) for places in places_by_part)
        # what comes beside code hides neither that the code landed before nor that it takes something back
        again = facts.lands_again or self._landed(effect(first)) or self._landed(code_effect(first))
        back = facts.takes_back or self._landed(inverse(first))
        code = self._part(replace(facts, lands_again=again, takes_back=back), places_by_part[0])
        return (code, *(self._part(replace(facts, lands_again=again), places) for places in places_by_part[1:]))

    def alone(self, facts: Facts) -> tuple[Facts, ...]:
        """The facts of each file of a change as if it came alone. Raises ScoringError for too many."""
        if len(facts.files) > MOST_ALONE:
            raise ScoringError(f"It has more than {MOST_ALONE} files, which are not scored one by one.")
        return tuple(self._alone(facts, (place,)) for place in range(len(facts.files)))

    def _alone(self, facts: Facts, places: Sequence[int]) -> Facts:
        files = [facts.files[place].file for place in places]
        again, back = self._landed(effect(files)), facts.takes_back or self._landed(inverse(files))
        return self._part(replace(facts, lands_again=again, takes_back=back), places)

    def _part(self, facts: Facts, places: Sequence[int]) -> Facts:
        files = tuple(facts.files[place] for place in places)
        ids = hashed([file.lines for file in files], (file.file.path for file in files))
        return replace(facts, files=files, wording=self._vocabulary.look(ids))

    def learn(
        self,
        commit: Commit,
        at: int,
        vector: bytes | None,
        ids: Ids,
        brought: Sequence[Message] = (),
        alone: Sequence[bytes] = (),
    ) -> None:
        """Count the commit in; `vector` are its features, None for a merge that is no change, and `ids` its words.

        `alone` are the features of its parts. `brought` came with it when it is the landing of a branch. What a branch
        says about itself counts for nothing.
        """
        who = self._persons.meet((commit.name, commit.author))
        if vector is not None:
            self._count(commit, who, at)
            self._vocabulary.learn(ids, fault=False)
            self._effects.add(effect(commit.files))
            code = [file for file in commit.files if has_code(file)]
            if 0 < len(code) < len(commit.files):
                self._effects.add(code_effect(code))
        merge = len(commit.parents) > 1
        brought = [self._blame(each, at) for each in brought]
        message = self._blame(tell(commit.sha, commit.message), at, merge=merge)
        row = None
        if vector is not None:
            row, self.rows = self.rows, self.rows + 1
            self._vectors.append((row, vector))
            self._wordings[row] = ids
            self._parts += [(row, place, part) for place, part in enumerate(alone)]
        paths = b"\0".join(os.fsencode(file.path) for file in commit.files)
        seen = Seen(self._ledger.length, commit.sha, at, who, message.number, message.title, message.undo, paths, row)
        self._ledger.add(seen, brought)
        self.clock = at
        for incident in self._waiting.take((each.sha, each.number, each.undo) for each in (*brought, message)):
            self.report(incident)

    def wait(self, incident: Incident) -> None:
        """Count a known incident in when the change that it names is learned, which none is yet."""
        self._waiting.add(incident)

    def report(self, incident: Incident) -> None:
        """Count an imported incident in, as known at this point of the history; or when its change is learned."""
        if not self._ledger.knows(incident.mention()):
            self.wait(incident)
            return
        culprit = self._ledger.find(incident.mention())
        if culprit is not None and culprit.row is not None and blames(incident, culprit.at):
            known_at = max(incident.known_at, culprit.at)
            self._labels.append(Label(culprit.n, known_at, "incident", incident.name, fault=True))
            self._spread(culprit, max(incident.known_at, self.clock))
            self._vocabulary.learn(self._wording(culprit.row), fault=True)
        self._reported.append(incident.key())

    def flush(self) -> None:
        """Write what changed; call inside `store.writing()`."""
        gone = [key for key in self._dirty if self._entries.get(key) is None]
        changed = [(key, entry) for key in self._dirty if (entry := self._entries.get(key)) is not None]
        self.store.put(((os.fsencode(key), entry.dump()) for key, entry in changed), map(os.fsencode, gone))
        db = self.store.db
        self._persons.flush()
        moves = ((os.fsencode(old), os.fsencode(new)) for old, new in self._new_moves.items())
        db.executemany("INSERT OR REPLACE INTO moved VALUES(?,?)", moves)
        self._ledger.flush()
        db.executemany("INSERT INTO features VALUES(?,?)", self._vectors)
        db.executemany("INSERT INTO part VALUES(?,?,?)", self._parts)
        db.executemany("INSERT INTO wording VALUES(?,?)", ((row, ids.tobytes()) for row, ids in self._wordings.items()))
        self._vocabulary.flush()
        db.executemany("INSERT OR IGNORE INTO landed VALUES(?)", ((each,) for each in self._effects))
        db.executemany(
            "INSERT OR IGNORE INTO label VALUES(?,?,?,?,?)",
            ((mark.culprit, mark.known_at, mark.kind, mark.evidence, mark.fault) for mark in self._labels),
        )
        db.executemany("INSERT OR IGNORE INTO reported VALUES(?)", ((key,) for key in self._reported))
        self.store.set_meta("clock", str(self.clock))
        lists = (self._vectors, self._parts, self._labels, self._reported)
        for pending in (self._dirty, self._new_moves, self._wordings, self._effects, *lists):
            pending.clear()

    def _works(self, who: Sequence[int]) -> Entry:
        return joined([self._look(f"a{one}") for one in who])

    def _landed(self, effect: bytes) -> bool:
        return bool(effect) and (effect in self._effects or self.store.has_landed(effect))

    def _look(self, key: str) -> Entry:
        try:
            return self._entries[key] or EMPTY
        except KeyError:
            text = None if self._blank else self.store.entry(os.fsencode(key))
            entry = self._entries[key] = Entry.load(text) if text else None
            return entry or EMPTY

    def _hold(self, key: str) -> Entry:
        entry = self._look(key)
        if entry is EMPTY:
            entry = self._entries[key] = Entry()
        self._dirty.add(key)
        return entry

    def _look_at_file(self, key: str) -> Entry:
        entry = self._look(key)
        if entry is not EMPTY:
            # who was joined since is one
            entry.authors, entry.creator = self._persons.joined(entry.authors), self._persons.root(entry.creator)
        return entry

    def _count(self, commit: Commit, who: int, at: int) -> None:
        fix = is_fix(commit.message)
        places = {"r": 0} | ({f"a{who}": 0} if who >= 0 else {})
        for file, counts in zip(commit.files, commit.lines, strict=True):
            churn = counts.added + counts.deleted
            self._file(file, counts, who, at, fix)
            for key in _places(file.path, who):
                places[key] = places.get(key, 0) + churn
            places["r"] += churn
        for key, churn in places.items():
            self._hold(key).touch(at, churn, fix)

    def _file(self, file: FileChange, counts: LineCounts, who: int, at: int, fix: bool) -> None:
        key = "p" + file.path
        if file.old_path is not None:
            old = self._look("p" + file.old_path)
            self._entries[key] = old.copy() if old is not EMPTY else Entry()
            if file.status == "R":
                self._entries["p" + file.old_path] = None
                self._dirty.add("p" + file.old_path)
                self._moved[file.old_path] = self._new_moves[file.old_path] = file.path
        entry = self._hold(key)
        if entry.creator < 0 and file.status == "A":
            entry.creator = who
        entry.touch(at, counts.added + counts.deleted, fix)
        if who >= 0:
            entry.authors.add(who)
        entry.lines = max(0, entry.lines + counts.added - counts.deleted)
        entry.generated = counts.marked if file.status == "A" else entry.generated or counts.marked
        if entry.generated:
            counts = counts.without_code()
        come, left = counts.branches_added + counts.branches_in, counts.branches_deleted + counts.branches_out
        entry.branches = max(0, entry.branches + come - left)
        if file.status == "D":
            # the past of the place stays, so that a file that comes back is no stranger
            entry.lines = entry.branches = 0

    def _blame(self, message: Message, at: int, *, merge: bool = False) -> Message:
        """Count whom a message blames, each once; returns it with the knowledge whether it takes something back."""
        blamed: dict[int, Seen] = {}
        taken: list[Seen] = []
        for mention in message.blames:
            culprit = self._ledger.find(mention)
            if culprit is None:
                continue
            if mention.kind == "revert":
                taken.append(culprit)
            # taking back a revert is a re-landing; a merge says again what its branch has said
            again = culprit.undo or (merge and self._is_taken_back(culprit.n))
            if culprit.row is None or culprit.n in blamed or (again and mention.kind == "revert"):
                continue
            blamed[culprit.n] = culprit
            fault = mention.kind == "fixes" or message.fault
            self._labels.append(Label(culprit.n, at, mention.kind, message.sha, fault))
            self._spread(culprit, at)
            self._vocabulary.learn(self._wording(culprit.row), fault=True)
        if not taken or (message.partial and not message.undo):
            return message
        # every taking back turns the meaning around, whatever titles say of it
        return replace(message, undo=int(not all(culprit.undo for culprit in taken)))

    def _is_taken_back(self, n: int) -> bool:
        if any(label.culprit == n and label.kind == "revert" for label in self._labels):
            return True
        reverts = self.store.db.execute("SELECT 1 FROM label WHERE culprit=? AND kind='revert'", (n,))
        return reverts.fetchone() is not None

    def _wording(self, row: int) -> Ids:
        words = self._wordings.get(row)
        return np.frombuffer(self.store.wording(row), dtype=np.uint32) if words is None else words

    def _spread(self, culprit: Seen, at: int) -> None:
        who = self._persons.root(culprit.author)
        places = {"r"} | ({f"a{who}"} if who >= 0 else set())
        for path in culprit.files():
            places |= {"p" + self._now(path), *_places(path, who)}
        for key in places:
            self._hold(key).blame(at)

    def _now(self, path: str) -> str:
        """The present name of a file that may have been renamed since."""
        for _ in range(20):
            after = self._moved.get(path)
            if after is None and not self._blank:
                moved = self.store.db.execute("SELECT new FROM moved WHERE old=?", (os.fsencode(path),)).fetchone()
                after = os.fsdecode(moved[0]) if moved else None
            if after is None or self._look("p" + path) is not EMPTY:
                return path
            path = after
        return path


def _places(path: str, author: int) -> tuple[str, ...]:
    """The keys of what is counted beside the file itself: its folder, subsystem, ending, author's folder."""
    in_folder, in_area, ending, place = _parts(path)
    return (in_folder, in_area, ending, f"x{author}\0{place}") if author >= 0 else (in_folder, in_area, ending)


@lru_cache(maxsize=1 << 16)
def _parts(path: str) -> tuple[str, str, str, str]:
    """The keys of folder, subsystem and ending, and the folder."""
    place = folder(path)
    return "d" + place, "t" + area(path), "e" + _extension(path), place
