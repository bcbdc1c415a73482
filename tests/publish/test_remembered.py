"""What is worked out of the whole database is kept while the database stays as it is, and no longer."""

import sqlite3

import pytest

from publish.remembered import MOST, remembered


@pytest.fixture
def path(tmp_path):
    with sqlite3.connect(tmp_path / "made-up.db") as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE cups (n)")
    return tmp_path / "made-up.db"


@pytest.fixture
def reader(path):
    connection = sqlite3.connect(path, isolation_level=None)
    yield connection
    connection.close()


def count(connection):
    return connection.execute("SELECT count(*) FROM cups").fetchone()[0]


def pour(path):
    with sqlite3.connect(path) as writer:
        writer.execute("INSERT INTO cups VALUES (1)")


def test_it_is_worked_out_once_until_the_database_changes(path, reader):
    asked = []

    def work_out(connection):
        asked.append(count(connection))
        return asked[-1]

    assert [remembered(reader, "cups", work_out) for _ in range(3)] == [0, 0, 0]
    pour(path)
    assert [remembered(reader, "cups", work_out) for _ in range(3)] == [1, 1, 1]
    assert asked == [0, 1]


def test_within_a_transaction_it_is_what_the_transaction_sees(path, reader):
    reader.execute("BEGIN")
    assert remembered(reader, "cups", count) == 0
    pour(path)
    assert (remembered(reader, "cups", count), remembered(reader, "the same", count)) == (0, 0)
    reader.execute("ROLLBACK")
    assert remembered(reader, "cups", count) == 1


def test_another_connection_has_things_of_its_own(path, reader):
    assert remembered(reader, "cups", count) == 0
    with sqlite3.connect(":memory:") as other:
        other.execute("CREATE TABLE cups (n)")
        other.execute("INSERT INTO cups VALUES (1), (2)")
        assert remembered(other, "cups", count) == 2


def test_what_was_not_asked_for_longest_is_given_up_first(reader):
    asked = []

    def work_out_of(key):
        return lambda _: asked.append(key)

    for key in range(MOST):
        remembered(reader, key, work_out_of(key))
    remembered(reader, 0, work_out_of(0))
    remembered(reader, MOST, work_out_of(MOST))  # one too many: 1 goes
    asked.clear()
    for key in (0, 2, 1):
        remembered(reader, key, work_out_of(key))
    assert asked == [1]
