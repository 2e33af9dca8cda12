"""Logs: one JSON object a line, or text for people; what must stay secret is masked in both."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

MASK = "***"

# GitHub's tokens have no fixed length: newer installation tokens carry a whole JWT
_SHAPES = (
    re.compile(r"\b(?:gh[a-z]_|github_pat_)[A-Za-z0-9_.\-]+"),
    re.compile(r"\beyJ[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]*"),  # a JWT
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL),
    re.compile(r"(?<=://)[^/\s@]+(?=@)"),  # user and password in an address
    re.compile(r"(?i)(?<=authorization)(?:[\"']?\s*[:=]\s*[\"']?)(?:basic |bearer |token )?[A-Za-z0-9+/=_.\-]+"),
    re.compile(r"(?i)(?<=sha256=)[0-9a-f]{64}"),
)


class Mask:
    """Hides known secrets and whatever has the shape of one, in every text of a log entry."""

    def __init__(self, secrets: tuple[str, ...] = ()) -> None:
        # each line of a key is a secret too: a traceback may show it alone
        parts = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
        self._secrets = sorted(
            (part for part in parts if len(part) >= 8 and "-----" not in part), key=len, reverse=True
        )

    def text(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        for shape in _SHAPES:
            text = shape.sub(MASK, text)
        return text

    def value(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case None | bool() | int() | float():
                return value
            case dict():
                return {self.text(str(key)): self.value(one) for key, one in value.items()}
            case list() | tuple() | set() | frozenset():
                return [self.value(one) for one in value]
            case bytes():
                return self.text(value.decode("utf-8", "replace"))
            case _:
                return self.text(str(value))

    def __call__(self, logger: object, name: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: self.value(one) for key, one in entry.items()}


def configure(level: str, style: str, secrets: tuple[str, ...], stream: TextIO | None = None) -> None:
    """Send our log and that of the libraries to `stream` (standard error). `style` is "json" or "text"."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, Mask(secrets), _renderer(style)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for library in ("urllib3", "alembic"):  # addresses, every start: nobody reads that
        logging.getLogger(library).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a look of the clock that takes long warns each time
    # one warning for every request that waits a moment: a busy minute would be busier with telling so
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _renderer(style: str) -> Any:
    if style == "json":
        return structlog.processors.JSONRenderer(sort_keys=True, ensure_ascii=True)
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
