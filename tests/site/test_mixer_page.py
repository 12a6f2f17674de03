"""The face mixer in the page draws what torch draws, and the rules see the same in both."""

import base64
import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from facescreen.gan.checkpoints import SHIPPED, load_combiner, sha256_of
from facescreen.images import quantize
from facescreen.screening import MultiColorRule, SingleColorRule
from facescreen.widgets import mixed_face

PARTS = {"mean": mixed_face.MEAN, "from_a": mixed_face.FROM_A, "from_b": mixed_face.FROM_B}
MIXES = [  # faces, a part for each layer, alpha
    ((0, 1, 2, 3), ("a", "a", "a", "a"), 0.0),
    ((4, 5, 6, 7), ("a", "a", "b", "b"), 0.4),
    ((8, 9, 10, 11), ("a", "b", "c", "d"), 0.4),
    ((12, 13, 14, 15), ("mean", "mean", "mean", "mean"), 0.4),
    ((16, 17, 18, 19), ("from_a", "from_a", "from_a", "from_a"), 0.4),
    ((20, 21, 22, 23), ("from_a", "from_a", "from_a", "from_a"), 2.0),
    ((3, 8, 1, 20), ("a", "a", "from_b", "from_b"), 1.2),
    ((23, 11, 5, 14), ("mean", "from_b", "d", "from_a"), 2.0),
]


@pytest.fixture(scope="module")
def held(site) -> dict:
    """What the page knows: existing faces and the generator."""
    text = (site / "mixer/faces.js").read_text(encoding="utf-8")
    return json.loads(text[text.index("{") : text.rindex("}") + 1])


@pytest.fixture(scope="module")
def drawn(held) -> np.ndarray:
    """The mixes by torch, from the faces that the page shows: uint8 (N, 64, 64, 3)."""
    combiner = load_combiner()
    sheet = Image.open(io.BytesIO(base64.b64decode(held["sheet"]))).convert("RGB")
    faces = np.stack(np.split(np.asarray(sheet), held["count"], axis=1))
    styles = combiner.encode(torch.from_numpy(faces))
    rows = []
    for picked, parts, alpha in MIXES:
        four = styles[list(picked)]
        each = [mixed_face._style(PARTS.get(part, part), four, None, alpha) for part in parts]
        rows.append(torch.stack(each))
    return quantize(combiner.draw(torch.stack(rows)).numpy())[0]


@pytest.fixture(scope="module")
def in_page(site, served, page) -> list[dict]:
    page.goto(f"{served}/mixer.html")
    page.wait_for_selector("#mixer-page[data-ready]")
    return page.evaluate(
        "async mixes => { const all = []; for (const [faces, parts, alpha] of mixes) {"
        "const made = await facescreenMixer.draw(faces, parts, alpha);"
        "all.push({ pixels: [...made.pixels], ...facescreenMixer.judge(made.pixels) }); }"
        "return all; }",
        MIXES,
    )


def test_the_generator_is_the_shipped_one_and_small(held):
    model = base64.b64decode(held["model"])
    assert sha256_of(SHIPPED).encode() in model
    assert len(model) <= 4_000_000


def test_pixels_are_torchs_within_2_of_255(in_page, drawn):
    seen = np.array([one["pixels"] for one in in_page]).reshape(drawn.shape)
    apart = np.abs(seen - drawn.astype(int))
    print(f"{apart.max()} of 255 at most, {np.mean(apart > 0):.4%} of values differ")
    assert apart.max() <= 2
    assert np.ptp(drawn.astype(int).sum(axis=(1, 2, 3))) > 10_000, "the mixes differ"


def test_both_rules_judge_as_the_package_does_on_the_same_pixels(in_page, drawn):
    pixels = np.array([one["pixels"] for one in in_page], np.uint8).reshape(drawn.shape)
    for name, rule in (("single", SingleColorRule(40)), ("multi", MultiColorRule(40, 1000))):
        verdicts = rule(pixels)
        for k, one in enumerate(in_page):
            seen = one[name]
            expected = (
                verdicts.reason[k],
                verdicts.score[k],
                verdicts.bin[k],
                verdicts.white_sum[k],
            )
            assert (seen["reason"], seen["score"], seen["value"], seen["sum"]) == expected, (
                k,
                name,
            )


def test_keys_alone_mix_a_face(site, page):
    """From disk, where a page may read no other file."""
    page.goto(f"{site.as_uri()}/ko/mixer.html")
    page.wait_for_selector("#mixer-page[data-ready]")
    scheme = page.locator("#mixer-page select").first
    picture = page.locator(".mixer-canvas")
    shown = "canvas => canvas.toDataURL()"
    before = picture.evaluate(shown)
    scheme.select_option("extrapolate")
    page.locator(".mixer-strip button").nth(5).wait_for()
    alpha = page.get_by_role("slider")
    alpha.press("End")
    page.wait_for_function("() => document.querySelector('.mixer-alpha output').value === '2.00'")
    page.wait_for_function(
        "before => document.querySelector('.mixer-canvas').toDataURL() !== before", arg=before
    )
    assert picture.get_attribute("aria-label")
    assert page.locator(".mixer-card").count() == 2
    page.get_by_role("radio").first.press("ArrowRight")  # on to face b
    pressed = page.locator(".mixer-album button[aria-pressed=true]")
    assert pressed.count() == 1
    page.locator(".mixer-album button").nth(20).press("Enter")
    assert pressed.get_attribute("aria-label").endswith("20")
