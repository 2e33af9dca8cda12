"""Tests that were added, and reach further than a test should: they run wherever tests run, with what is there."""

import ast
import re
from collections import Counter

from scoring.semantics import lexical, python
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
    "class_eval", "sys",
})  # fmt: skip
# Not in a file that has none of it yet.
NEWLY = frozenset({
    "socket", "requests", "httpx", "aiohttp", "urllib", "urlopen", "fetch", "axios", "http", "https", "net", "ftplib",
    "smtplib", "ssh", "paramiko", "open", "write", "write_text", "write_bytes", "writeFile", "writeFileSync", "os",
    "shutil", "pathlib", "fs", "File", "Files", "tempfile", "threading", "multiprocessing", "boto3", "docker", "base64",
    "connect", "upload", "download", "Dial", "HttpClient", "URL", "Socket", "WriteFile", "OpenFile",
})  # fmt: skip
WORD = re.compile(r"\w+")
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
    if path.endswith(".py") and _acts(new) > _acts(old or b""):
        return Finding("H", "tests", "What was added to tests acts as soon as it is loaded, or changes what is tested.")
    return None


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
