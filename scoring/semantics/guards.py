"""What makes any comparison untrustworthy: odd modes, huge or binary content, characters that hide or end a line."""

import re
import unicodedata

from scoring.semantics.verdict import Finding, Pair

REGULAR = {"100644", "100755"}
MAX_BYTES = 1 << 20  # of one version of one file; generated tables and data dumps are larger
LFS = b"version https://git-lfs.github.com/spec/"
# A control character can end a comment (a bare CR does in Python), a bidi or invisible one can make
# a reader see other code than the compiler does, and U+2028 or NEL end a line in some languages only.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]|\r(?!\n)")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
ESCAPE = re.compile(r"\\u+\{?[0-9a-fA-F]{2}|\\x[0-9a-fA-F]{2}|\\U[0-9a-fA-F]{8}")
WORD = re.compile(r"[^\W\d]\w*")
NO_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
BOM = b"\xef\xbb\xbf"


def mode(pair: Pair) -> Finding | None:
    """Only a regular file that stays one, with the same permissions, can be compared by its bytes."""
    for side in (pair.old_mode if pair.old is not None else None, pair.new_mode if pair.new is not None else None):
        if side is not None and side not in REGULAR:
            words = {"120000": "A symbolic link changed.", "160000": "A submodule changed."}
            return Finding(None, "special", words.get(side, "It is not a regular file."))
    if pair.old is not None and pair.new is not None and pair.old_mode != pair.new_mode:
        return Finding(None, "mode", "Its permissions changed.")
    return None


def content(pair: Pair) -> Finding | None:
    """Refuse what cannot be read as it will be used: too large, or kept elsewhere by git LFS."""
    for data in (pair.old, pair.new):
        if data is not None and len(data) > MAX_BYTES:
            return Finding(None, "large", f"It is larger than {MAX_BYTES >> 10} KiB and was not compared.")
        if data is not None and data.startswith(LFS):
            return Finding(None, "special", "It is a git LFS pointer: the content lies elsewhere.")
    return None


def attributes(pair: Pair) -> Finding | None:
    """Files that tell git or GitHub how to show other files decide what reviewers get to see."""
    names = {path.rsplit("/", 1)[-1] for path in (pair.path, pair.old_path)}
    if names & {".gitattributes", ".gitmodules"}:
        return Finding(None, "attributes", "It decides how git treats other files.")
    return None


def decode(data: bytes) -> str | None:
    """UTF-8 text, or None when it is not."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def hidden(text: str) -> str | None:
    """Why a reader may see something else than a compiler does; None when nothing is hidden."""
    body = text.removeprefix("\ufeff")
    if body.isascii() and "\r" not in body and body.translate(NO_CONTROL) == body:
        return None  # nearly every file, without looking at each character four times
    if CONTROL.search(body):
        return "It holds control characters."
    if BIDI.search(body):
        return "It holds characters that reorder text on the screen."
    if INVISIBLE.search(body):
        return "It holds invisible characters."
    return None


def unstable_names(text: str) -> bool:
    """Whether a word would be read as another by a compiler that normalises names (NFKC)."""
    if text.isascii():
        return False
    return any(not word.isascii() and unicodedata.normalize("NFKC", word) != word for word in WORD.findall(text))


def comparable(old: bytes, new: bytes) -> tuple[str, str] | Finding:
    """Both versions as text, or why a compiler and a reader might disagree about them."""
    texts = decode(old), decode(new)
    if texts[0] is None or texts[1] is None:
        return Finding(None, "encoding", "It is not UTF-8 text.")
    if old.startswith(BOM) != new.startswith(BOM):
        return Finding(None, "encoding", "Its byte order mark changed.")
    for text in texts:
        if (why := hidden(text or "")) is not None:
            return Finding(None, "hidden", why)
    return texts[0], texts[1]


def same_interpreter(old: bytes, new: bytes) -> bool:
    """Whether the line that picks the interpreter (#!) is the same, byte for byte."""
    first = [data.split(b"\n", 1)[0] for data in (old, new)]
    return first[0] == first[1] or not any(line.startswith(b"#!") for line in first)
