"""Laws of what is known beside a generator: its critic at each moment, its active units."""

import numpy as np
import pytest
import torch

from facescreen.faces import open_source
from facescreen.gan.checkpoints import CheckpointError, load_combiner
from facescreen.gan.inside import active_units
from facescreen.gan.moments import critic_at, load_critic, train_moments, weights_at
from facescreen.gan.recipes import recipe_named, trainer_for
from facescreen.gan.training import train


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learned")
    source = open_source("portraits:bright", 32, 0, limit=64)
    settings = recipe_named("learning", images=64, size=32, checkpoint_every=32, seed=4)
    train_moments(source, settings, folder, 2, progress=False, critics=True)
    return folder, source, settings


def test_the_critic_of_each_moment_is_the_one_that_learned(learned, tmp_path):
    folder, source, settings = learned
    seen = []
    images = torch.rand(5, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1

    def note(trainer, _losses):
        seen.append(trainer.critic(images).detach())

    train(source, settings, tmp_path / "again.safetensors", progress=False, callback=note)
    for moment in (1, 2):
        ours = load_critic(critic_at(folder, moment))(images)
        np.testing.assert_allclose(ours, seen[moment - 1], atol=5e-3)  # kept as float16
    assert not torch.allclose(seen[0], seen[1])


def test_nothing_is_trained_where_all_is_there_and_a_lost_critic_is(learned):
    folder, source, settings = learned
    before = {at: critic_at(folder, at).stat().st_mtime_ns for at in (1, 2)}
    train_moments(source, settings, folder, 2, progress=False, critics=True)
    assert {at: critic_at(folder, at).stat().st_mtime_ns for at in (1, 2)} == before
    whole = critic_at(folder, 1).read_bytes()
    critic_at(folder, 1).unlink()
    train_moments(source, settings, folder, 2, progress=False, critics=True)
    assert critic_at(folder, 1).read_bytes() == whole


def test_a_damaged_critic_is_refused(learned, tmp_path):
    file = critic_at(tmp_path, 1)
    for kind in (".safetensors", ".json"):
        file.with_suffix(kind).write_bytes(critic_at(learned[0], 1).with_suffix(kind).read_bytes())
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(CheckpointError, match="SHA-256 differs"):
        load_critic(file)


def test_active_units_are_those_that_the_generator_uses(learned):
    combiner = load_combiner(weights_at(learned[0], 2))
    styles = torch.randn(70, combiner.layers, combiner.style, generator=torch.manual_seed(1))
    seen = []

    def note(module, given):
        x, style = given
        shift = module.to_scale_and_shift(style)[:, x.shape[1] :]
        seen.append((x + shift[..., None, None] > 0).flatten(1))

    hooks = [u.register_forward_pre_hook(note) for u in combiner.generator.upsamplings[:2]]
    with torch.inference_mode():
        combiner.generator(styles)
    for hook in hooks:
        hook.remove()
    found = active_units(combiner, styles, layers=2)
    wanted = torch.cat(seen, dim=1)
    assert found.shape == wanted.shape and 0.1 < found.float().mean() < 0.9
    assert (found != wanted).float().mean() < 1e-4  # other batches round otherwise


def test_a_recipe_without_critics_keeps_none(learned, tmp_path):
    _, source, settings = learned
    train_moments(source, settings, tmp_path, 1, progress=False)
    assert weights_at(tmp_path, 1).exists() and not critic_at(tmp_path, 1).exists()
    assert trainer_for(settings).critic.size == 32
