"""Releases as packages, each in a folder of its own, with dependencies as they were on a day."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.shadow_lab.services import Service

RELEASE_TOOLS = Path(__file__).parents[2] / "deploy" / "release-tools.txt"


def installed(service: Service, release: str, day: str, work: Path) -> Path:
    """The folder of a release; made once."""
    home = work / "releases" / f"{service.name}-{release}"
    if (home / ".whole").is_file():
        return home
    shutil.rmtree(home, ignore_errors=True)
    home.parent.mkdir(parents=True, exist_ok=True)
    if service.npm:
        home.mkdir()
        run(
            [
                "npm",
                "install",
                "--prefix",
                str(home),
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                f"--before={day}",
                f"{service.name}@{release}",
            ]
        )
    else:
        uv = _uv(work)
        run([uv, "venv", "--quiet", "--python", sys.executable, str(home)])
        run(
            [
                uv,
                "pip",
                "install",
                "--quiet",
                "--python",
                str(home / "bin/python"),
                "--exclude-newer",
                day,
                f"{service.package}=={release}",
                "setuptools",
            ]
        )
    (home / ".whole").touch()
    return home


def _uv(work: Path) -> str:
    """The installer that can leave out what came later; fetched where there is none."""
    if there := shutil.which("uv"):
        return there
    tools = work / "tools"
    if not (tools / "bin/uv").is_file():
        run([sys.executable, "-m", "venv", str(tools)])
        pins = [each for each in RELEASE_TOOLS.read_text("utf-8").splitlines() if each.startswith("uv==")]
        run([str(tools / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", pins[0].split()[0]])
    return str(tools / "bin/uv")


def code_of(service: Service, home: Path) -> Path:
    """The folder of its own code."""
    if service.npm:
        return home / "node_modules" / service.package
    (folder,) = home.glob(f"lib/python*/site-packages/{service.package}")
    return folder


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=1800)
