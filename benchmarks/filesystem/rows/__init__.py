"""All rows of the table, in its order."""

from rows.overwrite import Overwrite
from rows.row import Row, Sizes
from rows.small_files import Create, List, Read, Rename, Stat, Unlink


def all_rows(sizes: Sizes) -> list[Row]:
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
    ]
