"""Rows of small files: made, looked at, read, listed, renamed and removed."""

import math
import os

import programs
import workers
from rows.row import Row, Sizes, Tick, Work, no_tick
from target import SmallFiles, Target
from trouble import Trouble, of_os_error

FILE_BYTES = 4096
# More sets of files than rows can use are removed at once.
STOCK_SETS = 2


def content(index: int) -> bytes:
    """What is in file `index`; no two files are alike."""
    return index.to_bytes(8, "little") * (FILE_BYTES // 8)


def create(path: str, index: int, sync: bool) -> None:
    fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        _write_all(fd, content(index), path)
        if sync:
            os.fsync(fd)
    finally:
        os.close(fd)


def _write_all(fd: int, data: bytes, path: str) -> None:
    written = os.write(fd, data)
    if written != len(data):
        raise Trouble(f"{path} took {written} bytes of {len(data)}")


def share(count: int, processes: int, index: int) -> range:
    """The part of 0 … count - 1 that falls to one of several processes."""
    return range(count * index // processes, count * (index + 1) // processes)


def shuffled(part: range) -> list[int]:
    """The same numbers in an order that is always the same and not the one of making."""
    step = max(1, len(part) * 618 // 1000) | 1
    while math.gcd(step, len(part)) > 1:
        step += 2
    return [part[i * step % len(part)] for i in range(len(part))]


def made(target: Target, count: int) -> SmallFiles:
    """A set of files that are there: of the stock, or new ones."""
    for files in target.stock:
        if files.count == count:
            return files
    files = SmallFiles(target.new_folder("files"), count)
    workers.run(
        f"making {count} files in {files.folder}",
        1,
        lambda _: [create(files.name(i), i, False) for i in range(count)],
        no_tick,
    )
    target.stock.append(files)
    return files


class SmallFilesRow(Row):
    """A row of one call, or a few, for each of a number of files; several processes share them."""

    operation = "file"
    processes = 1
    what = ""

    def needed_bytes(self) -> int:
        # Some file systems give a file no less than 64 KiB.
        return self.sizes.files * 65536

    def each(self, target: Target, files: SmallFiles, tick: Tick) -> Work:
        seconds = workers.run(
            f"{self.name} in {target.folder}",
            self.processes,
            lambda index: self.do(files, share(files.count, self.processes, index)),
            tick,
        )
        return Work(files.count, seconds)

    def do(self, files: SmallFiles, part: range) -> None:
        """What one process does."""
        raise NotImplementedError


class Create(SmallFilesRow):
    """create, write 4 KiB, close"""

    def __init__(self, sizes: Sizes, processes: int, sync: bool = False):
        super().__init__(sizes)
        self.processes = processes
        self.sync = sync
        self.name = f"create-{processes}" + ("-fsync" if sync else "")

    def warm_up(self, target: Target) -> None:
        files = SmallFiles(target.new_folder("warm-up"), self.sizes.warm_up_files)
        self.each(target, files, no_tick)
        target.remove(files.folder)

    def before(self, target: Target) -> None:
        self.files = SmallFiles(target.new_folder("files"), self.sizes.files)

    def work(self, target: Target, tick: Tick) -> Work:
        return self.each(target, self.files, tick)

    def after(self, target: Target) -> None:
        if len(target.stock) < STOCK_SETS:
            target.stock.append(self.files)
        else:
            target.remove(self.files.folder)

    def do(self, files: SmallFiles, part: range) -> None:
        for i in part:
            create(files.name(i), i, self.sync)


class Look(SmallFilesRow):
    """A row that changes nothing: it goes over the same files cold and warm."""

    def __init__(self, sizes: Sizes, cold: bool):
        super().__init__(sizes)
        self.cold = cold
        self.name = f"{self.what}-{'cold' if cold else 'warm'}"

    def prepare(self, target: Target) -> None:
        self.files = made(target, self.sizes.files)

    def warm_up(self, target: Target) -> None:
        self.each(target, made(target, self.sizes.warm_up_files), no_tick)

    def before(self, target: Target) -> None:
        if not self.cold:
            self.each(target, self.files, no_tick)

    def work(self, target: Target, tick: Tick) -> Work:
        return self.each(target, self.files, tick)


class Stat(Look):
    """stat"""

    what = "stat"

    def do(self, files: SmallFiles, part: range) -> None:
        for i in shuffled(part):
            if os.stat(files.name(i)).st_size != FILE_BYTES:
                raise Trouble(f"{files.name(i)} has not the {FILE_BYTES} bytes that were written")


class Read(Look):
    """open, read 4 KiB, close"""

    what = "read"

    def do(self, files: SmallFiles, part: range) -> None:
        for i in shuffled(part):
            fd = os.open(files.name(i), os.O_RDONLY)
            try:
                data = os.read(fd, FILE_BYTES)
            finally:
                os.close(fd)
            if data != content(i):
                raise Trouble(f"{files.name(i)} has other bytes than were written")


class List(Look):
    """ls -lR"""

    what = "ls"
    operation = "entry"
    tools = ("ls",)

    def each(self, target: Target, files: SmallFiles, tick: Tick) -> Work:
        seconds, listing = programs.run(["ls", "-lR", files.folder], tick)
        lines = listing.count(b"\n")
        if lines < files.count:
            raise Trouble(f"ls -lR {files.folder} told {lines} lines of {files.count} files")
        return Work(files.count, seconds)


class Rename(SmallFilesRow):
    """rename in one directory"""

    name = "rename"

    def prepare(self, target: Target) -> None:
        self.files = made(target, self.sizes.files)

    def warm_up(self, target: Target) -> None:
        self.each(target, made(target, self.sizes.warm_up_files), no_tick)

    def work(self, target: Target, tick: Tick) -> Work:
        return self.each(target, self.files, tick)

    def each(self, target: Target, files: SmallFiles, tick: Tick) -> Work:
        work = super().each(target, files, tick)
        files.prefix = self.new_prefix(files)
        return work

    @staticmethod
    def new_prefix(files: SmallFiles) -> str:
        return "r" if files.prefix == "f" else "f"

    def do(self, files: SmallFiles, part: range) -> None:
        renamed = SmallFiles(files.folder, files.count, self.new_prefix(files))
        for i in part:
            os.rename(files.name(i), renamed.name(i))


class Unlink(SmallFilesRow):
    """unlink"""

    def __init__(self, sizes: Sizes, processes: int):
        super().__init__(sizes)
        self.processes = processes
        self.name = f"unlink-{processes}"

    def prepare(self, target: Target) -> None:
        self.files = made(target, self.sizes.files)
        target.stock.remove(self.files)

    def warm_up(self, target: Target) -> None:
        warm = made(target, self.sizes.warm_up_files)
        target.stock.remove(warm)
        self.each(target, warm, no_tick)
        target.remove(warm.folder)

    def work(self, target: Target, tick: Tick) -> Work:
        return self.each(target, self.files, tick)

    def after(self, target: Target) -> None:
        try:
            os.rmdir(self.files.folder)
        except OSError as e:
            raise of_os_error(f"after {self.name} the folder should be empty", e)

    def do(self, files: SmallFiles, part: range) -> None:
        for i in part:
            os.unlink(files.name(i))
