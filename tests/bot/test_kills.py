"""A server that is killed at random moments ends where an undisturbed one ends (bench/kills.py has the long run)."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_after_some_kills_nothing_is_lost_doubled_or_out_of_order() -> None:
    done = subprocess.run(
        [sys.executable, "bench/kills.py", "--kills", "3", "--seed", "7"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.stdout, done.returncode) == ("3 kills in 1 rounds of 320 deliveries: 0 problems\n", 0)
