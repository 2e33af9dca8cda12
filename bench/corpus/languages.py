"""Comments, layout and behaviour in programs of each language; what does harm is also hidden among what does none."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.corpus.case import MEMBERS, Case, Whose, files

Program = Mapping[str, Any]
PROGRAMS: tuple[Program, ...] = tuple(
    tomllib.loads(Path(__file__).with_name("programs.toml").read_text("utf-8"))["program"]
)
SAID = (
    "This is read by people who look for the reason of it.",
    "We do this first, because the rest depends on it.",
    "It was slower before, when everything was read twice.",
    "The order of these lines is the one of the manual.",
    "Nobody calls this while the server is starting.",
    "See the page on the life of a request for the whole story.",
)
IN_GERMAN = "Hier wird der Wert für die Anzeige berechnet, größer wird er nie."
IN_CHINESE = "这里的数字是给人看的，不会改变结果。"
PARAGRAPH = "\n".join(f"{SAID[place % len(SAID)]}" for place in range(12))


def cases() -> Iterator[Case]:
    for place, program in enumerate(PROGRAMS):
        yield from _harmless(program, place)
        yield from _harmful(program, place)


def comment(program: Program, words: str, indent: str = "") -> str:
    return "".join(f"{indent}{program['comment'].format(line)}\n" for line in words.split("\n"))


def above(program: Program, text: str, line: str, words: str) -> str:
    """The same with a comment above a line, as far in as it stands."""
    indent = line[: len(line) - len(line.lstrip())]
    return text.replace(f"{line}\n", f"{comment(program, words, indent)}{line}\n", 1)


def behind(program: Program, text: str, words: str) -> str:
    return text.replace(program["behind"], f"{program['behind']}  {program['comment'].format(words)}", 1)


def _harmless(program: Program, place: int) -> Iterator[Case]:
    text, said = program["text"], SAID[place % len(SAID)]
    remark, inside = program["remark"], program["inside"]
    comments = {
        "a comment above a declaration": above(program, text, program["top"], said),
        "a comment inside a body": above(program, text, inside, said),
        "a comment behind a statement": behind(program, text, said),
        "a comment is written anew": text.replace(remark, program["comment"].format(said)),
        "a comment goes": text.replace(f"{remark}\n", ""),
        "a paragraph of comments": above(program, text, inside, PARAGRAPH),
        "a comment in German": above(program, text, inside, IN_GERMAN),
        "a comment in Chinese": above(program, text, inside, IN_CHINESE),
        "three comments at once": behind(program, above(program, text, inside, said), SAID[(place + 1) % 6]).replace(
            remark, program["comment"].format(SAID[(place + 2) % 6])
        ),
    }
    for name, after in comments.items():
        yield _one(program, "comments", name, text, after, safe=True)
    windows = text.replace("\n", "\r\n"), comments["a comment inside a body"].replace("\n", "\r\n")
    if program["language"] != "Shell":  # carriage returns are part of what a shell reads
        yield _one(program, "comments", "a comment in a file with lines as on Windows", *windows, safe=True)
    yield _one(program, "comments", "a comment by a member", text, comments["a comment goes"], safe=True, whose=MEMBERS)
    for edit in program["harmless"]:
        after = text.replace(edit["old"], edit["new"])
        yield _one(program, edit["category"], edit["name"], text, after, safe=True)
        mixed = above(program, after, inside, said)
        if mixed != after:
            yield _one(program, edit["category"], f"{edit['name']}, and a comment", text, mixed, safe=True)


def _harmful(program: Program, place: int) -> Iterator[Case]:
    text, said = program["text"], SAID[place % len(SAID)]
    for number, edit in enumerate(program["harmful"]):
        after = text.replace(edit["old"], edit["new"])
        yield _one(program, "behaviour", edit["name"], text, after, safe=False)
        hidden = after.replace(program["remark"], program["comment"].format(said))
        if number % 3 == 0:
            hidden = above(program, hidden, program["top"], PARAGRAPH)
            yield _one(program, "hidden", f"{edit['name']}, under a paragraph of comments", text, hidden, safe=False)
        elif number % 3 == 1:
            yield _many(program, edit["name"], after)
        else:
            whose = MEMBERS if number % 2 else Whose()
            name = f"{edit['name']}, beside a comment"
            yield _one(program, "hidden", name, text, hidden, safe=False, whose=whose)


def _many(program: Program, name: str, after: str) -> Case:
    """One file of five does harm; the others bring a comment."""
    folder, _, last = program["path"].rpartition("/")
    paths = [f"{folder}/{letter}_{last}" for letter in "abcd"]
    base = dict.fromkeys([*paths, program["path"]], program["text"])
    harmless = above(program, program["text"], program["inside"], SAID[0])
    head = base | dict.fromkeys(paths, harmless) | {program["path"]: after}
    name = f"{name}, in one of five files"
    return Case(name, "hidden", program["language"], files(base), files(head), False, "one file does something else")


def _one(
    program: Program, category: str, name: str, before: str, after: str, *, safe: bool, whose: Whose | None = None
) -> Case:
    assert before != after, (program["language"], name)  # noqa: S101 (an edit that fits nowhere is a mistake here)
    why = "the program stays as it is" if safe else "the program does something else"
    path = program["path"]
    return Case(
        name, category, program["language"], files({path: before}), files({path: after}), safe, why,
        whose=whose or Whose(),
    )  # fmt: skip
