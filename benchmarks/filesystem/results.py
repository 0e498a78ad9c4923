"""The figures as JSON, every round of them."""

import json
import os
import platform
import time
from dataclasses import asdict

from measure import Measurement
from rows.row import Sizes
from summary import Cell, Line
from target import Target


def text(sizes: Sizes, rounds: int, targets: list[Target], lines: list[Line]) -> str:
    whole = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "cores": os.cpu_count(),
        "linux": platform.release(),
        "sizes": asdict(sizes),
        "rounds": rounds,
        "folders": [target.folder for target in targets],
        "rows": [_line(line, targets) for line in lines],
    }
    return json.dumps(whole, indent=1) + "\n"


def _line(line: Line, targets: list[Target]) -> dict:
    return {
        "name": line.row.name,
        "unit": line.row.unit,
        "operation": line.row.operation,
        "ratioToBestOther": line.ratio(),
        "folders": {target.folder: _cell(cell) for target, cell in zip(targets, line.cells)},
    }


def _cell(cell: Cell) -> dict:
    return {
        "figure": cell.figure,
        "perOperation": {
            "flushes": cell.flushes,
            "switches": {name: role.switches for name, role in cell.roles.items()},
            "cpuSeconds": {name: role.cpu_s for name, role in cell.roles.items()},
        },
        "endedThreads": cell.ended_threads,
        "rounds": [_round(measurement) for measurement in cell.rounds],
    }


def _round(measurement: Measurement) -> dict:
    return {
        "operations": measurement.work.operations,
        "seconds": measurement.work.seconds,
        "bytes": measurement.work.bytes,
        "flushes": measurement.flushes,
        "switches": {name: role.switches for name, role in measurement.roles.items()},
        "cpuSeconds": {name: role.cpu_s for name, role in measurement.roles.items()},
    }
