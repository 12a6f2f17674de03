"""Blocks drawn ahead are those asked for, drawn once, and only ahead of who goes on in order."""

import gc
import threading
import weakref

import pytest
import torch
from tiny_run import maker

from facescreen.generation.ahead import AHEAD, THREADS, Ahead, drawing_threads


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def threads():
    with drawing_threads() as there:
        yield there


@pytest.fixture
def ahead(drawn, threads):
    blocks = Ahead(threads)
    prepared: set[int] = set()

    def draw(number: int) -> str:
        assert number in prepared, "drawn before it was prepared"
        assert torch.get_num_threads() == 1
        assert threading.current_thread() is not threading.main_thread()
        drawn.append(number)
        return f"block {number}"

    return lambda first, last: blocks(first, last, prepared.update, draw)


def test_blocks_asked_for_in_order_are_begun_before(ahead, drawn, threads):
    assert ahead(0, 1) == ["block 0"] and drawn == [0], "a single call draws nothing beyond"
    for number in range(1, 6):
        assert ahead(number, number + 1) == [f"block {number}"]
    threads.shutdown()
    assert sorted(drawn) == list(range(6 + AHEAD)), "each once, and no more than so many beyond"


def test_blocks_asked_for_out_of_order_are_right_and_alone(ahead, drawn, threads):
    assert ahead(3, 5) == ["block 3", "block 4"]
    assert ahead(0, 1) == ["block 0"]
    assert ahead(9, 9) == []
    threads.shutdown()
    assert sorted(drawn) == [0, 3, 4]


def test_an_error_comes_to_who_asks_for_its_block(threads):
    def draw(number: int) -> int:
        if number == 2:
            raise ValueError("block 2")
        return number

    blocks = Ahead(threads)
    given = (lambda numbers: None, draw)
    assert [blocks(n, n + 1, *given) for n in (0, 1)] == [[0], [1]]
    with pytest.raises(ValueError, match="block 2"):
        blocks(2, 3, *given)


def test_a_maker_nobody_names_any_more_is_gone_at_once_and_its_threads_with_it(noisy_source):
    one = maker()
    for number in range(3):
        one.images(64 * number, 64 * number + 64)
    gone, threads = weakref.ref(one), list(one._threads._threads)
    gc.disable()
    try:
        del one
        for thread in threads:
            thread.join(10)
        assert gone() is None and not any(thread.is_alive() for thread in threads)
    finally:
        gc.enable()


def test_other_threads_keep_their_number_of_torch_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        threads = drawing_threads()
        inside = [threads.submit(torch.get_num_threads).result() for _ in range(2 * THREADS)]
        assert set(inside) == {1} and torch.get_num_threads() == 3
        seen = []
        later = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
        later.start()
        later.join()
        assert seen == [3]
        threads.shutdown()
    finally:
        torch.set_num_threads(before)
