"""Runs a program of the machine, as a user would."""

import os
import subprocess
import tempfile
import time

from rows.row import Tick
from trouble import Trouble

POLL_S = 1.0


def run(command: list[str], tick: Tick, stdin: str = os.devnull, folder: str | None = None) -> tuple[float, bytes]:
    """Returns the seconds that it took, and what it wrote to its standard output.

    `tick` is called about once a second. Raises Trouble with its own words if it fails.
    """
    # Git reads no settings but those of the repository.
    environment = dict(os.environ, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1", LC_ALL="C")
    # Files, not pipes: a program that says much must not wait for this one.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(stdin, "rb") as given:
        start = time.monotonic()
        process = subprocess.Popen(command, stdin=given, stdout=out, stderr=err, cwd=folder, env=environment)
        try:
            while True:
                try:
                    process.wait(POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    tick()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        seconds = time.monotonic() - start
        if process.returncode != 0:
            err.seek(0)
            words = err.read().decode(errors="replace").strip()
            raise Trouble(f"{' '.join(command)} ended with {process.returncode}: {words[:1000]}")
        out.seek(0)
        return seconds, out.read()
