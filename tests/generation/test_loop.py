"""The loop from existing faces to a screened data set."""

import json
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from tiny_run import SETTINGS, SIZE, Faces, Third, combiner, contents, maker, manifest, run

from facescreen.gan.combine import SCHEMES
from facescreen.generation import FaceMaker, GenerationStopped, RunFolderError, walk_pool
from facescreen.images import read_image
from facescreen.screening import MultiColorRule, NoRule, PoolWalk

pytestmark = pytest.mark.usefixtures("one_thread", "noisy_source")


class Nothing(Third):
    """Rejects every image."""

    def __call__(self, images, finite):
        verdicts = super().__call__(images, finite)
        return SimpleNamespace(
            broken=np.ones(len(images), bool),
            reason=np.full(len(images), "color"),
            score=verdicts.score,
        )


# --- images by index ------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@effort(max_examples=10)
@given(start=st.integers(0, 300), length=st.integers(0, 90))
def test_an_image_is_the_same_in_any_range(scheme, start, length):
    settings = replace(SETTINGS, scheme=scheme)
    images, finite, sources = maker(settings).images(start, start + length)
    assert images.shape == (length, SIZE, SIZE, 3) and images.dtype == np.uint8
    assert finite.shape == (length,) and finite.all()
    whole, _, all_sources = first_400(scheme)
    assert (images == whole[start : start + length]).all()
    assert (sources == all_sources[start : start + length]).all()


@cache
def first_400(scheme):
    return maker(replace(SETTINGS, scheme=scheme)).images(0, 400)


def test_the_number_of_threads_changes_nothing():
    one, before = maker(), torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        images = one.images(0, 100)[0]
        torch.set_num_threads(2)
        assert (maker().images(0, 100)[0] == images).all()
    finally:
        torch.set_num_threads(before)


def test_seed_scheme_and_alpha_change_the_images():
    base = replace(SETTINGS, scheme="extrapolate", alpha=0.5)
    first = maker(base).images(0, 8)[0]
    for other in (replace(base, seed=4), replace(base, alpha=0.6), replace(base, scheme="self")):
        assert (maker(other).images(0, 8)[0] != first).any(axis=(1, 2, 3)).sum() >= 7


def test_existing_faces_are_encoded_once():
    class Counting(Faces):
        loads = 0

        def load(self, indices):
            self.loads += len(indices)
            return super().load(indices)

    one = maker()
    one.source = Counting()
    one.images(0, 500)
    one.images(0, 500)
    assert one.source.loads == 70


def test_only_the_first_existing_faces_are_picked():
    few = maker(replace(SETTINGS, existing=9))
    assert set(few.sources(0, 400).flatten()) == set(range(9))
    with pytest.raises(ValueError, match="combines 2 different faces; the source has 1"):
        maker(replace(SETTINGS, existing=1)).images(0, 1)


def test_a_model_of_another_size_is_refused():
    with pytest.raises(ValueError, match="images of 16 pixels, not 32"):
        maker(replace(SETTINGS, size=32))


@pytest.mark.parametrize(
    "wrong", [{"count": -1}, {"max_tries": -1}, {"existing": -1}, {"scheme": "three"}]
)
def test_impossible_settings_are_refused_at_once(wrong):
    with pytest.raises(ValueError, match=r"cannot be negative|no combination scheme"):
        replace(SETTINGS, **wrong)


# --- runs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 10, 64, 90])
def test_exactly_as_many_as_asked_for_are_saved(tmp_path, count):
    result = run(tmp_path, replace(SETTINGS, count=count))
    lines = manifest(tmp_path)
    assert result.saved == count == len(list((tmp_path / "images").iterdir()))
    assert [line["index"] for line in lines] == list(range(result.tried))
    assert sum(result.rejected.values()) == result.tried - count
    assert count == 0 or lines[-1]["file"]  # nothing is judged behind the last one wanted


def test_manifest_and_files_say_what_was_made(tmp_path):
    result = run(tmp_path, replace(SETTINGS, count=70))
    images, _, sources = maker().images(0, result.tried)
    broken = Third()(images, np.ones(len(images), bool)).broken
    for line, image, picked, bad in zip(manifest(tmp_path), images, sources, broken, strict=True):
        assert line["sources"] == picked.tolist() and line["seed"] == SETTINGS.seed
        assert line["broken"] is bool(bad) is (line["file"] is None) is (line["reason"] != "")
        if not bad:
            assert line["file"] == f"images/{line['index']:06d}.png"
            assert (read_image(tmp_path / line["file"]) == image).all()
    assert result.paths == [tmp_path / x["file"] for x in manifest(tmp_path) if x["file"]]
    assert {"load", "generate", "screen", "save"} == result.seconds.keys()


def test_settings_record_rule_model_and_source(tmp_path):
    run(tmp_path)
    recorded = json.loads((tmp_path / "settings.json").read_text())
    assert recorded["rule"] == "Third()" and recorded["model_sha256"] == "model 0"
    assert recorded["source_fingerprint"] == "n1" and recorded["seed"] == 3


def test_a_finished_run_started_again_changes_nothing(tmp_path):
    first = run(tmp_path)
    before = contents(tmp_path)
    again = run(tmp_path)
    assert contents(tmp_path) == before
    assert (again.tried, again.saved, again.rejected) == (first.tried, first.saved, first.rejected)


def test_a_run_may_be_made_longer(tmp_path):
    run(tmp_path / "short", replace(SETTINGS, count=5))
    run(tmp_path / "short", replace(SETTINGS, count=80))
    run(tmp_path / "long", replace(SETTINGS, count=80))
    assert contents(tmp_path / "short") == contents(tmp_path / "long")


def test_a_run_is_not_made_shorter(tmp_path):
    run(tmp_path)
    with pytest.raises(RunFolderError, match="holds 10 images, more than the 4"):
        run(tmp_path, replace(SETTINGS, count=4))


def test_a_rule_that_rejects_everything_ends_at_the_bound(tmp_path):
    settings = replace(SETTINGS, count=4, max_tries=70)
    with pytest.raises(GenerationStopped, match=r"0 of 4 images passed .* in 70 tries") as stop:
        run(tmp_path, settings, rule=Nothing())
    assert stop.value.result.tried == 70 and stop.value.result.rejected == {"color": 70}
    assert len(manifest(tmp_path)) == 70


def test_a_bound_too_low_keeps_what_passed(tmp_path):
    settings = replace(SETTINGS, count=60, max_tries=20)
    with pytest.raises(GenerationStopped) as stop:
        run(tmp_path, settings)
    saved = stop.value.result.saved
    assert 0 < saved < 20 == stop.value.result.tried
    assert len(list((tmp_path / "images").glob("*.png"))) == saved
    run(tmp_path, replace(settings, max_tries=None))  # a higher bound goes on from there
    run(tmp_path.with_name("whole"), replace(settings, max_tries=None))
    assert contents(tmp_path) == contents(tmp_path.with_name("whole"))


def test_the_bound_grows_with_the_count():
    assert replace(SETTINGS, count=3).bound == 60
    assert replace(SETTINGS, count=3, max_tries=5).bound == 5


def test_images_that_are_not_finite_are_never_saved(tmp_path):
    class Failing(FaceMaker):
        def _draw(self, start, sources):
            floats = super()._draw(start, sources).copy()
            floats[::4, 3, 3, 1] = np.nan
            floats[1::4, 0, 0, 0] = np.inf
            return floats

    failing = Failing(SETTINGS, combiner())
    result = run(tmp_path, rule=NoRule(), maker=failing)
    assert result.rejected == {"not finite": result.tried - 10}
    for line in manifest(tmp_path):
        lost = line["index"] % 4 < 2
        assert line["broken"] is lost and (line["file"] is None) is lost
        assert line["reason"] == ("not finite" if lost else "")


def test_the_papers_rule_judges_a_run(tmp_path):
    rule = MultiColorRule(color_threshold=3, sum_threshold=60)
    result = run(tmp_path, replace(SETTINGS, max_tries=400), rule=rule)
    images, finite, _ = maker().images(0, result.tried)
    expected = rule(images, finite=finite)
    assert [line["reason"] for line in manifest(tmp_path)] == list(expected.reason)


# --- many rules, one pool -------------------------------------------------------------------------


def test_a_walk_agrees_with_a_run_for_each_rule(tmp_path):
    rules = {"none": NoRule(), "third": Third()}
    settings = replace(SETTINGS, count=50)
    walk = walk_pool(settings, rules, progress=False, maker=maker())
    for name, rule in rules.items():
        result = run(tmp_path / name, settings, rule=rule)
        lines = manifest(tmp_path / name)
        assert walk.tries(name) == result.tried
        assert walk.saved(name).tolist() == [line["index"] for line in lines if line["file"]]
        assert walk.rejected(name).tolist() == [x["index"] for x in lines if not x["file"]]
        assert walk.flagged(name, name) == 0
    assert (
        walk.flagged("none", "third")
        == Third()(maker().images(0, 50)[0], np.ones(50, bool)).broken.sum()
    )


def test_a_walk_ends_at_the_bound():
    settings = replace(SETTINGS, count=5, max_tries=100)
    walk = walk_pool(settings, {"nothing": Nothing()}, progress=False, maker=maker())
    assert walk.tries("nothing") == 100 and len(walk.saved("nothing")) == 0


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 10))
def test_tries_are_counted_as_a_loop_would(broken, count):
    walk = PoolWalk(count, {"rule": np.array(broken, bool)})
    tries = saved = 0
    while saved < count and tries < len(broken):
        saved += not broken[tries]
        tries += 1
    assert (walk.tries("rule"), len(walk.saved("rule"))) == (tries, saved)
    assert len(walk.rejected("rule")) == tries - saved
