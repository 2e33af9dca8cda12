"""The languages that are read as code: the endings each goes by, what is comment or text in it, and its words.

An allowed list: a file of no language here has no code lines, branches or calls. A word of two languages may mean two
things (`loop`, `when`, `select`), so each language has lists of its own; docs/history.md prints them for people.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache

from scoring.facts import lexis
from scoring.facts.kinds import kinds
from scoring.facts.lexis import Lexis

CLASSES = ("branches", "loops", "control", "guards", "memory", "concurrency", "imports", "definitions", "nothings")
Words = frozenset[bytes]


def words(*texts: str) -> Words:
    return frozenset(word for text in texts for word in text.encode().split())


# a name before "(" that is no call
NO_CALLS = words(
    "if elif elsif elseif else unless for foreach while until switch case when match select catch except return and or "
    "not in is assert sizeof typeof alignof decltype function fn func fun def defp defmacro new delete throw await "
    "yield print defined __attribute__ loop using lock fixed with do super"
)
_THREADS = (
    "mutex Mutex lock unlock Lock atomic Atomic thread Thread async await synchronized volatile spinlock Arc RwLock"
)


@dataclass(frozen=True, slots=True)
class Language:
    """One language. The words of `branches` hold those of `loops`; two ampersands or bars count beside them."""

    name: str
    endings: str
    lexis: Lexis
    loops: Words = frozenset()
    branches: Words = frozenset()
    control: Words = frozenset()
    guards: Words = frozenset()
    memory: Words = frozenset()
    concurrency: Words = frozenset()
    imports: Words = frozenset()
    definitions: Words = frozenset()
    nothings: Words = frozenset()
    pointers: bool = False  # whether "->" follows a pointer
    keyed: bool = False  # whether "if:" names an argument or a key
    interpreters: Words = field(default_factory=frozenset)


_KEYED = (lexis.RUBY, lexis.SCRIPT, lexis.ELIXIR)
_POINTERS = b"nullptr"  # where this is a word, "->" follows a pointer


def _language(name: str, endings: str, how: Lexis, *, ifs: str = "", **keywords: str) -> Language:
    lists = {kind: words(text) for kind, text in keywords.items()}
    lists["branches"] = lists.get("loops", frozenset()) | words(ifs, "&& ||" if ifs else "")
    return Language(name, endings, how, pointers=_POINTERS in lists.get("nothings", ()), keyed=how in _KEYED, **lists)


_C = {
    "control": "return goto break continue",
    "guards": "assert errno perror abort BUG_ON WARN_ON WARN_ON_ONCE static_assert",
    "imports": "include",
    "nothings": "NULL nullptr nil",
}
_C_MEMORY = "malloc calloc realloc free alloca memcpy memmove memset strcpy strncpy kmalloc kzalloc kcalloc kfree"
_C_THREADS = (
    f"{_THREADS} spin_lock spin_unlock spin_lock_irqsave spin_unlock_irqrestore mutex_lock mutex_unlock rcu_read_lock "
    "rcu_read_unlock pthread_create pthread_join pthread_mutex_lock pthread_mutex_unlock"
)
_JAVA = {
    "loops": "for while",
    "control": "return break continue yield",
    "guards": "assert throw try catch finally",
    "concurrency": _THREADS,
    "imports": "import",
    "definitions": "class interface enum record",
    "nothings": "null",
}
_JAVA_IFS = "if case catch"
_PYTHON = {
    "loops": "for while",
    "ifs": "if elif except and or",
    "control": "return break continue yield",
    "guards": "assert raise try except finally",
    "concurrency": "async await Lock RLock Semaphore Thread threading asyncio multiprocessing",
    "imports": "import",
    "definitions": "def class",
    "nothings": "None",
}
LANGUAGES: tuple[Language, ...] = (
    _language("C", "c h", lexis.C, loops="for while", ifs="if elif ifdef ifndef case", memory=_C_MEMORY,
              concurrency=_C_THREADS, **_C),
    _language("C++ and Objective-C", "cc cpp cxx c++ hh hpp hxx h++ ipp inl tcc cu cuh m mm", lexis.C,
              loops="for while", ifs="if elif ifdef ifndef case catch", memory=f"{_C_MEMORY} new delete",
              concurrency=_C_THREADS, definitions="class", **(_C | {"guards": _C["guards"] + " throw try catch"})),
    _language("Java", "java", lexis.JAVA, ifs=_JAVA_IFS, **_JAVA),
    _language("Kotlin", "kt kts", lexis.JAVA, ifs="if when catch", **_JAVA),
    _language("Scala and Groovy", "scala sc groovy", lexis.JAVA, ifs=_JAVA_IFS, **_JAVA),
    _language("C#", "cs", lexis.SHARP, ifs=f"{_JAVA_IFS} elif",
              **(_JAVA | {"loops": "for foreach while", "imports": "using"})),
    _language("Swift", "swift", lexis.JAVA, ifs="if guard case catch",
              **(_JAVA | {"guards": "assert throw try catch guard", "definitions": "class struct enum protocol func",
                          "nothings": "nil"})),
    _language("Dart", "dart", lexis.SCRIPT, ifs=_JAVA_IFS, **_JAVA),
    _language("JavaScript and TypeScript", "js mjs cjs jsx ts mts cts tsx vue svelte", lexis.SCRIPT, loops="for while",
              ifs="if case catch", control="return break continue yield", guards="assert throw try catch finally",
              concurrency="async await Promise Worker", imports="import require",
              definitions="function class interface enum", nothings="null undefined", interpreters="node"),
    _language("PHP", "php", lexis.PHP, loops="for foreach while", ifs="if elseif case catch and or",
              control="return break continue yield goto", guards="assert throw try catch finally",
              imports="use require require_once include include_once",
              definitions="function class interface trait enum", nothings="null NULL", interpreters="php"),
    _language("Go", "go", lexis.GO, loops="for", ifs="if case", control="return goto break continue defer",
              guards="err panic recover",
              concurrency="go chan select Mutex RWMutex WaitGroup Lock Unlock RLock RUnlock atomic",
              imports="import", definitions="func struct interface", nothings="nil"),
    _language("Rust", "rs", lexis.RUST, loops="for while loop", ifs="if match", control="return break continue",
              guards="assert assert_eq assert_ne debug_assert panic unwrap expect", memory="unsafe transmute forget",
              concurrency=_THREADS, imports="use", definitions="fn struct enum trait impl", nothings="None"),
    _language("Python", "py pyi", lexis.PYTHON, interpreters="python python2 python3 pypy3", **_PYTHON),
    _language("Cython", "pyx pxd", lexis.CYTHON, **_PYTHON),
    _language("Ruby", "rb rake gemspec ru", lexis.RUBY, loops="for while until loop",
              ifs="if elsif unless when rescue and or", control="return break next yield redo retry",
              guards="raise rescue ensure", concurrency="Mutex Thread synchronize Queue",
              imports="require require_relative", definitions="def class module", nothings="nil", interpreters="ruby"),
    _language("Perl", "pl pm t", lexis.PERL, loops="for foreach while until", ifs="if elsif unless and or",
              control="return next last redo goto", guards="die croak confess eval", imports="use require",
              definitions="sub package", nothings="undef", interpreters="perl"),
    _language("Shell", "sh bash zsh ksh dash ash bats fish", lexis.SHELL, loops="for while until", ifs="if elif case",
              control="return break continue exit", guards="trap", imports="source", definitions="function",
              interpreters="sh bash zsh ksh dash ash fish"),
    _language("PowerShell", "ps1 psm1", lexis.POWERSHELL, loops="for foreach while", ifs="if elseif catch",
              control="return break continue exit", guards="throw try catch finally", definitions="function class"),
    _language("Lua", "lua", lexis.LUA, loops="for while repeat", ifs="if elseif and or", control="return break goto",
              guards="assert error pcall xpcall", imports="require", definitions="function", nothings="nil",
              interpreters="lua"),
    _language("SQL", "sql psql", lexis.SQL, loops="loop while LOOP WHILE", ifs="if when elsif IF WHEN ELSIF"),
    _language("Elixir", "ex exs", lexis.ELIXIR, loops="for", ifs="if unless cond case rescue and or",
              guards="raise rescue try", imports="import alias require use", definitions="def defp defmodule defmacro",
              nothings="nil"),
    _language("R", "r", lexis.HASH, loops="for while repeat", ifs="if", control="return break next",
              guards="stop tryCatch", imports="library require", definitions="function", nothings="NULL NA"),
    _language("Julia", "jl", lexis.CYTHON, loops="for while", ifs="if elseif catch", control="return break continue",
              guards="throw try catch error", imports="using import include", definitions="function struct module",
              nothings="nothing missing"),
    _language("Haskell", "hs", lexis.HASKELL, ifs="if case", imports="import",
              definitions="data class instance newtype", nothings="Nothing"),
    _language("OCaml and F#", "ml mli fs fsi", lexis.OCAML, loops="for while", ifs="if match when try",
              guards="raise failwith assert try", imports="open", definitions="let module type", nothings="None"),
    _language("Erlang", "erl hrl", lexis.ERLANG, ifs="if case when receive catch", guards="throw try catch error",
              nothings="undefined"),
    _language("Lisp and Clojure", "lisp el scm clj cljs cljc", lexis.LISP, loops="loop while dotimes dolist doseq",
              ifs="if when unless cond case and or", guards="assert error throw try catch",
              imports="require use import", definitions="defun defmacro defn defn- defmethod", nothings="nil"),
    _language("Zig", "zig", lexis.C, loops="for while", ifs="if catch orelse and or",
              control="return break continue defer", guards="try catch errdefer unreachable",
              nothings="null", definitions="fn struct enum"),
    _language("Assembly", "s asm", lexis.C),
    _language("Verilog", "v sv svh vh", lexis.C, loops="for while repeat forever", ifs="if case"),
    _language("Interfaces", "proto thrift graphql gql fbs idl", lexis.INTERFACE, imports="import include"),
    _language("Style sheets", "css scss sass less", lexis.STYLE),
)  # fmt: skip
BY_ENDING = {ending: language for language in LANGUAGES for ending in language.endings.split()}
BY_INTERPRETER = {word: language for language in LANGUAGES for word in language.interpreters}
_NOT_READ = frozenset(("docs", "data", "vendored", "generated"))
# the first line of a file without an ending, where a patch shows it
_INTERPRETER = re.compile(
    rb"\n@@ -[01](?:,\d+)? \+[01](?:,\d+)? @@[^\n]*\n(?:-[^\n]*\n)?"
    rb"[-+]#![ \t]*\S*/(?:env[ \t]+(?:-S[ \t]+)?)?([a-z]+[23]?)(?=\s)"
)


@lru_cache(maxsize=1 << 16)
def extension(path: str) -> str:
    """What follows the last dot of the file's name in lower case, or "" when there is none."""
    name = path.rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[-1].lower() if "." in name[1:] else ""


@lru_cache(maxsize=1 << 16)
def of_path(path: str) -> Language | None:
    """The language that the path names, None when it is read as no code. `x.c.in` is a template of `x.c`."""
    if kinds(path) & _NOT_READ:
        return None
    return BY_ENDING.get(extension(path.removesuffix(".in")))


def of_patch(path: str, body: bytes) -> Language | None:
    """The language of a patch: by the path, or by the `#!` line that it shows of a file without an ending."""
    named = of_path(path)
    if named is not None or extension(path) or kinds(path) & _NOT_READ:
        return named
    first = _INTERPRETER.match(body)
    return BY_INTERPRETER.get(first[1]) if first else None
