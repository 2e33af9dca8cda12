"""What a release installs: exact versions, a hash for each, and no address of where it came from."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("deploy/requirements.txt", "deploy/build.txt")
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text().splitlines()
    found = [PINNED.match(line) for line in lines]
    return {plain(one["name"]): one["version"] for one in found if one}


@pytest.mark.parametrize("file", LOCKS)
def test_everything_a_release_installs_has_hashes(file: str) -> None:
    text = (ROOT / file).read_text().replace("\\\n", " ")
    requirements = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(requirements) == len(pinned(file)) > 0
    assert [line for line in requirements if not re.search(r"--hash=sha256:[0-9a-f]{64}", line)] == []


def test_hashes_are_those_of_the_versions_that_were_tested_together() -> None:
    tested = pinned("constraints.txt")
    assert [name for name, version in pinned(LOCKS[0]).items() if tested.get(name) != version] == []


def test_every_dependency_of_the_server_is_among_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {plain(re.split(r"[^A-Za-z0-9._-]", one)[0]) for one in project["dependencies"]}
    assert wanted - pinned(LOCKS[0]).keys() == set()


@pytest.mark.parametrize("file", [*LOCKS, "constraints.txt", "deploy/release-tools.txt", "pyproject.toml"])
def test_no_file_records_where_packages_were_fetched_from(file: str) -> None:
    assert [
        line for line in (ROOT / file).read_text().splitlines() if re.search(r"index-url|find-links|://", line)
    ] == []
