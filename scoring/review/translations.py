"""Words of a translation (gettext): texts that changed, with the same placeholders, marks and ends of lines in each."""

import re
from collections import Counter
from collections.abc import Iterator

STRING = re.compile(r'"((?:\\.|[^"\\])*)"')
# What a program puts in, or a page obeys, and what a translator must not move from one text to another.
PLACED = re.compile(
    r"%(?:\(\w+\)|\d+\$)?[-+ #0]*\d*(?:\.\d+)?[a-zA-Z%]|\{[^{}]*\}|\$\w+|\$\{[^}]*\}|@\w+|&\w+;|<[^>]*>|\\.|[<>{}]|"
    r"[a-z][a-z0-9+.-]*:\S*|www\.\S+|\d+|//\S+|[\w-]+\.[a-z]{2,24}\b"
)
Entry = tuple[tuple[str, ...], tuple[str, ...]]  # lines as they are, and the texts of the translation


def changed(old: str, new: str) -> bool:
    """Whether nothing but words of translations changed in a .po file."""
    sides = [list(_entries(text)) for text in (old, new)]
    if len(sides[0]) != len(sides[1]) or sides[0] == sides[1]:
        return False
    return all(_same(*pair) for pair in zip(*sides, strict=True))


def _same(old: Entry, new: Entry) -> bool:
    if old == new:
        return True
    header = 'msgid ""' in old[0]
    return not header and old[0] == new[0] and len(old[1]) == len(new[1]) and all(map(_placed, old[1], new[1]))


def _placed(old: str, new: str) -> bool:
    """Whether both hold the same of what is no word, and a text where there was one."""
    return bool(old) == bool(new) and Counter(PLACED.findall(old)) == Counter(PLACED.findall(new))


def _entries(text: str) -> Iterator[Entry]:
    """Entries are parted by empty lines; a line that is none of gettext's stands as it is."""
    for block in re.split(r"\n[ \t]*\n", text):
        lines: list[str] = []
        texts: list[str] = []
        inside = False
        for line in block.split("\n"):
            word, _, rest = line.strip().partition(" ")
            if word.startswith("msgstr") and STRING.fullmatch(rest):
                inside = True
                lines.append(word)
                texts.append(rest[1:-1])
            elif inside and STRING.fullmatch(line.strip()):
                texts[-1] += line.strip()[1:-1]
            else:
                inside = False
                lines.append(line)
        yield tuple(lines), tuple(texts)
