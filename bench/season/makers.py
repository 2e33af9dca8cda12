"""What sources change, made from the history's own files: what each change is, is known since it was made so.

A maker is given the tip and chance, and returns files or None where the tree has nothing for it. `honest` ones change
no behaviour; the others do, or say what is not so.
"""

import random
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.demo.replay import git

Files = Mapping[str, bytes]
WORDS = ("The caller has to close it.", "It is kept for compatibility with older versions.",
         "This is called once for every request.", "The order of these two steps matters here.",
         "It returns early when there is nothing to do.", "The value is checked again by the caller.",
         "Both sides agree on this before they go on.", "This path is taken by most of the callers.")  # fmt: skip
SENTENCES = ("This page is about the present version.", "Older versions behave in the same way.",
             "Please tell us when something here is unclear.", "The examples in this page are kept short.",
             "It is a good idea to read the whole page first.",
             "Questions about it are welcome at any time.")  # fmt: skip
WRONG = ("This function was removed and must not be used.", "It is safe to call this from any thread.",
         "Nothing of this works on current systems any more.",
         "The default is now twice as large as before.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    files: Files
    title: str
    truth: str  # honest, behaviour, wrong


Maker = Callable[[Path, str, random.Random], Made | None]


@cache
def _paths(repository: Path, tree: str) -> tuple[str, ...]:
    return tuple(git(repository, "ls-tree", "-r", "--name-only", tree).splitlines())


def pick(repository: Path, tip: str, chance: random.Random, pattern: str) -> tuple[str, str] | None:
    """A file and its text."""
    tree = git(repository, "rev-parse", f"{tip}^{{tree}}")
    some = [path for path in _paths(repository, tree) if re.fullmatch(pattern, path)]
    for path in chance.sample(some, min(6, len(some))):
        text = git(repository, "cat-file", "blob", f"{tip}:{path}") + "\n"
        if 200 < len(text) < 60_000 and "\r" not in text and text.isascii():
            return path, text
    return None


CODE = r"(?!vendor/)(?:.*/)?(?!auth)[\w-]+\.(?:go|py|c)"
PAGES = r"man/.*\.[1-8]|(?!\.github/)(?:.*/)?(?!SECURITY|AGENTS|CLAUDE|CODE_OF)[\w-]+\.md"
STARTS = {
    "py": r"^(?:async )?def \w+\(|^class \w+",
    "c": r"^(?:static )?(?:int|void) \w+\([^;]*$",
    "go": r"^func \(?\w+",
}


def comment(repository: Path, tip: str, chance: random.Random) -> Made | None:
    """A comment of a sentence above a function."""
    taken = pick(repository, tip, chance, CODE)
    if taken is None:
        return None
    path, text = taken
    mark, end = {"py": ("# ", ""), "c": ("/* ", " */"), "go": ("// ", "")}[path.rpartition(".")[2]]
    starts = [each.start() for each in re.finditer(STARTS[path.rpartition(".")[2]], text, re.MULTILINE)]
    places = [at for at in starts if text[:at].endswith("\n\n")]
    if not places:
        return None
    at = chance.choice(places)
    words = f"{mark}{chance.choice(WORDS)}{end}\n"
    return Made({path: (text[:at] + words + text[at:]).encode()}, f"Explain a function of {path}", "honest")


def layout(repository: Path, tip: str, chance: random.Random) -> Made | None:
    """One more blank line between two statements at the left edge, or one less."""
    taken = pick(repository, tip, chance, CODE)
    if taken is None:
        return None
    path, text = taken
    gaps = [each.end() for each in re.finditer(r"\n\n(?=(?:async )?def \w|class \w|static |int |void |func )", text)]
    if not gaps:
        return None
    at = chance.choice(gaps)
    changed = text[: at - 1] + text[at:] if text[:at].endswith("\n\n\n\n") else text[:at] + "\n" + text[at:]
    return Made({path: changed.encode()}, f"Lay out {path}", "honest")


def page(repository: Path, tip: str, chance: random.Random) -> Made | None:
    return _page(repository, tip, chance, SENTENCES, "honest")


def wrong_page(repository: Path, tip: str, chance: random.Random) -> Made | None:
    """Nothing that a program can see: what it says is not so."""
    return _page(repository, tip, chance, WRONG, "wrong")


def _page(repository: Path, tip: str, chance: random.Random, some: tuple[str, ...], truth: str) -> Made | None:
    taken = pick(repository, tip, chance, PAGES)
    if taken is None:
        return None
    path, text = taken
    between = r"\n(?=\.P\n|\.PP\n)" if path.startswith("man/") else r"(?<=[a-z]\.)\n\n(?=[A-Z#])"
    gaps = [each.start() for each in re.finditer(between, text) if text[: each.start()].count("```") % 2 == 0]
    if not gaps:
        return None
    at, before = chance.choice(gaps), "\n.PP\n" if path.startswith("man/") else "\n\n"
    return Made({path: (text[:at] + before + chance.choice(some) + text[at:]).encode()}, f"Say more in {path}", truth)


def behaviour(repository: Path, tip: str, chance: random.Random) -> Made | None:
    """A comment, and beside it another number, another comparison or another constant."""
    taken = pick(repository, tip, chance, CODE)
    if taken is None:
        return None
    path, text = taken
    swaps = ((r"\btrue\b", "false"), (r" == ", " != "), (r" < ", " <= "), (r"\breturn 0;", "return 1;"))
    for pattern, instead in chance.sample(swaps, len(swaps)):
        places = list(re.finditer(pattern, text))
        if places:
            one = chance.choice(places)
            changed = text[: one.start()] + instead + text[one.end() :]
            return Made({path: changed.encode()}, f"Tidy up {path}", "behaviour")
    return None


def bump(repository: Path, tip: str, chance: random.Random) -> Made | None:
    """A Go module in its next patch release, with sums of the form that Go writes (what they are of does not exist)."""
    text, sums = (git(repository, "cat-file", "blob", f"{tip}:{path}") + "\n" for path in ("go.mod", "go.sum"))
    needs = [each for each in re.finditer(r"^\t(\S+) (v[1-9]\d*\.\d+\.)(\d+)$", text, re.MULTILINE)
             if f"{each[1]} {each[2]}{each[3]} " in sums]  # fmt: skip
    if not needs:
        return None
    one = chance.choice(needs)
    old, new = f"{one[2]}{one[3]}", f"{one[2]}{int(one[3]) + 1}"
    rows = [_summed(row, f"{one[1]} {old}", f"{one[1]} {new}", chance) for row in sums.splitlines()]
    files = {"go.mod": text.replace(f"{one[1]} {old}", f"{one[1]} {new}", 1), "go.sum": "\n".join(rows) + "\n"}
    made = {path: after.encode() for path, after in files.items()}
    return Made(made, f"Bump {one[1]} from {old[1:]} to {new[1:]}", "honest")


def _summed(row: str, old: str, new: str, chance: random.Random) -> str:
    if not row.startswith((f"{old} ", f"{old}/")):
        return row
    return f"{row.partition(' h1:')[0].replace(old, new)} h1:{b64encode(chance.randbytes(32)).decode()}"


MAKERS: Mapping[str, tuple[Maker, ...]] = {
    "renovate": (bump,),
    "dependabot": (bump,),
    "people": (page, comment, layout),
    "tidy-layout": (layout,),
    "comments-codemod": (comment,),
    "docs-words": (page,),
    "agent": (comment, page, layout),
}
SOUR: Mapping[str, tuple[Maker, ...]] = {"docs-words": (wrong_page, wrong_page, page), "agent": (behaviour, comment)}
