"""One measurement: a row on a target, with everything that is counted beside it."""

import time
from dataclasses import dataclass

import cold
from disks import flushes
from roles import Count, Role, RoleCounter
from rows.row import Row, Work
from target import Target

# What an operation leaves to be done behind its answer is counted too, if it is done by then.
AFTERMATH_S = 1.0


@dataclass(frozen=True)
class RestRates:
    """What roles do each second when nobody asks anything of them."""

    switches: dict[str, float]
    cpu_s: dict[str, float]


@dataclass(frozen=True)
class RoleCount:
    """What a role did for a measurement, what it does at rest subtracted."""

    switches: float
    cpu_s: float
    ended_threads: int


@dataclass(frozen=True)
class Measurement:
    """`flushes` is None where no disk is known."""

    work: Work
    roles: dict[str, RoleCount]
    flushes: int | None


class Counting:
    """Counters of all roles and disks of a target, from its making on."""

    def __init__(self, target: Target):
        self._disks = target.disks
        self._counters = [RoleCounter(role) for role in target.roles]
        self._flushes = flushes(self._disks)
        self._start = time.monotonic()

    def sample(self) -> None:
        for counter in self._counters:
            counter.sample()

    def stop(self) -> tuple[dict[str, Count], int | None, float]:
        """The counts of each role, the flushes, and the seconds that it took."""
        seconds = time.monotonic() - self._start
        flushed = flushes(self._disks) - self._flushes if self._disks else None
        return {c.role.name: c.stop() for c in self._counters}, flushed, seconds


def at_rest(target: Target, seconds: float) -> RestRates:
    """Counts for some seconds in which this program does nothing."""
    if not target.roles or seconds <= 0:
        return RestRates({}, {})
    counting = Counting(target)
    time.sleep(seconds)
    counts, _, took = counting.stop()
    return RestRates(
        {name: count.switches / took for name, count in counts.items()},
        {name: count.cpu_s / took for name, count in counts.items()},
    )


def measure(row: Row, target: Target, rest: RestRates) -> Measurement:
    """Prepares, warms up, forgets where the row is a cold one, and measures."""
    row.prepare(target)
    if row.cold:
        # Before the warm-up, which is for the process that is measured.
        target.remount()
    row.warm_up(target)
    row.before(target)
    if row.cold:
        cold.forget(target)
    counting = Counting(target)
    work = row.work(target, counting.sample)
    time.sleep(AFTERMATH_S if target.roles else 0)
    counts, flushed, seconds = counting.stop()
    row.after(target)
    roles = {
        name: RoleCount(
            max(0.0, count.switches - rest.switches.get(name, 0) * seconds),
            max(0.0, count.cpu_s - rest.cpu_s.get(name, 0) * seconds),
            count.ended_threads,
        )
        for name, count in counts.items()
    }
    return Measurement(work, roles, flushed)
