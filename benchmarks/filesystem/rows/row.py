"""What a row of the table is."""

from dataclasses import dataclass
from typing import Callable

from target import Target

Tick = Callable[[], None]


def no_tick() -> None:
    """For what is not measured."""


@dataclass(frozen=True)
class Sizes:
    """How much each row does."""

    files: int
    warm_up_files: int
    size_mib: int
    random_reads: int
    overwrites: int
    tree: int
    inserts: int


@dataclass(frozen=True)
class Work:
    """What was done: how many operations, in how many seconds, and of how many bytes."""

    operations: float
    seconds: float
    bytes: int = 0


class Row:
    """One row of the table. Its methods are called in the order in which they stand here."""

    name = ""
    # Cold: all caches that can be made to forget have forgotten before `work`.
    cold = False
    # "per s" and "MB/s": more is better; "s": less is.
    unit = "per s"
    # What one operation is, for the columns of counts.
    operation = "op"
    # Programs that it runs.
    tools: tuple[str, ...] = ()

    def __init__(self, sizes: Sizes):
        self.sizes = sizes

    @property
    def group(self) -> str:
        """What rows that belong together are chosen by: 'stat' for 'stat-cold' and 'stat-warm'."""
        return self.name.split("-")[0]

    def needed_bytes(self) -> int:
        """Room that it takes in a folder, roughly."""
        return 0

    def prepare(self, target: Target) -> None:
        """Makes what must be there."""

    def warm_up(self, target: Target) -> None:
        """Does the same as `work` on other files, so that the compilers of a JVM know the way."""

    def before(self, target: Target) -> None:
        """What warm rows do last before they are measured."""

    def work(self, target: Target, tick: Tick) -> Work:
        """What is measured. Calls `tick` about once a second."""
        raise NotImplementedError

    def after(self, target: Target) -> None:
        """Removes what no later row uses."""

    def figure(self, work: Work) -> float:
        """In the row's unit."""
        if self.unit == "s":
            return work.seconds
        if self.unit == "MB/s":
            return work.bytes / 1e6 / work.seconds
        return work.operations / work.seconds
