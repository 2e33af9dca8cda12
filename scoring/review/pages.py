"""Documentation that a person should see: a page that goes, a place it newly leads to, a command it newly gives."""

import re

from scoring.semantics.paths import is_docs
from scoring.semantics.verdict import Finding

PLACE = re.compile(
    r"(?i)(?:\b[a-z][a-z0-9+.-]{1,12}:(?://)?(?:[^\s/@\"'<>)]{0,64}@)?([a-z0-9.-]{1,253}\.[a-z0-9-]{2,63})|\bwww\.([\w.-]{1,253})|"
    r"\b[\w.+-]{1,64}@([\w-]{1,63}\.[\w.-]{1,190}))"
    r"(:?(?:/?[^\s/\"'<>)\]#?]{1,200}){0,2})"
)
# There everybody has a place, told by the beginning of the path.
SHARED = re.compile(
    r"(?i)(?:^|\.)(?:git(?:hub|lab|ee)|bitbucket|codeberg|sourceforge|githubusercontent|pypi|npmjs|unpkg|jsdelivr|crates|"
    r"rubygems|docker|quay|ghcr|amazonaws|googleapis|google|dropbox|medium|bit|tinyurl|t|goo|discord|slack|pastebin|"
    r"huggingface|packagist|nuget|maven|snapcraft|flathub|facebook|twitter|x|youtube|linkedin|reddit)\.[a-z.]+$"
)
COMMAND = re.compile(
    r"(?im)^[ \t]*(?:[$>#]\s+|RUN\s+)?(?:sudo|curl|wget|pip3?|pipx|uv|npm|npx|yarn|pnpm|go|cargo|gem|brew|apt(?:-get)?|"
    r"yum|dnf|docker|kubectl|helm|git|bash|sh|zsh|source|export|chmod|chown|rm|eval|python3?|node|make|ssh|scp|iex|powershell)"
    r"\s+[\w./~$@:{\"'-][^\n]*|\|\s*(?:ba|z)?sh\b|"
    r"`[^`\n]*\b(?:curl|wget|sudo|pip3? install|npm i(?:nstall)?|chmod)\b[^`\n]*`"
)


# Rust compiles these where a crate takes the page for its documentation.
FENCED = re.compile(
    r"(?ms)^[ \t]{0,8}(?:```|~~~)[ \t]*(|rust[^\n]*|(?:no_run|ignore|should_panic|compile_fail|edition)[^\n]*)\n"
    r"(.*?)(?:^[ \t]{0,8}(?:```|~~~)|\Z)"
)


def doubt(old: bytes | None, new: bytes | None, path: str) -> Finding | None:
    """A hint at most, where more than prose changed in a page."""
    if not is_docs(path):
        return None
    if new is None:
        return Finding("H", "docs", "A page was deleted, which others may lead to or include.")
    before, after = ((side or b"").decode("utf-8", "replace") for side in (old, new))
    if _places(after) - _places(before):
        return Finding("H", "docs", "The page leads to an address that it did not lead to before.")
    if set(FENCED.findall(after)) - set(FENCED.findall(before)):
        return Finding("H", "docs", "A block of code in the page changed, which a tool may compile.")
    if _commands(after) - _commands(before):
        return Finding("H", "docs", "The page gives a command that it did not give before.")
    return None


def _places(text: str) -> set[str]:
    """Hosts, and where a host is everybody's, the first two parts of the path as well."""
    places = set()
    for match in PLACE.finditer(text):
        host = (match[1] or match[2] or match[3]).lower().rstrip(".")
        places.add(host + match[4].rstrip(".,;:").lower() if SHARED.search(host) else host)
    return places


def _commands(text: str) -> set[str]:
    return {" ".join(match[0].split()) for match in COMMAND.finditer(text)}
