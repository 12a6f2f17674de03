"""Where a training saves: it goes on with its own files, and overwrites nobody else's."""

import json
import os
import resource
import stat
from dataclasses import replace

import pytest
from tiny_training import TINY, Gradients, run, same, weights_of

from facescreen.commands import main as cli
from facescreen.gan.checkpoints import CheckpointError, load_model, save_model
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.recipes import RECIPES
from facescreen.gan.state import state_path
from facescreen.gan.training import main_train, train

pytestmark = pytest.mark.usefixtures("one_thread")


def contents(folder) -> dict[str, bytes]:
    """Every file and folder by name; locks, which hold nothing, as well."""
    return {
        str(path): path.read_bytes() if path.is_file() else b"a folder"
        for path in folder.rglob("*")
    }


def refused(folder, said, **options):
    """Training is refused in one sentence, and not a byte of the folder changes."""
    before = contents(folder)
    with pytest.raises(CheckpointError, match=said) as error:
        run(folder, **options)
    assert "\n" not in str(error.value)
    assert contents(folder) == before


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["x.json", "x.state", "x.lock", "x", "x.pt", ".safetensors", "v.1"]
)
def test_only_a_name_of_weights_is_taken(tmp_path, capsys, name):
    out = tmp_path / "deep" / name
    with pytest.raises(CheckpointError, match=f"{name} is no name for weights: it must end in"):
        train(Gradients(), TINY, out, progress=False)
    assert cli.main(["train", "--images", "8", "--out", str(out)]) == cli.ERROR
    assert capsys.readouterr().err.count("\n") == 1
    with pytest.raises(CheckpointError, match="no name for weights"):
        save_model(load_model(), out, {})
    with pytest.raises(CheckpointError, match="no name for weights"):
        load_model(out)
    assert not list(tmp_path.iterdir())


def test_two_models_never_share_a_card(tmp_path):
    for name in ("v.1.safetensors", "v.2.safetensors"):
        train(Gradients(), TINY, tmp_path / name, progress=False)
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {
        f"v.{n}.{end}" for n in "12" for end in ("safetensors", "json", "state", "lock")
    }


# --- what others put there ------------------------------------------------------------------------


@pytest.mark.parametrize("resume", [True, False])
@pytest.mark.parametrize(
    "name", ["m.json", "m.safetensors", "m/history.csv", "m/000000016.png", "m.safetensors/"]
)
def test_files_that_no_training_made_are_named_and_stay(tmp_path, name, resume):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("precious")
    said = f"{tmp_path / name} is there already, and nothing shows that this training made"
    refused(tmp_path, said, samples=True, resume=resume)
    (tmp_path / name).rename(tmp_path / "moved away")
    assert run(tmp_path, samples=True, resume=resume).finished


def test_a_model_from_elsewhere_is_not_trained_over(tmp_path):
    """Such as the shipped one: weights and card, and no state to go on from."""
    state_path(run(tmp_path).path).unlink()
    for resume in (True, False):
        refused(tmp_path, "m.safetensors is there already, and nothing shows", resume=resume)


def test_other_files_in_the_folder_of_samples_stay(tmp_path):
    (tmp_path / "m").mkdir()
    for name in ("notes.txt", "best.png", "16.png"):
        (tmp_path / "m" / name).write_text("precious")
    before = contents(tmp_path)
    run(tmp_path, samples=True)
    assert contents(tmp_path).items() >= before.items()


@pytest.mark.parametrize("name", ["history.csv", "000000048.png"])
def test_a_training_without_samples_does_not_vouch_for_samples(tmp_path, name):
    run(tmp_path, replace(TINY, images=24))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / name).write_text("precious")
    refused(tmp_path, f"{name} is there already", samples=True)
    assert run(tmp_path).finished


def test_a_file_where_samples_would_go_is_named_before_training(tmp_path):
    (tmp_path / "m").write_text("precious")
    refused(tmp_path, "m is a file, expected a folder for sheets", samples=True)


@pytest.mark.parametrize("resume", [True, False])
def test_weights_that_took_the_place_of_the_trained_ones_stay(tmp_path, resume):
    """Even a model of the same kind, whose card was left behind."""
    half = replace(TINY, images=24)
    run(tmp_path, half)
    other = run(tmp_path / "other", replace(TINY, seed=1)).path
    trained = (tmp_path / "m.safetensors").rename(tmp_path / "trained")
    (tmp_path / "m.safetensors").write_bytes(other.read_bytes())
    refused(
        tmp_path, "m.safetensors is not the file that the training of m.state saved", resume=resume
    )
    (tmp_path / "m.safetensors").unlink()
    trained.unlink()
    assert same(weights_of(run(tmp_path)), weights_of(run(tmp_path / "whole")))


@pytest.mark.parametrize("text", ["{}", "[1]", '{"notes": "precious"}', "precious", "[" * 100_000])
def test_a_card_that_became_something_else_stays(tmp_path, text):
    run(tmp_path, replace(TINY, images=24))
    (tmp_path / "m.json").write_text(text)
    refused(tmp_path, "m.json is not the card of a model")


@pytest.mark.parametrize("resume", [True, False])
def test_a_state_that_is_none_stays(tmp_path, resume):
    (tmp_path / "m.state").write_text("precious")
    refused(tmp_path, "m.state cannot be resumed from", resume=resume)


@pytest.mark.parametrize("change", [{"seed": 1}, {"batch": 4}])
def test_a_refused_training_leaves_no_lock(tmp_path, change):
    run(tmp_path)
    (tmp_path / "m.lock").unlink()
    refused(tmp_path, "was trained with", settings=replace(TINY, **change))


# --- where names lead, and a system that refuses --------------------------------------------------


def test_a_link_to_the_weights_stays_one_and_a_file_keeps_its_mode(tmp_path):
    run(tmp_path, replace(TINY, images=24))
    real = (tmp_path / "m.safetensors").rename(tmp_path / "elsewhere.safetensors")
    (tmp_path / "m.safetensors").symlink_to(real)
    real.chmod(0o640)
    before = real.read_bytes()
    run(tmp_path)
    assert (tmp_path / "m.safetensors").is_symlink() and real.read_bytes() != before
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert same(weights_of(run(tmp_path)), weights_of(run(tmp_path / "whole")))


def test_weights_that_were_protected_are_not_replaced(tmp_path, monkeypatch):
    """Renaming over a file asks nobody; os.access does, except that root may do everything."""
    run(tmp_path, replace(TINY, images=24))
    out = tmp_path / "m.safetensors"
    before = out.read_bytes()
    monkeypatch.setattr(os, "access", lambda path, mode: path != out)
    with pytest.raises(CheckpointError, match=r"could not be saved \(.*Permission denied"):
        run(tmp_path)
    assert out.read_bytes() == before


def fail(*_):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "what", ["keeping.save_state", "checkpoints.save_file", "keeping.save_png", "a real limit"]
)
def test_a_full_disk_is_one_sentence_and_training_goes_on_from_there(tmp_path, monkeypatch, what):
    settings = replace(TINY, checkpoint_every=16)
    out = run(tmp_path / "cut", replace(settings, images=16), samples=True).path
    before, limits = contents(tmp_path / "cut"), resource.getrlimit(resource.RLIMIT_FSIZE)
    said = r"m\.safetensors: the checkpoint of 32 .* not be saved .* of 16 images is kept"
    with monkeypatch.context() as patch, pytest.raises(CheckpointError, match=said) as error:
        if what != "a real limit":
            patch.setattr(f"facescreen.gan.{what}", fail)
        try:
            if what == "a real limit":  # beyond it a write fails in its middle, as on a full disk
                resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limits[1]))
            run(tmp_path / "cut", settings, samples=True)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "cut").rglob("*.tmp"))
    load_model(out)  # whole: weights and card still belong together
    if what in ("keeping.save_state", "a real limit"):
        assert contents(tmp_path / "cut") == before
    run(tmp_path / "cut", settings, samples=True)
    run(tmp_path / "whole", settings, samples=True)
    assert same(
        load_model(out).state_dict(), load_model(tmp_path / "whole" / out.name).state_dict()
    )


# --- few faces ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("faces", "said"), [(20, True), (199, True), (200, False)])
def test_a_very_small_set_is_told_what_to_expect(tmp_path, capsys, monkeypatch, faces, said):
    short = {"batch": 4, "drawn_again": 2, "mapping_steps": 2, "encoder_width": 2}
    tiny = CombinerSettings(**short, generator_width=2, critic_width=2)
    monkeypatch.setitem(RECIPES, "combiner", tiny)
    main_train(
        "portraits", tmp_path / "m.safetensors", None, 8, seed=0, size=32, device="cpu", faces=faces
    )
    lines = [
        line for line in capsys.readouterr().err.splitlines() if line.startswith("facescreen:")
    ]
    assert len(lines) == said
    if said:
        assert lines[0].startswith(f"facescreen: {faces} faces are very few")
        assert "by heart" in lines[0] and "1,000 or more" in lines[0]
    assert json.loads((tmp_path / "m.json").read_text())["data"]["faces"] == faces
