"""Language models that whoever types the command names: an OpenAI-compatible address each, and no other is reached."""

import os
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click
from pydantic import SecretStr

from bot.config.addresses import Addresses, networks, places
from bot.reviewer.endpoint import Endpoint
from bot.reviewer.service import Silent
from scoring.difftest.chat import Unanswered
from scoring.difftest.prompts import FORMATS, Message

R = TypeVar("R")
ANSWER_S = 60.0
KEY = "CODECHILL_DIFFTEST_KEY"
_SAMPLING = {"temperature": 0, "max_tokens": 400}


class EndpointModel:
    """`tokens`: what the answers so far took, as the endpoint says; `seconds`: how long one may take, tries and all."""

    def __init__(self, name: str, endpoint: Endpoint, seconds: float = ANSWER_S) -> None:
        self.name, self._endpoint, self._seconds = name, endpoint, seconds
        self.tokens = 0

    def complete(self, chat: list[Message]) -> str:
        """Raises Unanswered."""
        try:
            completion = self._endpoint.complete(chat, _SAMPLING, self._endpoint.clock() + self._seconds)
        except Silent as error:
            raise Unanswered(str(error)) from None
        self.tokens += completion.tokens or 0
        return completion.text


def model_options(command: Callable[..., R]) -> Callable[..., R]:
    """Hand `models`, name -> model, and `model_network` to a command. Adds --model and --model-network."""

    @wraps(command)
    def run(*args: Any, model: tuple[str, ...], model_network: str, **more: Any) -> R:
        models = dict(_named(each, model_network) for each in model)
        outcome = command(*args, models=models, model_network=model_network, **more)
        for name, each in models.items():
            click.echo(f"{name}: {each.tokens} tokens", err=True)
        return outcome

    named = click.option(
        "--model", multiple=True, metavar="NAME@ADDRESS",
        help=f"Ask a language model: small@https://models.example/v1, its key in {KEY}.",
    )  # fmt: skip
    within = click.option("--model-network", default="", help="Private networks it may be in: 10.0.0.0/8.")
    return named(within(run))


def _named(given: str, network: str) -> tuple[str, EndpointModel]:
    """Raises click.UsageError."""
    name, address, addresses = at_address(given, network, "--model")
    return name, EndpointModel(name, Endpoint(address, name, addresses, key_of_models(), formats=FORMATS))


def at_address(given: str, network: str, option: str) -> tuple[str, str, Addresses]:
    """Name and address of NAME@ADDRESS, and what may reach it. Raises click.UsageError."""
    name, _, address = given.rpartition("@")
    try:
        if not name:
            raise ValueError("write it as NAME@ADDRESS")
        return name, address, Addresses(
            places(address), networks(network), seconds=ANSWER_S, only_private=address.startswith("http://")
        )  # fmt: skip
    except ValueError as error:
        raise click.UsageError(f"{option}: {error}") from None


def key_of_models() -> SecretStr:
    return SecretStr(os.environ.get(KEY, ""))
