"""Networks, combination schemes, checkpoints."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from torch import nn

from facescreen.gan.checkpoints import (
    SHIPPED,
    CheckpointError,
    card_path,
    load_combiner,
    load_model,
    save_model,
)
from facescreen.gan.combine import SCHEMES, noise_for, pick_faces, scheme_named
from facescreen.gan.dcgan import DcganCritic, DcganGenerator
from facescreen.gan.models import FaceCombiner, NoiseGan
from facescreen.gan.networks import Critic, Encoder, Generator, layer_count, on_sphere
from facescreen.gan.recipes import RECIPES, trainer_for

ARCHITECTURE = {
    "size": 16,
    "style": 8,
    "encoder_width": 2,
    "generator_width": 2,
    "mapping_layers": 2,
    "output": "linear",
}
PLAIN = {"size": 16, "noise": 6, "generator_width": 2, "output": "tanh"}

pytestmark = pytest.mark.usefixtures("one_thread")


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


def test_both_ways_in_lead_to_the_sphere_and_to_the_same_generator(tiny):
    noise = torch.randn(5, tiny.noise)
    styles = tiny.styles_from_noise(noise)
    assert torch.allclose(styles.norm(dim=1), torch.full((5,), 8**0.5), atol=1e-5)
    layered = styles[:, None].expand(-1, tiny.layers, -1)
    assert torch.equal(tiny.draw_from_noise(noise), tiny.draw(layered))


def test_a_model_without_mapping_says_that_it_needs_faces():
    model = FaceCombiner({**ARCHITECTURE, "mapping_layers": 0})
    with pytest.raises(ValueError, match="it needs faces"):
        model.draw_from_noise(torch.randn(2, 8))


def test_tanh_stays_within_and_linear_output_does_not(tiny):
    loud = 30 * torch.randn(4, tiny.layers, 8)
    squashed = FaceCombiner({**ARCHITECTURE, "output": "tanh"}).eval()
    squashed.load_state_dict(tiny.state_dict())
    assert tiny.draw(loud).abs().max() > 1
    assert torch.allclose(squashed.draw(loud), tiny.draw(loud).tanh(), atol=1e-6)


@pytest.mark.parametrize("size", [16, 32, 64, 128])
@pytest.mark.parametrize("normalize", [True, False])
def test_dcgan_fits_together_at_every_size(size, normalize):
    images = DcganGenerator(size, 2, 6)(torch.randn(3, 6))
    assert images.shape == (3, 3, size, size) and images.abs().max() <= 1
    assert DcganCritic(size, 2, normalize)(images).shape == (3,)


def test_dcgan_has_the_widths_and_the_parameters_of_the_published_one():
    count = sum(p.numel() for p in DcganGenerator(64, 64, 100).parameters())
    assert count == 3_576_704  # the tutorial's generator with nz 100, ngf 64
    assert sum(p.numel() for p in DcganCritic(64, 64).parameters()) == 2_765_568


@effort(max_examples=10)
@given(st.lists(st.integers(0, 99), min_size=1, max_size=70))
def test_a_face_from_noise_does_not_depend_on_its_company(rows):
    torch.manual_seed(0)
    model = NoiseGan(PLAIN).eval()
    noise = torch.randn(100, 6)
    assert torch.equal(model.draw_from_noise(noise[rows]), model.draw_from_noise(noise)[rows])


# --- combining ------------------------------------------------------------------------------------


FROM_FACES = [name for name, scheme in SCHEMES.items() if scheme.faces]


@pytest.mark.parametrize("name", FROM_FACES)
@pytest.mark.parametrize("layers", [2, 3, 4, 5])
def test_combining_a_face_with_itself_gives_that_face(name, layers):
    scheme = SCHEMES[name]
    face = some_styles(1)
    combined = scheme.combine(face.expand(-1, scheme.faces, -1), layers, 1.3)
    assert torch.allclose(combined, face.expand(-1, layers, -1), atol=1e-6)


@pytest.mark.parametrize("name", [name for name in FROM_FACES if name != "self"])
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
    with pytest.raises(ValueError, match="'three'; there are noise, self"):
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


@given(st.integers(-(2**63), 2**64), st.lists(st.integers(0, 2**40), min_size=1, max_size=9))
def test_noise_depends_on_seed_and_index_alone(seed, images):
    noise = noise_for(seed, np.array(images), 7)
    for row, image in enumerate(images):
        assert (noise_for(seed, np.array([image]), 7) == noise[row]).all()


def test_noise_is_normal_and_unrelated():
    noise = noise_for(3, np.arange(4000), 50).astype(np.float64)
    assert abs(noise.mean()) < 0.01 and abs(noise.std() - 1) < 0.01
    assert abs((noise**4).mean() - 3) < 0.1  # a normal's fourth moment
    related = np.corrcoef(noise.T) - np.eye(50)
    assert np.abs(related).max() < 0.08  # 4,000 draws: standard deviation 0.016
    assert np.abs(np.corrcoef(noise[:50]) - np.eye(50)).max() < 0.7


def test_too_few_faces_to_pick_from():
    with pytest.raises(ValueError, match="combines 4 different faces; the source has 3"):
        pick_faces(0, np.arange(2), 4, 3)


# --- checkpoints ----------------------------------------------------------------------------------


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
