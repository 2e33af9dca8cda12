"""How the sandbox says no: a status, a message, and the fields at fault, as GitHub's error bodies have them."""

from typing import Any

DOCS = "https://docs.github.com/rest"


class Refusal(Exception):
    """A request that GitHub would refuse. `errors` names resource, field and code where the body is at fault."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ):
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        said: dict[str, Any] = {"message": self.message, "documentation_url": DOCS, "status": str(self.status)}
        return {**said, "errors": self.errors} if self.errors is not None else said


def not_found() -> Refusal:
    """What GitHub says for what is not there and for what the caller may not see."""
    return Refusal(404, "Not Found")


def invalid(resource: str, field: str, message: str, code: str = "custom") -> Refusal:
    """A well-formed request whose field has a value GitHub does not take."""
    return Refusal(422, "Validation Failed", [{"resource": resource, "field": field, "code": code, "message": message}])
