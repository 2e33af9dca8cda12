"""The table of languages in docs/history.md: `python -m bench.languages` prints it."""

from scoring.facts import lexis
from scoring.facts.languages import CLASSES, LANGUAGES, Language
from scoring.facts.lexis import Lexis

READINGS = {id(value): name for name, value in vars(lexis).items() if isinstance(value, Lexis)}


def row(language: Language) -> str:
    cells = [_words(kind, language) for kind in CLASSES]
    if language.pointers:
        cells.append("pointers `->`")
    endings = " ".join(language.endings.split())
    return (
        f"| {language.name} | `{endings}` | {READINGS[id(language.lexis)].lower()} | {'; '.join(filter(None, cells))} |"
    )


def _words(kind: str, language: Language) -> str:
    words = getattr(language, kind) - (language.loops if kind == "branches" else frozenset())
    shown = " ".join(sorted(word.decode().replace("|", "\\|") for word in words))
    return f"{kind} `{shown}`" if shown else ""


def table() -> str:
    head = "| language | endings | read as | words (branches: the loops and these) |\n|---|---|---|---|"
    return "\n".join([head, *map(row, LANGUAGES)])


if __name__ == "__main__":
    print(table())  # noqa: T201 (its output is its purpose)
