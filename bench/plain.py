"""Every number of a card, derived again by plain git, Pygments and a calculator: nothing of scoring is used here.

`judge(line, where)` reads one line of a rendered card and tells its kind and what is false about it.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from statistics import median

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_for_filename
from pygments.token import Comment, Keyword, String, Token
from pygments.util import ClassNotFound

MONTH = 30 * 86400
BRANCHES = frozenset(
    ("if", "elif", "elsif", "elseif", "unless", "for", "foreach", "while", "until", "case", "when", "catch", "except")
) | {"rescue"}
# what is no code that ships, by the parts of a path: written down once more, so that a slip here or there is seen
COPIES = frozenset(
    ("vendor", "third_party", "third-party", "thirdparty", "3rdparty", "node_modules", "bower_components", "godeps")
) | {"pods", "carthage", "__generated__"}
WRITTEN = re.compile(
    r"\.(?:pb|zep)\.|_pb2|[._-]min\.|\.lock$|[._]generated\.|(?:^|/)bindata\.go$"
    r"|(?:^|/)(?:package-lock\.json|go\.sum|go\.work\.sum)$"
)
BUILD = re.compile(
    r"(?:gnu)?makefile|dockerfile|jenkinsfile|gemfile|rakefile|kconfig.*|workspace|build|setup\.py|meson\.build"
    r"|configure\.ac|go\.mod|readme|changelog|changes|news|authors|contributors|maintainers|copying|licen[cs]e|notice"
    r"|thanks|todo|install|hacking"
)
PROGRAMS = frozenset(
    ("dependabot", "renovate", "greenkeeper", "github-actions", "jenkins", "travis", "travis-ci", "circleci", "bors")
) | {"web-flow", "homu", "semantic-release", "copybara-service", "imgbot", "mergify", "pre-commit-ci.autofix"}
_BACK = re.compile(r"revert|back(?:ed)?\s*out|roll(?:ed)?\s*back|fix", re.I)
_LINK = r"\[`([0-9a-f]{7})`\]\(\S+?/commit/([0-9a-f]{40,64})\)"


@dataclass(frozen=True)
class Where:
    """A change and the moment it is spoken of: `tip` is the newest commit that had landed."""

    repo: Path
    base: str
    head: str
    tip: str
    at: int  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Judged:
    """One line: which kind of claim it is, and what is false about it."""

    kind: str
    false: tuple[str, ...] = field(default=())


def git(repo: Path, *arguments: str) -> str:
    """What git says, as text; bytes that are no UTF-8 survive."""
    settings = ("-c", "core.quotePath=false", "-c", "diff.renameLimit=400", "-c", "diff.algorithm=myers",
                "-c", "core.bigFileThreshold=2m")  # fmt: skip
    done = subprocess.run(
        ["git", "--literal-pathspecs", "-C", str(repo), *settings, *arguments], capture_output=True, check=False
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return done.stdout.decode("utf-8", "surrogateescape")


def judge(line: str, where: Where) -> Judged:
    """Tell the kind of a line of a card and what plain git finds false about it."""
    for kind, (pattern, check) in KINDS.items():
        statement = re.fullmatch(pattern, line)
        if statement:
            return Judged(kind, tuple(check(statement, where)))
    return Judged("unknown", (f"no kind of claim: {line}",))


# --- the change itself


@dataclass(frozen=True)
class Changed:
    """One file of the change: its two names, its status and its changed lines with their numbers."""

    path: str
    old: str
    status: str
    added: tuple[tuple[int, str], ...]
    removed: tuple[tuple[int, str], ...]


@lru_cache(maxsize=256)
def changed(repo: Path, base: str, head: str) -> tuple[Changed, ...]:
    """The files of the change, renames found."""
    names = git(repo, "diff", "--no-ext-diff", "-M", "--name-status", "-z", base, head).split("\0")
    files = []
    at = 0
    while at < len(names) - 1:
        status, pair = names[at][0], names[at][0] in "RC"
        old, path = names[at + 1], names[at + 1 + pair]
        at += 2 + pair
        files.append(Changed(path, old, status, *_lines(repo, base, head, old, path)))
    return tuple(files)


def _lines(repo: Path, base: str, head: str, old: str, path: str) -> tuple[tuple[tuple[int, str], ...], ...]:
    patch = git(repo, "diff", "--no-ext-diff", "--no-color", "-M", "-U0", base, head, "--", *dict.fromkeys((old, path)))
    added: list[tuple[int, str]] = []
    removed: list[tuple[int, str]] = []
    new = gone = 0
    inside = False
    for line in patch.split("\n"):
        head_line = re.match(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@", line)
        if head_line:
            gone, new, inside = int(head_line[1]), int(head_line[2]), True
        elif line.startswith("diff --git "):
            inside = False
        elif inside and line.startswith("+"):
            added.append((new, line[1:]))
            new += 1
        elif inside and line.startswith("-"):
            removed.append((gone, line[1:]))
            gone += 1
    return tuple(added), tuple(removed)


def ships(path: str) -> bool:
    """Whether a path is of code that ships: no test, prose, data, build file, generated file or copy of others."""
    low = path.lower()
    *folders, name = low.split("/")
    stem, _, ending = name.rpartition(".") if "." in name else (name, "", "")
    return not (
        is_test(path)
        or set(folders) & COPIES
        or any("completion" in part for part in (*folders, stem))
        or low.startswith(".github/")
        or WRITTEN.search(low)
        or BUILD.fullmatch(name)
        or ending in NOT_CODE
        or re.search(r"\.[1-9](?:pm|x|p|ssl)?(?:\.in)?$", name)
    )


NOT_CODE = frozenset(
    [
        "md",
        "mdx",
        "markdown",
        "rst",
        "adoc",
        "asciidoc",
        "org",
        "pod",
        "texi",
        "texinfo",
        "tex",
        "rtf",
        "man",
        "roff",
        "mdoc",
        "me",
        "ms",
        "txt",
        "json",
        "jsonl",
        "json5",
        "csv",
        "tsv",
        "xml",
        "svg",
        "html",
        "htm",
        "xhtml",
        "po",
        "pot",
        "mo",
        "snap",
        "map",
        "sum",
        "dat",
        "bin",
        "log",
        "out",
        "patch",
        "diff",
        "ipynb",
        "plist",
        "geojson",
        "xsd",
        "wsdl",
        "ttf",
        "woff",
        "woff2",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "ico",
        "pdf",
        "webp",
        "properties",
        "mk",
        "am",
        "ac",
        "m4",
        "cmake",
        "gradle",
        "bzl",
        "yml",
        "yaml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "gn",
        "gni",
        "gyp",
        "nix",
        "tf",
        "service",
        "spec",
        "lock",
        "lockb",
        "lockfile",
    ]
)


def is_test(path: str) -> bool:
    """Whether a path is of a test or of what tests read."""
    folders, _, name = path.lower().rpartition("/")
    known = {
        *("test", "tests", "__tests__", "spec", "specs", "testsuite", "testdata", "test_data", "test-data", "fixture"),
        *("fixtures", "__fixtures__", "e2e", "mock", "mocks", "__mocks__", "__snapshots__"),
    }
    return bool(
        set(folders.split("/")) & known
        or re.match(r"tests?[_.-]|conftest\.py$", name)
        or re.search(r"[_.-](?:tests?|spec|e2e-spec)\.\w+$", name)
        or re.search(r"[a-z0-9](?:Tests?|Spec|IT)\.(?:java|kt|cs|php|scala|groovy|swift)$", path)
    )


# --- code, by Pygments on whole files


@lru_cache(maxsize=2048)
def tokens(repo: Path, commit: str, path: str) -> tuple[frozenset[int], Counter[int]]:
    """The lines of a file that hold code, and how many branch words begin on each."""
    text = git(repo, "show", f"{commit}:{path}")
    lexer = _lexer(path, text)
    if lexer is None:
        raise LookupError(f"Pygments knows no language for {path}")
    code: set[int] = set()
    branches: Counter[int] = Counter()
    number, before, implements = 1, "", False
    for kind, value in lexer.get_tokens(re.sub(r"(?m)^([ \t]*#[ \t]*if) 0\b", r"\1 X", text)):
        is_comment = kind in Comment and kind not in Comment.Preproc and kind not in Comment.PreprocFile
        if not is_comment and kind not in String.Doc:
            code.update(number + place for place, line in enumerate(value.split("\n")) if line.strip())
            word = value.strip()
            if word == "impl":
                implements = True
            elif word in ("{", ";"):
                implements = False
            if (kind in Keyword or kind in Token.Operator.Word) and word in BRANCHES and before != ".":
                branches[number + value[: len(value) - len(value.lstrip())].count("\n")] += not (
                    word == "for" and implements
                )
            before = word[-1:] or before
        number += value.count("\n")
    return frozenset(code), branches


def _lexer(path: str, text: str) -> Lexer | None:
    try:
        lexer = get_lexer_for_filename(path, text, stripnl=False, ensurenl=False)
    except ClassNotFound:
        shell = re.match(r"#!\s*\S*?(?:/|env )(?:ba|da)?sh\b", text)
        if not shell:
            return None
        lexer = get_lexer_for_filename("x.sh", stripnl=False, ensurenl=False)
    return lexer


def stays(files: tuple[Changed, ...], side: str) -> dict[str, set[int]]:
    """The numbers of the lines of one side that were not moved: each line of the other answers for one."""
    other = "removed" if side == "added" else "added"
    left = Counter(text.strip() for file in files for _, text in getattr(file, other))
    numbers: dict[str, set[int]] = {}
    for file in sorted(files, key=lambda file: file.path.encode("utf-8", "surrogateescape")):
        numbers[file.path] = set()
        for number, text in getattr(file, side):
            if left[text.strip()] > 0:
                left[text.strip()] -= 1
            else:
                numbers[file.path].add(number)
    return numbers


def counted(where: Where, what: str) -> dict[str, int]:
    """New lines of code, lost ones or new branches in each file of code that ships."""
    files = changed(where.repo, where.base, where.head)
    mine = stays(files, "removed" if what == "removed" else "added")
    counts = {}
    for file in files:
        lines = mine[file.path]
        if not lines or not ships(file.path):
            continue
        commit, path = (where.base, file.old) if what == "removed" else (where.head, file.path)
        code, branches = tokens(where.repo, commit, path)
        counts[file.path] = sum(branches[n] for n in lines) if what == "branches" else len(lines & code)
    return counts


def _code(what: str) -> Callable[[re.Match[str], Where], Iterator[str]]:
    def check(said: re.Match[str], where: Where) -> Iterator[str]:
        number = _number(said["count"])
        if said["path"]:
            files = changed(where.repo, where.base, where.head)
            named = _full(said["path"], where)
            mine = next((file for file in files if file.path == named), None)
            if mine is None:
                yield f"{said['path']} is no file of the change"
                return
            lines = stays(files, "removed" if what == "removed" else "added")[mine.path]
            commit, path = (where.base, mine.old) if what == "removed" else (where.head, mine.path)
            code, branches = tokens(where.repo, commit, path)
            here = sum(branches[n] for n in lines) if what == "branches" else len(lines & code)
            if here != number:
                yield f"{here}, not {number}, in {said['path']}"
        else:
            counts = {path: count for path, count in counted(where, what).items() if count}
            if (sum(counts.values()), len(counts)) != (number, _number(said["files"])):
                yield f"{sum(counts.values())} in {len(counts)} files, not {number} in {said['files']}"
        if what != "branches":
            usual = usual_lines(where.repo, where.tip, 1 if what == "removed" else 0)
            if usual != _number(said["usual"]):
                yield f"usual is {usual}, not {said['usual']}"

    return check


def _number(text: str) -> int:
    return int(text.replace(",", ""))


# --- what landed before


@lru_cache(maxsize=4096)
def usual_lines(repo: Path, tip: str, side: int) -> int:
    """The median of the lines that the last 500 changes add (0) or delete (1), rounded down."""
    log = git(repo, "-c", "diff.context=0", "log", "--no-merges", "-n500", "-M", "--numstat", "--format=%x00", tip)
    sums = []
    for commit in log.split("\0")[1:]:
        pairs = (line.split("\t") for line in commit.split("\n") if "\t" in line)
        sums.append(sum(int(pair[side]) for pair in pairs if pair[side].isdigit()))
    return int(median(sums)) if sums else 0


@lru_cache(maxsize=4096)
def recent(repo: Path, tip: str) -> tuple[tuple[str, ...], ...]:
    """The paths of each of the last 500 changes."""
    log = git(repo, "log", "--no-merges", "-n500", "--no-renames", "-z", "--name-only", "--format=%x01%H", tip)
    return tuple(
        tuple(name.lstrip("\n") for name in commit.split("\0")[1:] if name.strip("\n"))
        for commit in log.split("\x01")[1:]
    )


@lru_cache(maxsize=4096)
def last(repo: Path, tip: str, path: str, most: int = 20) -> tuple[tuple[str, int, str, str], ...]:
    """The last changes to a place: id, time, name and address of each."""
    log = git(
        repo, "log", "--no-merges", "--full-history", "--use-mailmap", f"-n{most}",
        "--format=%H%x00%ct%x00%aN%x00%aE", tip, "--", path.rstrip("/"),
    )  # fmt: skip
    return tuple(
        (sha, int(at), name.lower().strip(), mail.lower().strip())
        for sha, at, name, mail in (line.split("\0") for line in log.split("\n") if line)
    )


def _repaired(said: re.Match[str], where: Where) -> Iterator[str]:
    number, of = _number(said["count"]), _number(said["of"])
    changes = [sha for sha, *_ in last(where.repo, where.tip, _full(said["path"], where))]
    if of > len(changes):
        yield f"there are {len(changes)} changes to {said['path']}, not {of}"
    pairs = re.findall(rf"{_LINK} by {_LINK}", said["commits"])
    more = re.search(r"and (\d+) more", said["commits"])
    if len(pairs) + (int(more[1]) if more else 0) != number:
        yield f"{len(pairs)} commits are shown for {number}"
    for short, sha, by_short, by in pairs:
        if not (sha.startswith(short) and by.startswith(by_short)):
            yield f"{short} links elsewhere"
        if sha not in changes[:of]:
            yield f"{short} is none of the last {of} changes to {said['path']}"
        yield from _blames(where, sha, by)
    named = plainly_blamed(where.repo, where.tip, tuple(changes[:of]))
    if len(named) > number:
        yield f"{len(named)} are plainly reverted or fixed, not {number}: {', '.join(sha[:7] for sha in named)}"


def _blames(where: Where, sha: str, by: str) -> Iterator[str]:
    if git(where.repo, "merge-base", sha, by).strip() != sha or by not in ancestors(where.repo, where.tip):
        yield f"{by[:7]} does not lie between {sha[:7]} and the change"
    message = " ".join(git(where.repo, "show", "-s", "--format=%B", by).split())
    subject = git(where.repo, "show", "-s", "--format=%s", sha).strip()
    bare = re.sub(r"\s*\(#\d+\)\s*$", "", subject)
    number = re.search(r"\(#(\d+)\)\s*$|^Merge pull request #(\d+)", subject)
    names = [word for word in re.findall(r"[0-9a-f]{7,64}", message) if sha.startswith(word)]
    if not (names or bare in message or (number and re.search(rf"#{number[1] or number[2]}\b", message))):
        yield f"{by[:7]} does not name {sha[:7]}"
    if not _BACK.search(message):
        yield f"{by[:7]} speaks of no revert or fix"


@lru_cache(maxsize=64)
def ancestors(repo: Path, tip: str) -> frozenset[str]:
    return frozenset(git(repo, "rev-list", tip).split())


@lru_cache(maxsize=64)
def _messages(repo: Path, tip: str) -> tuple[tuple[str, str], ...]:
    log = git(repo, "log", "-n3000", "-z", "--format=%H%n%B", tip)
    return tuple((each.partition("\n")[0], each.partition("\n")[2]) for each in log.split("\0") if each.strip())


def plainly_blamed(repo: Path, tip: str, changes: tuple[str, ...]) -> list[str]:
    """Those of the changes that a later message reverts or fixes in the words that git itself writes."""
    blamed = set()
    for _, message in _messages(repo, tip):
        # what takes a revert back blames nobody, and words that name a reason may clear the change
        if re.match(r"(?i)\W*(?:re-?apply|re-?land|revert\W+revert)", message) or _EXCUSES.search(message):
            continue
        for word in re.findall(r"(?m)^(?:This reverts commit |Fixes: )([0-9a-f]{7,40})\b", message):
            blamed |= {sha for sha in changes if sha.startswith(word)}
    return [
        sha for sha in sorted(blamed) if not re.match(r"(?i)\W*revert", git(repo, "show", "-s", "--format=%s", sha))
    ]


_EXCUSES = re.compile(
    r"(?i)flak|no longer|merge conflict|premature|mistake|accident|wrong branch|not ready|business|experiment"
)


def _full(shown: str, where: Where) -> str:
    """The path that a card shows the end of: of the files of the change and their folders, the one that ends so."""
    if "…" not in shown:
        return shown
    start, _, end = shown.removeprefix("…/").partition("…")
    names = {name for file in changed(where.repo, where.base, where.head) for name in (file.path, file.old)}
    names |= {"/".join(name.split("/")[:depth]) + "/" for name in names for depth in range(1, name.count("/") + 1)}
    tails = {name: name.rsplit("/", name.count("/"))[-1] for name in names}
    fit = sorted(name for name in names if name.endswith(end or start) and (not end or tails[name].startswith(start)))
    return fit[0] if len(fit) == 1 else shown


def _hands(said: re.Match[str], where: Where) -> Iterator[str]:
    changes = last(where.repo, where.tip, _full(said["path"], where))
    whos = {(name, mail) for _, _, name, mail in changes if not _is_program(name, mail)}
    groups: list[set[tuple[str, str]]] = []
    for who in whos:
        same = [group for group in groups if any(_is_same(who, other) for other in group)]
        groups = [group for group in groups if group not in same] + [{who}.union(*same)]
    if (len(changes), len(groups)) != (20, _number(said["count"])):
        yield f"{len(groups)} people made the last {len(changes)} changes to {said['path']}, not {said['count']}"


def _is_same(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """The same name of two words, the same address, or an address that GitHub made for the same account."""
    made = [re.fullmatch(r"(?:(\d+)\+)?([^@+]+)@users\.noreply\.github\.com", mail) for _, mail in (one, other)]
    forge = bool(made[0] and made[1] and (made[0][2] == made[1][2] or (made[0][1] and made[0][1] == made[1][1])))
    return (one[0] == other[0] and " " in one[0]) or one[1] == other[1] or forge


def _is_program(name: str, mail: str) -> bool:
    parts = (name, mail.partition("@")[0])
    return any(text in PROGRAMS or re.search(r"\[bot\]|(?:^|[\s._+-])bot$", text) for text in parts)


def _activity(said: re.Match[str], where: Where) -> Iterator[str]:
    since = where.at - MONTH
    count = sum(at >= since for _, at, _, _ in last(where.repo, where.tip, _full(said["path"], where), 2000))
    if count != _number(said["count"]):
        yield f"{said['path']} changed {count} times, not {said['count']}"


def _files(said: re.Match[str], where: Where) -> Iterator[str]:
    names = git(where.repo, "diff", "-M", "--name-status", "-z", where.base, where.head).split("\0")
    here = len({name for name in names if not re.fullmatch(r"[AMDTRCUX]\d*", name) and name and ships(name)})
    usual = int(median(sum(map(ships, paths)) for paths in recent(where.repo, where.tip)))
    if (here, usual) != (_number(said["count"]), _number(said["usual"])):
        yield f"{here} and usual {usual}, not {said['count']} and {said['usual']}"


def _untested(said: re.Match[str], where: Where) -> Iterator[str]:
    if any(is_test(file.path) for file in changed(where.repo, where.base, where.head)):
        yield "it touches a test"
    coded = [paths for paths in recent(where.repo, where.tip) if any(map(ships, paths))]
    tested = sum(any(map(is_test, paths)) for paths in coded)
    if (tested, len(coded)) != (_number(said["count"]), _number(said["of"])):
        yield f"{tested} of {len(coded)}, not {said['count']} of {said['of']}"


def _new(said: re.Match[str], where: Where) -> Iterator[str]:
    code = [file for file in changed(where.repo, where.base, where.head) if ships(file.path)]
    new = sum(file.status == "A" for file in code)
    of = _number(said["of"]) if said["of"] else 1
    count = of if said["count"] in ("All", None) else _number(said["count"])
    if (new, len(code)) != (count, of):
        yield f"{new} of {len(code)}, not {count} of {of}"


def _advice(said: re.Match[str], where: Where) -> Iterator[str]:
    files = changed(where.repo, where.base, where.head)
    named = _full(said["path"], where)
    part = [file for file in files if file.path == named or (named.endswith("/") and file.path.startswith(named))]
    rest = [file for file in files if file not in part]
    if not any(ships(file.path) for file in part) or not any(ships(file.path) for file in rest):
        yield "one half holds no code"
    for one, other in ((part, rest), (rest, part)):
        gone = {text.strip() for file in one for _, text in file.removed if len(re.findall(r"\w", text)) >= 10}
        moved = [text for file in other for _, text in file.added if text.strip() in gone]
        if moved:
            yield f"a line moves between the halves: {moved[0].strip()}"
        made = {name for file in one for _, text in (*file.added, *file.removed) for name in _DEFINED.findall(text)}
        used = {name for file in other for _, text in (*file.added, *file.removed) for name in re.findall(r"\w+", text)}
        if made & used:
            yield f"{min(made & used)} is defined in one half and named in the other"


_DEFINED = re.compile(
    r"^\s*(?:[a-z]+ ){0,3}(?:def|class|func|fn|function|struct|enum|interface|trait|type|module|#define)\s+(\w{3,})"
)


def _made_of(said: re.Match[str], where: Where) -> Iterator[str]:
    here = len(changed(where.repo, where.base, where.head))
    number = sum(map(_number, re.findall(r"(?:^|[ ,])([\d,]*\d) files? of", said["parts"])))
    if here != number:
        yield f"{here} files, not {number}"


def _reference(said: re.Match[str], where: Where) -> Iterator[str]:
    here = int(git(where.repo, "rev-list", "--count", "--no-merges", where.tip))
    number = _number(said["count"])
    if number > min(500, here) or (here >= 1000 and number != 500):
        yield f"{here} changes, not {number}"


def _nothing(said: re.Match[str], where: Where) -> Iterator[str]:
    yield from ()


_WHERE = r"(?:in `(?P<path>[^`]+)`|in (?P<files>[\d,]+) files outside tests)"
_COUNT = r"(?P<count>[\d,]+)"


def _hidden(said: re.Match[str], where: Where) -> Iterator[str]:
    """A file that the change brings or changes and that ends as a file with content."""
    if all(each.path != said["path"] or each.status == "D" for each in changed(where.repo, where.base, where.head)):
        yield f"{said['path']} is no file that the change leaves"


KINDS: dict[str, tuple[str, Callable[[re.Match[str], Where], Iterator[str]]]] = {
    "repaired": (
        rf"{_COUNT} of the last (?P<of>\d+) changes to `(?P<path>[^`]+)` were later reverted or repaired "
        r"\((?P<commits>.*)\)",
        _repaired,
    ),
    "hidden": (r"`(?P<path>[^`]+)` (?:reads|is|has) [a-z ,]+; its rank counts (?:it|them) as .*code.*", _hidden),
    "branches": (rf"{_COUNT} new branch(?:es)? \(`if`, `for`, `case`, …\) {_WHERE}", _code("branches")),
    "size": (
        rf"{_COUNT} new lines? of code {_WHERE}; a usual change here adds (?P<usual>[\d,]+) lines?",
        _code("added"),
    ),
    "removed": (
        rf"{_COUNT} lines? of code gone {_WHERE}; a usual change here removes (?P<usual>[\d,]+) lines?",
        _code("removed"),
    ),
    "files": (
        rf"{_COUNT} files? of code outside tests in one change; a usual change here has (?P<usual>[\d,]+)",
        _files,
    ),
    "untested": (
        rf"It touches no file of tests; {_COUNT} of the last (?P<of>[\d,]+) changes to code here did",
        _untested,
    ),
    "new files": (
        r"(?:(?P<count>All|\d+) of its (?P<of>\d+) files of code are new: nothing is known of them yet"
        r"|Its only file of code is new: nothing is known of it yet)",
        _new,
    ),
    "hands": (rf"The last 20 changes to `(?P<path>[^`]+)` came from {_COUNT} people", _hands),
    "activity": (rf"`(?P<path>[^`]+)` changed {_COUNT} times in the last 30 days", _activity),
    "advice": (
        r"Move `(?P<path>[^`]+)` to its own pull request: it would rank at \d\d?, what stays at \d\d?, "
        r"(?:both below the gate|neither held at level `[^`]+` any more) "
        r"\(both were scored, and neither names what the other defines\)",
        _advice,
    ),
    "made of": (r"\*\*What it is made of:\*\* (?P<parts>.*)", _made_of),
    "reference": (
        rf"Model .*; ranked among the last {_COUNT} changes here\. It says where to look, not that the change is wrong"
        r"\.",
        _reference,
    ),
    "nothing": (r"No single thing in this change stands out; many small ones add up\.", _nothing),
}
