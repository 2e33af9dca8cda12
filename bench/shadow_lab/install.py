"""Releases as packages, each in a folder of its own, with dependencies as they were on a day."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.shadow_lab.services import Service


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
        uv = shutil.which("uv") or str(Path(sys.executable).parent / "release" / "bin" / "uv")
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


def code_of(service: Service, home: Path) -> Path:
    """The folder of its own code."""
    if service.npm:
        return home / "node_modules" / service.package
    (folder,) = home.glob(f"lib/python*/site-packages/{service.package}")
    return folder


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=300)
