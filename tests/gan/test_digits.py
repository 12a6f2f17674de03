"""Laws of the digits and of the small GAN that writes them."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from facescreen.gan.digit_gan import train_digit_gan
from facescreen.gan.digit_images import DigitsError, load_digit_images


def test_the_digits_of_scikit_learn_are_images_from_minus_1_to_1():
    images, labels = load_digit_images()
    assert images.shape == (1797, 1, 8, 8) and images.dtype == np.float32
    assert (images.min(), images.max()) == (-1, 1)
    assert set(labels) == set(range(10))


def test_mnist_is_averaged_down_and_nothing_is_downloaded(monkeypatch, tmp_path):
    data = torch.arange(2 * 28 * 28).reshape(2, 28, 28).remainder(256).to(torch.uint8)
    asked = {}

    def mnist(root, train, download):
        asked.update(root=root, train=train, download=download)
        return SimpleNamespace(data=data, targets=torch.tensor([3, 7]))

    monkeypatch.setitem(sys.modules, "torchvision", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "torchvision.datasets", SimpleNamespace(MNIST=mnist))
    images, labels = load_digit_images(f"mnist:{tmp_path}")
    assert asked == {"root": str(tmp_path), "train": True, "download": False}
    assert images.shape == (2, 1, 14, 14) and [*labels] == [3, 7]
    corner = data[1, 2:4, 4:6].float().mean().item() / 127.5 - 1
    assert images[1, 0, 1, 2] == pytest.approx(corner, abs=1e-6)


@pytest.mark.parametrize("source", ["", "svhn", "mnist:"])
def test_other_digits_are_refused(source):
    with pytest.raises(DigitsError, match="expected 'sklearn' or 'mnist:FOLDER'"):
        load_digit_images(source)


def test_a_critic_learns_to_score_real_digits_higher_and_repeats_itself():
    images, _ = load_digit_images()
    gans = [train_digit_gan(images, 30, seed=2) for _ in range(2)]
    made = gans[0].draw(200, 5)
    assert made.shape == (200, 1, 8, 8) and np.abs(made).max() <= 1
    assert gans[0].score(images).mean() > gans[0].score(made).mean()
    np.testing.assert_array_equal(made, gans[1].draw(200, 5))
    np.testing.assert_array_equal(gans[0].score(made), gans[1].score(made))
