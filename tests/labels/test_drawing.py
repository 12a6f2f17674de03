"""Laws of the drawn pools: what was drawn, by whose run and when, is on disk as it was drawn."""

import csv
import json
from dataclasses import asdict

import numpy as np
import pytest

from facescreen.generation import FaceMaker, GenerationSettings, Learning
from facescreen.images import pixels_checksum
from facescreen.labels import REFERENCE, ReferenceSetError, drawing, load_reference
from facescreen.labels.drawing import DRAWN
from facescreen.labels.labeling import add_ratings, main
from facescreen.labels.sheets import read_images


def test_the_first_images_of_the_shipped_pool_are_drawn_again():
    drawn, finite, _ = FaceMaker(DRAWN["default"][0]).images(0, 64)
    stored = read_images(REFERENCE, [f"default/{n:04d}" for n in range(64)])
    assert finite.all()
    difference = np.abs(drawn.astype(int) - stored)
    assert difference.mean() < 1, "another processor may round otherwise, but not by a level"
    assert (difference > 8).mean() < 0.01


class SmallMaker:
    """Stands for the generators: made-up images, quick to draw."""

    finite = True

    def __init__(self, settings, folder=None):
        self.settings, self.folder = settings, folder

    def images(self, start, stop):
        images = [self.image(number) for number in range(start, stop)]
        return np.stack(images), np.full(len(images), self.finite), None

    def image(self, number):
        random = np.random.default_rng((self.settings.seed, number))
        return random.integers(0, 256, (16, 16, 3)).astype(np.uint8)

    def about(self):
        return {"training": {"recipe": "r", "seed": self.settings.seed}, "folder": str(self.folder)}


LEARNING = Learning(images=400, moments=4)
SMALL = {
    "default": (GenerationSettings(count=5, seed=7),),
    "strong": (GenerationSettings(count=3, seed=2),),
    "learning": tuple(
        GenerationSettings(count=6, seed=seed, while_learning=LEARNING) for seed in (11, 12)
    ),
}


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(drawing, "FaceMaker", SmallMaker)
    monkeypatch.setattr(drawing, "LearningMaker", SmallMaker)
    monkeypatch.setattr(drawing, "DRAWN", SMALL)
    out = tmp_path / "reference"
    out.mkdir()
    drawing.draw(out, tuple(SMALL), tmp_path / "work")
    names = [row[0] for row in rows(out / "images.csv")]
    add_ratings(out, [(name, "valid", "look 1", "then") for name in names])
    return out


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def test_images_of_a_run_are_stored_without_loss_beside_their_checksums(drawn):
    for name, (settings,) in list(SMALL.items())[:2]:
        pool = load_reference(name, drawn)
        expected = SmallMaker(settings).images(0, settings.count)[0]
        np.testing.assert_array_equal(pool.images, expected)
        assert [path.name for path in (drawn / name).iterdir()] == ["00.webp"]
        assert pool.seeds.tolist() == [settings.seed] * settings.count
        assert not pool.learned_from.any()
        sums = [row[1] for row in rows(drawn / "images.csv") if row[0] in pool.names]
        assert sums == [pixels_checksum(image) for image in expected]


def test_a_pool_of_several_runs_takes_one_image_of_each_in_turn(drawn):
    pool = load_reference("learning", drawn)
    assert pool.seeds.tolist() == [11, 12] * 6
    # image 0 of each run at the first moment, image 1 at the second … image 4 at the first again
    assert pool.learned_from.tolist() == [n for n in (100, 200, 300, 400, 100, 200) for _ in "ab"]
    for number, image in enumerate(pool.images):
        run, index = SMALL["learning"][number % 2], number // 2
        np.testing.assert_array_equal(image, SmallMaker(run).image(index))


def test_the_card_tells_what_runs_share_and_where_they_differ(drawn, tmp_path):
    card = json.loads((drawn / "card.json").read_text())
    assert card["command"].startswith("python -m facescreen.labels draw")
    told = card["pools"]["learning"]
    assert told["count"] == 12 and told["seed"] == [11, 12]
    assert told["while_learning"] == asdict(LEARNING)
    assert told["training"] == {"recipe": "r", "seed": [11, 12]}
    assert told["folder"] == [str(tmp_path / "work" / "learning" / seed) for seed in ("11", "12")]
    assert card["pools"]["strong"]["seed"] == 2


def test_a_pool_drawn_anew_leaves_the_others_as_they_were(drawn, tmp_path):
    before = {path: path.read_bytes() for path in drawn.rglob("*") if path.is_file()}
    drawing.draw(drawn, ("strong",), tmp_path / "work")
    assert {path: path.read_bytes() for path in drawn.rglob("*") if path.is_file()} == before
    assert [row[0].split("/")[0] for row in rows(drawn / "drawn.csv")] == (
        ["default"] * 5 + ["strong"] * 3 + ["learning"] * 12
    )


def test_images_that_are_not_finite_are_named(tmp_path, monkeypatch):
    monkeypatch.setattr(drawing, "FaceMaker", SmallMaker)
    monkeypatch.setattr(SmallMaker, "finite", False)
    with pytest.raises(ReferenceSetError, match="576 images of test are not finite"):
        main(["draw", "--pools", "test", "--out", str(tmp_path)])


# --- the shipped pools ----------------------------------------------------------------------------


def test_the_shipped_pools_were_drawn_with_these_settings_and_share_no_picks():
    told = json.loads((REFERENCE / "card.json").read_text(encoding="utf-8"))["pools"]
    for name, runs in DRAWN.items():
        own = dict(told[name])
        seeds = own.pop("seed")
        assert (seeds if isinstance(seeds, list) else [seeds]) == [run.seed for run in runs]
        assert own.pop("count") == sum(run.count for run in runs)
        for run in runs:
            expected = {k: v for k, v in asdict(run).items() if k not in ("seed", "count")}
            assert {key: own.get(key) for key in expected} == expected
    seeds = [run.seed for runs in DRAWN.values() for run in runs]
    assert len(set(seeds)) == len(seeds)
    chosen_on = range(5)  # the seeds of the trainings among which "learning" was chosen
    for name in ("learning", "learning_plain", "learning_test"):
        assert not {run.seed for run in DRAWN[name]} & set(chosen_on)


@pytest.mark.parametrize(("name", "runs", "each"), [
    ("learning", 6, 512), ("learning_plain", 3, 192), ("learning_test", 2, 288),
])  # fmt: skip
def test_runs_have_equal_parts_and_moments_too(name, runs, each):
    pool = load_reference(name)
    assert np.unique(pool.seeds, return_counts=True)[1].tolist() == [each] * runs
    moments, counts = np.unique(pool.learned_from, return_counts=True)
    assert moments.tolist() == [1000 * moment for moment in range(1, 41)]
    assert counts.max() - counts.min() <= runs
