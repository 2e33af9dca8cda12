"""Secrets are masked before anything is sent, and some files are never sent at all."""

import fnmatch
import re

from scoring.hazards.secrets import values

MASK = "[a secret was here]"
# The value is what goes; lines stay where they are.
SECRETS = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)|"
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{40,}|\bglpat-[\w-]{20,}|"
    r"\bxox[abeoprs]-[\w-]{10,}|\bAIza[\w-]{35}|\b[rs]k_(?:live|test)_\w{16,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[\w-]{50,}|"
    r"\bsk-[\w-]{20,}|\beyJ[\w-]{10,2000}\.[\w-]{10,4000}\.[\w-]{10,2000}|(?<=://)[^\s/:@\"']+:[^\s/@\"']+(?=@)|"
    r"(?i:(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?"
    r"[\"']?\s{0,4}(?:[:=]|=>|:=)\s{0,4}[\"'])(?P<value>[^\"'\s]{6,})"
)
NEVER = (
    ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.tfstate",
    "*.tfvars", "id_rsa*", "id_ed25519*", "id_ecdsa*", ".netrc", ".npmrc", ".pypirc", ".git-credentials",
    "credentials*", "*secret*", "kubeconfig*", ".htpasswd", "*.asc", "*.gpg",
)  # fmt: skip
FOLDERS = frozenset({"secrets", ".ssh", ".aws", ".gnupg", "vault", "private"})


def masked(text: str) -> str:
    """The text with as many lines, and no secret that is known by its form."""
    return SECRETS.sub(_mask, text)


def masked_line(path: str, line: str) -> str:
    """A line of a file of that name without what the static rules take for a secret."""
    for value in sorted(set(values(path, line)), key=len, reverse=True):
        line = line.replace(value, MASK) if value else line
    return line


def _mask(match: re.Match[str]) -> str:
    if match["value"]:
        return match[0].removesuffix(match["value"]) + MASK
    return MASK + "\n" * match[0].count("\n")


def may_be_sent(path: str) -> bool:
    """Whether a file of that name may leave this server."""
    *folders, name = path.lower().split("/")
    return not FOLDERS.intersection(folders) and not any(fnmatch.fnmatchcase(name, one) for one in NEVER)
