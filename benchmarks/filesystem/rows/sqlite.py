"""The row of a database."""

import tempfile

import programs
from rows.row import Row, Sizes, Tick, Work, no_tick
from target import Target
from trouble import Trouble, of_os_error


class Sqlite(Row):
    """sqlite, one insert a transaction"""

    name = "sqlite"
    operation = "insert"
    tools = ("sqlite3",)

    def prepare(self, target: Target) -> None:
        self.path = self._new_database(target)

    def warm_up(self, target: Target) -> None:
        path = self._new_database(target)
        self._insert(path, max(1, self.sizes.inserts // 4), no_tick)
        target.remove(path)

    def work(self, target: Target, tick: Tick) -> Work:
        return Work(self.sizes.inserts, self._insert(self.path, self.sizes.inserts, tick))

    def after(self, target: Target) -> None:
        _, said = programs.run(["sqlite3", self.path, "pragma integrity_check; select count(*) from t;"], no_tick)
        if said.decode().split() != ["ok", str(self.sizes.inserts)]:
            raise Trouble(f"{self.path} should hold {self.sizes.inserts} rows, and sqlite says: {said.decode()}")
        target.remove(self.path)

    @staticmethod
    def _new_database(target: Target) -> str:
        path = target.new_path("database")
        programs.run(["sqlite3", path, "create table t(i integer primary key, s text);"], no_tick)
        return path

    @staticmethod
    def _insert(path: str, count: int, tick: Tick) -> float:
        try:
            with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
                for i in range(count):
                    script.write(f"insert into t values({i}, '{'x' * 100}');\n")
                script.flush()
                return programs.run(["sqlite3", "-bail", path], tick, stdin=script.name)[0]
        except OSError as e:
            raise of_os_error("cannot write the inserts", e)
