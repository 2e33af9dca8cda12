"""A configuration is read once, however often it is looked at."""

import pytest

from bot.config import repository as configuration
from bot.policy.config import Config, ConfigError, parse


def test_the_same_text_is_read_once_under_each_default_and_a_refusal_too(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def counted(text: str, file: str, under: Config | None) -> Config:
        read.append(text)
        return parse(text, file, under)

    monkeypatch.setattr(configuration, "parse", counted)
    readings, default = configuration._Readings(most=3), Config.default()
    assert readings.read("version: 1") is readings.read("version: 1")
    assert readings.read("version: 1", under=default) is readings.read("version: 1", under=default)
    for _ in range(2):
        with pytest.raises(ConfigError, match="did you mean mode"):
            readings.read("version: 1\nmoed: x")
    assert read == ["version: 1", "version: 1", "version: 1\nmoed: x"]
    readings.read("version: 1\nmode: advise")  # the oldest of three is forgotten
    readings.read("version: 1")
    assert len(read) == 5
