"""Long work says how far it is, and Ctrl-C ends every command in one sentence."""

import io
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from bot.commands.progress import progress_bar

SAID = "Error: stopped; what was finished is kept, and the same command goes on from there"


def test_without_a_terminal_progress_is_a_line_every_five_seconds_and_one_at_the_end() -> None:
    seconds, said = [0.0], io.StringIO()
    with redirect_stderr(said), progress_bar("Reading history", lambda: seconds[0]) as report:
        for done in range(200, 2201, 200):
            report(done, 2200)
            seconds[0] += 2
    assert said.getvalue().splitlines() == [
        "Reading history: 200 of 2,200 (9 %)",
        "Reading history: 800 of 2,200 (36 %)",
        "Reading history: 1,400 of 2,200 (63 %)",
        "Reading history: 2,000 of 2,200 (90 %)",
        "Reading history: 2,200 of 2,200 (100 %)",
    ]


@pytest.mark.parametrize("command", [["sandbox"], ["score", "HEAD"]])
def test_ctrl_c_ends_in_one_sentence_and_no_traceback(command: list[str]) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", _SLOW, *command],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert (started.returncode, errors.splitlines()[-1], "Traceback" in errors) == (130, SAID, False)


# whichever command it is, it is stopped in the middle of its work: there it waits
_SLOW = """
import signal, sys, time, importlib
import click
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests that run in the background ignore it
from bot.__main__ import main

name = sys.argv[1]
command = main.get_command(None, name)

def work(*given, **more):
    print("ready", flush=True)
    time.sleep(60)

command.callback = work
main()
"""
