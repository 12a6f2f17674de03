"""Laws of the second GAN: what each arm learns from, how it is measured, that it repeats."""

import numpy as np
import pytest

from facescreen.benefit import design, second_gan
from facescreen.benefit.labeled import small
from facescreen.faces import portraits
from facescreen.generation import one_thread
from facescreen.quality import HELD_OUT_SEED, measure_quality

WANTED = 6


@pytest.fixture
def pool(monkeypatch):
    """Twenty made-up images, numbered by their first pixel, and what screens say of them."""
    images = np.zeros((20, 64, 64, 3), np.uint8)
    images[:, 0, 0, 0] = np.arange(20)
    rejected = {name: np.arange(20) % step == 0 for step, name in
                ((3, "multi color"), (4, "signs"), (2, design.ONLY_REJECTED))}  # fmt: skip
    monkeypatch.setattr(second_gan, "drawn", lambda seed, folder: (images, rejected))
    monkeypatch.setattr(design, "GAN_SETS", (WANTED, WANTED))
    return lambda arm: second_gan.added(arm, 0)[:, 0, 0, 0].tolist()


def test_arms_add_the_first_images_that_are_theirs(pool):
    assert pool(design.REAL) == []
    assert pool(design.UNSCREENED) == [0, 1, 2, 3, 4, 5]
    assert pool("multi color") == [1, 2, 4, 5, 7, 8]
    assert pool("signs") == [1, 2, 3, 5, 6, 7]
    assert pool(design.ONLY_REJECTED) == [0, 2, 4, 6, 8, 10]
    blind = pool(design.DROPPED)
    assert len(set(blind)) == WANTED and max(blind) <= 8  # of those that multi color tried


def test_an_arm_of_too_few_images_is_refused(pool, monkeypatch):
    monkeypatch.setattr(design, "GAN_SETS", (WANTED, 11))
    with pytest.raises(RuntimeError, match="only rejected: 10 images of 20, expected 11"):
        pool(design.ONLY_REJECTED)


def test_a_short_training_repeats_and_is_measured_as_quality_is(monkeypatch):
    monkeypatch.setattr(second_gan, "COMPARED", 40)
    second_gan._held_out.cache_clear()
    images, kept = small(portraits(64, 64, 5, "bright")), []
    real = second_gan.quantize
    monkeypatch.setattr(
        second_gan, "quantize", lambda floats: kept.append(real(floats)[0]) or real(floats)
    )
    first = second_gan.train_gan(images, 3, shown=64, every=32)
    assert first == second_gan.train_gan(images, 3, shown=64, every=32)
    assert [row["images"] for row in first] == [32, 64]
    assert first[0]["kid"] != first[1]["kid"]
    with one_thread():
        held = small(portraits(40, 64, HELD_OUT_SEED, "bright"))
        assert measure_quality(kept[1], held).kid == pytest.approx(first[1]["kid"])
    second_gan._held_out.cache_clear()
