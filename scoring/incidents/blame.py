"""Which earlier change does a message blame: what it says itself, of a commit of this repository.

Evidence is a trailer (`Fixes: <id>`, `Reverts: <id>`), or a sentence that begins with taking back and names what:
`This reverts commit <id>`, `Backed out changeset <id>`, `Partially revert #12`; a list may follow it. A sentence begins
at a paragraph, at an item of a list, after another sentence, or with a capital at a line. So `does not revert commit
<id>` and `git revert <id>` are none, and neither are the words of others (`incidents.spoken`). An id proves by itself
that this repository is meant; a number does not: it needs a title that takes back, or a paragraph of its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scoring.incidents.spoken import Sentence, sentences
from scoring.incidents.titles import (
    bare_title,
    branch_of,
    is_relanding,
    speaking_title,
    starts_undoing,
    subjects,
    title_of,
    undoing,
    without_marks,
)

Kind = Literal["fixes", "revert", "incident"]

_MAY_BLAME = re.compile(
    r"revert|back(?:ing|s|ed)?[ -]?out|roll(?:ing|s|ed)?[ -]?back|und(?:o|id)|fixes|changeset", re.I
)
_TRAILER = re.compile(
    r"(?:(?P<fixes>fixes)|(?P<refs>refs?)|(?:this[ -])?(?:partial(?:ly)?[ -])?reverts?(?:-commits?|-of)?"
    r"|reverted(?:-commits?)?|rollback-of|back(?:s|ed)-out(?:-changesets?)?|original (?:commit )?changesets?"
    r"): ?(?:commits? )?",
    re.I,
)

_ADDRESS = r"(?:https?://)?[\w.-]+(?:/[\w.~-]+){1,6}?/(?:-/)?"
_REFERENCE = re.compile(
    rf"(?:{_ADDRESS}(?:commits?/|\+/)|[\w.-]+/[\w.-]+@)?(?:[\"“](?=[0-9a-f]{{7,64}}[\"”]))?(?<![0-9a-z])(?!d\d{{5,10}}\b)(?P<sha>[0-9a-f]{{7,64}})(?![0-9a-z])"
    rf"|(?P<far>{_ADDRESS}pull(?:-requests)?/|[\w.-]+/[\w.-]+\#)(?P<there>\d{{1,9}})\b"
    r"|(?:(?:PR|pull request) ?\#?|\#|GH-)(?P<here>\d{1,9})\b",
    re.I,
)
_OPENING = r"[`'<(\[*]*"
_BETWEEN = re.compile(  # two references: marks, the title of the first in brackets or quotation marks, a comma or "and"
    r"[`'\"”>)\]*]*(?: ?\([^()]*(?:\([^()]*\)[^()]*)*\)| ?[\"“][^\"”]*[\"”])?[`'\">)\]*]*"
    rf"(?: ?[,;&+] ?| )(?:(?:and|plus|as well as) )?(?:also )?(?:(?:commits?|changesets?|PRs?) )?{_OPENING}",
    re.I,
)

_WHO = (
    r"(?:(?:this|the|it|we|i|so|also|thus|hence|therefore|instead|let[’']?s|let us|now|for now|and|as such|then"
    r"|basically|essentially)(?: (?:commit|patch|patchset|change|changeset|pr|pull request|cl|diff|merge"
    r"|merge request|mr|series|fix|revision))?,? )"
)
_HOW = (
    r"(?:partial|(?!hardly|scarcely|barely|rarely|possibly|potentially|probably|supposedly|allegedly)\w+ly|also|just|now|thus"
    r"|in part|hereby)"
)
_NOUN = (
    r"(?:is )?(?:an? |the )?(?:(?:partial|full|complete|clean|manual|straight|automated|automatic|simple|plain) )*"
    r"(?:revert|reversion|reversal|roll-?back|back-?out|undo) of"
)
_COMMAND = r"revert|back[ -]?out|roll[ -]?back|undo"
_DOES = r"reverts|backs[ -]?out|rolls[ -]?back|undoes"
_DOING = r"reverting|backing[ -]?out|rolling[ -]?back|undoing"
_DID = r"reverted|backed[ -]?out|rolled[ -]?back|undid"
_PART = (
    r"(?:(?:all|some|most|half|the (?:rest|remainder)) (?:of )?)?"
    r"(?:(?:only )?(?:(?:the|those|these|all|an?) )?(?:(?!no|none|nothing|any)\w+ ){0,3}"
    r"(?:parts?|halves|half|portions?|bits?|pieces?|changes?|modifications?|code|hunks?|lines?)"
    r"(?: (?:made|done|introduced|added|brought))? (?:of|in|from|by|to|with) )?"
)
_WHAT = (
    r"(?:(?:the|both|following|previous|earlier|recent|last|old|original|git|upstream|\d{1,3}|bad|broken|faulty) )*"
    r"(?:(?:commits?|changesets?|changes?|changelists?|revisions?|patch(?:es)?|CLs?|diffs?|merges?|sha1?|hash|ids?)\b ?"
    r")*"
    r"(?P<colon>:?) ?(?:(?:[\"“][^\"”]{1,300}[\"”]|`[^`]{1,300}`|'[^']{1,300}')(?: ?(?:in|from|of|by|,|-))? ?"
    r"(?:(?:commits?|changesets?) )?(?=[`'\"<(\[*]*(?:[0-9a-f]{7}|\#\d|PR |pull |http|[\w.-]+/)))?"
)
# possessive: an underscore is a mark or a part of a word, and words of many would be read in every mixture of both
_STATEMENT = re.compile(
    rf"[(\[*_]*(?P<who>{_WHO}{{0,3}})(?:[(*_'\"]*+{_HOW}[)*_'\"]* )*"
    rf"(?:(?P<command>(?:{_COMMAND})\b)(?! of)|(?P<does>(?:{_NOUN}|{_DOES})\b)|(?:{_DOING})\b|(?P<did>(?:{_DID})\b))"
    rf"(?: in part| back)?(?::? |:){_PART}{_WHAT}",
    re.I,
)
# `Revert <id> if it fails` tells others what to do, `Reverting <id> did not help` what was tried
_CONDITION = re.compile(
    r"\W*(?:alone |itself |only )?(?:if|unless|when|whenever|in case|once|should|would|will|could|can|cannot|may|might"
    r"|is|isn[’']t|was|wasn[’']t|are|did|didn[’']t|does|doesn[’']t|has|had|to (?:undo|go back|restore))\b",
    re.I,
)
_TEACHES = re.compile(
    r"\b(?:how|explain\w*|document\w*|docs?|describ\w*|examples?|guides?|instructions?|readme|runbooks?|playbooks?"
    r"|steps|procedures?|tutorials?|notes)\b",
    re.I,
)
# what others wrote of their own versions comes along with these
_BRINGS_OTHERS = re.compile(
    r"^(?:[\w()/.-]+!?: ?|\[[^\]]*\] ?)*(?:auto(?:matic|mated)?[ -]?)?(?:bump|upgrade|update|roll|sync|import|vendor"
    r"|release|merge|rebase|pull in|build\(|chore\(deps)",
    re.I,
)
_REVERT_BRANCH = re.compile(
    r"(?:^|/)revert-(?:pr-)?(?:(?P<number>\d{1,6})(?:-|$)|(?P<sha>[0-9a-f]{7,40})(?:-|$))", re.I
)
_RELEASE = re.compile(r"^(?:[\w-]+:? )?(?:release:? |version:? )?v?\d+\.\d+[\w.-]*$", re.I)
_OWN_LIST = re.compile(r"\bthis (?:patch|commit|change|pr|pull request|series)\b", re.I)
_AFTER_TITLE = re.compile(r"^[ ,:-]*(?:(?:from|in|of|as|commit|changeset) )*", re.I)
_ITEM = re.compile(r"^(?:commit|changeset|revert(?:s|ed)?) ", re.I)
_LAST = re.compile(r"[(\[]([^()\[\]]*)[)\]]\W*$")
_WHOLE_QUOTE = re.compile(r"[\"“]([^\"“”]{3,300})[\"”]\W*$")
_PARTIAL = re.compile(r"\b(?:partial(?:ly)?|parts? of|in part|portions? of|some of|bits of|most of)\b", re.I)

_NOT_A_FAULT = re.compile(
    r"\b(?:flak[ey]\w*|experiment (?:ended|is over)|no longer (?:needed|wanted|necessary)|merge conflict"
    r"|premature(?:ly)?|by mistake|accidental(?:ly)?|wrong branch|not ready|business)\b",
    re.I,
)
_DENIED = re.compile(r"(?:\b(?:not|no|never|nothing)|n[’']t)(?: \w+){0,2} $", re.I)
_REASON = re.compile(r"\b(?:because|since|due to|as (?:it|they|this|that|the)|until)\b|[—;]", re.I)
_PERSON = re.compile(r"[A-Z][\w-]*: .*@")
_QUOTE = re.compile(r"[\"“][^\"”]*[\"”]|`[^`]*`")


@dataclass(frozen=True, slots=True)
class Mention:
    """A message blames an earlier commit, named by id prefix, pull request number or title (exactly one is set)."""

    kind: Kind
    sha: str = ""
    number: int = 0
    title: str = ""
    quoted: str = field(default="", compare=False)  # the title that stands beside the id or number, "" when none


@dataclass(frozen=True, slots=True)
class _Named:
    """A reference as written."""

    sha: str = ""
    number: int = 0
    far: bool = False  # a number with the name of a repository, which may be another


def mentions(message: str) -> tuple[Mention, ...]:
    """Whom the message blames, strongest evidence first; a re-landing blames nobody."""
    if not _MAY_BLAME.search(message) or is_relanding(message):
        return ()
    body = list(sentences(message.partition("\n")[2]))
    titles = subjects(undoing(speaking_title(message)))
    beside = titles[0] if len(titles) == 1 else ""
    release = bool(_RELEASE.search(title_of(message)))
    fixes = [] if release else [Mention("fixes", sha=each.sha) for each in _fixed(body)]
    reverts = [Mention("revert", each.sha, each.number, quoted=beside) for each in _undone(message, body)]
    if not reverts:
        reverts = [Mention("revert", title=each) for each in titles or _quoted(message, body)]
    return tuple(dict.fromkeys(fixes + reverts))


def is_partial(message: str) -> bool:
    """Whether a message speaks of taking back only a part."""
    undo = undoing(speaking_title(message))
    rest = message.replace(undo.subject, "") if undo and undo.subject else message
    return any(_PARTIAL.search(line) for line in rest.split("\n") if _MAY_BLAME.search(line))


def is_fault(message: str) -> bool:
    """Whether a revert leaves open that the change was at fault; False when it names another reason.

    The reason stands in its own words: not in titles of what it takes back, quotations, or addresses of people.
    """
    return not any(
        not _DENIED.search(text[: mark.start()]) for text in _reasons(message) for mark in _NOT_A_FAULT.finditer(text)
    )


def _reasons(message: str) -> Iterator[str]:
    title = speaking_title(message)
    undo = undoing(title)
    said = undo.said if undo else title
    if undo and not undo.subject:
        # the bare words name what is taken back, up to the reason
        reason = _REASON.search(said)
        said = said[reason.start() :] if reason else ""
    yield said
    for each in sentences(message.partition("\n")[2]):
        named = each.theirs or each.aside or (each.item and _item(each.text)) or _MAY_BLAME.search(each.led)
        if each.text != title and not named and not _PERSON.match(each.text):
            inner = undoing(each.text)
            yield _QUOTE.sub(" ", inner.said if inner and inner.subject else each.text)


def _fixed(body: Sequence[Sentence]) -> Iterator[_Named]:
    for each in body:
        trailer = None if each.aside else _TRAILER.match(each.text)
        if trailer and trailer["fixes"]:
            yield from (named for named in _references(each.text[trailer.end() :]) if named.sha)


@dataclass(frozen=True, slots=True)
class _Sureness:
    """What a title says of how the sentences below may be understood."""

    sure: bool  # it takes back itself
    orders: bool  # a command tells what was done, not what one might do
    foreign: bool  # others' words come along

    @classmethod
    def of(cls, message: str) -> "_Sureness":
        title, sure = title_of(message), starts_undoing(message)
        foreign = bool(_BRINGS_OTHERS.match(without_marks(title))) and not branch_of(title)
        return cls(sure, sure or not _TEACHES.search(title), foreign)


def _undone(message: str, body: Sequence[Sentence]) -> list[_Named]:
    """What the sentences of a message say that it takes back."""
    how = _Sureness.of(message)
    undone = _entitled(speaking_title(message), how)
    announced = ""  # the sentence that says that a list of what is taken back follows
    for each in body:
        announced = announced if announced and each.led.endswith(announced) else ""
        if announced and (each.item or each.aside):
            undone += [named for named in _item(each.text) if named.sha or how.sure or not named.far]
        elif how.sure or announced or not (each.aside or each.theirs or (each.led and not _OWN_LIST.search(each.led))):
            named, announces = _stated(each.text, how)
            announced = each.text if announces else announced
            paragraph = each.opens and not how.foreign
            undone += [one for one in named if one.sha or how.sure or (paragraph and not one.far)]
    return undone + _branch(message)


def _entitled(title: str, how: _Sureness) -> list[_Named]:
    bare = bare_title(without_marks(title))
    entitled = [named for each in sentences(bare) for named in _stated(each.text, how)[0]]
    undo = undoing(bare)
    if undo and undo.subject:
        # `Revert "Add cache" (<id>)`
        entitled += [named for named in _references(_AFTER_TITLE.sub("", undo.said)) if named.sha]
    return entitled


def _quoted(message: str, body: Sequence[Sentence]) -> list[str]:
    """The titles that sentences below say are taken back: `This reverts "Add cache"`."""
    how = _Sureness.of(message)
    titles = []
    for each in body:
        said = None if each.aside or each.theirs or how.foreign else _STATEMENT.match(each.text)
        if said and (how.sure or (each.opens and not said["did"] and not each.led and how.orders)):
            quoted = _WHOLE_QUOTE.match(each.text, said.end())
            titles += [bare_title(quoted[1])] if quoted else []
    return titles


def _stated(text: str, how: _Sureness) -> tuple[list[_Named], bool]:
    """What a sentence says that is taken back, and whether it announces a list."""
    trailer = _TRAILER.match(text)
    if trailer and not trailer["fixes"]:
        named = list(_references(text[trailer.end() :]))
        # an id beside a conventional `revert:` is what it takes back, an issue is not
        named = [one for one in named if not trailer["refs"] or (how.sure and one.sha)]
        if named or trailer["refs"]:
            return named, False
    said = None if text.endswith("?") else _STATEMENT.match(text)
    # "we reverted" tells of another day, a bare "reverted" of what was done here
    if not said or (said["command"] and not how.orders) or (said["did"] and said["who"] and not how.sure):
        return [], False
    rest = text[said.end() :]
    named = list(_references(rest))
    conditional = not said["does"] and _CONDITION.match(rest[_length(rest) :])
    return ([] if conditional else named), not named and text.endswith(":")


def _references(text: str) -> Iterator[_Named]:
    """The references that a text begins with."""
    at, mark = 0, re.match(_OPENING, text)
    while mark:
        at = mark.end()
        named = _REFERENCE.match(text, at)
        if not named:
            return
        yield _reference(named)
        mark = _BETWEEN.match(text, named.end())


def _length(text: str) -> int:
    end, mark = 0, re.match(_OPENING, text)
    while mark and (named := _REFERENCE.match(text, mark.end())):
        end = named.end()
        mark = _BETWEEN.match(text, end)
    return end


def _reference(mark: re.Match[str]) -> _Named:
    if mark["sha"]:
        return _Named(sha=mark["sha"].lower())
    return _Named(number=int(mark["there"] or mark["here"]), far=bool(mark["far"]))


def _item(text: str) -> list[_Named]:
    """The reference that an item of a list stands for: the first at its begin, or the one in brackets at its end."""
    first = list(_references(_ITEM.sub("", text)))[:1]
    last = None if first else _LAST.search(text)
    return list(_references(last[1]))[:1] if last else first


def _branch(message: str) -> list[_Named]:
    """What the name of a merged branch says: the forge's button makes `revert-12-cache` of the branch of #12."""
    title = title_of(message)
    branch = _REVERT_BRANCH.search(branch_of(title))
    if not branch or not (starts_undoing(message) or speaking_title(message) == title):
        return []
    return [_Named(sha=branch["sha"].lower())] if branch["sha"] else [_Named(number=int(branch["number"]))]
