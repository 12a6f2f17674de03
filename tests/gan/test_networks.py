"""Laws of the networks: shapes fit at every size, and no image depends on its company."""

import pytest
import torch
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tiny_networks import ARCHITECTURE, PLAIN, some_styles
from torch import nn

from facescreen.gan.dcgan import DcganCritic, DcganGenerator
from facescreen.gan.models import FaceCombiner, NoiseGan
from facescreen.gan.networks import Critic, Encoder, Generator, layer_count, on_sphere

pytestmark = pytest.mark.usefixtures("one_thread")


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
