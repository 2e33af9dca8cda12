"""What this server hands to browsers and takes back: names that nobody can guess, marks that nobody can forge.

One key, from which each purpose has its own: a mark made for one is worth nothing for another.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken


def new_name() -> str:
    """256 bits, fit for a cookie and an address."""
    return secrets.token_urlsafe(32)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Seal:
    """Raises ValueError for an empty key."""

    key: bytes = field(repr=False)

    @staticmethod
    def of(*secret: str) -> "Seal":
        """Of what every process of this server knows: they take each other's marks."""
        if not all(secret):
            raise ValueError("there is no secret to seal with")
        return Seal(hashlib.sha256("\0".join(("codechill pages", *secret)).encode()).digest())

    def mark(self, purpose: str, text: str) -> str:
        """43 characters that only this key makes of the text, for this purpose."""
        made = hmac.digest(self._for(purpose), text.encode("utf-8", "surrogatepass"), "sha256")
        return base64.urlsafe_b64encode(made).rstrip(b"=").decode()

    def fits(self, purpose: str, text: str, mark: str) -> bool:
        return hmac.compare_digest(self.mark(purpose, text).encode(), mark.encode("utf-8", "replace"))

    def signed(self, purpose: str, text: str) -> str:
        return f"{text}.{self.mark(purpose, text)}"

    def opened(self, purpose: str, signed: str) -> str | None:
        """The text of what `signed` made; None when it was not."""
        text, _, mark = signed.rpartition(".")
        return text if text and self.fits(purpose, text, mark) else None

    def hide(self, purpose: str, text: str) -> str:
        """For keeping where others may look: encrypted, and bound to the purpose."""
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def show(self, purpose: str, hidden: str) -> str | None:
        """None when another key hid it."""
        try:
            return self._fernet(purpose).decrypt(hidden.encode()).decode()
        except (InvalidToken, ValueError):
            return None

    def _for(self, purpose: str) -> bytes:
        return hmac.digest(self.key, purpose.encode(), "sha256")

    def _fernet(self, purpose: str) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._for(purpose)))
