"""The command line."""

import argparse
import os

import disks
import roles
from rows.row import Sizes
from target import Target
from trouble import Trouble

# To name the rows, before sizes are known.
NO_SIZES = Sizes(1, 1, 1, 1, 1, 1, 1)

DESCRIPTION = """\
Measures the file system that DIR is on by ordinary system calls, and counts beside each figure what an
operation costs the processes behind it: voluntary context switches, flushes of the disk and CPU time.
"""

EPILOG = """\
Other folders are measured in turns with DIR, row by row, and who is first changes from round to round:
machines drift. Figures and counts are medians of the rounds. Each row is warmed up on other files first.

Cold means: what was written is on the disks, the kernel has dropped all pages, names and attributes, and
1.5 s have gone by, which is longer than names and attributes are believed by default. What a mount holds
longer than that is out of the way only if it is mounted anew: --remount DIR COMMAND does it before the
warm-up. The servers stay; their pages are dropped too, their own memory is not. Warm means: the row has
just been run on the same files.

The roles of a cluster that 'distrifs local up' started are found in its folder. Those of others are named:
  scripts/bench /mnt/d --against /mnt/m --against-role /mnt/m 'servers=@pidof mfsmaster mfschunkserver'

For flushes that nobody else causes, put the data of the roles on a disk of its own; a file that is
mounted by a loop device is one.

The inner parts are measured without a cluster: scripts/bench-parts -h.
"""


def parse(argv: list[str], row_names: dict[str, str]) -> argparse.Namespace:
    """`row_names` are the rows' names, and in a word what each does."""
    rows_text = "rows, chosen by name or by what stands before the first '-':\n" + "\n".join(
        f"  {name:16} {what}" for name, what in row_names.items()
    )
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=DESCRIPTION,
        epilog=rows_text + "\n\n" + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("folder", metavar="DIR", help="the folder that is measured; one of its own is made in it")
    option("--against", metavar="DIR", nargs="+", default=[], help="folders to compare with")
    option("--rows", metavar="ROW,…", help="these alone (default: all)")
    option("--rounds", metavar="N", type=_number, default=3, help="how often each row is measured (default: 3)")
    option("--files", metavar="N", type=_number, default=1000, help="small files of a row (default: 1000)")
    option("--warm-up", metavar="N", type=_number, help="small files of a row's warm-up (default: half of --files)")
    option("--size-mib", metavar="N", type=_number, default=512, help="bytes of a stream row (default: 512)")
    option("--random-reads", metavar="N", type=_number, default=4000, help="reads of a random row (default: 4000)")
    option("--overwrites", metavar="N", type=_number, default=500, help="overwrites with fsync each; ten times as many without (default: 500)")
    option("--tree", metavar="N", type=_number, default=2000, help="entries of the tree for tar, git and rm (default: 2000)")
    option("--inserts", metavar="N", type=_number, default=200, help="inserts of sqlite (default: 200)")
    option("--dir", metavar="CLUSTER", help="the local cluster behind DIR (default: ~/.distrifs if DIR is on a DistriFS mount)")
    option("--role", metavar="NAME=PID[,PID]", action="append", default=[], help="processes behind DIR that are counted as NAME; NAME=@COMMAND asks a command for the pids, before each count")
    option("--against-role", metavar=("DIR", "NAME=PID[,PID]"), nargs=2, action="append", default=[], help="the same for another folder")
    option("--disk", metavar=("DIR", "FOLDER"), nargs=2, action="append", default=[], help="count for DIR the flushes of the disk that FOLDER is on (default: of the local cluster's data, or DIR's own disk)")
    option("--remount", metavar=("DIR", "COMMAND"), nargs=2, action="append", default=[], help="how DIR is mounted anew, before each cold row")
    option("--rest-s", metavar="N", type=float, default=3.0, help="for so long the roles are counted at rest; that is subtracted (default: 3)")
    option("--json", metavar="FILE", help="where all figures go, round by round")
    option("--plot", metavar="FILE.svg", help="a plot of the ratios to the best other folder")
    return parser.parse_args(argv)


def _number(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, not {text}")
    return int(text)


def sizes(arguments: argparse.Namespace) -> Sizes:
    return Sizes(
        arguments.files,
        arguments.warm_up or max(1, arguments.files // 2),
        arguments.size_mib,
        arguments.random_reads,
        arguments.overwrites,
        arguments.tree,
        arguments.inserts,
    )


def targets(arguments: argparse.Namespace) -> list[Target]:
    """All folders, the measured one first, with what is known of each."""
    found = [Target(folder) for folder in [arguments.folder, *arguments.against]]
    for target in found:
        if not os.path.isdir(target.folder):
            raise Trouble(f"there is no folder {target.folder}")
    if len({target.folder for target in found}) < len(found):
        raise Trouble("each folder is named once")
    measured = found[0]
    measured.roles = [roles.parse(text) for text in arguments.role]
    cluster = arguments.dir or _default_cluster(measured.folder)
    if cluster:
        measured.roles += roles.of_local_cluster(cluster)
        _add_disk(measured, os.path.join(cluster, "data"))
    for folder, text in arguments.against_role:
        _named(found, folder, "--against-role").roles.append(roles.parse(text))
    for folder, data in arguments.disk:
        _add_disk(_named(found, folder, "--disk"), data)
    for folder, command in arguments.remount:
        _named(found, folder, "--remount").remount_command = command
    for target in found:
        if not target.disks:
            _add_disk(target, target.folder)
        for role in target.roles:
            role.find()
    return found


def _named(found: list[Target], folder: str, option: str) -> Target:
    for target in found:
        if target.folder == folder:
            return target
    raise Trouble(f"{option} names {folder}, which is not among the folders that are measured")


def _add_disk(target: Target, folder: str) -> None:
    disk = disks.disk_of(folder)
    if disk and disk not in target.disks:
        target.disks.append(disk)


def _default_cluster(folder: str) -> str | None:
    cluster = os.path.expanduser("~/.distrifs")
    if not os.path.isdir(os.path.join(cluster, "run")):
        return None
    return cluster if _is_distrifs(folder) else None


def _is_distrifs(folder: str) -> bool:
    device = os.stat(folder).st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    with open("/proc/self/mountinfo") as file:
        for line in file:
            fields = line.split()
            if fields[2] == number:
                return fields[fields.index("-") + 1] == "fuse.distrifs"
    return False
