"""Makes caches forget."""

import os
import time

from target import Target
from trouble import Trouble

DROP = "/proc/sys/vm/drop_caches"

# Longer than names and attributes are believed by default: 1 s here, in MooseFS and in GlusterFS.
TIMEOUTS_S = 1.5


def check() -> None:
    """Raises Trouble if this process may not drop the kernel's caches."""
    if not os.access(DROP, os.W_OK):
        raise Trouble(f"cold rows need root, which alone may write {DROP}: run as root, or name warm rows with --rows")


def forget(target: Target) -> None:
    """The kernel drops pages, names and attributes, and all that is believed for a time grows too old."""
    os.sync()
    _drop()
    time.sleep(TIMEOUTS_S)
    # What mounts and servers have read meanwhile, and what was held only while it was believed.
    _drop()
    os.stat(target.work)


def _drop() -> None:
    with open(DROP, "w") as file:
        file.write("3\n")
