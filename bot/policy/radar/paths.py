"""Paths that no machine lets pass: who may do what, money, keys, machines, pipelines, and what instructs tools.

Built in, and a repository may add to them. Names are compared as a file system that minds no case would: folded, in
one form of Unicode, with either slash.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from bot.policy.config import FILE, ORGANISATION_FILE, Config
from bot.policy.text import globs

# area -> globs over folded paths; `**/` stands for any depth, none included
NAMED: dict[str, tuple[str, ...]] = {
    "workflows": (
        *(".github/workflows/**", ".github/actions/**", ".github/dependabot.y*ml", ".gitlab-ci*.yml", ".gitlab/ci/**"),
        *(".circleci/**", ".buildkite/**", ".travis.yml", ".drone.yml", "azure-pipelines*.yml", ".azure-pipelines/**"),
        *("bitbucket-pipelines.yml", ".appveyor.yml", "appveyor.yml", "**/jenkinsfile*", ".teamcity/**", ".tekton/**"),
        *(".woodpecker/**", ".woodpecker.y*ml", ".cirrus.y*ml", "cloudbuild.y*ml", ".semaphore/**"),
        *(".github/renovate.json*", "renovate.json*", ".renovaterc*", ".gitlab/renovate.json*"),
        *(".husky/**", ".githooks/**", "lefthook.y*ml"),
    ),
    "owners": ("**/codeowners", "**/owners", "**/owners_aliases"),
    "configuration": (
        *(FILE, ORGANISATION_FILE, "**/.codechill.y*ml", ".github/codechill/**", ".github/settings.y*ml"),
        *("**/.gitattributes", "**/.gitmodules", "**/.lfsconfig", "**/.mailmap"),
    ),
    "instructions": (
        *("**/agents.md", "**/agents.override.md", "**/agent.md", "**/claude.md", "**/claude.local.md", "**/gemini.md"),
        *("**/.cursorrules", "**/.cursor/**", "**/.windsurfrules", "**/.windsurf/**", "**/.clinerules"),
        *("**/.clinerules/**", "**/.claude/**", "**/.codex/**", "**/.gemini/**", "**/.junie/**", "**/.roo/**"),
        *("**/.roomodes", "**/.roorules*", "**/.aider*", "**/.continue/**", "**/.continuerules", "**/.kiro/**"),
        *("**/.amazonq/**", "**/.augment/**", "**/.augment-guidelines", "**/.agents/**", "**/.agent/**"),
        *("**/.goosehints", "**/.openhands/**", "**/.mcp.json", "**/mcp.json", "**/skill.md", "**/replit.md"),
        *("**/copilot-instructions.md", "**/*.instructions.md", "**/*.prompt.md", "**/*.chatmode.md", "**/*.agent.md"),
        *(".github/instructions/**", ".github/prompts/**", ".github/agents/**", ".github/chatmodes/**"),
        *(".github/skills/**", ".coderabbit.y*ml", ".pr_agent.toml", "greptile.json", ".sourcery.y*ml"),
    ),
    "infrastructure": (
        *("**/*.tf", "**/*.tf.json", "**/*.tfvars", "**/*.hcl", "**/*.bicep", "**/pulumi*.y*ml", "**/dockerfile*"),
        *("**/*.dockerfile", "**/containerfile*", "**/docker-compose*.y*ml", "**/compose*.y*ml", "**/procfile"),
        *("**/serverless.y*ml", "**/chart.y*ml", "**/kustomization.y*ml", "**/fly.toml", "**/vercel.json"),
        *("**/netlify.toml", "**/app.yaml", "**/.npmrc", "**/.yarnrc*", "**/.pypirc", "**/pip.conf", "**/.netrc"),
        *("**/nuget.config", "**/.env", "**/.env.*", "**/crontab", "**/*.service", "**/sudoers*"),
    ),
    "keys": ("**/*.pem", "**/*.key", "**/*.p12", "**/*.pfx", "**/*.crt", "**/*.cer", "**/*.jks", "**/*.keystore",
             "**/*.kdbx", "**/id_rsa*", "**/id_ed25519*", "**/*.gpg", "**/*.asc", "**/authorized_keys",
             "**/known_hosts"),
}  # fmt: skip

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")  # "AuthService" is two
_NUMBERED = re.compile(r"[A-Za-z]*[0-9][A-Za-z0-9]*")  # "k8s" is one
_MEANT: dict[str, re.Pattern[str]] = {
    "auth": re.compile(
        r"auth(?!or(s|ed|ing|ship)?$)\w*|oauth\w*|login\w*|logon|signin|sso|saml|oidc|jwt\w*|mfa|totp|webauthn|rbac|acls?"
        r"|iam|\w*passw\w*|\w*credential\w*|secrets?|permissions?|privileges?|sudo|security"
    ),
    "payments": re.compile(r"payments?|payouts?|billing|invoic\w*|stripe|paypal|adyen|braintree|ledgers?|refunds?"),
    "crypto": re.compile(
        r"\w*crypt\w*|ciphers?|tls|ssl|x509|pki|keyrings?|keystores?|hmac|signing|certificates?|certs?"
    ),
    "infrastructure": re.compile(
        r"infra(?!red)\w*|terraform|kubernetes|k8s|helm|ansible|pulumi|cloudformation|deploy\w*"
    ),
}
_PROSE = re.compile(r".*\.(?:md|rst|adoc|png|jpe?g|gif|svg|webp)", re.DOTALL)  # about such a thing, not the thing


def sensitive(paths: Iterable[str], config: Config) -> tuple[str, str] | None:
    """The first path that a machine must not let pass, and the area that it is of; None: there is none."""
    more = {"configuration": _calendars(config), "your own": config.auto_review.sensitive_paths}
    added = tuple((area, folded(glob)) for area, some in more.items() for glob in some)
    for path in paths:
        area = _area(path, added)
        if area is not None:
            return path, area
    return None


def sox(paths: Iterable[str], config: Config) -> str | None:
    """The first path of which the law wants a person to look at every change."""
    some = tuple(map(folded, config.auto_review.sox_paths))
    return next((path for path in paths if some and globs.any_matches(some, folded(path))), None)


def _area(path: str, added: Iterable[tuple[str, str]]) -> str | None:
    plain = folded(path)
    named = _named(plain) or next((area for area, glob in added if globs.matches(glob, plain)), None)
    if named is not None or _PROSE.fullmatch(plain):
        return named
    return next(filter(None, map(_of_segment, _plain(path).split("/"))), None)


def _named(plain: str) -> str | None:
    *folders, name = plain.split("/")
    return _which(_ROOTED, plain) or _of_name(name) or next(filter(None, map(_of_folder, folders)), None)


@lru_cache(maxsize=8192)
def _of_name(name: str) -> str | None:
    return _which(_NAMES, name)


@lru_cache(maxsize=8192)
def _of_folder(name: str) -> str | None:
    return _which(_FOLDERS, name)


def _which(table: re.Pattern[str], text: str) -> str | None:
    match = table.fullmatch(text)
    return None if match is None else match.lastgroup


@lru_cache(maxsize=8192)
def _of_segment(segment: str) -> str | None:
    """What the words of one name speak of. Names of folders come again and again."""
    words = {word.lower() for word in (*_WORD.findall(segment), *_NUMBERED.findall(segment))}
    return next((area for area, meant in _MEANT.items() if any(map(meant.fullmatch, words))), None)


def _compiled(prefix: str, suffix: str) -> re.Pattern[str]:
    """The globs of the table that are written so, as one regular expression of what stands between: a path is read once
    for all of them, whatever a diff of thousands of files is called."""
    areas = {
        area: [
            re.escape(glob.removeprefix(prefix).removesuffix(suffix)).replace(r"\*\*", ".+").replace(r"\*", "[^/]*")
            for glob in some
            if glob.startswith("**/") == bool(prefix) and (not prefix or glob.endswith("/**") == bool(suffix))
        ]
        for area, some in NAMED.items()
    }
    return re.compile("|".join(f"(?P<{area}>{'|'.join(some)})" for area, some in areas.items() if some), re.DOTALL)


_ROOTED, _NAMES, _FOLDERS = _compiled("", ""), _compiled("**/", ""), _compiled("**/", "/**")


def folded(path: str) -> str:
    return _plain(path).casefold()


def _plain(path: str) -> str:
    return path if path.isascii() and "\\" not in path else unicodedata.normalize("NFKC", path).replace("\\", "/")


def _calendars(config: Config) -> tuple[str, ...]:
    """Calendar files decide when something is held: they are configuration too."""
    return tuple(path for path in config.feeds() if "://" not in path)
