"""Laws of generating by a Dask cluster: the same files as by one process, whatever happens there.

Run as a program, this file is the run that gets killed: see its last lines.
"""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import nullcontext
from dataclasses import replace

import pytest
from cluster_rules import EndsItsWorker
from local_cluster import local_cluster
from tiny_run import SETTINGS as TINY
from tiny_run import Third, contents, manifest, run

from facescreen.commands import main as cli
from facescreen.gan.models import BLOCK
from facescreen.generation import (
    FaceMaker,
    GenerationSettings,
    GenerationStopped,
    blocks,
    generate,
    loop,
)
from facescreen.images import png_bytes, save_png

distributed = pytest.importorskip("distributed", reason="no clusters without the package")

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = GenerationSettings(count=150, seed=5, existing=64)


@pytest.fixture(scope="module")
def address():
    """A cluster of one worker of one thread: each of its processes takes torch."""
    with local_cluster(1) as machines:
        yield machines.scheduler_address


@pytest.fixture(scope="module")
def by_one_process(tmp_path_factory):
    out = tmp_path_factory.mktemp("one") / "run"
    generate(SETTINGS, EndsItsWorker(), out, progress=False)
    return contents(out)


def test_killed_and_gone_on_with_and_a_worker_killed_as_well_it_ends_in_the_same_files(
    by_one_process, address, tmp_path
):
    out, rule = tmp_path / "run", EndsItsWorker()
    words = [sys.executable, __file__, str(out), address]
    with subprocess.Popen(words, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}) as one:
        lines = out / "manifest.jsonl"
        while one.poll() is None and not (lines.exists() and lines.stat().st_size):
            time.sleep(0.01)
        one.kill()
    assert one.returncode == -signal.SIGKILL
    assert 0 < len(manifest(out)) < 100
    rule.marker = tmp_path / "marker"
    result = generate(SETTINGS, rule, out, progress=False, cluster=address)
    assert not os.path.exists(f"/proc/{rule.marker.read_text()}")
    assert contents(out) == by_one_process
    assert result.saved == 150 and result.tried > 2 * BLOCK


class SoManyAhead:
    """Answers as a cluster does that holds so many pieces of work before the awaited one."""

    def __init__(self, held: int) -> None:
        self.held, self.asked = held, 0

    def __call__(self, _address, settings, rule, faces, _workers):
        self.make = lambda at: blocks.ready(blocks.judged_block(settings, rule, faces, *at))
        return nullcontext(self)

    def in_order(self, work):
        ahead = deque()
        for one in work:
            if one is not None:
                ahead.append((one, self.make(one)))
                self.asked += 1
            if one is None or len(ahead) > self.held:
                yield ahead.popleft()
        yield from ahead


@pytest.mark.parametrize(("count", "held"), [(10, 1), (150, 3), (150, 100), (300, 4)])
def test_no_more_is_asked_of_a_cluster_than_may_be_needed(
    count, held, tmp_path, monkeypatch, noisy_source
):
    there = SoManyAhead(held)
    monkeypatch.setattr(loop, "cluster_for", there)
    asked = replace(TINY, count=count)
    result = run(tmp_path / "run", asked, cluster="fake")
    alone = run(tmp_path / "alone", asked)
    assert contents(tmp_path / "run") == contents(tmp_path / "alone")
    assert (result.saved, result.tried, result.rejected) == (count, alone.tried, alone.rejected)
    least = -(-result.tried // BLOCK)
    assert least <= there.asked <= least + 1


def test_the_bound_holds_there_as_well(tmp_path, monkeypatch, noisy_source):
    monkeypatch.setattr(loop, "cluster_for", SoManyAhead(3))
    few = replace(TINY, count=100, max_tries=70)
    with pytest.raises(GenerationStopped) as stopped:
        run(tmp_path / "run", few, cluster="fake")
    assert stopped.value.result.tried == 70


def test_a_process_that_would_draw_other_pixels_does_not_start():
    here = blocks.drawn_by(FaceMaker(SETTINGS))
    blocks.Blocks(SETTINGS, Third(), here)
    with pytest.raises(blocks.DrawnApartError, match="would differ here: arithmetic is not as"):
        blocks.Blocks(SETTINGS, Third(), here | {"arithmetic": "other"})
    bright = replace(SETTINGS, source="portraits:bright")
    with pytest.raises(blocks.DrawnApartError, match=": source_fingerprint, arithmetic is not"):
        blocks.Blocks(bright, Third(), here)


def test_what_cannot_be_drawn_there_is_refused_in_a_sentence(tmp_path, capsys):
    line = ["generate", "--while-learning", "--faces", "64", "--out", str(tmp_path / "run")]
    assert cli.main([*line, "--cluster", "tcp://127.0.0.1:1"]) == cli.ERROR
    assert "each step needs the one before" in capsys.readouterr().err
    line = ["generate", "--faces", "64", "--out", str(tmp_path / "run"), "--cluster", "nowhere"]
    assert cli.main(line) == cli.ERROR
    assert "no Dask scheduler was reached at nowhere" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="define it in a module"):
        blocks.cluster_for("local", SETTINGS, lambda images: None, FaceMaker(SETTINGS), None)


def test_an_answer_holds_nothing_that_takes_torch_to_read():
    maker_of_blocks = blocks.Blocks(SETTINGS, Third(), {})
    answer = pickle.dumps(maker_of_blocks((0, 8)))
    program = "import pickle, sys; pickle.load(sys.stdin.buffer); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], input=answer, capture_output=True)
    assert done.stdout.split() == [b"False"], done.stderr


def test_a_png_packed_beforehand_is_the_file_that_would_be_saved(tmp_path):
    image = FaceMaker(SETTINGS).images(0, 1)[0][0]
    save_png(tmp_path / "a.png", image)
    save_png(tmp_path / "b.png", png_bytes(image))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


if __name__ == "__main__":
    generate(SETTINGS, EndsItsWorker(), sys.argv[1], progress=False, cluster=sys.argv[2])
