"""Measures folders; see arguments.py, or scripts/bench --help."""

import os
import shutil
import signal
import sys

import arguments
import cold
import plot
import results
import table
from measure import at_rest, measure
from rows import all_rows
from rows.row import Row
from summary import Line, line
from target import Target
from trouble import Trouble, of_os_error


def main(argv: list[str]) -> None:
    names = {row.name: (type(row).__doc__ or "").strip() for row in all_rows(arguments.NO_SIZES)}
    given = arguments.parse(argv, names)
    sizes = arguments.sizes(given)
    rows = chosen(all_rows(sizes), given.rows)
    targets = arguments.targets(given)
    check(rows, targets)
    try:
        for target in targets:
            target.begin()
        lines = in_turns(rows, targets, given.rounds, given.rest_s)
    finally:
        for target in targets:
            target.end()
    for note in table.notes(lines):
        print(note)
    if given.json:
        write(given.json, results.text(sizes, given.rounds, targets, lines))
    if given.plot:
        write(given.plot, plot.svg(targets, lines))


def chosen(rows: list[Row], names: str | None) -> list[Row]:
    if names is None:
        return rows
    picked = []
    for name in names.split(","):
        found = [row for row in rows if name in (row.name, row.group)]
        if not found:
            raise Trouble(f"there is no row {name}; --help names those there are")
        picked += found
    # In the order of the table: later rows use the files of earlier ones.
    return [row for row in rows if row in picked]


def check(rows: list[Row], targets: list[Target]) -> None:
    """Finds what would stop the run later, before anything is made."""
    for row in rows:
        for tool in row.tools:
            if not shutil.which(tool):
                raise Trouble(f"the row {row.name} runs {tool}, which was not found: scripts/install-tools --for-tests installs it")
    if any(row.cold for row in rows):
        cold.check()
    needed = max(row.needed_bytes() for row in rows)
    for target in targets:
        usage = os.statvfs(target.folder)
        free = usage.f_bavail * usage.f_frsize
        if free < needed:
            raise Trouble(
                f"{target.folder} has {free >> 20} MiB left, and the rows need {needed >> 20}:"
                " --files, --size-mib and --tree make them smaller"
            )


def in_turns(rows: list[Row], targets: list[Target], rounds: int, rest_s: float) -> list[Line]:
    """Measures all, and prints each row as soon as its last round is over."""
    rest = [at_rest(target, rest_s) for target in targets]
    measured = {row.name: {index: [] for index in range(len(targets))} for row in rows}
    lines = []
    print(table.header(targets), flush=True)
    for number in range(rounds):
        for row in rows:
            for i in range(len(targets)):
                # Nobody is always the first one.
                index = (number + i) % len(targets)
                measured[row.name][index].append(measure(row, targets[index], rest[index]))
            if number == rounds - 1:
                lines.append(line(row, targets, measured[row.name]))
                print(table.lines(lines[-1], targets), flush=True)
    return lines


def write(path: str, text: str) -> None:
    try:
        with open(path, "w") as file:
            file.write(text)
    except OSError as e:
        raise of_os_error("cannot write the figures", e)


def stop(signal_number, _frame):
    # Through the 'finally' above: nothing is left in the folders.
    sys.exit(128 + signal_number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    except Trouble as trouble:
        print(f"bench: {trouble}", file=sys.stderr)
        sys.exit(1)
