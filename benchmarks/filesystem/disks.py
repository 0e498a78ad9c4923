"""Flush requests that disks were given."""

import os

from trouble import Trouble

# "Flush requests completed", the 19th column of /proc/diskstats: three columns name the disk, and it is
# field 16 of Documentation/admin-guide/iostats.rst of Linux.
FLUSH_COLUMN = 18


def disk_of(folder: str) -> str | None:
    """The name of the disk that a folder is on; None for one in memory, or on the network."""
    try:
        device = os.stat(folder).st_dev
    except OSError as e:
        raise Trouble(f"cannot find the disk of {folder}: {e.strerror}")
    entry = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
    if not os.path.exists(entry):
        return None
    entry = os.path.realpath(entry)
    # Flushes are counted of whole disks only, and a partition's entry lies inside its disk's.
    if os.path.exists(os.path.join(entry, "partition")):
        entry = os.path.dirname(entry)
    return os.path.basename(entry)


def flushes(disks: list[str]) -> int:
    """Flush requests that these disks together have completed since the machine started."""
    found = {}
    with open("/proc/diskstats") as file:
        for line in file:
            columns = line.split()
            if columns[2] in disks:
                if len(columns) <= FLUSH_COLUMN:
                    raise Trouble("this kernel does not count flushes (it is older than Linux 5.5)")
                found[columns[2]] = int(columns[FLUSH_COLUMN])
    return sum(found.values())
