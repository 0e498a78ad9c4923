"""Rows of large files: written and read from end to end, and read at random places."""

import os
import random

import workers
from rows.row import Row, Sizes, Tick, Work, no_tick
from target import Target
from trouble import Trouble

MIB = 1 << 20
BLOCK_BYTES = 4096
STAMP_BYTES = 8
WARM_UP_MIB = 64
WARM_UP_KEY = 0
SEED = 20260102

# The same in each MiB of each file but for its first bytes, which are its number: no two MiB are alike.
PATTERN = random.Random(SEED).randbytes(MIB)


def write_file(path: str, mib: int) -> None:
    """Synced before it is closed."""
    block = bytearray(PATTERN)
    fd = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o644)
    try:
        for number in range(mib):
            block[:STAMP_BYTES] = number.to_bytes(STAMP_BYTES, "little")
            left = memoryview(block)
            while left:
                left = left[os.write(fd, left) :]
        os.fsync(fd)
    finally:
        os.close(fd)


def read_file(path: str, mib: int) -> None:
    """Looks at both ends of each MiB."""
    block = bytearray(MIB)
    fd = os.open(path, os.O_RDONLY)
    try:
        for number in range(mib):
            filled = 0
            while filled < MIB:
                got = os.readv(fd, [memoryview(block)[filled:]])
                if got == 0:
                    raise Trouble(f"{path} ends in MiB {number} of {mib}")
                filled += got
            good = block.startswith(number.to_bytes(STAMP_BYTES, "little")) and block.endswith(PATTERN[-STAMP_BYTES:])
            if not good:
                raise Trouble(f"{path} has other bytes in MiB {number} than were written")
    finally:
        os.close(fd)


class StreamRow(Row):
    """A row of several files that are moved side by side."""

    unit = "MB/s"
    operation = "GiB"

    def __init__(self, sizes: Sizes, streams: int):
        super().__init__(sizes)
        self.streams = streams
        self.mib_each = max(1, sizes.size_mib // streams)

    def needed_bytes(self) -> int:
        # With one file and with several: both are there at the same time.
        return (2 * self.sizes.size_mib + WARM_UP_MIB) * MIB

    def written(self, target: Target, streams: int) -> list[str]:
        """Files that are there: of an earlier row, or new ones."""
        if streams not in target.streams:
            paths = [target.new_path("stream") for _ in range(streams)]
            mib_each = max(1, self.sizes.size_mib // streams)
            self._all(f"making files in {target.work}", paths, mib_each, write_file, no_tick)
            target.streams[streams] = paths
        return target.streams[streams]

    def warm_up_file(self, target: Target) -> str:
        """A file of WARM_UP_MIB that no row measures."""
        if WARM_UP_KEY not in target.streams:
            path = target.new_path("warm-up")
            self._all(f"making a file in {target.work}", [path], WARM_UP_MIB, write_file, no_tick)
            target.streams[WARM_UP_KEY] = [path]
        return target.streams[WARM_UP_KEY][0]

    def _all(self, what: str, paths: list[str], mib_each: int, move, tick: Tick) -> Work:
        seconds = workers.run(what, len(paths), lambda index: move(paths[index], mib_each), tick)
        moved = len(paths) * mib_each * MIB
        return Work(moved / (1 << 30), seconds, moved)


class SequentialWrite(StreamRow):
    """write in calls of 1 MiB, fsync, close"""

    def __init__(self, sizes: Sizes, streams: int):
        super().__init__(sizes, streams)
        self.name = f"seqwrite-{streams}"

    def warm_up(self, target: Target) -> None:
        paths = [target.new_path("warm-up") for _ in range(self.streams)]
        mib = max(1, min(WARM_UP_MIB, self.sizes.size_mib) // self.streams)
        self._all(f"warming up in {target.work}", paths, mib, write_file, no_tick)
        for path in paths:
            target.remove(path)

    def before(self, target: Target) -> None:
        for path in target.streams.pop(self.streams, []):
            target.remove(path)
        self.paths = [target.new_path("stream") for _ in range(self.streams)]

    def work(self, target: Target, tick: Tick) -> Work:
        return self._all(f"{self.name} in {target.folder}", self.paths, self.mib_each, write_file, tick)

    def after(self, target: Target) -> None:
        target.streams[self.streams] = self.paths


class SequentialRead(StreamRow):
    """read in calls of 1 MiB, cold"""

    cold = True

    def __init__(self, sizes: Sizes, streams: int):
        super().__init__(sizes, streams)
        self.name = f"seqread-{streams}"

    def prepare(self, target: Target) -> None:
        self.paths = self.written(target, self.streams)

    def warm_up(self, target: Target) -> None:
        paths = [self.warm_up_file(target)] * self.streams
        self._all(f"warming up in {target.work}", paths, WARM_UP_MIB, read_file, no_tick)

    def work(self, target: Target, tick: Tick) -> Work:
        return self._all(f"{self.name} in {target.folder}", self.paths, self.mib_each, read_file, tick)


class RandomRead(StreamRow):
    """4 KiB reads at random places of one large file, cold"""

    unit = "per s"
    operation = "read"
    cold = True

    def __init__(self, sizes: Sizes, jobs: int):
        super().__init__(sizes, 1)
        self.jobs = jobs
        self.name = f"random-{jobs}"

    def prepare(self, target: Target) -> None:
        self.path = self.written(target, 1)[0]

    def warm_up(self, target: Target) -> None:
        self._run(target, self.warm_up_file(target), WARM_UP_MIB, no_tick)

    def work(self, target: Target, tick: Tick) -> Work:
        return self._run(target, self.path, self.mib_each, tick)

    def _run(self, target: Target, path: str, mib: int, tick: Tick) -> Work:
        each = max(1, self.sizes.random_reads // self.jobs)
        seconds = workers.run(
            f"{self.name} in {target.folder}",
            self.jobs,
            lambda index: self._read(path, mib, each, SEED + index),
            tick,
        )
        return Work(each * self.jobs, seconds)

    @staticmethod
    def _read(path: str, mib: int, count: int, seed: int) -> None:
        places = random.Random(seed)
        blocks = [places.randrange(mib * MIB // BLOCK_BYTES) for _ in range(count)]
        fd = os.open(path, os.O_RDONLY)
        try:
            for block in blocks:
                data = os.pread(fd, BLOCK_BYTES, block * BLOCK_BYTES)
                begin = block * BLOCK_BYTES % MIB
                if data[STAMP_BYTES:] != PATTERN[begin + STAMP_BYTES : begin + BLOCK_BYTES]:
                    raise Trouble(f"{path} has other bytes at block {block} than were written")
        finally:
            os.close(fd)
