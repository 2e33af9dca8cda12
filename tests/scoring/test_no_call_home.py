"""Nothing that codechill loads sends anything to anybody: a process that opens a socket to a network is killed.

The kernel watches, by a seccomp filter that the child puts on itself: whatever a library does in C is seen as well.
"""

import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from histories import START, Step, build

# a classic BPF program: kill the process when it asks for a socket of IPv4 (2) or IPv6 (10); allow all else
WATCH = f"""
import ctypes, struct
number = {{"x86_64": 41, "aarch64": 198}}[{platform.machine()!r}]
steps = [(0x20, 0, 0, 0), (0x15, 0, 4, number), (0x20, 0, 0, 16), (0x15, 1, 0, 2), (0x15, 0, 1, 10),
         (0x06, 0, 0, 0x80000000), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(Program(len(steps), ctypes.addressof(code)))) == 0
"""
EVERYTHING = """
import importlib, pkgutil, socket, time
socket.has_ipv6 = False  # urllib3 tries on import whether the machine has it
import bot, scoring
for package in (scoring, bot):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
import holidays
from scoring.models.registry import load
from scoring.scorer import SHIPPED
load(SHIPPED)
assert holidays.country_holidays("DE", "BY", years=2026)
from scoring.hazards.secrets import values
assert list(values("a.py", "key = 'AKIA" "QYLPMN5HHHFPZAM2'"))
time.sleep(2)
"""
SCORE = """
import sys
from bot.commands.scoring import score
score(["--repo", sys.argv[1], "--state", sys.argv[2], "HEAD"])
"""
ONLY_THE_LIBRARY = "import onnxruntime, time; time.sleep(20)"


def run(body: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    home.mkdir()
    names = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    folder = Path(__file__).parents[2]
    command = [sys.executable, "-c", WATCH + body, *arguments]
    return subprocess.run(command, env=names, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_watch_sees_what_the_library_does_by_itself(tmp_path: Path) -> None:
    assert run(ONLY_THE_LIBRARY, tmp_path / "home").returncode == -signal.SIGSYS


def test_nothing_that_is_loaded_opens_a_connection_or_keeps_a_name_for_this_machine(tmp_path: Path) -> None:
    done = run(EVERYTHING, tmp_path / "home")
    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "home").rglob("*")) == []


def test_scoring_a_change_opens_no_connection_and_writes_only_its_own_index(tmp_path: Path) -> None:
    build(tmp_path / "repo", [Step(f"c{n}", {"a.py": b"x = %d\n" % n}, at=START + n) for n in range(3)])
    done = run(SCORE, tmp_path / "home", str(tmp_path / "repo"), str(tmp_path / "state"))
    assert (done.returncode, "Riskier than" in done.stdout) == (0, True), done.stderr
    assert list((tmp_path / "home").rglob("*")) == []


@pytest.mark.parametrize("place", ["deploy/Containerfile", "deploy/codechill.service"])
def test_a_deployment_says_it_as_well(place: str) -> None:
    assert "ORT_DISABLE_TELEMETRY=1" in (Path(__file__).parents[2] / place).read_text()
