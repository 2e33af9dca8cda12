"""Does a text read as a program? Judged by its lines, whatever it is called and wherever it stands.

What is run has to be well formed, so nearly all of its lines are statements once comments and texts are blank. Prose,
tables, data and settings lack definitions, decisions and calls on lines of their own.
"""

import re
from dataclasses import replace
from functools import lru_cache

from scoring.facts.languages import BY_ENDING, Language, extension
from scoring.facts.lexis import Lexis, masked

LEAST = 5  # lines of code: what is shorter hides nothing that is worth a reading
STRONG = 3  # of them that define, decide, leave or call: settings and tables have none
PROSE = 0.25  # of the lines that speak, prose at most: code in a tutorial is an example
MOST = 1 << 20  # bytes of one text that are looked at
WIDE = 200  # bytes of one line: a bound on time, and what people write
# nothing in these runs a text or comment that it was not built with
COMPILED = frozenset(
    BY_ENDING[ending].name
    for ending in ["c", "cc", "java", "kt", "scala", "cs", "swift", "go", "rs", "zig", "hs", "s", "v"]
)

# what lines of a language look like that are no lines of prose, data or settings
_SHAPES: dict[str, str] = {
    "py": r"(?:async )?(?:def|class) \w+.*:$|(?:if|elif|for|while|with|except)\b.*:$|(?:else|try|finally):$"
          r"|from [\w.]+ import .+$|import [\w.]+(?: as \w+)?(?:, ?[\w.]+)*$"
          r"|(?:return|raise|yield|assert|del)\b(?: [\w(\[{].*)?$",
    "js": r"(?:export )?(?:default )?(?:async )?function\b.*\{|(?:const|let|var) .+=.*|.*=> ?[{(]"
          r"|\}? ?(?:if|for|while|switch|catch) ?\(.*\{?$|return\b.*;$|throw new .*|case .+:$|import .+ from .*"
          r"|.*\brequire\(.*|\}? ?else(?: if.*)? ?\{?$|[\w.$]+\(.*\);?$",
    "c": r"#[ \t]*(?:include|define|ifdef|ifndef|if|endif)\b.*|\}? ?(?:else )?(?:if|for|while|switch)\b ?\(.*"
          r"|return\b.*;$|goto \w+;$|case .+:$|[\w *]+\w\(.*\)[;{]?(?: ?\{)?$"
          r"|(?:static|struct|int|char|void|const|unsigned) .*[;{(,]$|\}? ?else ?\{?$",
    "java": r"(?:public|private|protected|static|final|class|interface|package|import) .*[;{]$"
          r"|\}? ?(?:if|for|while|switch|catch) ?\(.*\{$|return\b.*;$|throw new .*;$|@[A-Z]\w+.*",
    "go": r"func\b.*\{$|\}? ?(?:else )?if .*\{$|for .*\{$|(?:package|type|var|import|return|defer|go)\b .*"
          r"|.* := .*|switch .*\{$|case .+:$",
    "rs": r"(?:pub(?:\(\w+\))? )?(?:fn|struct|enum|impl|trait|mod|use|let|match)\b.*[;{(,]$"
          r"|\}? ?(?:else )?if .*\{$|.* => .*,?$|for .* in .*\{$",
    "rb": r"(?:def|class|module|require|require_relative|include|attr_\w+)\b.*"
          r"|(?:if|unless|elsif|while|until|case|when|rescue)\b .*|end$|.*\bdo(?: \|.*\|)?$",
    "sh": r"(?:if|elif|while|until)\b .*(?:; ?(?:then|do))$|for \w+ in .*|(?:then|do|done|fi|esac|else)$"
          r"|case .* in$|\w+ ?\(\) ?\{?$|(?:local|export|readonly|set|source|exit|return)\b .*|.*\$\(.*"
          r"|\[\[? .* \]\]?.*",
    "php": r"<\?php|\$\w+ ?=.*;$|(?:public |private |static )?function\b.*|\}? ?(?:else)?if ?\(.*"
          r"|foreach ?\(.*|return\b.*;$|echo\b.*;$|use [\w\\]+;$",
    "pl": r"(?:my|our|local) [\$@%(].*|sub \w+.*|use [\w:]+.*;$|\}? ?(?:if|elsif|unless|foreach|while) ?\(.*"
          r"|return\b.*;$",
    "lua": r"local\b .*|(?:local )?function\b.*|if .* then$|for .* do$|end\)?$|return\b.*",
    "sql": r"(?i:(?:create|alter|drop|insert|update|delete|select|begin|declare)\b.*"
           r"(?:\($|;$| from .*| set .*| into .*| table .*))",
}  # fmt: skip
_FORMS = {ending: re.compile(rf"^[ \t]*(?:{shape})[ \t\r]*$".encode(), re.M) for ending, shape in _SHAPES.items()}
_CALL = re.compile(rb"(?<![\w])[A-Za-z_][\w.:]*(?:->\w+)?\(")
_CODE = re.compile(rb"[=(){}\[\];$]")
_MARKUP = re.compile(rb"<[A-Za-z/!]")
_WORDS = re.compile(rb"[A-Za-z][a-z']+(?:,? +[A-Za-z][a-z'-]*){2}")


def language_of_name(path: str) -> Language | None:
    """The language that the ending names, wherever the file stands."""
    return BY_ENDING.get(extension(path.removesuffix(".in")))


def program(text: bytes, named: Language | None = None) -> Language | None:
    """The language that a text reads as a program in, None where it reads as none.

    `named` is what its name says: such a text needs no shape of a language, only lines of code.
    """
    text = text[:MOST]
    if named is not None:
        return named if len(_spoken(bare(text, named))[0]) >= LEAST else None
    return _guessed(text)


@lru_cache(maxsize=64)
def _guessed(text: bytes) -> Language | None:
    text = b"\n".join(line[:WIDE] for line in text.split(b"\n"))
    counts = [(len(form.findall(text)), ending) for ending, form in _FORMS.items()]
    most = max(count for count, _ in counts)
    if most < STRONG:
        return None
    # of equals the first: their words differ little
    ending = next(ending for count, ending in counts if count == most)
    language, form = BY_ENDING[ending], _FORMS[ending]
    code, prose = _spoken(bare(text, language))
    strong = sum(form.match(line) is not None or _CALL.search(line) is not None for line in code)
    shaped = sum(form.match(line) is not None for line in code)
    signs = sum(_CODE.search(line) is not None for line in code)
    dense = 4 * strong >= len(code) or (8 * strong >= len(code) and signs >= 0.85 * len(code))
    enough = len(code) >= LEAST and strong >= STRONG and shaped >= max(2, len(code) // 12)
    return language if enough and dense and prose <= PROSE * (prose + len(code)) else None


def bare(text: bytes, language: Language) -> bytes:
    """A text with its comments blank and its texts empty, sentences left: here they tell prose from code."""
    # a line that never ends would be looked through once for each quote in it
    return masked(b"\n" + text + b"\n\n", _speaking(language))


@lru_cache(maxsize=64)
def _speaking(language: Language) -> Lexis:
    return replace(language.lexis, stars=False, keywords=frozenset())


def _spoken(plain: bytes) -> tuple[list[bytes], int]:
    """The lines that are code, and how many are prose."""
    stripped = (line.strip()[:WIDE] for line in plain.split(b"\n"))
    lines = [line for line in stripped if line and not _MARKUP.match(line)]
    prose = sum(_WORDS.search(line) is not None and _CODE.search(line) is None for line in lines)
    return [line for line in lines if _is_code(line)], prose


def _is_code(line: bytes) -> bool:
    return _WORDS.search(line) is None or _CODE.search(line) is not None
