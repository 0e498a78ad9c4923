"""Rows of a source tree: unpacked, put under version control and removed."""

import atexit
import io
import os
import random
import shutil
import tarfile
import tempfile

import programs
from rows.row import Row, Sizes, Tick, Work, no_tick
from target import Target
from trouble import of_os_error

SEED = 20260103
FILES_PER_FOLDER = 18
WARM_UP_ENTRIES = 200
WORDS = "int return static const struct if for while buffer length offset node chunk write read error the of a".split()
# File sizes of a source tree: half are under 4 KiB, some are large.
SIZES_BYTES = (300, 900, 2_000, 3_500, 6_000, 9_000, 16_000, 60_000)


class Archive:
    """A tar file of a made-up source tree, always the same for a number of entries. Made when it is asked for."""

    def __init__(self, entries: int):
        self.entries = entries
        self._path: str | None = None

    def path(self) -> str:
        if self._path is None:
            try:
                folder = tempfile.mkdtemp(prefix="distrifs-bench-")
                atexit.register(shutil.rmtree, folder, ignore_errors=True)
                path = os.path.join(folder, "tree.tar")
                self._make(path)
            except OSError as e:
                raise of_os_error("cannot make the archive of the tree", e)
            self._path = path
        return self._path

    def _make(self, path: str) -> None:
        numbers = random.Random(SEED)
        with tarfile.open(path, "w") as tar:
            folder = "tree"
            for entry in range(self.entries):
                if entry % (FILES_PER_FOLDER + 1) == 0:
                    # Folders stand in folders, three deep.
                    folder = folder + f"/d{entry}" if folder.count("/") < 3 else f"tree/d{entry}"
                    info = tarfile.TarInfo(folder)
                    info.type, info.mode = tarfile.DIRTYPE, 0o755
                    tar.addfile(info)
                else:
                    data = self._source(numbers, entry)
                    info = tarfile.TarInfo(f"{folder}/file{entry}.c")
                    info.size, info.mode = len(data), 0o644
                    tar.addfile(info, io.BytesIO(data))

    @staticmethod
    def _source(numbers: random.Random, entry: int) -> bytes:
        """Text that compresses about as source code does; no two files are alike."""
        size = int(numbers.choice(SIZES_BYTES) * numbers.uniform(0.5, 1.5))
        lines = [f"/* file {entry} */"]
        length = 0
        while length < size:
            lines.append("  " + " ".join(numbers.choices(WORDS, k=8)) + f" {numbers.getrandbits(24):x};")
            length += len(lines[-1]) + 1
        return "\n".join(lines).encode()


class TreeRow(Row):
    """A row of a whole tree."""

    unit = "s"
    operation = "entry"

    def __init__(self, sizes: Sizes, archive: Archive, warm_up_archive: Archive):
        super().__init__(sizes)
        self.archive = archive
        self.warm_up_archive = warm_up_archive

    def needed_bytes(self) -> int:
        return self.sizes.tree * 65536

    def unpacked(self, target: Target, archive: Archive, tick: Tick = no_tick) -> tuple[str, float]:
        """The new folder, and the seconds that it took."""
        folder = target.new_folder("tree")
        seconds, _ = programs.run(["tar", "-xf", archive.path(), "-C", folder], tick)
        return folder, seconds


class Tar(TreeRow):
    """tar x of a tree"""

    name = "tar"
    tools = ("tar",)

    def prepare(self, target: Target) -> None:
        self.archive.path()
        if target.tree:
            target.remove(target.tree)
            target.tree = None

    def warm_up(self, target: Target) -> None:
        folder, _ = self.unpacked(target, self.warm_up_archive)
        target.remove(folder)

    def work(self, target: Target, tick: Tick) -> Work:
        target.tree, seconds = self.unpacked(target, self.archive, tick)
        return Work(self.archive.entries, seconds)


class OnTree(TreeRow):
    """A row that does something to a tree that is there."""

    def prepare(self, target: Target) -> None:
        if not target.tree:
            target.tree, _ = self.unpacked(target, self.archive)

    def warm_up(self, target: Target) -> None:
        folder, _ = self.unpacked(target, self.warm_up_archive)
        self.do(folder, no_tick)
        target.remove(folder)

    def work(self, target: Target, tick: Tick) -> Work:
        return Work(self.archive.entries, self.do(target.tree, tick))

    def do(self, folder: str, tick: Tick) -> float:
        """Returns the seconds that it took."""
        raise NotImplementedError


class Git(OnTree):
    """git init, add, commit of that tree"""

    name = "git"
    tools = ("git", "tar")

    def prepare(self, target: Target) -> None:
        if target.tree and os.path.exists(os.path.join(target.tree, ".git")):
            target.remove(target.tree)
            target.tree = None
        super().prepare(target)

    def do(self, folder: str, tick: Tick) -> float:
        git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "gc.auto=0"]
        return sum(
            programs.run(git + command, tick, folder=folder)[0]
            for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"])
        )


class Rm(OnTree):
    """rm -rf of that tree"""

    name = "rm"
    tools = ("rm", "tar")

    def do(self, folder: str, tick: Tick) -> float:
        return programs.run(["rm", "-rf", folder], tick)[0]

    def after(self, target: Target) -> None:
        target.tree = None
