"""The face mixer: what it shows is what the combiner makes, at every end of every control."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
import torch

from facescreen import widgets
from facescreen.gan.combine import SCHEMES, noise_for, pick_faces
from facescreen.gan.models import FaceCombiner
from facescreen.gan.networks import on_sphere
from facescreen.generation import FaceMaker, GenerationSettings
from facescreen.images import quantize
from facescreen.screening import MultiColorRule, SingleColorRule
from facescreen.widgets.face_mixer import MixerView, verdict_text
from facescreen.widgets.mixed_face import (
    BY_HAND,
    FROM_A,
    FROM_B,
    LETTERS,
    MEAN,
    NOISE,
    PARTS,
    FaceMixer,
    layer_names,
    parts_of,
)

matplotlib.use("agg")
SIZE, FACES = 16, 70
RULES = {"single color": SingleColorRule(3), "multi color": MultiColorRule(4, 30)}

pytestmark = pytest.mark.usefixtures("one_thread")


class Faces:
    """Noisy faces, more than one block of them."""

    name, fingerprint = "noise", "n1"

    def __init__(self, count: int = FACES) -> None:
        self.count = count

    def __len__(self) -> int:
        return self.count

    def load(self, indices):
        shape = (self.count, SIZE, SIZE, 3)
        return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)[indices]


@pytest.fixture
def maker(monkeypatch):
    return make(monkeypatch)


@pytest.fixture
def undrawn(monkeypatch):
    """Figures are left out where only the state counts: they take longest."""
    monkeypatch.setattr(sys.modules[MixerView.__module__], "content", lambda model: ())


def make(monkeypatch, faces: int = FACES, mapping: int = 2, **settings) -> FaceMaker:
    monkeypatch.setattr("facescreen.generation.maker.open_source", lambda *_, **__: Faces(faces))
    torch.manual_seed(0)
    architecture = {"size": SIZE, "style": 8, "encoder_width": 2, "generator_width": 2}
    architecture |= {"mapping_layers": mapping, "output": "linear"}
    return FaceMaker(GenerationSettings(size=SIZE, **settings), FaceCombiner(architecture).eval())


def styles_of(maker, picked) -> torch.Tensor:
    return maker.combiner.encode(torch.from_numpy(maker.source.load(list(picked))))


def drawn(maker, layers) -> np.ndarray:
    """Styles of each layer (layers, w) → the image, by the combiner alone."""
    return quantize(maker.combiner.draw(torch.stack(list(layers))[None]).numpy())[0][0]


# --- the model ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s != "noise"])
@pytest.mark.parametrize("alpha", [0.0, 0.4, 2.0])
def test_a_scheme_mixes_as_the_package_does(maker, scheme, alpha):
    parts = parts_of(scheme, maker.combiner.layers)
    model = FaceMixer(maker, RULES, alpha=alpha, picked=(3, 69, 0, 17), parts=parts)
    styles = styles_of(maker, model.picked)[None, : SCHEMES[scheme].faces]
    layers = SCHEMES[scheme].combine(styles, maker.combiner.layers, alpha)
    expected, finite = quantize(maker.combiner.draw(layers).numpy())
    mixed = model.mix()
    np.testing.assert_array_equal(mixed.image, expected[0])
    for name, rule in RULES.items():
        verdicts = rule(expected, finite=finite)
        assert mixed.verdicts[name].broken[0] == verdicts.broken[0]
        assert mixed.verdicts[name].score[0] == verdicts.score[0]


@pytest.mark.parametrize("layers", [2, 3, 4, 5])
def test_the_parts_of_every_scheme_are_the_schemes_own(layers):
    styles = torch.randn(1, 4, 8, generator=torch.Generator().manual_seed(0))
    a, b, c, d = styles[0]
    by_part = dict(zip(LETTERS, (a, b, c, d), strict=True))
    by_part |= {MEAN: on_sphere((a + b) / 2), FROM_A: a + 0.4 * (b - c), FROM_B: b + 0.4 * (c - d)}
    by_part[NOISE] = a  # the scheme is handed one style, that from noise
    assert by_part.keys() == PARTS.keys()
    for name, scheme in SCHEMES.items():
        made = scheme.combine(styles[:, : scheme.faces or 1], layers, 0.4)[0]
        expected = torch.stack([by_part[part] for part in parts_of(name, layers)])
        torch.testing.assert_close(made, expected)


@pytest.mark.parametrize("first", [*PARTS])
@pytest.mark.parametrize("last", ["d", FROM_B, NOISE])
def test_layers_mixed_by_hand_are_drawn_from_the_styles_named(maker, first, last):
    model = FaceMixer(maker, RULES, seed=5, alpha=0.7, picked=(1, 2, 3, 4), parts=(first, last))
    a, b, c, d = styles_of(maker, model.picked)
    noise = torch.from_numpy(noise_for(5, np.array([0]), 8))
    styles = {"a": a, "b": b, "c": c, "d": d, MEAN: on_sphere((a + b) / 2)}
    styles |= {FROM_A: a + 0.7 * (b - c), FROM_B: b + 0.7 * (c - d)}
    styles[NOISE] = maker.combiner.styles_from_noise(noise)[0]
    image = drawn(maker, [styles[first], styles[last]])
    assert np.abs(model.mix().image.astype(int) - image).max() <= 1  # means may round otherwise
    assert set(model.used) == set(PARTS[first] + PARTS[last])


@pytest.mark.parametrize("scheme", [*SCHEMES])
def test_surprises_are_the_images_of_a_run_with_that_seed(monkeypatch, scheme, undrawn):
    maker = make(monkeypatch, scheme=scheme, seed=9, alpha=0.6)
    view = widgets.face_mixer(maker)
    expected, _, sources = maker.images(0, 4)
    for number in range(4):
        assert view.model.picked[: sources.shape[1]] == tuple(sources[number])
        np.testing.assert_array_equal(view.model.mix().image, expected[number])
        view.surprise.click()


def test_the_same_seed_surprises_in_the_same_way(maker):
    one, other = FaceMixer(maker, RULES, seed=4), FaceMixer(maker, RULES, seed=4)
    for number in (1, 2, 7, 2):
        one.pick(number)
        other.pick(number)
        assert one.picked == other.picked
        np.testing.assert_array_equal(one.mix().image, other.mix().image)
    other.seed = 5
    other.pick(2)
    assert one.picked != other.picked
    assert one.picked == tuple(pick_faces(4, np.array([2]), 4, FACES)[0])


def test_a_face_is_encoded_once(maker, monkeypatch):
    encoded, encode = [], maker.combiner.encode
    monkeypatch.setattr(maker.combiner, "encode", lambda x: encoded.append(len(x)) or encode(x))
    model = FaceMixer(maker, RULES, picked=(0, 1, 2, 2))
    first = model.mix().image
    model.picked = (5, 1, 2, 0)
    model.mix()
    model.picked = (0, 1, 2, 2)
    np.testing.assert_array_equal(model.mix().image, first)
    assert encoded == [3, 1]


@pytest.mark.parametrize("faces", [1, 2, 3])
def test_fewer_than_four_faces_are_used_twice(monkeypatch, faces, undrawn):
    maker = make(monkeypatch, faces, scheme="self")
    view = widgets.face_mixer(maker)
    assert set(view.model.picked) == set(range(faces))
    assert all(control.max == faces - 1 for control in view.faces)


def test_a_model_without_a_mapping_offers_no_noise(monkeypatch, undrawn):
    view = widgets.face_mixer(make(monkeypatch, mapping=0))
    assert NOISE not in view.layers[0].options
    assert "noise" not in dict(view.scheme.options).values()
    assert len(view.model.schemes) == len(SCHEMES) - 1


def test_an_image_that_is_not_finite_is_said_to_be(maker):
    with torch.no_grad():
        maker.combiner.generator.upsamplings[-1].bias.fill_(float("nan"))
    view = widgets.face_mixer(maker)
    mixed = view.model.mix()
    assert not mixed.finite
    assert not mixed.image.any()
    assert all(verdict.broken[0] for verdict in mixed.verdicts.values())
    assert "not finite" in said(view)


def test_layers_are_named_by_the_size_at_which_they_draw():
    assert layer_names(2) == ("coarse (8 × 8 px)", "fine (16 × 16 px)")
    assert layer_names(4)[1:3] == ("middle (16 × 16 px)", "middle (32 × 32 px)")


def test_verdict_text_names_score_and_thresholds():
    image = np.zeros((1, 16, 16, 3), np.uint8)
    image[0, :5, 0, 0] = 255
    assert verdict_text(SingleColorRule(3)(image)) == "score 5 px (broken from 3)"
    multi = verdict_text(MultiColorRule(40, 1000)(image))
    assert multi == "score 5 px (broken from 40), white sum 5 (from 1,000)"


# --- the view -------------------------------------------------------------------------------------


def said(view) -> str:
    return view.pane.outputs[1]["data"]["text/markdown"]


def alt(view) -> str:
    return view.pane.outputs[0]["metadata"]["image/png"]["alt"]


def test_the_view_opens_with_image_0_of_its_settings(monkeypatch):
    maker = make(monkeypatch, seed=3)
    view = widgets.face_mixer(maker)
    assert view.scheme.value == maker.settings.scheme
    assert view.alpha.value == maker.settings.alpha
    assert view.seed.value == 3
    assert tuple(face.value for face in view.faces) == tuple(maker.sources(0, 1)[0])
    assert alt(view).endswith(".")
    for face, letter in zip(view.faces, LETTERS, strict=True):
        assert f"{letter} = face {face.value}" in alt(view)
    for words in ("single color", "multi color", "score", "px"):
        assert words in said(view).lower()


def test_every_control_works_at_both_ends_and_in_the_middle(maker, undrawn):
    view = widgets.face_mixer(maker)
    for face in view.faces:
        for value in (face.min, face.max, 12):
            face.value = value
            assert value in view.model.picked
    assert (view.faces[0].min, view.faces[0].max) == (0, FACES - 1)
    for value in (view.alpha.min, view.alpha.max, 0.4):
        view.alpha.value = value
        assert view.model.alpha == value
    for value in (view.seed.min, view.seed.max, 7):
        view.seed.value = value
        assert (view.model.seed, view.model.number) == (value, 0)
    for layer, k in zip(view.layers, range(2), strict=True):
        for part in layer.options:
            layer.value = part
            assert view.model.parts[k] == part
    assert view.scheme.value == "noise"  # which both layers come from now
    for control in (*view.faces, view.scheme, view.alpha, view.seed, *view.layers):
        assert control.description


def test_scheme_and_layers_follow_each_other(maker, undrawn):
    view = widgets.face_mixer(maker)
    view.scheme.value = "four_faces"
    assert [layer.value for layer in view.layers] == ["a", "c"]
    assert view.alpha.disabled
    view.layers[0].value = FROM_A
    assert view.scheme.value == BY_HAND
    assert not view.alpha.disabled
    view.layers[1].value = FROM_A
    assert view.scheme.value == "extrapolate"
    view.scheme.value = BY_HAND
    assert view.model.parts == (FROM_A, FROM_A)
    assert view.scheme.value == BY_HAND  # as chosen, though the layers are still a scheme's


def test_faces_that_no_layer_uses_are_said_to_be_unused(maker):
    view = widgets.face_mixer(maker)
    view.scheme.value = "self"
    assert view.model.used == "a"
    assert "b = face" not in alt(view)
    before = view.model.mix().image
    view.faces[3].value = 50
    np.testing.assert_array_equal(view.model.mix().image, before)


def test_settings_beyond_the_controls_are_kept(monkeypatch, undrawn):
    view = widgets.face_mixer(make(monkeypatch, alpha=3.5, seed=2**32 - 1))
    assert (view.alpha.value, view.seed.value) == (3.5, 2**32 - 1)


def test_widgets_are_imported_without_torch():
    program = "import facescreen.widgets, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
