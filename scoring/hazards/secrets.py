"""Secrets that a change adds, by the detectors of detect-secrets: its patterns only, nothing is asked of any service.

Its own reading of files, which may verify what it finds by calling services, is not used.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

from scoring.hazards.rule import File
from scoring.inspection import Hazard
from scoring.semantics.paths import LOCKFILES, name

# addresses of public machines are no secrets
_DETECTORS = (
    "artifactory.ArtifactoryDetector", "aws.AWSKeyDetector", "azure_storage_key.AzureStorageKeyDetector",
    "basic_auth.BasicAuthDetector", "cloudant.CloudantDetector", "discord.DiscordBotTokenDetector",
    "github_token.GitHubTokenDetector", "gitlab_token.GitLabTokenDetector",
    "high_entropy_strings.Base64HighEntropyString", "high_entropy_strings.HexHighEntropyString",
    "ibm_cloud_iam.IbmCloudIamDetector", "ibm_cos_hmac.IbmCosHmacDetector", "jwt.JwtTokenDetector",
    "keyword.KeywordDetector", "mailchimp.MailchimpDetector", "npm.NpmDetector", "openai.OpenAIDetector",
    "private_key.PrivateKeyDetector", "pypi_token.PypiTokenDetector", "sendgrid.SendGridDetector",
    "slack.SlackDetector", "softlayer.SoftlayerDetector", "square_oauth.SquareOAuthDetector",
    "stripe.StripeDetector", "telegram_token.TelegramBotTokenDetector", "twilio.TwilioKeyDetector",
)  # fmt: skip
_PIECE, _OVERLAP = 2_000, 300  # characters that are read at a time; a secret is shorter than what two pieces share


class _Detector(Protocol):
    def analyze_string(self, string: str, **more: Any) -> Any: ...


def secrets(file: File) -> Iterator[Hazard]:
    """Lines that come with what reads as a key or a password. Lock files are full of sums, which are none."""
    if name(file.path).lower() in LOCKFILES:
        return
    for number, line in file.added:
        if any(values(file.path, line.decode("utf-8", "replace"))):
            yield Hazard("secret", "It adds what reads as a key or a password.", file.path, number)


def values(path: str, line: str) -> Iterator[str]:
    """What reads as a secret in one line of a file of that name."""
    for start in range(0, max(1, len(line)), _PIECE):
        piece = line[start : start + _PIECE + _OVERLAP]
        for detector in _detectors():
            yield from _of(detector, path, piece)


def _of(detector: Any, path: str, piece: str) -> Iterator[str]:
    """What one detector says; how random a text has to be is asked here, since asking it by line may call services."""
    more = _keywords(path) if type(detector).__name__ == "KeywordDetector" else {}
    limit = getattr(detector, "entropy_limit", None)
    for value in detector.analyze_string(piece, **more):
        if limit is None or detector.calculate_shannon_entropy(value) > limit:
            yield value


def _keywords(path: str) -> dict[str, Any]:
    from detect_secrets.plugins import keyword
    from detect_secrets.util.filetype import determine_file_type

    usual = keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP
    return {"denylist_regex_to_group": keyword.REGEX_BY_FILETYPE.get(determine_file_type(path), usual)}


@lru_cache(maxsize=1)
def _detectors() -> tuple[_Detector, ...]:
    # a third of a second, which only those pay who let changes review themselves
    made = []
    for place in _DETECTORS:
        module, _, kind = place.rpartition(".")
        made.append(getattr(import_module(f"detect_secrets.plugins.{module}"), kind)())
    return tuple(made)
