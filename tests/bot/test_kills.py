"""A server that is killed at random moments ends where an undisturbed one ends (bench/kills.py has the long run)."""

import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_after_some_kills_nothing_is_lost_doubled_or_out_of_order() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "bench/kills.py",
            "--kills",
            "4",
            "--acts",
            "1",
            "--seed",
            "7",
            "--without",
            "clock,disk,forge",
        ],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    words = re.fullmatch(
        r"4 kills in \d rounds, (\d) of them with a job in hand( \([^)]*\))?: 0 differences\n", done.stdout
    )
    assert words, done.stdout + done.stderr
    assert int(words[1]) > 0
    assert done.returncode == 0
