"""The face combiner: networks, losses, combination schemes, checkpoints, training."""

import json
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from torch import nn

from facescreen.files import InUseError
from facescreen.gan import losses
from facescreen.gan.checkpoints import (
    CheckpointError,
    FaceCombiner,
    card_path,
    load_combiner,
    save_combiner,
)
from facescreen.gan.combine import SCHEMES, pick_faces, scheme_named
from facescreen.gan.networks import Critic, Encoder, Generator, layer_count, on_sphere
from facescreen.gan.trainer import Trainer, TrainingSettings, combined_styles
from facescreen.gan.training import (
    TrainingStopped,
    batch_of_faces,
    main_train,
    state_path,
    train,
)
from facescreen.images import save_png

ARCHITECTURE = {"size": 16, "style": 8, "encoder_width": 2, "generator_width": 2}
TINY = TrainingSettings(
    images=48, size=16, batch=8, style=8, encoder_width=2, generator_width=2, critic_width=2
)


pytestmark = pytest.mark.usefixtures("one_thread")


class Gradients:
    """A source of plain faces: 20 color gradients."""

    name, fingerprint = "gradients", "v1"

    def __len__(self) -> int:
        return 20

    def load(self, indices):
        ramp = np.linspace(0, 200, 16)[None, :, None, None] * np.ones((1, 1, 16, 3))
        tint = (np.asarray(indices)[:, None] * [2, 5, 11] % 55)[:, None, None, :]
        return (ramp + tint).astype(np.uint8)


@pytest.fixture
def tiny() -> FaceCombiner:
    torch.manual_seed(0)
    return FaceCombiner(ARCHITECTURE).eval()


def some_styles(faces: int, count: int = 5, width: int = 8, seed: int = 0) -> torch.Tensor:
    return on_sphere(
        torch.randn(count, faces, width, generator=torch.Generator().manual_seed(seed))
    )


# --- networks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [16, 32, 64, 128])
def test_shapes_fit_together_at_every_size(size):
    faces = torch.rand(3, 3, size, size) * 2 - 1
    styles = Encoder(size, 2, 8)(faces)
    layers = layer_count(size)
    assert styles.shape == (3, 8)
    assert Generator(size, 2, 8)(styles[:, None].expand(-1, layers, -1)).shape == faces.shape
    assert Critic(size, 2)(faces).shape == (3,)


@pytest.mark.parametrize("size", [0, 8, 48, 63])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ValueError, match="image size"):
        layer_count(size)


def test_styles_lie_on_the_sphere_and_keep_their_direction():
    styles = torch.randn(6, 10)
    on = on_sphere(styles)
    assert torch.allclose(on.norm(dim=1), torch.full((6,), 10**0.5))
    assert torch.allclose(nn.functional.cosine_similarity(on, styles), torch.ones(6), atol=1e-6)


def test_each_layer_has_a_say_and_later_ones_leave_the_start_alone(tiny):
    styles = some_styles(1)[:, :1].expand(-1, tiny.layers, -1).clone()
    before = tiny.draw(styles)
    for layer in range(tiny.layers):
        changed = styles.clone()
        changed[:, layer] = some_styles(1, seed=9)[:, 0]
        assert not torch.allclose(tiny.draw(changed), before, atol=1e-4), layer


@effort(max_examples=15)
@given(st.lists(st.integers(0, 199), min_size=1, max_size=70), st.integers(0, 2**31))
def test_an_image_does_not_depend_on_its_company(rows, seed):
    torch.manual_seed(seed)
    combiner = FaceCombiner(ARCHITECTURE).eval()
    faces = torch.randint(0, 256, (200, 16, 16, 3), dtype=torch.uint8)
    styles = combiner.encode(faces)
    assert torch.equal(combiner.encode(faces[rows]), styles[rows])
    layered = styles[:, None].expand(-1, combiner.layers, -1)
    assert torch.equal(combiner.draw(layered[rows]), combiner.draw(layered)[rows])


def test_nothing_asked_nothing_drawn(tiny):
    assert tiny.encode(torch.zeros(0, 16, 16, 3, dtype=torch.uint8)).shape == (0, 8)
    assert tiny.draw(torch.zeros(0, tiny.layers, 8)).shape == (0, 16, 16, 3)


def test_encoder_names_the_shape_that_it_needs(tiny):
    with pytest.raises(ValueError, match=r"\(N, 16, 16, 3\), got torch.uint8 \(2, 3, 16, 16\)"):
        tiny.encode(torch.zeros(2, 3, 16, 16, dtype=torch.uint8))
    with pytest.raises(ValueError, match="float32"):
        tiny.encode(torch.zeros(2, 16, 16, 3))


# --- losses ---------------------------------------------------------------------------------------


def test_adversarial_losses_mirror_each_other_and_ignore_a_constant():
    real, fake = torch.randn(9), torch.randn(9)
    assert torch.equal(losses.critic_loss(real, fake), losses.generator_loss(fake, real))
    shifted = losses.critic_loss(real + 7, fake + 7)
    assert torch.allclose(losses.critic_loss(real, fake), shifted, atol=1e-5)
    assert torch.allclose(losses.critic_loss(real, real), torch.tensor(2.0).log())
    assert losses.critic_loss(real + 50, fake) < 1e-6


def test_gradient_penalty_of_a_linear_critic_is_its_squared_length():
    critic = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 1))
    weight = critic[1].weight
    penalty = losses.gradient_penalty(critic, torch.randn(5, 3, 4, 4))
    assert torch.allclose(penalty, weight.square().sum())
    penalty.backward()
    assert torch.allclose(weight.grad, 2 * weight)


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


# --- combining ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEMES)
@pytest.mark.parametrize("layers", [2, 3, 4, 5])
def test_combining_a_face_with_itself_gives_that_face(name, layers):
    scheme = SCHEMES[name]
    face = some_styles(1)
    combined = scheme.combine(face.expand(-1, scheme.faces, -1), layers, 1.3)
    assert torch.allclose(combined, face.expand(-1, layers, -1), atol=1e-6)


@pytest.mark.parametrize("name", [name for name in SCHEMES if name != "self"])
def test_every_face_picked_matters(name):
    scheme = SCHEMES[name]
    styles = some_styles(scheme.faces)
    before = scheme.combine(styles, 4, 0.7)
    for face in range(scheme.faces):
        changed = styles.clone()
        changed[:, face] = some_styles(1, seed=3)[:, 0]
        assert not torch.allclose(scheme.combine(changed, 4, 0.7), before), face


def test_schemes_do_what_their_names_say():
    a, b, c, d = some_styles(4).unbind(1)
    picked = some_styles(4)
    two = scheme_named("two_faces").combine(picked[:, :2], 4, 0.0)
    assert torch.equal(two, torch.stack([a, a, b, b], 1))
    assert torch.equal(scheme_named("four_faces").combine(picked, 4, 0.0), picked)
    beyond = scheme_named("extrapolate").combine(picked[:, :3], 4, 0.7)
    assert torch.allclose(beyond, torch.stack([a + 0.7 * (b - c)] * 4, 1))
    mixed = scheme_named("mix_and_extrapolate").combine(picked, 4, 2.0)
    assert torch.allclose(mixed, torch.stack([a, a, *[b + 2 * (c - d)] * 2], 1))
    assert torch.allclose(
        scheme_named("mean_two").combine(picked[:, :2], 4, 0.0).norm(dim=2),
        (torch.tensor(8.0).sqrt()),
    )


def test_unknown_scheme_lists_the_known_ones():
    with pytest.raises(ValueError, match="'three'; there are self, two_faces"):
        scheme_named("three")


@given(
    st.integers(-(2**63), 2**64),
    st.lists(st.integers(0, 2**40), min_size=1, max_size=20),
    st.integers(1, 4),
    st.integers(0, 50),
)
def test_picks_are_different_faces_and_depend_on_seed_and_index_alone(seed, images, faces, spare):
    available = faces + spare
    picks = pick_faces(seed, np.array(images), faces, available)
    assert picks.shape == (len(images), faces)
    assert picks.min() >= 0 and picks.max() < available
    assert all(len(set(row)) == faces for row in picks.tolist())
    for row, image in enumerate(images):
        assert (pick_faces(seed, np.array([image]), faces, available) == picks[row]).all()


def test_picks_are_even_and_change_with_the_seed():
    picks = pick_faces(1, np.arange(30_000), 3, 10)
    for column in picks.T:  # 3,000 expected in each of 10 bins, standard deviation 52
        assert np.abs(np.bincount(column, minlength=10) - 3000).max() < 300
    pairs = np.bincount(picks[:, 0] * 10 + picks[:, 1], minlength=100).reshape(10, 10)
    off = pairs[~np.eye(10, dtype=bool)]  # 333 expected in each, standard deviation 18
    assert np.abs(off - 30_000 / 90).max() < 110
    assert (pick_faces(2, np.arange(1000), 3, 10) != picks[:1000]).any(axis=1).mean() > 0.95


def test_picks_never_change_from_one_version_to_the_next():
    assert pick_faces(1, np.arange(3), 4, 8000).tolist() == [
        [432, 6602, 649, 1229],
        [4297, 6504, 6007, 2979],
        [4971, 5624, 5343, 5422],
    ]


def test_too_few_faces_to_pick_from():
    with pytest.raises(ValueError, match="combines 4 different faces; the source has 3"):
        pick_faces(0, np.arange(2), 4, 3)


# --- checkpoints ----------------------------------------------------------------------------------


def saved(tiny: FaceCombiner, folder, name="model.safetensors"):
    path = folder / name
    save_combiner(tiny, path, {"what": "a test"})
    return path


def test_a_saved_combiner_comes_back_rounded_to_float16(tiny, tmp_path):
    back = load_combiner(saved(tiny, tmp_path))
    assert back.card["what"] == "a test" and len(back.sha256) == 64
    for name, value in tiny.state_dict().items():
        assert torch.equal(back.state_dict()[name], value.half().float()), name
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model.json", "model.safetensors"]


def test_the_default_model_fits_its_budget(tmp_path):
    trainer = Trainer(TrainingSettings())
    path = saved(trainer.combiner, tmp_path)
    assert path.stat().st_size + card_path(path).stat().st_size <= 4_000_000


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


# --- training -------------------------------------------------------------------------------------


def run(folder, settings=TINY, **options):
    return train(Gradients(), settings, folder / "m.safetensors", progress=False, **options)


def weights_of(result) -> dict[str, torch.Tensor]:
    return load_combiner(result.path).state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[n], other[n]) for n in one)


def test_training_is_decided_by_its_seed(tmp_path):
    first, second = run(tmp_path / "a"), run(tmp_path / "b")
    other = run(tmp_path / "c", replace(TINY, seed=1))
    assert same(weights_of(first), weights_of(second))
    assert not same(weights_of(first), weights_of(other))


def test_training_learns_to_reconstruct(tmp_path):
    history = run(tmp_path, replace(TINY, images=1600, learning_rate=3e-3)).history
    pixels = [step["pixels"] for step in history]
    assert np.mean(pixels[-20:]) < 0.6 * np.mean(pixels[:20])


def test_a_run_cut_in_two_ends_in_the_weights_of_a_whole_one(tmp_path):
    whole = run(tmp_path / "whole")
    half = run(tmp_path / "cut", replace(TINY, images=24))
    assert half.images == 24
    resumed = run(tmp_path / "cut")
    assert resumed.images == 48 and len(resumed.history) == 3
    assert same(weights_of(resumed), weights_of(whole))


def test_an_interrupt_saves_and_the_run_goes_on_from_there(tmp_path):
    def press_ctrl_c(trainer, _):
        if trainer.images == 16:
            signal.raise_signal(signal.SIGINT)

    cut = run(tmp_path / "cut", callback=press_ctrl_c)
    assert (cut.images, cut.finished) == (16, False)
    assert json.loads(card_path(cut.path).read_text())["images"] == 16
    assert same(weights_of(run(tmp_path / "cut")), weights_of(run(tmp_path / "whole")))


def test_resume_false_starts_afresh(tmp_path):
    first = run(tmp_path)
    again = run(tmp_path, resume=False)
    assert len(again.history) == len(first.history) == 6


def test_minutes_end_a_run_before_its_images_do(tmp_path):
    result = run(tmp_path, minutes=0.0)
    assert (result.images, result.finished) == (0, False)
    assert load_combiner(result.path).size == 16


def test_other_settings_are_not_resumed(tmp_path):
    run(tmp_path)
    with pytest.raises(CheckpointError, match=r"learning_rate 0\.0005, not 0\.001"):
        run(tmp_path, replace(TINY, learning_rate=1e-3))


def test_other_faces_are_not_resumed(tmp_path):
    class Others(Gradients):
        fingerprint = "v2"

    path = run(tmp_path).path
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="other faces"):
        train(Others(), TINY, path, progress=False)
    assert path.read_bytes() == before


def test_a_torn_state_is_not_resumed(tmp_path):
    state = state_path(run(tmp_path).path)
    state.write_bytes(state.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="cannot be resumed from"):
        run(tmp_path)


def test_divergence_stops_and_keeps_the_last_good_checkpoint(tmp_path):
    settings = replace(TINY, images=400, checkpoint_every=16)

    def poison(trainer, _):
        if trainer.images == 40:
            with torch.no_grad():
                trainer.critic.to_score.weight.fill_(torch.nan)

    with pytest.raises(TrainingStopped, match=r"after 48 images.*checkpoint of 32 images"):
        run(tmp_path, settings, callback=poison)
    kept = load_combiner(tmp_path / "m.safetensors")
    assert kept.card["images"] == 32
    assert all(torch.isfinite(value).all() for value in kept.state_dict().values())


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    def poison(trainer, _):
        with torch.no_grad():
            trainer.averaged.encoder.to_style.bias.fill_(torch.inf)

    with pytest.raises(TrainingStopped, match=r"after 48 images.*nothing was saved"):
        run(tmp_path, callback=poison)
    assert not (tmp_path / "m.safetensors").exists()


def test_the_card_says_where_the_model_comes_from(tmp_path):
    card = load_combiner(run(tmp_path, command="facescreen train …").path).card
    assert card["command"] == "facescreen train …"
    assert card["data"] == {"source": "gradients", "fingerprint": "v1", "faces": 20}
    assert card["settings"]["seed"] == 0 and card["images"] == 48
    assert card["machine"]["threads"] == torch.get_num_threads()
    assert card["minutes"] >= 0 and card["facescreen"]


def test_a_folder_of_photographs_is_trained_on_end_to_end(tmp_path, capsys):
    (tmp_path / "photos").mkdir()
    for number, photo in enumerate(Gradients().load(range(5))):
        save_png(tmp_path / "photos" / f"{number}.png", photo)
    out, source = tmp_path / "m.safetensors", f"folder:{tmp_path / 'photos'}"
    main_train(source, out, minutes=None, images=64, seed=2, size=16)
    card = load_combiner(out).card
    assert card["data"]["faces"] == 5 and card["images"] == 64
    assert card["command"].startswith(f"facescreen train --source {source} --images 64 --seed 2")
    assert "64 images" in capsys.readouterr().out


def test_a_source_without_faces_is_refused(tmp_path):
    class Empty(Gradients):
        name = "empty"

        def __len__(self):
            return 0

    with pytest.raises(ValueError, match="empty has no faces"):
        train(Empty(), TINY, tmp_path / "m.safetensors", progress=False)


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
    styles = some_styles(1, count=12)[:, 0]
    for seed in range(20):
        random = torch.Generator().manual_seed(seed)
        combined = combined_styles(styles, 6, 4, random)
        assert combined.shape == (6, 4, 8)
        assert torch.allclose(combined.norm(dim=2), torch.full((6, 4), 8**0.5), atol=1e-5)


def test_two_processes_do_not_train_one_model(tmp_path):
    result = run(tmp_path)
    program = (
        "import sys; from facescreen.files import locked; from pathlib import Path; "
        "lock = locked(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, result.path.with_suffix(".lock")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        before = result.path.read_bytes()
        with pytest.raises(InUseError, match="another process"):
            run(tmp_path)
        assert result.path.read_bytes() == before
        holder.kill()
    run(tmp_path)  # the lock died with its holder
