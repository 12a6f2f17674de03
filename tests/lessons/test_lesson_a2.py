"""Laws of appendix A2: parameters do what they say; matches are counted on outfits never seen."""

import ast

import pytest
from lesson_runs import refusal, run_lesson

from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "A2_design_a_matching_outfit.ipynb"
ASKED = """
fresh = outfits.outfit_pictures(pairs, 600 + seed)
first = gan.design(fresh.uppers, seeds[0])
agreed = outfits.harmony(outfits.upper_cloth(fresh.uppers), outfits.lower_cloth(first))
learned_again = outfits.outfit_pictures(neighbors, 500)
print("RESULT", repr({
    "pairs": len(held_out.uppers), "neighbors": len(learned.uppers), "rolls": len(designs),
    "garments": {hue: len(parts) for hue, parts in full.items()},
    "chance": (chance.count, int((outfits.clash(drawn.upper.cloth, mixed) == "").sum())),
    "designed": (rates[f"designed, roll {seeds[0]}"].count, int(agreed.sum())),
    "totals": sorted({rate.total for rate in rates.values()}),
    "the same outfits": bool((fresh.lowers == held_out.lowers).all()),
    "from those learned": bool((learned_again.uppers == learned.uppers).all()),
    "judged": int(judged.loc["of another outfit", "pairs"]),
    "cloths": {name: len(parts) for name, parts in cloths.items()},
    "patched": [bool((cloths[name] != its).any(axis=(1, 2, 3)).all())
                for name, its in patched.items()],
    "left over": [float(x) for x in bill.xs("left over", level=2)["clean flagged %"]],
    "paper": [float(x) for x in bill.xs("as in the paper", level=2)["clean flagged %"]],
}))
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("run")
    given = {"pairs": 30, "neighbors": 12, "rolls": 2, "garments": 2, "seed": 7}
    said, sentences = run_lesson(LESSON, folder, ASKED, given)
    result = ast.literal_eval(said.partition("RESULT ")[2].splitlines()[0])
    return {**result, "sentences": sentences}


def test_parameters_change_what_comes_out(ran):
    assert (ran["pairs"], ran["neighbors"], ran["rolls"]) == (30, 12, 2)
    assert set(ran["garments"].values()) == {2} and len(ran["garments"]) == 12
    assert ran["totals"] == [30] and ran["judged"] == 30
    assert "of 30 pairs" in ran["sentences"][0]


def test_matches_are_counted_on_outfits_of_a_seed_of_their_own(ran):
    assert ran["the same outfits"] and ran["from those learned"]
    assert ran["chance"][0] == ran["chance"][1]
    assert ran["designed"][0] == ran["designed"][1]


def test_each_garment_is_screened_clean_and_with_a_patch(ran):
    assert ran["cloths"] == {"full color": 24, "as drawn": 30} and ran["patched"] == [True, True]
    assert max(ran["left over"]) < min(ran["paper"][:2])  # of full colors, the first two rows


def test_wrong_parameters_are_a_sentence_each():
    said = refusal(LESSON, {"pairs": 3, "rolls": 1, "seed": -1})
    assert "pairs is 3, expected a whole number from 16 to 2,000" in said
    assert "rolls is 1, expected a whole number" in said
    assert "seed is -1, expected a whole number" in said
