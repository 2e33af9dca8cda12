"""Tests that were added, and reach further than a test should: they run wherever tests run, with what is there."""

import ast
import re
from collections import Counter

from scoring.review.intrusions import intrudes
from scoring.semantics import lexical, python, trees
from scoring.semantics.languages import language_of
from scoring.semantics.paths import is_test_module
from scoring.semantics.verdict import Finding

# Never newly, whatever the file does already: programs, code from texts, the environment, what cannot be undone.
NEVER = frozenset({
    "system", "popen", "Popen", "subprocess", "exec", "eval", "execve", "execv", "spawn", "spawnSync", "execSync",
    "execFile", "child_process", "ProcessBuilder", "getRuntime", "Runtime", "rmtree", "removeAll", "RemoveAll",
    "unlink", "rmSync", "rm_rf", "remove_dir_all", "environ", "getenv", "putenv", "Getenv", "Setenv", "Environ",
    "LookupEnv", "ctypes", "__import__", "importlib", "builtins", "marshal", "pickle", "globals", "setattr",
    "__builtins__", "kill", "signal", "atexit", "syscall", "unsafe", "dlopen", "Command", "backticks", "instance_eval",
    "class_eval", "sys", "defineProperty", "defineProperties", "setPrototypeOf", "prototype", "__proto__", "globalThis",
    "spyOn", "stubGlobal", "mockImplementation", "mockReturnValue", "doMock", "resetModules", "sinon", "stub_const",
    "mockStatic", "setAccessible", "Whitebox", "setProperty", "define_method", "remove_method", "remove_const",
})  # fmt: skip
# Not in a file that has none of it yet.
NEWLY = frozenset({
    "socket", "requests", "httpx", "aiohttp", "urllib", "urlopen", "fetch", "axios", "http", "https", "net", "ftplib",
    "smtplib", "ssh", "paramiko", "open", "write", "write_text", "write_bytes", "writeFile", "writeFileSync", "os",
    "shutil", "pathlib", "fs", "File", "Files", "tempfile", "threading", "multiprocessing", "boto3", "docker", "base64",
    "require", "connect", "upload", "download", "Dial", "HttpClient", "URL", "Socket", "WriteFile", "OpenFile",
})  # fmt: skip
WORD = re.compile(r"\w+")
# In other languages: what changes something that the added text did not bring, or is loaded for what loading does.
MEMBER = re.compile(
    r"(?m)^[ \t]*(?!(?:this|self|@?\w*[tT]his)\b)@{0,2}[A-Za-z_$][\w$]*"
    r"(?:\??(?:\.|::)[\w$]+|\[[^\]\n]+\])+\s*[-+*/|&^%?]{0,2}=(?![=>~])|"
    r"\bObject\.assign\(\s*[^{\s]|\bimport\s*\(|^[ \t]*import\s+['\"]|^[ \t]*(?:import[ \t]+)?_[ \t]+\"|"
    r"^[ \t]*static\s*\{|^//go:|^[ \t]*\$\w+\s*=(?!=)|@@\w+\s*="
)
BARE = re.compile(r"(?m)^[ \t]*([A-Za-z_][\w$]*)(?:\s*,\s*[A-Za-z_]\w*)*\s*[-+*/|&^%]?=(?![=>~])")
TYPED = ("Go", "JavaScript", "TypeScript", "Java", "C#", "Kotlin", "Rust", "C++", "C")  # of these a local is declared
LOADED = {  # what may stand at the top of a file of tests
    "Go": (
        "package_clause",
        "import_declaration",
        "function_declaration",
        "method_declaration",
        "type_declaration",
        "const_declaration",
        "comment",
    ),
    "JavaScript": (
        "import_statement",
        "lexical_declaration",
        "function_declaration",
        "class_declaration",
        "comment",
        "expression_statement",
        "variable_declaration",
        "hash_bang_line",
        "empty_statement",
    ),
}
LOADED["TypeScript"] = (*LOADED["JavaScript"], "interface_declaration", "type_alias_declaration")
TESTED = re.compile(r"(?:describe|it|test|suite|context)\b|['\"]use strict['\"]")
UNDONE = re.compile(r"\bmonkeypatch\s*\.\s*(?:setattr|setenv|delenv|setitem)\b")  # by pytest, after the test
PROCESS = re.compile(r"\bprocess\s*\.\s*\w+|\bdef pytest_\w+")
PARTS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def doubt(old: bytes | None, new: bytes | None, path: str) -> Finding | None:
    """A hint at most, where added tests use what reaches beyond the program that they test."""
    if new is None or not is_test_module(path):
        return None
    before, after = _words(old or b"", path), _words(new, path)
    more = after - before
    if len(PROCESS.findall(new.decode("utf-8", "replace"))) > len(
        PROCESS.findall((old or b"").decode("utf-8", "replace"))
    ):
        return Finding("H", "tests", "What was added to tests may reach beyond the program that they test.")
    if any(word in NEVER for word in more) or any(word in NEWLY and not before[word] for word in more):
        return Finding("H", "tests", "What was added to tests may reach beyond the program that they test.")
    if _acts_otherwise(old or b"", new, path):
        return Finding("H", "tests", "What was added to tests acts as soon as it is loaded, or changes what is tested.")
    return None


def _acts_otherwise(old: bytes, new: bytes, path: str) -> bool:
    if not path.endswith(".py"):
        return _changes(old, new, path)
    if _acts(new) > _acts(old):
        return True
    sides = python.parse(old), python.parse(new)
    return sides[0] is None or sides[1] is None or intrudes(sides[0], sides[1])


def _changes(old: bytes, new: bytes, path: str) -> bool:
    """Whether tests of another language write to what they did not bring, or do something when they are loaded."""
    language = language_of(path, new)
    if language is None:
        return True
    known = frozenset(old.decode("utf-8", "replace").split("\n"))
    text = lexical.without_comments(new.decode("utf-8", "replace"), language)
    comes = "\n".join(line for line in text.split("\n") if line not in known)
    if MEMBER.search(comes):
        return True
    if language.title in TYPED and any(not _declared(match[1], comes) for match in BARE.finditer(comes)):
        return True
    tree = trees.parse(language, new) if language.title in LOADED else None
    return tree is not None and any(not _may_load(child.type, tree.text(child), language.title, known)
                                    for child in tree.children(tree.root))  # fmt: skip


def _may_load(kind: str, text: bytes, title: str, known: frozenset[str]) -> bool:
    said = text.decode("utf-8", "replace").strip()
    if not said or all(line in known for line in said.split("\n")):
        return True
    if kind not in LOADED[title]:
        return False
    return kind != "expression_statement" or TESTED.match(said) is not None


def _declared(name: str, text: str) -> bool:
    """Whether a name is made by the same text: `let name`, `name :=`, `Type name`."""
    return re.search(rf"\b[\w>\]]+[ \t*&]+{re.escape(name)}\b|\b{re.escape(name)}\b[^\n=]*:=", text) is not None


def _words(content: bytes, path: str) -> Counter[str]:
    text = UNDONE.sub("", content.decode("utf-8", "replace"))
    if path.endswith(".py"):
        return Counter(lexical.words(text, lexical.PYTHON_WORDS))
    language = language_of(path, content)
    return Counter(WORD.findall(lexical.without_comments(text, language) if language else text))


def _acts(content: bytes) -> int:
    """How many statements of a file do something when it is loaded, or reach into what is not theirs."""
    tree = python.parse(content)
    if tree is None:
        return 0
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    loaded = [*tree.body, *(node for owner in classes for node in owner.body)]
    return sum(not isinstance(node, PARTS) and not _constant(node) for node in loaded) + sum(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store | ast.Del)
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
        for node in ast.walk(tree)
    )


def _constant(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Constant()):
            return True
        case ast.Assign([ast.Name()], value):
            return all(
                isinstance(each, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.expr_context)
                for each in ast.walk(value)
            )
        case _:
            return False
