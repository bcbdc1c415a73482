"""Work that several processes share: the same results in the same order, whoever did them and whoever died."""

import os
import subprocess
import sys
import time
from functools import partial

import pytest

from helpers.made_work import double, double_or_die
from ingest.build.processes import in_order


def test_results_come_in_the_order_of_the_pieces():
    results = list(in_order(range(60), partial(double, os.getpid()), 2))
    assert [number for number, _ in results] == list(range(0, 120, 2))


def test_the_process_that_asks_does_its_share_while_the_others_start():
    results = list(in_order(range(60), partial(double, os.getpid()), 1))
    assert any(here for _, here in results)


def test_other_processes_do_their_share():
    def slowly():
        for number in range(60):
            time.sleep(0.05)  # so that there is time for them to start, however busy the machine
            yield number

    assert not all(here for _, here in in_order(slowly(), partial(double, os.getpid()), 1))


def test_without_other_processes_all_is_done_here():
    assert list(in_order(range(5), partial(double, os.getpid()), 0)) == [(2 * number, True) for number in range(5)]


@pytest.mark.parametrize("processes", [0, 1])
def test_what_a_piece_raises_is_raised_when_its_turn_comes(processes):
    results = in_order([1, 2, -3, 4], partial(double, os.getpid()), processes)
    assert [next(results)[0], next(results)[0]] == [2, 4]
    with pytest.raises(ValueError, match="-3 is negative"):
        next(results)


def test_what_a_process_had_when_it_died_is_done_here():
    assert list(in_order(range(200), partial(double_or_die, os.getpid()), 2)) == list(range(0, 400, 2))


def test_processes_end_when_the_one_that_asked_is_killed(tmp_path):
    program = (
        "from functools import partial\nfrom helpers.made_work import tell_and_wait\n"
        "from ingest.build.processes import in_order\n"
        f"if __name__ == '__main__':\n    list(in_order(range(1000), partial(tell_and_wait, {str(tmp_path)!r}), 2))\n"
    )
    script = tmp_path / "asks.py"
    script.write_text(program, encoding="utf-8")
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    asking = subprocess.Popen([sys.executable, str(script)], env=places)
    try:
        wait_for(lambda: len(names(tmp_path)) == 3)
        began = names(tmp_path)
    finally:
        asking.kill()
        asking.wait()
    wait_for(lambda: not any(map(is_alive, began)))


def wait_for(true):
    for _ in range(600):
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("it never came true")


def names(folder) -> set[int]:
    return {int(path.name) for path in folder.glob("[0-9]*")}


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
