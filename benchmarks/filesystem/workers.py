"""Processes that do the measured calls side by side."""

import gc
import os
import pickle
import select
import signal
import time
from typing import Callable

from trouble import Trouble, of_os_error

POLL_S = 1.0


def run(what: str, processes: int, task: Callable[[int], None], tick: Callable[[], None]) -> float:
    """Runs task(0) … task(processes - 1), each in a process of its own.

    They begin together, when all of them are there. Returns the seconds from the first beginning to
    the last end, as the processes saw them. Calls `tick` about once a second meanwhile.
    """
    go_read, go_write = os.pipe()
    children = []
    for index in range(processes):
        result_read, result_write = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(go_write)
            _be_a_child(index, task, go_read, result_write)
        os.close(result_write)
        children.append((pid, result_read))
    os.close(go_read)
    # Closing the last writing end wakes all of them at the same time.
    os.close(go_write)
    spans = []
    try:
        for pid, pipe in children:
            spans.append(_result(what, pid, pipe, tick))
    finally:
        # After an interrupt none may go on writing while its folder is removed.
        for pid, _ in children[len(spans) :]:
            _end(pid)
    for _, _, failure in spans:
        if isinstance(failure, OSError):
            raise of_os_error(what, failure)
        if failure is not None:
            raise Trouble(f"{what}: {failure}")
    return max(end for _, end, _ in spans) - min(start for start, _, _ in spans)


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass  # It had ended, and been waited for, already.


def _be_a_child(index: int, task, go_read: int, result_write: int) -> None:
    start, failure = 0.0, None
    try:
        gc.disable()
        os.read(go_read, 1)
        start = time.monotonic()
        task(index)
    except OSError as e:
        failure = OSError(e.errno, e.strerror, e.filename)
    except BaseException as e:  # also an interrupt: the parent must hear of it
        failure = RuntimeError(f"{type(e).__name__}: {e}")
    try:
        os.write(result_write, pickle.dumps((start, time.monotonic(), failure)))
    finally:
        os._exit(0)


def _result(what: str, pid: int, pipe: int, tick) -> tuple:
    text = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], POLL_S)
        if not ready:
            tick()
            continue
        part = os.read(pipe, 65536)
        if not part:
            break
        text += part
    os.close(pipe)
    _, status = os.waitpid(pid, 0)
    if not text:
        raise Trouble(f"{what}: its process ended with status {status} and said nothing")
    return pickle.loads(text)
