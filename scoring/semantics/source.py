"""Source code in twelve languages: strong evidence that only comments or layout changed, from equal syntax trees."""

import re
from collections import Counter
from dataclasses import replace

from scoring.semantics import formatter, guards, lexical, rustdocs, trees
from scoring.semantics.directives import EVERYWHERE, any_of
from scoring.semantics.languages import C_TEXT, SCRIPT_WORDS, Language, by_title, language_of, pattern
from scoring.semantics.paths import is_specimen
from scoring.semantics.trees import Gap, Tree
from scoring.semantics.verdict import Finding, Pair

HEREDOC = re.compile(r"""<<[-~]?\s*["'`\\]?(\w+)""")
# Documentation that a macro turns into something the program shows or obeys.
DOC_READERS = any_of(
    "clap",
    "structopt",
    "argh",
    "bpaf",
    "schemars",
    "async_graphql",
    "juniper",
    "poise",
    "utoipa",
    "pyo3",
    "uniffi",
    "napi",
    "wasm_bindgen",
    "displaydoc",
    "macro_rules",
    "```",
)


def check(pair: Pair) -> Finding | None:
    """S for comments and layout, H where something may still read them; None when the code differs."""
    if pair.old is None or pair.new is None or pair.renamed:
        return None
    language = language_of(pair.path, pair.new)
    if language is None or language_of(pair.path, pair.old) is not language:
        return None
    if not lexical.might_be_equal(pair.old.decode("utf-8", "replace"), pair.new.decode("utf-8", "replace"), language):
        return None
    texts = guards.comparable(pair.old, pair.new)
    if isinstance(texts, Finding):
        return texts
    finding = _refusal(pair, texts, language) or _by_trees(pair, texts, language)
    if finding == Finding("S", "formatting", finding.words if finding else "") and not is_specimen(pair.path):
        return _formatted(pair) or finding
    if finding is not None and finding.level == "S" and is_specimen(pair.path):
        return Finding("H", finding.kind, f"{finding.words.rstrip('.')}, but the folder holds files that others read.")
    return finding


def _formatted(pair: Pair) -> Finding | None:
    tool = formatter.reproduces(pair.old or b"", pair.new or b"", pair.path)
    if tool is None:
        return None
    return Finding("P", "formatting", f"Only the layout changed: {tool} makes exactly these bytes of the base.")


def _by_trees(pair: Pair, texts: tuple[str, str], language: Language) -> Finding | None:
    roots = _parse(language, pair)
    if roots is None and language.title in ("C", "C++"):
        return _by_lines(texts, language)
    if roots is None:
        return Finding(None, "code", f"It cannot be read as {language.title} without errors.")
    return _compare(*roots, texts) if trees.same(*roots) else _doc_comments(*roots, texts)


def _by_lines(texts: tuple[str, str], language: Language) -> Finding:
    """C that does not parse without its macros: the lines of code must be the same, byte for byte."""
    lines = [lexical.c_lines(text) for text in texts]
    if None in lines or lines[0] != lines[1]:
        return Finding(None, "code", f"It cannot be read as {language.title} without its macros.")
    comments = [lexical.c_comments(text) for text in texts]
    obeyed = pattern(any_of(language.directive, EVERYWHERE))
    marks = [[comment for comment in side if obeyed.search(comment[1])] for side in comments]
    if marks[0] != marks[1]:
        return Finding(None, "directive", "A comment that tools act on changed or moved.")
    if (finding := _escapes([[text for _, text in side] for side in comments])) is not None:
        return finding
    if any(pattern(language.line_numbers).search(text) for text in texts):
        return Finding("H", "comments", "Only comments changed, but the file may see on which line its code stands.")
    kind, what = ("formatting", "layout") if comments[0] == comments[1] else ("comments", "comments")
    return Finding("S", kind, f"Only {what} changed, checked by comparing every line of code without its comments.")


def _escapes(sides: list[list[str]]) -> Finding | None:
    if any(guards.ESCAPE.search(comment) for comment in Counter(sides[1]) - Counter(sides[0])):
        return Finding(None, "hidden", "A new comment holds a character escape.")
    return None


def _parse(language: Language, pair: Pair) -> tuple[Tree, Tree] | None:
    headers = pair.path.endswith(".h")
    for reader in (language, by_title("C++")) if headers else (language,):
        old, new = (trees.parse(reader, data) for data in (pair.old or b"", pair.new or b""))
        if old is not None and new is not None:
            return old, new
    return None


def _refusal(pair: Pair, texts: tuple[str, str], language: Language) -> Finding | None:
    """Why equal trees are not enough, whatever changed."""
    if not guards.same_interpreter(pair.old or b"", pair.new or b""):
        return Finding(None, "directive", "The line that picks its interpreter changed.")
    if not language.returns and any("\r" in text for text in texts):
        return Finding(None, "code", f"A carriage return is part of a word in {language.title}.")
    if language.opening and len({text.partition(language.opening)[0] for text in texts}) > 1:
        return Finding(None, "code", f"What stands before the {language.title} program changed.")
    if language.lined and _lined(texts[0], language) != _lined(texts[1], language):
        return Finding(None, "code", "A line for the preprocessor changed.")
    if language.heredocs and _ends(texts[0]) != _ends(texts[1]):
        return Finding(None, "code", "A line that may end a text changed.")
    if any(pattern(language.untrusted).search(text) for text in texts):
        return Finding(None, "directive", f"In this {language.title} file comments may be more than comments.")
    if any(guards.unstable_names(lexical.without_comments(text, language)) for text in texts):
        return Finding(None, "hidden", "It holds names that can be read as other names.")
    return None


def _lined(text: str, language: Language) -> list[str]:
    lines = lexical.without_comments(text, language).split("\n")
    return [" ".join(line.split()) for line in lines if line.lstrip().startswith("#")]


def _ends(text: str) -> list[str]:
    """Every line that starts with a word at which a text kept in the program ends."""
    words = tuple(dict.fromkeys(HEREDOC.findall(text)))
    return [line for line in text.split("\n") if words and line.lstrip().startswith(words)]


def _compare(old: Tree, new: Tree, texts: tuple[str, str]) -> Finding:
    sides = trees.gaps(old), trees.gaps(new)
    if len(sides[0]) != len(sides[1]) or any(a.rest != b.rest for a, b in zip(*sides, strict=True)):
        return Finding(None, "code", "Something between its tokens changed.")
    refusal = _comments_obeyed(sides, new.language) or _separators(sides, texts, new.language)
    return refusal or _verdict(sides, texts, new.language)


def _comments_obeyed(sides: tuple[list[Gap], list[Gap]], language: Language) -> Finding | None:
    for left, right in zip(*sides, strict=True):
        if left.comments == right.comments and left.text == right.text:
            continue
        if _from_directive(left, language) != _from_directive(right, language):
            return Finding(None, "directive", "A comment that tools act on changed or moved.")
    bad = pattern(language.forbidden)
    if any(bad.search(comment) for side in sides for gap in side for comment in gap.comments):
        return Finding(None, "hidden", "A comment may not end where it seems to.")
    return _escapes([[comment for gap in side for comment in gap.comments] for side in sides])


def _from_directive(gap: Gap, language: Language) -> tuple[bool, tuple[str, ...]] | None:
    """The gap from its first obeyed comment on, line by line: such a comment speaks of what follows it."""
    obeyed = pattern(any_of(language.directive, EVERYWHERE))
    for comment in gap.comments:
        if obeyed.search(comment):
            before, _, after = gap.text.partition(comment)
            return "\n" in before, tuple(line.strip() for line in (comment + after).split("\n"))
    return None


def _separators(sides: tuple[list[Gap], list[Gap]], texts: tuple[str, str], language: Language) -> Finding | None:
    """Line ends and blanks between tokens, in languages where they carry meaning a tree may not show."""
    spaces = language.spaces or (language.lined and any(pattern(C_TEXT).search(text) for text in texts))
    for left, right in list(zip(*sides, strict=True))[1:-1]:
        if _breaks(left, language) != _breaks(right, language) and not _may_break(left, language):
            return Finding(None, "code", "A comment or blank moved a line's end, which can end a statement.")
        if language.joins is not None and left.joined(language.joins).split() != right.joined(language.joins).split():
            return Finding(None, "code", "A line that was joined to the next is so no more.")
        if spaces and _is_blank(left, language) != _is_blank(right, language):
            return Finding(None, "code", "A blank between two words came or went, which can change their meaning.")
    return None


def _breaks(gap: Gap, language: Language) -> bool:
    return gap.breaks if language.joins is None else "\n" in gap.joined(language.joins)


def _is_blank(gap: Gap, language: Language) -> bool:
    return bool(gap.text if language.joins is None else gap.joined(language.joins))


def _may_break(gap: Gap, language: Language) -> bool:
    """Whether a line may end between two tokens without ending a statement."""
    if language.lines:
        return False
    if pattern(language.after).fullmatch(gap.left):
        return True
    return pattern(language.before).fullmatch(gap.right) is not None and not pattern(SCRIPT_WORDS).fullmatch(gap.left)


def _verdict(sides: tuple[list[Gap], list[Gap]], texts: tuple[str, str], language: Language) -> Finding:
    kind, what = _kind(sides)
    if any(pattern(language.line_numbers).search(text) for text in texts) and _lines(sides[0]) != _lines(sides[1]):
        return Finding("H", kind, f"{what}, but the file may see on which line its code stands.")
    return Finding("S", kind, f"{what}, checked by comparing {language.title} syntax trees.")


def _kind(sides: tuple[list[Gap], list[Gap]]) -> tuple[str, str]:
    comments = [[comment for gap in side for comment in gap.comments] for side in sides]
    if comments[0] == comments[1]:
        return "formatting", "Only the layout changed"
    layout = any(
        left.comments == right.comments and left.text != right.text for left, right in zip(*sides, strict=True)
    )
    return ("formatting", "Only comments and layout changed") if layout else ("comments", "Only comments changed")


def _lines(side: list[Gap]) -> list[int]:
    return [gap.text.count("\n") for gap in side[:-1]]


def _doc_comments(old: Tree, new: Tree, texts: tuple[str, str]) -> Finding | None:
    """Doc comments are attributes in Rust: harmless where they stand before an item and nothing reads or runs them."""
    plain = replace(old, docs=False), replace(new, docs=False)
    if not trees.same(*plain):
        return None
    if (finding := _compare(*plain, texts)).level is None:
        return finding
    astray = [sum(rustdocs.is_misplaced(node) for node in rustdocs.doc_comments(side)) for side in (old, new)]
    if astray[1] > astray[0]:
        return Finding(None, "code", "A doc comment stands where there is nothing to document, which does not compile.")
    what = "Only doc comments and comments changed, checked by comparing syntax trees"
    read = any(rustdocs.may_be_read(side) for side in (old, new)) or any(
        pattern(DOC_READERS).search(text) for text in texts
    )
    if finding.level == "H" or astray[1] or rustdocs.documented(new) < rustdocs.documented(old) or read:
        return Finding("H", "docstrings", f"{what}, but a macro, a test or a strict build may use them.")
    return Finding("S", "docstrings", f"{what}.")
