"""A folder that is measured, with what is known of the processes and disks behind it."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field

from roles import Role
from trouble import Trouble, of_os_error


@dataclass
class SmallFiles:
    """Files of 4 KiB, `folder/PREFIX0` and so on."""

    folder: str
    count: int
    prefix: str = "f"

    def name(self, index: int) -> str:
        return f"{self.folder}/{self.prefix}{index}"


@dataclass
class Target:
    """One folder that is measured.

    `stock`, `streams` and `tree` keep what one row has left for the next, so that not each makes its own.
    """

    folder: str
    roles: list[Role] = field(default_factory=list)
    disks: list[str] = field(default_factory=list)
    remount_command: str = ""
    stock: list[SmallFiles] = field(default_factory=list)
    # The paths of large files, by their number.
    streams: dict[int, list[str]] = field(default_factory=dict)
    # The folder of an unpacked tree.
    tree: str | None = None
    work: str = ""
    _made: int = 0

    def begin(self) -> None:
        """Makes the folder in which everything is done."""
        try:
            self.work = tempfile.mkdtemp(prefix="bench-", dir=self.folder)
        except OSError as e:
            raise of_os_error(f"cannot make a folder in {self.folder}", e)

    def new_path(self, name: str) -> str:
        """A path in the work folder that was never used."""
        self._made += 1
        return os.path.join(self.work, f"{name}-{self._made}")

    def new_folder(self, name: str) -> str:
        path = self.new_path(name)
        try:
            os.mkdir(path)
        except OSError as e:
            raise of_os_error("cannot make a folder", e)
        return path

    def remount(self) -> None:
        if not self.remount_command:
            return
        done = subprocess.run(self.remount_command, shell=True, capture_output=True, text=True)
        if done.returncode != 0:
            raise Trouble(f"'{self.remount_command}' failed: {(done.stderr or done.stdout).strip()}")
        if not os.path.isdir(self.work):
            raise Trouble(f"after '{self.remount_command}' there is no {self.work} any more")

    def remove(self, path: str) -> None:
        """Removes what a row has made; what is gone already is no trouble."""
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.lexists(path):
            os.unlink(path)

    def end(self) -> None:
        """Removes everything, as far as it can be removed."""
        if self.work:
            shutil.rmtree(self.work, ignore_errors=True)
            if os.path.exists(self.work):
                raise Trouble(f"{self.work} could not be removed whole")
