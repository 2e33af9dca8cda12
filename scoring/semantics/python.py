"""Python: the same syntax tree from the same bytes means that only comments or layout changed.

The bytes are parsed, never decoded text: a coding cookie can turn a comment into code. Docstrings are data.
"""

import ast
import re
import tokenize
import warnings

from scoring.semantics import formatter, guards, lexical, marks, spellings
from scoring.semantics.paths import is_specimen
from scoring.semantics.verdict import Finding, Pair

# What this Python warns of in code from elsewhere is not for the log of a server.
warnings.filterwarnings("ignore", category=SyntaxWarning, module="<compared>")
warnings.filterwarnings("ignore", category=DeprecationWarning, module="<compared>")

# Python 2 takes no other letters than ASCII without a declaration, not even in a comment.
OTHER_PYTHON = re.compile(rb"#![^\n]*(?:python2|python1|jython|ironpython|ipy)")
COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
SELF_READING = re.compile(
    r"\b(?:joblib|triton|autograph|taichi|kfp|metaflow|getsource|getsourcelines|getcomments|findsource|getblock|linecache|dill|cloudpickle|get_source|get_source_segment|get_data|co_filename)\b|"
    r"__file__[^\n]{0,80}\b(?:read|read_text|read_bytes|open)\b|\bopen\w*\s*\(\s*(?:[\w.]{1,40}\(\s?){0,4}__file__|argv\[0\][^\n]{0,80}read"
)
# Code that sees or shows on which line code stands: frames, tracebacks, warnings, formats of logs, snapshots.
LINE_NUMBERS = re.compile(
    r"\b(?:f_lineno|tb_lineno|lineno|co_firstlineno|co_lines|co_linetable|co_lnotab|co_positions|_getframe|currentframe|"
    r"getframeinfo|getouterframes|getinnerframes|inspect\.stack|inspect\.trace|extract_stack|extract_tb|walk_tb|"
    r"walk_stack|findCaller|warn_explicit|traceback|tracebacks|warnings|stacklevel|exc_info|stack_info|__traceback__|"
    r"with_traceback|excepthook|print_exc|format_exc|print_stack|print_exception|format_exception|faulthandler|"
    r"tracemalloc|settrace|setprofile|breakpoint|set_trace|pdb|bdb|loguru|structlog|icecream|snoop|snapshot|"
    r"inline_snapshot|expecttest|executing|varname|cProfile|recwarn|excinfo|CallsiteParameter)\b|"
    r"\.exception\(\s*[^\s)]|%\(lineno|\{line(?:no)?[!:}]"
)
DOCSTRING_READERS = re.compile(
    r"__doc__|\b(?:getdoc|docopt|argparse|optparse|click|typer|fire|plac|clize|fastapi|flask_restx|flask_restful|flasgger|"
    r"apispec|pydantic|strawberry|graphene|ply|yacc|lex|doctest|sphinx|zope|mcp|langchain\w*|rest_framework|invoke|"
    r"nox|dspy|tool)\b|>>>"
)
OWNERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def check(pair: Pair) -> Finding | None:
    """P for comments and layout, S or H for docstrings; None when the code differs or cannot be read."""
    if pair.old is None or pair.new is None or not _is_python(pair):
        return None
    texts = guards.comparable(pair.old, pair.new)
    if isinstance(texts, Finding):
        return texts
    if _words(texts[0]) != _words(texts[1]):
        return None
    trees = parse(pair.old), parse(pair.new)
    if trees[0] is None or trees[1] is None:
        return Finding(None, "code", "It does not parse as Python.")
    if same(trees[0], trees[1]):
        refused = refusal(pair.old, pair.new, texts)
        if refused is not None and refused.kind == "directive":
            return _formatted(pair, texts) or refused
        return refused or _equal(trees[0], trees[1], texts, pair)
    if same(without_docstrings(trees[0]), without_docstrings(trees[1])):
        return refusal(pair.old, pair.new, texts) or _docstrings(texts)
    return None


def _words(text: str) -> list[str]:
    # elif is short for an if below an else: the trees are equal
    return " ".join(lexical.words(text, lexical.PYTHON_WORDS)).replace("elif", "else if").split(" ")


def _is_python(pair: Pair) -> bool:
    if pair.path.endswith((".py", ".pyi", ".pyw")):
        return True
    name = pair.path.rsplit("/", 1)[-1]
    return "." not in name and all(
        data is not None and re.match(rb"#!\S*(?:/|env )python3?\b", data.split(b"\n", 1)[0]) is not None
        for data in (pair.old, pair.new)
    )


def parse(data: bytes) -> ast.Module | None:
    """The syntax tree of the bytes with type comments kept; None when this Python cannot read them."""
    try:
        return ast.parse(data, filename="<compared>", type_comments=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
        return None


def same(old: ast.AST, new: ast.AST) -> bool:
    """Whether two trees are equal but for positions. Walks without recursion: depth is the author's choice."""
    todo: list[tuple[object, object]] = [(old, new)]
    while todo:
        left, right = todo.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, ast.TypeIgnore):
            continue  # holds a line number; where it stands is compared with the other directive comments
        if isinstance(left, ast.AST):
            todo += [(getattr(left, name, None), getattr(right, name, None)) for name in left._fields]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            todo += zip(left, right, strict=True)
        elif not _same_value(left, right):
            return False
    return True


def _same_value(left: object, right: object) -> bool:
    if isinstance(left, float | complex):
        return repr(left) == repr(right)  # 0.0 == -0.0, and nan is not itself
    return left == right


def without_docstrings(tree: ast.Module) -> ast.Module:
    """The same tree (changed in place) with every docstring emptied."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, OWNERS) and node.body and isinstance(node.body[0], ast.Expr):
            value = node.body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                value.value = ""
        todo += ast.iter_child_nodes(node)
    return tree


def refusal(old: bytes, new: bytes, texts: tuple[str, str]) -> Finding | None:
    """Why equal trees would not be enough; None when they are."""
    cookies = [
        [COOKIE.match(line) for line in data.removeprefix(guards.BOM).split(b"\n", 2)[:2]] for data in (old, new)
    ]
    names = [[match and match.group(0) for match in side] for side in cookies]
    if names[0] != names[1]:
        return Finding(None, "encoding", "The line that declares its encoding changed.")
    for match in cookies[1]:
        if match is not None and match.group(1).lower().replace(b"_", b"-") not in (b"utf-8", b"utf8"):
            return Finding(
                None, "encoding", "It declares an encoding other than UTF-8, which can turn comments into code."
            )
    if not guards.same_interpreter(old, new):
        return Finding(None, "directive", "The line that picks its interpreter changed.")
    if OTHER_PYTHON.match(new):
        return Finding(None, "code", "It asks for an interpreter that reads Python in another way.")
    if any(guards.unstable_names(" ".join(lexical.words(text, lexical.PYTHON_WORDS))) for text in texts):
        return Finding(None, "hidden", "It holds names that Python reads as other names.")
    return _changed_directives(texts)


def _changed_directives(texts: tuple[str, str]) -> Finding | None:
    obeyed = [marks.obeyed(text) for text in texts]
    if None in obeyed:
        return Finding(None, "code", "It cannot be split into tokens.")
    if any(marks.GENERATOR.search(text) for text in texts):
        return Finding(None, "directive", "A generator keeps its program in the comments of this file.")
    if obeyed[0] != obeyed[1] or not marks.same_head(*texts):
        return Finding(None, "directive", "A comment that tools act on changed or moved.")
    added = set(marks.comments(texts[1])) - set(marks.comments(texts[0]))
    if any(guards.ESCAPE.search(comment) for comment in added):
        return Finding(None, "hidden", "A new comment holds a character escape.")
    return None


def _code(text: str) -> list[tuple[str, int]]:
    """Every token but comments, with its column; a line's end has none, as it follows the comment."""
    skip = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER)
    return [(token.string, token.start[1]) for token in marks.tokens(text) if token.type not in skip]


def _equal(old: ast.Module, new: ast.Module, texts: tuple[str, str], pair: Pair) -> Finding:
    same_comments = marks.comments(texts[0]) == marks.comments(texts[1])
    layout = same_comments or _code(texts[0]) != _code(texts[1])
    kind = "formatting" if layout else "comments"
    if same_comments:
        what = "Only the layout changed"
    else:
        what = "Only comments and layout changed" if layout else "Only comments changed"
    if not same_comments and any(marks.is_script(text) for text in texts):
        return _in_script(texts, kind, what)
    if marks.sought(texts[0]) != marks.sought(texts[1]):
        return Finding("S", kind, f"{what}, but programs look for such words to learn whether a file is theirs.")
    if marks.unspoken(texts[0]) != marks.unspoken(texts[1]):
        return Finding("S", kind, f"{what}, but one of them does not read as prose, so that a tool may obey it.")
    if SELF_READING.search(texts[1]):
        return Finding("S", kind, f"{what}, checked by comparing syntax trees, but the file reads source text.")
    if LINE_NUMBERS.search(lexical.without_hash_comments(texts[1])) and positions(old) != positions(new):
        return Finding("S", kind, f"{what}, checked by comparing syntax trees, but the file reads line numbers.")
    if spellings.demanding(texts[1]) - spellings.demanding(texts[0]):
        return Finding("S", kind, f"{what}, but an older Python may not read it, or a newer one warn.")
    if is_specimen(pair.path):
        return Finding(
            "S", kind, f"{what}, checked by comparing syntax trees, but the folder holds files that others read."
        )
    return Finding("P", kind, f"{what}, checked by comparing syntax trees.")


def _in_script(texts: tuple[str, str], kind: str, what: str) -> Finding:
    """Comments of a notebook, a pipeline or a script with a header: never proved; nothing where they may be code."""
    if marks.unspoken(texts[0]) != marks.unspoken(texts[1]):
        return Finding(None, "directive", "In this file comments are part of the program, and one of them changed.")
    return Finding("S", kind, f"{what}, but the file has marks of a notebook, a pipeline or a script with a header.")


def _formatted(pair: Pair, texts: tuple[str, str]) -> Finding | None:
    """Directives that a formatter moved go on meaning the same; one that people moved may not."""
    if (
        marks.comments(texts[0]) != marks.comments(texts[1])
        or pair.old is None
        or pair.new is None
        or is_specimen(pair.path)
    ):
        return None
    tool = formatter.reproduces(pair.old, pair.new, pair.path)
    if tool is None or SELF_READING.search(texts[1]) or LINE_NUMBERS.search(texts[1]):
        return None
    if not marks.same_head(*texts) or spellings.demanding(texts[1]) - spellings.demanding(texts[0]):
        return None  # a formatter told nothing of a project writes for a recent Python
    return Finding("P", "formatting", f"Only the layout changed: {tool} makes exactly these bytes of the base.")


def positions(tree: ast.Module) -> list[int]:
    """The line of every node, in order."""
    lines: list[int] = []
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        lines.append(getattr(node, "lineno", 0))
        todo += ast.iter_child_nodes(node)
    return lines


def _docstrings(texts: tuple[str, str]) -> Finding:
    what = "Only docstrings and comments changed, checked by comparing syntax trees"
    if any(DOCSTRING_READERS.search(text) or SELF_READING.search(text) for text in texts):
        return Finding("H", "docstrings", f"{what}, but the file may use them while it runs.")
    return Finding("S", "docstrings", f"{what}.")
