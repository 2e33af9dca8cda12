"""Paths that no machine lets pass: who may do what, money, keys, machines, pipelines, and what instructs tools.

Built in, and a repository may add to them. Names are compared as a file system that minds no case would: folded, in
one form of Unicode, with either slash.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

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
        r"|iam|\w*passw\w*|\w*credential\w*|secrets?|permissions?|privileges?|sudo"
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
    for path in paths:
        area = _area(path, more)
        if area is not None:
            return path, area
    return None


def sox(paths: Iterable[str], config: Config) -> str | None:
    """The first path of which the law wants a person to look at every change."""
    return next((path for path in paths if _matches(config.auto_review.sox_paths, path)), None)


def _area(path: str, more: Mapping[str, Sequence[str]]) -> str | None:
    for named in (NAMED, more):
        for area, some in named.items():
            if _matches(some, path):
                return area
    if _PROSE.fullmatch(folded(path)):
        return None
    plain = _plain(path)
    words = {word.lower() for word in (*_WORD.findall(plain), *_NUMBERED.findall(plain))}
    return next((area for area, meant in _MEANT.items() if any(map(meant.fullmatch, words))), None)


def _matches(some: Iterable[str], path: str) -> bool:
    return any(globs.matches(folded(glob), folded(path)) for glob in some)


def folded(path: str) -> str:
    return _plain(path).casefold()


def _plain(path: str) -> str:
    return unicodedata.normalize("NFKC", path).replace("\\", "/")


def _calendars(config: Config) -> tuple[str, ...]:
    """Calendar files decide when something is held: they are configuration too."""
    return tuple(path for path in config.feeds() if "://" not in path)
