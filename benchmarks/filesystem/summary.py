"""The medians of several rounds, and how one folder compares with the others."""

import statistics
from dataclasses import dataclass

from measure import Measurement
from rows.row import Row
from target import Target


@dataclass(frozen=True)
class PerOperation:
    switches: float
    cpu_s: float


@dataclass(frozen=True)
class Cell:
    """A row on one folder. All but `figure` is per operation; `flushes` is None where no disk is known."""

    figure: float
    roles: dict[str, PerOperation]
    flushes: float | None
    ended_threads: int
    rounds: list[Measurement]

    @property
    def switches(self) -> float:
        return sum(role.switches for role in self.roles.values())

    @property
    def cpu_s(self) -> float:
        return sum(role.cpu_s for role in self.roles.values())


@dataclass(frozen=True)
class Line:
    """A row on all folders, the measured one first."""

    row: Row
    cells: list[Cell]

    def ratio(self) -> float | None:
        """How many times better the first folder is than the best of the others; None without others."""
        others = [cell.figure for cell in self.cells[1:]]
        if not others:
            return None
        if self.row.unit == "s":
            return min(others) / self.cells[0].figure
        return self.cells[0].figure / max(others)


def cell(row: Row, rounds: list[Measurement]) -> Cell:
    """Each figure by itself is the median of its rounds."""
    median = lambda value: statistics.median(value(m) for m in rounds)
    roles = {
        name: PerOperation(
            median(lambda m: m.roles[name].switches / m.work.operations),
            median(lambda m: m.roles[name].cpu_s / m.work.operations),
        )
        for name in rounds[0].roles
    }
    known = rounds[0].flushes is not None
    return Cell(
        median(lambda m: row.figure(m.work)),
        roles,
        median(lambda m: m.flushes / m.work.operations) if known else None,
        sum(role.ended_threads for m in rounds for role in m.roles.values()),
        rounds,
    )


def line(row: Row, targets: list[Target], measured: dict[int, list[Measurement]]) -> Line:
    return Line(row, [cell(row, measured[index]) for index in range(len(targets))])
