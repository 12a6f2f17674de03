"""Laws of a training's steps: every player learns, by its own gradients, rate and batches."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_training import TINY, Gradients
from torch import nn

from facescreen.gan.batches import batch_of_faces
from facescreen.gan.combiner import combined_styles
from facescreen.gan.mapping import learned_mapping
from facescreen.gan.networks import on_sphere
from facescreen.gan.recipes import RECIPES, recipe_named, trainer_for

pytestmark = pytest.mark.usefixtures("one_thread")


def test_every_player_of_every_recipe_learns(recipe):
    trainer = trainer_for(recipe)
    before = {name: value.clone() for name, value in trainer.tensors().items()}
    for step in range(5):  # WGAN's generator moves at each fifth step
        batch = batch_of_faces(Gradients(), recipe, step)
        trainer.step(batch, torch.Generator().manual_seed(step))
    after = trainer.tensors()
    learned = {n for n, v in before.items() if not torch.equal(v, after[n])}
    for player, network in (("model", trainer.model), ("critic", trainer.critic)):
        still = {n for n, _ in network.named_parameters()} - {
            n.removeprefix(f"{player}/") for n in learned
        }
        # A constant added to every score means nothing to a relativistic loss.
        assert still <= {"to_score.bias"}, player
    assert any(name.startswith("averaged/") for name in learned)


def test_gradients_are_those_of_the_player_and_laid_out_as_its_weights(recipe):
    trainer = trainer_for(recipe)
    weights = list(trainer.model.parameters())
    loss = sum((weight**3).sum() for weight in weights) + next(trainer.critic.parameters()).sum()
    trainer.take_gradients("model", loss)
    for weight in weights:
        assert torch.allclose(weight.grad, 3 * weight**2)
        # The fused step walks through both as they lie in memory.
        assert weight.grad.stride() == weight.stride()
    assert all(parameter.grad is None for parameter in trainer.critic.parameters())


def test_a_step_of_dcgan_is_the_textbook_one():
    """One pass of the critic for both players gives what two passes of the old critic give."""
    settings = replace(RECIPES["dcgan"], size=16, batch=8, generator_width=2, critic_width=2)
    ours, book = trainer_for(settings), trainer_for(settings)
    faces = batch_of_faces(Gradients(), settings, 0)
    losses = ours.step(faces, torch.Generator().manual_seed(3))
    made = book.model.generator(torch.randn(8, 100, generator=torch.Generator().manual_seed(3)))
    critic_loss = nn.functional.softplus(-book.critic(faces)).mean()
    critic_loss = critic_loss + nn.functional.softplus(book.critic(made.detach())).mean()
    generator_loss = nn.functional.softplus(-book.critic(made)).mean()
    optimizers = [
        torch.optim.Adam(network.parameters(), 2e-4, (0.5, 0.999))
        for network in (book.critic, book.model)
    ]
    generator_loss.backward()
    optimizers[0].zero_grad()
    critic_loss.backward()
    for optimizer in optimizers:
        optimizer.step()
    assert losses["critic"] == pytest.approx(critic_loss.item(), rel=1e-5)
    assert losses["model"] == pytest.approx(generator_loss.item(), rel=1e-5)
    for player in ("model", "critic"):
        pairs = zip(
            getattr(ours, player).parameters(), getattr(book, player).parameters(), strict=True
        )
        assert all(torch.allclose(a, b, atol=2e-5) for a, b in pairs), player


def test_samples_come_from_the_same_inputs_each_time(recipe):
    trainer, faces = trainer_for(recipe), Gradients().load(range(6))
    first = trainer.samples(faces)
    assert first.shape[1:] == (16, 16, 3) and np.array_equal(first, trainer.samples(faces))
    trainer.step(batch_of_faces(Gradients(), recipe, 0), torch.Generator())
    for _ in range(4):
        trainer.step(batch_of_faces(Gradients(), recipe, 1), torch.Generator())
    assert not np.array_equal(first, trainer.samples(faces))


def test_the_learning_rate_falls_from_the_first_to_the_last():
    settings = replace(TINY, learning_rate=1.0, last_learning_rate=0.2, anneal_from=50, anneal=100)
    trainer = trainer_for(settings)
    rates = []
    for trainer.images in (0, 50, 100, 150, 10_000):
        rates.append(trainer.learning_rate())
    assert rates == pytest.approx([1.0, 1.0, 0.6, 0.2, 0.2])
    trainer.step(batch_of_faces(Gradients(), settings, 0), torch.Generator())
    assert trainer.optimizers["model"].param_groups[0]["lr"] == pytest.approx(0.2)
    assert trainer_for(replace(settings, last_learning_rate=None)).learning_rate() == 1.0


@given(st.integers(1, 30), st.integers(1, 9), st.integers(0, 5))
def test_each_pass_shows_every_face_once(faces, batch, seed):
    class Counted:
        def __len__(self):
            return faces

        def load(self, indices):
            self.seen += indices.tolist()
            return np.zeros((len(indices), 16, 16, 3), np.uint8)

    source = Counted()
    source.seen = []
    settings = replace(TINY, batch=batch, seed=seed)
    for step in range(-(-2 * faces // batch)):
        batch_of_faces(source, settings, step)
    assert (
        sorted(source.seen[:faces]) == sorted(source.seen[faces : 2 * faces]) == list(range(faces))
    )


def test_training_combines_within_the_learned_styles():
    styles = on_sphere(torch.randn(12, 8))
    for seed in range(20):
        random = torch.Generator().manual_seed(seed)
        combined = combined_styles(styles, 6, 4, random)
        assert combined.shape == (6, 4, 8)
        assert torch.allclose(combined.norm(dim=2), torch.full((6, 4), 8**0.5), atol=1e-5)


def test_the_mapping_network_learns_where_styles_lie():
    torch.manual_seed(0)
    styles = on_sphere(torch.randn(300, 8) * 0.2 + torch.arange(8.0) - 3)
    noise, spreads = torch.randn(400, 8), []
    for steps in (1, 400):
        made = learned_mapping(styles, 3, steps, seed=0)(noise).detach()
        spreads.append(
            (made.mean(0) - styles.mean(0)).norm() + (made.std(0) - styles.std(0)).norm()
        )
    assert spreads[1] < 0.25 * spreads[0], spreads


def test_an_unknown_recipe_lists_the_known_ones():
    with pytest.raises(ValueError, match="no recipe 'gan'; there are combiner, learning"):
        recipe_named("gan")
