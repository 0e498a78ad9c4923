"""The table for people."""

from summary import Cell, Line
from target import Target

NAME_WIDTH = 16


def header(targets: list[Target]) -> str:
    width = _folder_width(targets)
    return (
        f"{'row':{NAME_WIDTH}} {'folder':{width}} {'figure':>14}   {'per':6} {'switches':>8} {'flushes':>8} {'CPU':>9}"
        "   of which, switches (CPU)"
    )


def lines(line: Line, targets: list[Target]) -> str:
    """One line for each folder."""
    text = []
    for target, cell in zip(targets, line.cells):
        name = line.row.name if not text else ""
        text.append(
            f"{name:{NAME_WIDTH}} {target.folder:{_folder_width(targets)}} {short(cell.figure):>7} {line.row.unit:6}"
            f"   {line.row.operation:6} {_counts(line, cell)}"
        )
    ratio = line.ratio()
    if ratio is not None:
        text[0] += f"   {ratio:.2f} of the best other"
    return "\n".join(text)


def _folder_width(targets: list[Target]) -> int:
    return max(len(target.folder) for target in targets)


def _counts(line: Line, cell: Cell) -> str:
    flushes = "-" if cell.flushes is None else short(cell.flushes)
    if not cell.roles:
        return f"{'-':>8} {flushes:>8} {'-':>9}"
    by_role = "  ".join(
        f"{name} {short(role.switches)} ({_cpu(line, role.cpu_s)})" for name, role in cell.roles.items()
    )
    switches = short(cell.switches) + ("+" if cell.ended_threads else "")
    return f"{switches:>8} {flushes:>8} {_cpu(line, cell.cpu_s):>9}   {by_role}"


def _cpu(line: Line, seconds: float) -> str:
    return f"{seconds:.2f} s" if line.row.operation == "GiB" else f"{seconds * 1000:.2f} ms"


def short(value: float) -> str:
    """Three digits or so."""
    for limit, digits in ((0.005, 0), (10, 2), (100, 1)):
        if value < limit:
            return f"{value:.{digits}f}"
    return f"{value:.0f}"


def notes(all_lines: list[Line]) -> list[str]:
    """What must be known to read the table."""
    text = []
    cells = [cell for line in all_lines for cell in line.cells]
    if any(cell.roles for cell in cells):
        text.append("switches: voluntary context switches of all threads of a role; CPU: its user and system time. Both")
        text.append("until a second after the last operation, less what the role does at rest.")
    if any(cell.flushes is not None for cell in cells):
        text.append("flushes: of the disks, whoever asked for them.")
    if any(cell.ended_threads for cell in cells):
        text.append("+ threads ended while they were counted: what each did in its last second may be missing.")
    return text
