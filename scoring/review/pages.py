"""Documentation that a person should see: a page that goes, a place it newly leads to, a command it newly gives."""

import re

from scoring.semantics.paths import is_docs
from scoring.semantics.verdict import Finding

HOST = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]{1,12}:(?://)?(?:[^\s/@\"'<>)]*@)?([a-z0-9.-]+\.[a-z0-9-]{2,})|\bwww\.([\w.-]+)"
)
COMMAND = re.compile(
    r"(?im)^\s*(?:[$>#]\s+|RUN\s+)?(?:sudo|curl|wget|pip3?|pipx|uv|npm|npx|yarn|pnpm|go|cargo|gem|brew|apt(?:-get)?|yum|dnf|"
    r"docker|kubectl|helm|git|bash|sh|zsh|source|export|chmod|chown|rm|eval|python3?|node|make|ssh|scp|iex|powershell)"
    r"\s+[\w./~$@:{\"'-][^\n]*|\|\s*(?:ba|z)?sh\b|"
    r"`[^`\n]*\b(?:curl|wget|sudo|pip3? install|npm i(?:nstall)?|chmod)\b[^`\n]*`"
)


def doubt(old: bytes | None, new: bytes | None, path: str) -> Finding | None:
    """A hint at most, where more than prose changed in a page."""
    if not is_docs(path):
        return None
    if new is None:
        return Finding("H", "docs", "A page was deleted, which others may lead to or include.")
    before, after = ((side or b"").decode("utf-8", "replace") for side in (old, new))
    if _hosts(after) - _hosts(before):
        return Finding("H", "docs", "The page leads to an address that it did not lead to before.")
    if _commands(after) - _commands(before):
        return Finding("H", "docs", "The page gives a command that it did not give before.")
    return None


def _hosts(text: str) -> set[str]:
    return {(match[1] or match[2]).lower() for match in HOST.finditer(text)}


def _commands(text: str) -> set[str]:
    return {" ".join(match[0].split()) for match in COMMAND.finditer(text)}
