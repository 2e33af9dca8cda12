"""The languages read by tree-sitter: how each is recognised, and what a comparison of its trees must beware of."""

import importlib
import re
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language as Grammar

from scoring.semantics import directives
from scoring.semantics.directives import any_of
from scoring.semantics.paths import name

NEVER = "(?!)"
ANY = r"[\s\S]*"


@dataclass(frozen=True, slots=True)
class Language:
    """One grammar and its traps; every trap is a regular expression."""

    title: str
    module: str  # of the wheel that bundles the grammar
    function: str
    suffixes: tuple[str, ...]
    directive: str  # comments that tools obey: must stay as and where they are
    forbidden: str = NEVER  # in any comment: readers may not agree where it ends
    untrusted: str = NEVER  # anywhere: a comment may be read while the program runs
    line_numbers: str = NEVER  # anywhere: code that sees on which line it stands
    opaque: frozenset[str] = frozenset()  # nodes compared by their exact bytes
    docs: str = NEVER  # comments that are part of the program
    after: str = ANY  # tokens after which a line may end without ending a statement
    before: str = NEVER  # tokens before which it may, whatever comes before
    lines: bool = False  # a line's end can end a statement, and lines must stay as they are
    joins: str | None = None  # what a backslash at the end of a line stands for, where lines must stay as they are
    lined: bool = False  # whether a line that starts with # is read by itself
    heredocs: bool = False  # whether a text ends at a line that holds nothing but a word
    spaces: bool = False  # a blank between two tokens can change their meaning
    returns: bool = True  # whether a line may end with a carriage return and a line feed
    opening: str = ""  # where the program begins; what stands before it is shown or sent


def nodes(*names: str) -> frozenset[str]:
    return frozenset(names)


STRINGS = nodes(
    "string", "string_literal", "char_literal", "character_literal", "regex", "heredoc", "raw_string_literal"
)
PREPROCESSOR = nodes("preproc_def", "preproc_function_def", "preproc_call", "preproc_include", "preproc_arg")
C_JOINED = r"\\\s*$|\\[ \t]*\n|\?\?/"
C_TEXT = r"(?m)^[ \t]*#[ \t]*define\b[^\n]*[^#\n]#[ \t]*[A-Za-z_]"  # a macro that makes text of what it is given
C_LINES = any_of(
    r"__LINE__",
    r"__COUNTER__",
    r"__builtin_LINE",
    r"source_location",
    r"(?i:assert)",
    r"BUG_ON",
    r"WARN_ON",
    r"CHECK(?:_\w+)?\s*\(",
    r"__(?:DATE|TIME|TIMESTAMP)__",
    r"\b(?:P|V|D)?LOG(?:_\w+)?\s*\(",
    r"SPDLOG_",
    r"BOOST_(?:LOG|TEST|CURRENT)",
    r"stacktrace",
    r"\b(?:EXPECT|ASSERT|REQUIRE)_?\w*\s*\(",
)
# The grammars guess where a line's end ends a statement in JavaScript, TypeScript and Go, and are at times wrong.
SCRIPT_AFTER = r"[-+(\[{,;:?=&|^%*!~]|=>|&&|\|\||\?\?|[=!]==?|<=|>=|[-+*/%&|^]=|\.\.\."
SCRIPT_BEFORE = r"[)\]},;:=]|\?\.?|\.|&&|\|\||\?\?|[=!]=="
# where these stand before a sign, even it may belong to the next statement
SCRIPT_WORDS = r"return|break|continue|throw|yield|async|await|type|interface|of|get|set|static|accessor"
GO_AFTER = r"(?!\+\+|--)[-+*/%&|^<>=!:.,;(\[{~]+"
SCRIPT_READERS = any_of(
    r"\*/\s*\}\s*\)?\s*\.\s*toString", r"Function\.prototype\.toString", r"multiline\s*\(", r"\.toSource\s*\("
)
SCRIPT_LINES = any_of(
    r"captureStackTrace",
    r"prepareStackTrace",
    r"\.stack\b",
    r"console\.trace",
    r"getCallSites?\b",
    r"callsites?\b",
    r"toMatchInlineSnapshot",
    r"toThrowErrorMatchingInlineSnapshot",
    r"lineNumber",
)
JAVA_LINES = any_of(
    r"getLineNumber",
    r"lineNumber",
    r"StackWalker",
    r"StackTraceElement",
    r"[sS]tackTrace",
    r"dumpStack",
    r"%L\b",
    r"%line\b",
)
RUST_LINES = any_of(
    r"\b(?:line|column|dbg)!",
    r"track_caller",
    r"Location::caller",
    r"include_str!\s*\(\s*file!",
    r"snapshot",
    r"expect!?\[\[",
    r"expect_test",
    r"[bB]acktrace",
    r"with_line_number",
)
RUBY_READERS = any_of(
    r"\bDATA\b",
    r"method_source",
    r"__FILE__[^\n]{0,80}read",
    r"read[^\n]{0,40}__FILE__",
    r"\$0[^\n]{0,40}read",
    r"RubyVM",
    r"Ripper",
    r"RDoc",
)
RUBY_LINES = any_of(
    r"__LINE__",
    r"\bcaller(?:_locations)?\b",
    r"source_location",
    r"lineno",
    r"backtrace",
    r"\buplevel\b",
    r"full_message",
    r"TracePoint",
    r"set_trace_func",
    r"binding\.(?:irb|pry)",
)
PHP_READERS = any_of(
    r"getDocComment",
    r"__halt_compiler",
    r"__COMPILER",
    r"token_get_all",
    r"PhpToken",
    r"AnnotationReader",
    r"\?>",
    r"(?:file_get_contents|file|fopen|show_source|highlight_file|php_strip_whitespace)\s*\(\s*__FILE__",
)
SHELL_READERS = any_of(
    r"\b(?:sed|e?grep|awk|head|tail|cat|less|more|tar|dd|perl|python3?|read|source|base64)\b[^\n]{0,160}\$\{?(?:0|BASH_SOURCE)",
    r"<\s*[\"']?\$\{?(?:0|BASH_SOURCE)",
    r"__ARCHIVE",
    r"PAYLOAD",
    r"declare -f",
    r"typeset -f",
    r"set -v",
)
NAMES = ("qualified_name", "namespace_name", "relative_name", "variable_name", "name")  # words of PHP, blanks and all
SHARP_OPAQUE = nodes(
    "interpolated_string_expression",
    "verbatim_string_literal",
    "preproc_region",
    "preproc_endregion",
    "preproc_pragma",
    "preproc_line",
    "preproc_nullable",
    "preproc_define",
    "preproc_undef",
)

LANGUAGES: tuple[Language, ...] = (
    Language(
        "JavaScript",
        "tree_sitter_javascript",
        "language",
        (".js", ".jsx", ".mjs", ".cjs"),
        any_of(directives.SCRIPT, directives.SCRIPT_TYPES),
        r"<!--|-->",
        any_of(SCRIPT_READERS, "<!--", r"(?m:^[ \t]*-->)"),
        SCRIPT_LINES,
        nodes("string", "regex", "jsx_text"),
        after=SCRIPT_AFTER,
        before=SCRIPT_BEFORE,
    ),
    Language(
        "TypeScript",
        "tree_sitter_typescript",
        "language_typescript",
        (".ts", ".mts", ".cts"),
        directives.SCRIPT,
        r"<!--|-->",
        SCRIPT_READERS,
        SCRIPT_LINES,
        nodes("string", "regex"),
        after=SCRIPT_AFTER,
        before=SCRIPT_BEFORE,
    ),
    Language(
        "TypeScript",
        "tree_sitter_typescript",
        "language_tsx",
        (".tsx",),
        directives.SCRIPT,
        r"<!--|-->",
        SCRIPT_READERS,
        SCRIPT_LINES,
        nodes("string", "regex", "jsx_text"),
        after=SCRIPT_AFTER,
        before=SCRIPT_BEFORE,
    ),
    Language(
        "Go",
        "tree_sitter_go",
        "language",
        (".go",),
        directives.GO,
        untrusted=r'"C"',
        line_numbers=any_of(
            r"runtime\.(?:Callers?|FuncForPC|Stack)\b",
            r"debug\.(?:Print)?Stack",
            r"Lshortfile",
            r"Llongfile",
            r"AddSource",
            r"AddCaller",
            r"ReportCaller",
            r"AddStacktrace",
            r"\bcaller\b",
            r"\.t\.Helper",
        ),
        opaque=nodes("interpreted_string_literal", "raw_string_literal", "rune_literal"),
        after=GO_AFTER,
    ),
    Language(
        "Java",
        "tree_sitter_java",
        "language",
        (".java",),
        directives.JAVA,
        r"\\u",
        r"\\u+00[0-7][0-9a-fA-F]",
        JAVA_LINES,
        STRINGS,
    ),
    Language(
        "C",
        "tree_sitter_c",
        "language",
        (".c", ".h"),
        directives.C,
        C_JOINED,
        r"\?\?/",
        C_LINES,
        STRINGS | PREPROCESSOR,
        lined=True,
    ),
    Language(
        "C++",
        "tree_sitter_cpp",
        "language",
        (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tcc"),
        directives.C,
        C_JOINED,
        r"\?\?/",
        C_LINES,
        STRINGS | PREPROCESSOR,
        lined=True,
    ),
    Language(
        "Rust",
        "tree_sitter_rust",
        "language",
        (".rs",),
        directives.RUST,
        line_numbers=RUST_LINES,
        opaque=STRINGS | nodes("lifetime"),
        docs=r"^///(?!/)|^//!|^/\*\*(?![*/])|^/\*!",
    ),
    Language(
        "Ruby",
        "tree_sitter_ruby",
        "language",
        (".rb", ".rake", ".gemspec", ".ru"),
        directives.RUBY,
        untrusted=RUBY_READERS,
        line_numbers=RUBY_LINES,
        opaque=STRINGS | nodes("heredoc_body", "string_array", "symbol_array", "subshell"),
        lines=True,
        joins=" ",
        heredocs=True,
        spaces=True,
    ),
    Language(
        "PHP",
        "tree_sitter_php",
        "language_php",
        (".php",),
        directives.PHP,
        r"\?>",
        PHP_READERS,
        any_of("__LINE__", r"debug_(?:print_)?backtrace", r"getLine\b", "getStartLine", "getTrace", "trigger_error"),
        STRINGS | nodes("encapsed_string", "nowdoc", "shell_command_expression", "text", "text_interpolation", *NAMES),
        opening="<?",
    ),
    Language(
        "Shell",
        "tree_sitter_bash",
        "language",
        (".sh", ".bash"),
        directives.SHELL,
        untrusted=SHELL_READERS,
        line_numbers=r"LINENO|\bcaller\b|\bPS4\b",
        opaque=nodes(
            "string", "raw_string", "ansi_c_string", "heredoc_redirect", "heredoc_body", "herestring_redirect", "regex"
        ),
        lines=True,
        joins="",
        heredocs=True,
        spaces=True,
        returns=False,
    ),
    Language(
        "C#",
        "tree_sitter_c_sharp",
        "language",
        (".cs",),
        directives.C_SHARP,
        line_numbers=any_of("CallerLineNumber", "StackFrame", "StackTrace", "GetFileLineNumber"),
        opaque=STRINGS | SHARP_OPAQUE,
        lined=True,
    ),
    Language(
        "Kotlin",
        "tree_sitter_kotlin",
        "language",
        (".kt", ".kts"),
        directives.JAVA,
        line_numbers=JAVA_LINES,
        opaque=STRINGS | nodes("multiline_string_literal"),
        lines=True,
    ),
)

BY_NAME = {"rakefile": "Ruby", "gemfile": "Ruby", "vagrantfile": "Ruby", "podfile": "Ruby", "fastfile": "Ruby"}
SHELL = re.compile(rb"#!\s*\S*?(?:/|env )(?:ba|da)?sh\b")


def language_of(path: str, first: bytes) -> Language | None:
    """The language of a file by its suffix, its name, or the interpreter its first line asks for."""
    base = name(path).lower()
    for language in LANGUAGES:
        if base.endswith(language.suffixes) or BY_NAME.get(base) == language.title:
            return language
    if "." not in base and SHELL.match(first.split(b"\n", 1)[0][:200]):
        return by_title("Shell")
    return None


def by_title(title: str) -> Language:
    return next(language for language in LANGUAGES if language.title == title)


@cache
def grammar(module: str, function: str) -> Grammar:
    """The compiled grammar; loaded when first needed."""
    return Grammar(getattr(importlib.import_module(module), function)())


@cache
def pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)
