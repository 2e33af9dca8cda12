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
    r"huggingface|packagist|nuget|maven|snapcraft|flathub|facebook|twitter|x|youtube|linkedin|reddit|"
    r"opencollective|patreon|paypal|ko-fi|liberapay|buymeacoffee)\.[a-z.]+$"
)
# There nothing but the whole address says whose it is.
NAMELESS = re.compile(
    r"(?i)(?:^|\.)(?:(?:docs|drive|sites|forms)\.google|forms|pkg\.go|bit|tinyurl|t|goo|aka|git\.io|is|rb|lnkd|youtu|"
    r"dropbox|pastebin|zoom|notion|1drv|wetransfer|we|cutt|shorturl|ow|buff|rebrand)\.[a-z.]+$|(?:^|\.)git\.io$"
)
REST = re.compile(r"[^\s\"'<>)\]]{0,300}")
COMMAND = re.compile(
    r"(?im)^[ \t]*(?:[$>#]\s+|RUN\s+)?(?:sudo|curl|wget|pip3?|pipx|uv|npm|npx|yarn|pnpm|go|cargo|gem|brew|apt(?:-get)?|"
    r"yum|dnf|docker|kubectl|helm|git|bash|sh|zsh|source|export|chmod|chown|rm|eval|python3?|node|make|ssh|scp|iex|powershell)"
    r"\s+[\w./~$@:{\"'-][^\n]*|\|\s*(?:ba|z)?sh\b|"
    r"`[^`\n]*\b(?:curl|wget|sudo|pip3? install|npm i(?:nstall)?|chmod)\b[^`\n]*`"
)


# What leads somewhere in a way that is not read here as a place: every one that comes is for a person.
LEADS = re.compile(
    r"(?i)(?<![:\w/.])//[^\s/]|://|\b(?:data|vbscript|javascript|file|blob):\S|&(?:colon|tab|newline|sol|commat|#x?0*[0-9a-f]+);?"
)
# What a builder of pages puts in, runs or obeys; of markup all but what only shapes text.
SHAPING = (
    "b|i|u|s|em|strong|code|pre|p|br|hr|kbd|samp|var|sub|sup|small|mark|del|ins|details|summary|dl|dt|dd|ul|ol|li|"
    "table|thead|tbody|tr|td|th|h[1-6]|blockquote"
)
DESCRIBING = (
    "note|warning|tip|hint|important|caution|danger|attention|error|seealso|admonition|versionadded|versionchanged|"
    "deprecated|code-block|code|sourcecode|contents|rubric|centered|image|figure|table|list-table|math|epigraph|"
    "highlight|topic|sidebar|glossary|function|class|method|attribute|data|module|option|envvar|exception|confval"
)
ACTIVE = re.compile(
    rf"(?im)</?(?!(?:{SHAPING})\s*/?>|[a-z][a-z0-9+.-]*:|[\w.+-]+@)[a-z][^\n<]*|"
    r"^[ \t]*(?:import|export)\s+[\w{*'\"]|\{[^}\n]*[.(!$#%:]|"
    r"^[ \t]*(?:-{1,3}8<-{1,3}|<<<\s|@\[code|!!!\s*include|:{3,}\s*\{|@include)|"
    rf"^[ \t]*\.\.[ \t]+(?!(?:{DESCRIBING})::)[\w:.+-]+::|"
    r"^(?:include|eval|ifdef|ifeval|ifndef|plantuml|a2s|ditaa|graphviz|kroki)\w*::|\bpass:|^\+{4,}|"
    r"^['.][ \t]*(?:so|sy|pso|open|opena|pi|mso|trf|cf|lf|write|writec|ab|ex|do)\b"
)
ADDS = re.compile(
    r"(?i)`[^`\n]*\b(?:add|install|require|get|run|exec|build|apply|deploy|push|pull|clone|update|upgrade|publish|delete|drop)\b[^`\n]+`"
)
CODE = re.compile(r"(?ms)^([ \t]{0,8})(`{3,}|~{3,})([^\n]*)\n(.*?)(?:^[ \t]{0,8}\2|\Z)")
SHELLS = re.compile(
    r"(?i)\{?\.?(?:ba|z|fi|c|k|tc)?sh\b|console|shell|terminal|cmd|bat\b|pwsh|powershell|ps1?\b|dockerfile|ya?ml"
)
WORDED = re.compile(r"\S+\s+\S+")
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
    comes = _comes(before, after)
    if _places(after) - _places(before) or _leads(comes):
        return Finding("H", "docs", "The page leads to an address that it did not lead to before.")
    if ACTIVE.search(_said(comes)):
        return Finding("H", "docs", "The page newly holds what a tool may put in, run or obey.")
    if path.lower().endswith(".txt") and any(not WORDED.search(line) for line in comes.split("\n") if line.strip()):
        return Finding("H", "docs", "It reads as a list, which a tool may obey.")
    if set(FENCED.findall(after)) - set(FENCED.findall(before)):
        return Finding("H", "docs", "A block of code in the page changed, which a tool may compile.")
    if _commands(after) - _commands(before):
        return Finding("H", "docs", "The page gives a command that it did not give before.")
    return None


def _comes(before: str, after: str) -> str:
    """The lines that stand nowhere at base."""
    known = frozenset(before.split("\n"))
    return "\n".join(line for line in after.split("\n") if line not in known)


def _leads(comes: str) -> bool:
    """Whether a line that comes leads somewhere, and not to a place that is compared by its host."""
    plain = re.sub(r"\\([^\w\s])", r"\1", comes)
    return LEADS.search(PLACE.sub(" ", plain)) is not None or _places(plain) != _places(comes)


def _said(comes: str) -> str:
    """Without what stands as code, which is shown as it is."""
    return re.sub(r"`[^`\n]*`", "``", CODE.sub("", comes))


def _places(text: str) -> set[str]:
    """Hosts, and where a host is everybody's, the first two parts of the path as well."""
    places = set()
    for match in PLACE.finditer(text):
        host = (match[1] or match[2] or match[3]).lower().rstrip(".")
        if NAMELESS.search(host):
            places.add(host + REST.match(text, match.start(4))[0].rstrip(".,;:"))  # type: ignore[index] # matches anything
        else:
            places.add(host + match[4].rstrip(".,;:").lower() if SHARED.search(host) else host)
    return places


def _commands(text: str) -> set[str]:
    """Lines, with those that go on behind a backslash, and whatever a shell would be given of a block of code."""
    joined = re.sub(r"\\\n\s*", " ", text)
    said = {" ".join(match[0].split()) for each in (COMMAND, ADDS) for match in each.finditer(joined)}
    blocks = (match[4] for match in CODE.finditer(joined) if SHELLS.match(match[3].strip()))
    return said | {" ".join(line.split()) for block in blocks for line in block.split("\n") if line.strip()}
