"""Laws of a lesson's kernel: no answer is missed, and no port is taken by two."""

import asyncio
import os
import time

import pytest
import zmq
import zmq.asyncio
from jupyter_client.session import Session
from made_up_lessons import printed, write
from nbformat.v4 import new_code_cell

from facescreen import lessons
from facescreen.lessons.fresh_kernel import WatchfulChannel, WatchfulManager, connection_in


def exchange(answers: int) -> list[str]:
    """What a client hears that sends a message just when each answer has arrived."""
    session, context = Session(key=b"key"), zmq.asyncio.Context()
    kernel = zmq.Context.shadow(context.underlying).socket(zmq.DEALER)
    client = context.socket(zmq.DEALER)
    client.bind("inproc://exchange")
    kernel.connect("inproc://exchange")

    async def hear() -> list[str]:
        channel, heard = WatchfulChannel(client, session), []
        for number in range(answers):
            waits = asyncio.create_task(channel.get_msg(timeout=30))
            await asyncio.sleep(0.01)
            session.send(kernel, f"answer {number}")
            time.sleep(0.01)
            channel.send(session.msg("state", {"number": number}))
            heard.append((await asyncio.wait_for(waits, 5))["msg_type"])
            _, parts = session.feed_identities(kernel.recv_multipart())
            assert session.deserialize(parts)["content"] == {"number": number}
        return heard

    try:
        return asyncio.run(hear())
    finally:
        kernel.close(0)
        client.close(0)


def test_an_answer_that_comes_while_something_is_sent_is_heard():
    assert exchange(20) == [f"answer {number}" for number in range(20)]


def test_buffers_are_sent_too():
    session, context = Session(key=b"key"), zmq.asyncio.Context()
    ends = [context.socket(zmq.DEALER) for _ in range(2)]
    ends[0].bind("inproc://buffers")
    ends[1].connect("inproc://buffers")

    async def send() -> dict:
        message = session.msg("state", {})
        message["buffers"] = [b"pixels"]
        WatchfulChannel(ends[0], session).send(message)
        return await WatchfulChannel(ends[1], session).get_msg(timeout=5)

    try:
        assert [bytes(one) for one in asyncio.run(send())["buffers"]] == [b"pixels"]
    finally:
        for end in ends:
            end.close(0)


def test_the_manager_hands_out_clients_that_hear():
    assert WatchfulManager().client().shell_channel_class is WatchfulChannel


@pytest.mark.skipif(os.name == "nt", reason="no such sockets there")
def test_a_kernel_is_reached_by_sockets_in_its_folder_where_their_path_is_not_too_long(tmp_path):
    assert connection_in(tmp_path / "a")["transport"] == "ipc"
    assert "transport" not in connection_in(tmp_path / ("a" * 100))
    assert "transport" not in connection_in(tmp_path / ("얼" * 34)), "bytes are counted"


def test_a_lesson_runs_in_a_folder_for_temporary_files_of_any_length(tmp_path, monkeypatch):
    path = write(tmp_path / "01_a.ipynb", new_code_cell("print(1)"))
    for length in (1, 120):
        inside = tmp_path / ("t" * length)
        inside.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(inside))
        assert lessons.execute(path, tmp_path / "out.ipynb").ok
        assert printed(tmp_path / "out.ipynb") == "1\n"
        assert not list(inside.iterdir())
