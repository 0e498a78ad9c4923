"""Rows that write over what is there, 4 KiB at random places of one file."""

import os
import random

import workers
from rows.row import Row, Sizes, Tick, Work, no_tick
from target import Target
from trouble import Trouble

BLOCK_BYTES = 4096
FILE_MIB = 64
SEED = 20260101


def make_file(path: str, mib: int) -> None:
    """A file of random bytes, on the disk when this returns."""
    fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        bytes_of = random.Random(SEED)
        for _ in range(mib):
            data = memoryview(bytes_of.randbytes(1 << 20))
            while data:
                data = data[os.write(fd, data) :]
        os.fsync(fd)
    finally:
        os.close(fd)


class Overwrite(Row):
    """4 KiB overwrite, fsync each or at the end"""

    operation = "write"

    def __init__(self, sizes: Sizes, sync_each: bool):
        super().__init__(sizes)
        self.sync_each = sync_each
        self.name = "overwrite-fsync" if sync_each else "overwrite"
        # Without a sync for each many more fit into a second.
        self.count = sizes.overwrites if sync_each else sizes.overwrites * 10

    def needed_bytes(self) -> int:
        return FILE_MIB << 20

    def prepare(self, target: Target) -> None:
        self.path = target.new_path("overwritten")
        workers.run(f"making {self.path}", 1, lambda _: make_file(self.path, FILE_MIB), no_tick)

    def warm_up(self, target: Target) -> None:
        self._run(target, max(1, self.count // 4), SEED + 1, no_tick)

    def work(self, target: Target, tick: Tick) -> Work:
        return self._run(target, self.count, SEED, tick)

    def after(self, target: Target) -> None:
        target.remove(self.path)

    def _run(self, target: Target, count: int, seed: int, tick: Tick) -> Work:
        seconds = workers.run(f"{self.name} in {target.folder}", 1, lambda _: self._write(count, seed), tick)
        return Work(count, seconds)

    def _write(self, count: int, seed: int) -> None:
        places = random.Random(seed)
        blocks = [places.randrange((FILE_MIB << 20) // BLOCK_BYTES) for _ in range(count)]
        data = places.randbytes(BLOCK_BYTES)
        fd = os.open(self.path, os.O_WRONLY)
        try:
            for block in blocks:
                if os.pwrite(fd, data, block * BLOCK_BYTES) != BLOCK_BYTES:
                    raise Trouble(f"{self.path} took less than a block")
                if self.sync_each:
                    os.fsync(fd)
            os.fsync(fd)
        finally:
            os.close(fd)
