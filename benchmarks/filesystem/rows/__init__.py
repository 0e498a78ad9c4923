"""All rows of the table, in its order."""

from rows.overwrite import Overwrite
from rows.row import Row, Sizes
from rows.small_files import Create, List, Read, Rename, Stat, Unlink
from rows.sqlite import Sqlite
from rows.streams import RandomRead, SequentialRead, SequentialWrite
from rows.trees import WARM_UP_ENTRIES, Archive, Git, Rm, Tar


def all_rows(sizes: Sizes) -> list[Row]:
    archives = Archive(sizes.tree), Archive(min(sizes.tree, WARM_UP_ENTRIES))
    return [
        Create(sizes, 1),
        Create(sizes, 4),
        Create(sizes, 1, sync=True),
        Overwrite(sizes, sync_each=True),
        Overwrite(sizes, sync_each=False),
        Stat(sizes, cold=True),
        Stat(sizes, cold=False),
        Read(sizes, cold=True),
        Read(sizes, cold=False),
        List(sizes, cold=True),
        List(sizes, cold=False),
        Rename(sizes),
        Unlink(sizes, 1),
        Unlink(sizes, 4),
        SequentialWrite(sizes, 1),
        SequentialWrite(sizes, 4),
        SequentialRead(sizes, 1),
        SequentialRead(sizes, 4),
        RandomRead(sizes, 1),
        RandomRead(sizes, 16),
        Tar(sizes, *archives),
        Git(sizes, *archives),
        Rm(sizes, *archives),
        Sqlite(sizes),
    ]
