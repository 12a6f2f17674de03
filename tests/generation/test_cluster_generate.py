"""Laws of generating by a Dask cluster: the same files as by one process, whatever happens there."""

import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from cluster_rules import EndsItsWorker
from tiny_run import Third, contents, manifest

from facescreen.commands import main as cli
from facescreen.folders.remote import ClusterError
from facescreen.gan.models import BLOCK
from facescreen.generation import FaceMaker, GenerationSettings, GenerationStopped, blocks, generate
from facescreen.images import png_bytes, save_png

distributed = pytest.importorskip("distributed", reason="no clusters without the package")

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = GenerationSettings(count=150, seed=5, existing=64)


@pytest.fixture(scope="module")
def address():
    """A cluster of two workers, of one thread each."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        silence_logs=60,
    ) as machines:
        yield machines.scheduler_address


@pytest.fixture(scope="module")
def by_one_process(tmp_path_factory):
    out = tmp_path_factory.mktemp("one") / "run"
    generate(SETTINGS, EndsItsWorker(), out, progress=False)
    return contents(out)


def test_a_worker_that_is_killed_at_work_loses_nothing(by_one_process, address, tmp_path):
    rule = EndsItsWorker()
    rule.marker = tmp_path / "marker"
    result = generate(SETTINGS, rule, tmp_path / "run", progress=False, cluster=address)
    assert not os.path.exists(f"/proc/{rule.marker.read_text()}")
    assert contents(tmp_path / "run") == by_one_process
    assert result.saved == 150 and result.tried > 2 * BLOCK
    assert result.tried == result.saved + sum(result.rejected.values())


def test_a_command_that_is_killed_is_gone_on_with_by_another_number_of_processes(
    address, tmp_path
):
    line = ["generate", "--count", "400", "--faces", "64", "--rule", "none", "--seed", "5"]
    out = tmp_path / "run"
    command = [sys.executable, "-m", "facescreen", *line, "--out", str(out), "--cluster", address]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as run:
        lines = out / "manifest.jsonl"
        while run.poll() is None and not (lines.exists() and lines.stat().st_size):
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    assert 0 < len(manifest(out)) < 400
    assert cli.main([*line, "--out", str(out)]) == cli.SUCCESS
    assert cli.main([*line, "--out", str(tmp_path / "whole")]) == cli.SUCCESS
    assert contents(out) == contents(tmp_path / "whole")


def test_the_bound_holds_there_as_well(address, tmp_path):
    few = replace(SETTINGS, count=100, max_tries=70)
    with pytest.raises(GenerationStopped) as stopped:
        generate(few, Third(), tmp_path / "run", progress=False, cluster=address)
    assert stopped.value.result.tried == 70


def test_a_worker_that_would_draw_other_pixels_is_refused(address, tmp_path, monkeypatch):
    real = blocks.drawn_by
    monkeypatch.setattr(blocks, "drawn_by", lambda maker: real(maker) | {"arithmetic": "other"})
    with pytest.raises(ClusterError, match=r"worker tcp://.*would differ here: arithmetic"):
        generate(SETTINGS, Third(), tmp_path / "run", progress=False, cluster=address)


def test_what_is_drawn_is_told_apart_by_weights_and_faces():
    made = blocks.drawn_by(FaceMaker(SETTINGS))
    assert blocks.drawn_by(FaceMaker(SETTINGS)) == made
    other = blocks.drawn_by(FaceMaker(replace(SETTINGS, source="portraits:bright")))
    assert {name for name in made if made[name] != other[name]} == {
        "source_fingerprint",
        "arithmetic",
    }


def test_what_cannot_be_drawn_there_is_refused_in_a_sentence(tmp_path, capsys):
    line = ["generate", "--while-learning", "--faces", "64", "--out", str(tmp_path / "run")]
    assert cli.main([*line, "--cluster", "tcp://127.0.0.1:1"]) == cli.ERROR
    assert "each step needs the one before" in capsys.readouterr().err
    assert cli.main(["generate", "--out", str(tmp_path / "run"), "--workers", "2"]) == cli.ERROR
    assert "--workers goes with --cluster local" in capsys.readouterr().err
    with pytest.raises(ValueError, match="define it in a module"):
        generate(SETTINGS, lambda images: None, tmp_path / "run", progress=False, cluster="local")
    assert not (tmp_path / "run").exists()


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
