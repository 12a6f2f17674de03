"""Laws of saved models: each comes back as it was saved, and what does not fit is refused."""

import json

import pytest
import torch
from tiny_networks import ARCHITECTURE, PLAIN

from facescreen.gan.checkpoints import (
    SHIPPED,
    CheckpointError,
    card_path,
    load_combiner,
    load_model,
    save_model,
)
from facescreen.gan.models import FaceCombiner, NoiseGan
from facescreen.gan.recipes import RECIPES, trainer_for

pytestmark = pytest.mark.usefixtures("one_thread")


def saved(tiny: FaceCombiner, folder, name="model.safetensors"):
    path = folder / name
    save_model(tiny, path, {"what": "a test"})
    return path


def test_a_saved_combiner_comes_back_rounded_to_float16(tiny, tmp_path):
    back = load_combiner(saved(tiny, tmp_path))
    assert back.card["what"] == "a test" and len(back.sha256) == 64
    for name, value in tiny.state_dict().items():
        assert torch.equal(back.state_dict()[name], value.half().float()), name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.json", "model.safetensors"]


def test_the_default_model_fits_its_budget(tmp_path):
    path = saved(trainer_for(RECIPES["combiner"]).model, tmp_path)
    assert path.stat().st_size + card_path(path).stat().st_size <= 4_000_000


def test_a_saved_dcgan_comes_back_and_is_no_combiner(tmp_path):
    torch.manual_seed(0)
    model, path = NoiseGan(PLAIN).eval(), tmp_path / "plain.safetensors"
    save_model(model, path, {})
    back, noise = load_model(path), torch.randn(4, 6)
    assert torch.allclose(back.draw_from_noise(noise), model.draw_from_noise(noise), atol=1e-2)
    with pytest.raises(
        CheckpointError, match=r"plain\.safetensors is a dcgan, which has no way in"
    ):
        load_combiner(path)


def test_what_ships_fits_its_budget_and_loads():
    shipped = list(SHIPPED.parent.glob("*.safetensors")) + list(SHIPPED.parent.glob("*.json"))
    assert sum(file.stat().st_size for file in shipped) <= 8_000_000
    model = load_combiner()
    assert model.size == 64 and model.mapping is not None
    assert model.card["command"].startswith("facescreen train") and model.card["minutes"] > 0


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"no file .*nowhere\.safetensors"):
        load_combiner(tmp_path / "nowhere.safetensors")


def test_a_missing_card_is_named(tiny, tmp_path):
    path = saved(tiny, tmp_path)
    card_path(path).unlink()
    with pytest.raises(CheckpointError, match=r"no file .*model\.json"):
        load_combiner(path)


@pytest.mark.parametrize("damage", ["truncated", "one bit", "another model", "empty"])
def test_weights_that_are_not_those_of_the_card_are_refused(tiny, tmp_path, damage):
    path = saved(tiny, tmp_path)
    whole = path.read_bytes()
    flipped = whole[:-1] + bytes([whole[-1] ^ 1])
    other = saved(FaceCombiner(ARCHITECTURE), tmp_path, "other.safetensors").read_bytes()
    damaged = {"truncated": whole[:-9], "one bit": flipped, "another model": other, "empty": b""}
    path.write_bytes(damaged[damage])
    with pytest.raises(CheckpointError, match="SHA-256 differs"):
        load_combiner(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sha256": 1, "architecture": 2}'])
def test_a_broken_card_is_refused(tiny, tmp_path, text):
    path = saved(tiny, tmp_path)
    card_path(path).write_text(text)
    with pytest.raises(CheckpointError, match="not the card of a model"):
        load_combiner(path)


def test_weights_of_another_architecture_are_refused(tiny, tmp_path):
    path = saved(tiny, tmp_path)
    card = json.loads(card_path(path).read_text())
    card["architecture"]["style"] = 9
    card_path(path).write_text(json.dumps(card))
    with pytest.raises(CheckpointError, match="does not fit the architecture"):
        load_combiner(path)
