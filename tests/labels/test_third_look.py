"""Laws of the third look: it sees what two looks, or the judge, leave in doubt, and no more."""

import json

import numpy as np
import pytest
from made_up_reference import write_reference

from facescreen.labels import labeling, load_reference
from facescreen.labels.labeling import LETTERS, add_ratings, in_doubt, main
from facescreen.labels.reference import WHILE_LEARNING


class SmallJudge:
    """Stands for the judge: scores by a table, whatever portraits it was shown."""

    scores = np.zeros(0)

    @classmethod
    def fit(cls, faces):
        assert faces.dtype == np.uint8 and faces.shape[1:] == (64, 64, 3)
        return cls()

    def __call__(self, images):
        return self.scores[: len(images)]


def doubted(folder, monkeypatch, scores, first, second, pool="default"):
    """Which images of a made-up pool are in doubt, given the judge's scores and two looks."""
    names = write_reference(folder, len(scores), pool)
    write_reference(folder, 1, "strong", 100)
    for number, looks in ((1, first), (2, second)):
        rows = [
            (name, LETTERS[letter], f"look {number}", "t")
            for name, letter in zip([*names, "strong/0000"], looks + "v", strict=True)
        ]
        add_ratings(folder, rows)
    monkeypatch.setattr(labeling, "PortraitJudge", SmallJudge)
    monkeypatch.setattr(labeling, "JUDGE_FACES", 2)
    monkeypatch.setattr(SmallJudge, "scores", np.array(scores, float))
    return "".join(str(int(name[-4:])) for name in in_doubt(folder))


@pytest.mark.parametrize(
    ("scores", "first", "second", "expected"),
    [
        ([1, 9, 2, 8, 3], "vovsv", "vovsv", ""),  # all agree, the judge too
        ([1, 9, 2, 8, 3], "vsvov", "vovsv", "13"),  # which kind of breakage
        ([1, 9, 2, 8, 3], "voosv", "vovsv", "2"),  # whether it is broken
        ([1, 9, 2, 8, 3], "uovsv", "uovsv", "0"),  # both unsure
        ([1, 9, 7, 2, 3], "vovsv", "vovsv", "23"),  # the judge has another second one
        ([1, 9, 2, 8, 3], "vvvvv", "vvvvv", ""),  # nothing called broken, so nothing flagged
        ([5, 5, 5, 5, 5], "ovvvv", "ovvvv", ""),  # no more flagged than called broken
        ([1, 9, 2, 8, 3], "ooooo", "ooooo", ""),
    ],
)
def test_in_doubt_is_where_two_looks_differ_are_unsure_or_the_judge_disagrees(
    tmp_path, monkeypatch, scores, first, second, expected
):
    assert doubted(tmp_path, monkeypatch, scores, first, second) == expected


def test_where_the_judge_is_measured_it_has_no_say(tmp_path, monkeypatch):
    told = [1, 9, 7, 2, 3], "vousv", "vovsv"
    assert doubted(tmp_path / "a", monkeypatch, *told, "default") == "23"
    assert doubted(tmp_path / "b", monkeypatch, *told, "test") == "2"


def test_the_third_look_saw_exactly_what_was_in_doubt():
    """On the pools where the rule is the raters' alone and needs no judge."""
    for name in ("test", "test_strong", *WHILE_LEARNING):
        pool = load_reference(name)
        one, two = pool.rated_by("look 1"), pool.rated_by("look 2")
        doubt = (one != two) | (one == "unsure")
        assert doubt.any() and ((pool.rated_by("look 3") != "") == doubt).all()


def test_a_third_look_changes_nothing_about_what_is_in_doubt(tmp_path, monkeypatch):
    assert doubted(tmp_path, monkeypatch, [1, 9, 2], "voo", "vov") == "2"
    add_ratings(tmp_path, [("default/0002", "valid", "look 3", "t")])
    assert in_doubt(tmp_path) == ["default/0002"]
    main(["sheets", "--reference", str(tmp_path), "--look", "3", "--out", str(tmp_path / "three")])
    assert json.loads((tmp_path / "three" / "order.json").read_text()) == ["default/0002"]
