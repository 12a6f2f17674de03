"""Laws of the network of kinds: what it learns from, what it is stored as, what it says."""

import json

import numpy as np
import pytest
import torch

from facescreen.gan.checkpoints import CheckpointError
from facescreen.kinds.learning_sets import (
    BY_EYE,
    CALIBRATED,
    PLANTED_KINDS,
    TAUGHT,
    TESTED,
    Examples,
    allowed_kinds,
    portrait_examples,
)
from facescreen.kinds.network import MODELS, KindNetwork, load_kinds, save_kinds
from facescreen.kinds.training import KindSettings, going_on, loss_of, moved, train

pytestmark = pytest.mark.usefixtures("one_thread")
IMAGES = np.random.default_rng(1).integers(0, 256, (70, 64, 64, 3), np.uint8)


def test_no_run_teaches_that_sets_thresholds_or_tests():
    used = [(name, seed) for part in (TAUGHT, CALIBRATED) for name, its in part.items()
            for seed in its]  # fmt: skip
    assert len(set(used)) == len(used)
    for pool, seeds in TESTED.values():
        assert not {(pool, seed) for seed in seeds} & set(used)
        assert seeds or pool not in {*TAUGHT, *CALIBRATED, "default"}


def test_labels_without_a_kind_leave_several_and_unsure_none():
    labels = np.array(["valid", "broken_saturated", "broken_saturated", "broken_other", "unsure"])
    allowed = allowed_kinds(labels, np.array(["", "tint", "", "", ""]))
    assert [[k for k, a in zip(BY_EYE, row, strict=True) if a] for row in allowed] == [
        ["valid"],
        ["tint"],
        ["clipped_patch", "tint", "weave"],
        ["clipped_patch", "weave", "unfinished", "melted", "dark"],
        [],
    ]


def test_the_loss_is_minus_the_log_of_what_is_allowed():
    torch.manual_seed(2)
    network = KindNetwork(4, width=8)
    images = torch.rand(5, 3, 64, 64)
    allowed = np.random.default_rng(2).random((5, 4)) < 0.5
    allowed[:, 1] = True
    cells = torch.randint(0, 4, (5, 16, 16))
    whole, parts = (x.detach().numpy().astype(float) for x in network(images))
    shares = np.exp(whole) / np.exp(whole).sum(axis=1, keepdims=True)
    wanted = -np.log((shares * allowed).sum(axis=1)).mean()
    loss = loss_of(network, images, torch.from_numpy(allowed), None)
    assert loss.item() == pytest.approx(wanted, abs=1e-5)
    logs = parts - np.log(np.exp(parts).sum(axis=1, keepdims=True))
    of_cells = -np.take_along_axis(logs, cells.numpy()[:, np.newaxis], 1).mean()
    both = loss_of(network, images, torch.from_numpy(allowed), cells)
    assert both.item() == pytest.approx(wanted + of_cells, abs=1e-5)


def test_images_and_their_cells_are_mirrored_together():
    cells = np.repeat(np.arange(256).reshape(1, 16, 16), 40, axis=0)
    images = np.repeat(np.repeat(cells, 4, 1), 4, 2)[..., np.newaxis].repeat(3, 3).astype(np.uint8)
    examples = Examples(images, np.ones((40, 2), bool), cells)
    x, y = moved(examples, np.arange(40), np.random.default_rng(3))
    np.testing.assert_allclose(255 * x[:, 0, ::4, ::4].numpy(), y.numpy(), atol=1e-3)
    assert {int(first) for first in y[:, 0, 0]} == {0, 15}
    shifted, none = moved(Examples(images, np.ones((40, 2), bool)), np.arange(40),
                          np.random.default_rng(3))  # fmt: skip
    assert none is None and shifted.shape == x.shape and not torch.equal(shifted, x)


def test_portrait_examples_know_their_cells():
    examples = portrait_examples(20, 9)
    kinds = examples.allowed.argmax(axis=1)
    assert examples.allowed.sum() == len(examples) == 20
    assert (kinds == 0).sum() == 4  # a fifth is clean
    for kind, cells in zip(kinds, examples.cells, strict=True):
        assert set(np.unique(cells)) <= {0, kind}


def test_a_network_learns_what_it_is_shown():
    """Two kinds that differ in one channel: after a few steps they are told apart."""
    images = np.full((32, 64, 64, 3), 60, np.uint8)
    images[::2, ..., 0] = 200
    allowed = np.eye(2, dtype=bool)[np.arange(32) % 2]
    torch.manual_seed(4)
    network = KindNetwork(2, width=8)
    train(network, Examples(images, allowed), KindSettings(320, 5e-3, batch=8), progress=False)
    with torch.no_grad():
        said = network(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255)[0].argmax(1)
    np.testing.assert_array_equal(said.numpy(), np.arange(32) % 2)
    same, other = (going_on(network, kinds, 8) for kinds in (("valid", "tint"), BY_EYE))
    for further in (same, other):  # its convolutions are known, its answers if they fit
        assert torch.equal(further.convolutions[2].weight, network.convolutions[2].weight)
    assert torch.equal(same.of_whole.weight, network.of_whole.weight)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("portraits", PLANTED_KINDS),
        ("generated", PLANTED_KINDS),
        ("real", BY_EYE),
    ],
)
def test_the_shipped_networks_are_small_and_say_the_same_alone_and_among_others(name, kinds):
    judge = load_kinds(name)
    assert judge.kinds == kinds
    assert (MODELS / f"kinds_{name}.safetensors").stat().st_size <= 200_000
    together, maps = judge(IMAGES), judge.maps(IMAGES[:3])
    np.testing.assert_array_equal(judge(IMAGES[40:41]), together[40:41])
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(maps.sum(axis=1), 1, atol=1e-5)
    assert maps.shape == (3, len(kinds), 16, 16) and judge(IMAGES[:0]).shape == (0, len(kinds))
    with pytest.raises(ValueError, match="uint8"):
        judge(IMAGES / 255)


def test_a_judge_is_the_same_after_it_was_saved_and_a_damaged_one_is_refused(tmp_path):
    torch.manual_seed(5)
    path = tmp_path / "own.safetensors"
    card = {"architecture": {"kinds": ["valid", "tint"], "width": 8}}
    saved = save_kinds(KindNetwork(2, width=8), path, card)
    np.testing.assert_array_equal(load_kinds(path)(IMAGES[:5]), saved(IMAGES[:5]))
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(CheckpointError, match="SHA-256 differs"):
        load_kinds(path)
    path.write_bytes(whole)
    told = json.loads(path.with_suffix(".json").read_text("utf-8"))
    told["architecture"] = {"depth": 3}
    path.with_suffix(".json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(CheckpointError, match="not the card of a network of kinds"):
        load_kinds(path)
    with pytest.raises(CheckpointError, match="there is no file"):
        load_kinds(tmp_path / "none.safetensors")
