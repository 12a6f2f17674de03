"""Losses and penalties: each is the formula that it is named after."""

import pytest
import torch
from torch import nn

from facescreen.gan import losses

pytestmark = pytest.mark.usefixtures("one_thread")


def test_relativistic_losses_mirror_each_other_and_ignore_a_constant():
    real, fake = torch.randn(9), torch.randn(9)
    critic, generator = losses.LOSSES["relativistic"]
    assert torch.equal(critic(real, fake), generator(fake, real))
    assert torch.allclose(critic(real, fake), critic(real + 7, fake + 7), atol=1e-5)
    assert torch.allclose(critic(real, real), torch.tensor(2.0).log())
    assert critic(real + 50, fake) < 1e-6


def test_minimax_is_equation_1_of_the_paper():
    real, fake = torch.randn(9), torch.randn(9)
    critic, generator = losses.LOSSES["minimax"]
    d_real, d_fake = torch.sigmoid(real), torch.sigmoid(fake)
    value = d_real.log().mean() + (1 - d_fake).log().mean()
    assert torch.allclose(critic(real, fake), -value, atol=1e-6)
    assert torch.allclose(generator(real, fake), (1 - d_fake).log().mean(), atol=1e-6)


def slope(loss, score: float) -> float:
    fake = torch.tensor([score], requires_grad=True)
    loss.generator(torch.zeros(1), fake).backward()
    return fake.grad.item()


def test_the_non_saturating_form_is_steep_where_equation_1_is_flat():
    eq1, form = losses.LOSSES["minimax"], losses.LOSSES["non_saturating"]
    assert eq1.critic is form.critic
    assert -1e-3 < slope(eq1, -8.0) < 0 and slope(form, -8.0) < -0.99
    assert slope(eq1, 0.0) == pytest.approx(slope(form, 0.0))


def test_wasserstein_losses_are_differences_of_means():
    critic, generator = losses.LOSSES["wasserstein"]
    real, fake = torch.tensor([3.0, 5.0]), torch.tensor([1.0, 0.0])
    assert critic(real, fake) == -3.5 and generator(real, fake) == -0.5


def linear_critic() -> nn.Sequential:
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 1))


def test_penalties_of_a_linear_critic_follow_from_its_length():
    critic, random = linear_critic(), torch.Generator().manual_seed(0)
    weight = critic[1].weight
    images = torch.randn(6, 3, 4, 4), torch.randn(6, 3, 4, 4)
    penalty = losses.zero_centered_penalty(critic, *images, random)
    assert torch.allclose(penalty, weight.square().sum())
    penalty.backward()
    assert torch.allclose(weight.grad, 2 * weight)
    with torch.no_grad():
        weight.mul_(3 / weight.norm())
    assert losses.unit_slope_penalty(critic, *images, random).item() == pytest.approx(4, rel=1e-4)


def test_unit_slope_is_asked_for_between_real_and_generated_images():
    seen = []

    class Watching(nn.Module):
        def forward(self, images):
            seen.append(images)
            return images.sum(dim=(1, 2, 3))

    real, fake = torch.zeros(50, 3, 4, 4), torch.ones(50, 3, 4, 4)
    losses.unit_slope_penalty(Watching(), real, fake, torch.Generator().manual_seed(0))
    shares = seen[0].flatten(1)
    assert (shares == shares[:, :1]).all(), "one point on the line for each pair"
    assert shares.min() >= 0 and shares.max() <= 1 and shares[:, 0].std() > 0.2


def test_pixel_loss_counts_pixels_and_weighted_edges():
    real = torch.zeros(1, 3, 4, 4)
    brighter = real + 0.5
    assert losses.pixel_loss(real, real, 3.0) == 0
    assert losses.pixel_loss(brighter, real, 3.0) == 0.5  # the same edges everywhere
    dot = real.clone()
    dot[..., 1, 1] = 1.0  # 1 pixel of 16; 2 of 12 edges each way
    assert torch.allclose(losses.pixel_loss(dot, real, 3.0), torch.tensor(1 / 16 + 3 * 4 / 12))


def test_feature_loss_sums_levels():
    made = [torch.ones(2, 3), torch.ones(5)]
    real = [torch.zeros(2, 3), torch.full((5,), 3.0)]
    assert losses.feature_loss(made, real) == 3.0
