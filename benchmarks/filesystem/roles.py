"""Voluntary context switches and CPU time of the processes behind a folder, role by role."""

import os
import subprocess
from dataclasses import dataclass, field

from trouble import Trouble

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Role:
    """Processes that are counted as one.

    Either their pids are given, or a command that prints them: it is asked at the beginning of each
    count, because a mount that is mounted anew is another process.
    """

    name: str
    pids: tuple[int, ...] = ()
    pids_command: str = ""
    pid_files: tuple[str, ...] = ()

    def find(self) -> list[int]:
        """The pids of now.

        Raises Trouble if there are none, or one of them does not run.
        """
        pids = list(self.pids)
        if self.pids_command:
            done = subprocess.run(self.pids_command, shell=True, capture_output=True, text=True)
            if done.returncode != 0:
                raise Trouble(f"the role {self.name}: '{self.pids_command}' failed: {done.stderr.strip()}")
            pids += [int(word) for word in done.stdout.split() if word.isdigit()]
        for pid_file in self.pid_files:
            try:
                with open(pid_file) as file:
                    pids.append(int(file.read()))
            except (OSError, ValueError) as e:
                raise Trouble(f"the role {self.name}: no pid can be read from {pid_file}: {e}")
        if not pids:
            raise Trouble(f"the role {self.name} has no process")
        for pid in pids:
            if not os.path.isdir(f"/proc/{pid}"):
                raise Trouble(f"the role {self.name}: its process {pid} does not run")
        return pids


def parse(text: str) -> Role:
    """A role as it is given on the command line: NAME=PID[,PID…] or NAME=@COMMAND."""
    name, equals, value = text.partition("=")
    if name and equals and value.startswith("@") and len(value) > 1:
        return Role(name, pids_command=value[1:])
    words = value.split(",")
    if name and equals and all(word.isdigit() for word in words):
        return Role(name, pids=tuple(int(word) for word in words))
    raise Trouble(f"a role is NAME=PID[,PID] or NAME=@COMMAND, not '{text}'")


def of_local_cluster(folder: str) -> list[Role]:
    """The roles of a cluster that 'distrifs local up' started."""
    run = os.path.join(folder, "run")
    try:
        names = sorted(name[:-4] for name in os.listdir(run) if name.endswith(".pid"))
    except OSError as e:
        raise Trouble(f"there is no local cluster in {folder}: {run}: {e.strerror}")
    kinds: dict[str, list[str]] = {}
    for name in names:
        kind = "datanodes" if name.startswith("datanode-") else name
        kinds.setdefault(kind, []).append(os.path.join(run, name + ".pid"))
    order = ["mount", "master", "datanodes"]
    kinds_in_order = sorted(kinds, key=lambda kind: (order.index(kind) if kind in order else 9, kind))
    return [Role(kind, pid_files=tuple(kinds[kind])) for kind in kinds_in_order]


@dataclass
class Count:
    """What was counted of a role."""

    switches: float = 0
    cpu_s: float = 0
    ended_threads: int = 0


@dataclass
class RoleCounter:
    """Counts one role from its making on.

    The kernel keeps switches by thread, and forgets them with the thread. So `sample` is to be called
    about once a second: what a thread did until the last sample before its end is not lost, and
    `ended_threads` tells how many have ended.
    """

    role: Role
    _pids: list[int] = field(init=False)
    _cpu_at_start: dict[int, float] = field(init=False)
    _by_thread: dict[tuple[int, int], int] = field(init=False)
    _switches: int = 0
    _ended: int = 0

    def __post_init__(self):
        self._pids = self.role.find()
        self._cpu_at_start = {pid: _cpu_seconds(pid) for pid in self._pids}
        self._by_thread = self._read()

    def sample(self) -> None:
        """Adds what was done since the last sample."""
        now = self._read()
        for thread, switches in now.items():
            before = self._by_thread.get(thread, 0)
            # Fewer than before: another thread got the number of one that ended.
            self._switches += switches - before if switches >= before else switches
        self._ended += len(self._by_thread.keys() - now.keys())
        self._by_thread = now

    def stop(self) -> Count:
        """Takes the last sample, and tells the sums."""
        self.sample()
        cpu_s = sum(_cpu_seconds(pid) - self._cpu_at_start[pid] for pid in self._pids)
        return Count(self._switches, cpu_s, self._ended)

    def _read(self) -> dict[tuple[int, int], int]:
        switches = {}
        for pid in self._pids:
            try:
                threads = os.listdir(f"/proc/{pid}/task")
            except OSError:
                raise Trouble(f"the role {self.role.name}: its process {pid} ended while it was counted")
            for thread in threads:
                count = _voluntary_switches(pid, thread)
                if count is not None:
                    switches[pid, int(thread)] = count
        return switches


def _voluntary_switches(pid: int, thread: str) -> int | None:
    """None for a thread that has just ended."""
    try:
        with open(f"/proc/{pid}/task/{thread}/status", "rb") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    key = b"\nvoluntary_ctxt_switches:"
    at = text.find(key)
    return None if at < 0 else int(text[at + len(key) :].split(None, 1)[0])


def _cpu_seconds(pid: int) -> float:
    """User and system time, fields 14 and 15 of /proc/PID/stat (proc(5)); ended threads included."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError as e:
        raise Trouble(f"process {pid} ended while it was counted: {e.strerror}")
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND
