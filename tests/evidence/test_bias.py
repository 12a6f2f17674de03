"""Whom the rules lose and miss: recounted by plain NumPy from pixels, picks and traits alone."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from recount import counts_of, flags_of

from facescreen.breakage import plant_all
from facescreen.commands import main as cli
from facescreen.commands.options import WHOM
from facescreen.evaluation import bias_table
from facescreen.evidence import bias
from facescreen.evidence.bias_groups import EXPOSED, HAIR, SIDES, in_thirds, lightness, of_traits
from facescreen.faces import portrait_table, portraits
from facescreen.gan.combine import pick_faces
from facescreen.labels import load_reference
from facescreen.labels.drawing import DRAWN
from facescreen.lessons import ROOT
from facescreen.plots import draw_by_group

POOL, NAME = "test", "finished, new"


def flagged_by_hand(images: np.ndarray) -> dict[str, np.ndarray]:
    """The paper's rules, image by image."""
    said = [flags_of(counts_of(image)) for image in images]
    return {name: np.array([one[name] for one in said]) for name in said[0] if name != "none"}


def by_hand(traits) -> dict[str, list[str]]:
    """The groups of faces, face by face."""
    rows = [row for _, row in traits.iterrows()]
    return {
        "skin tone": [f"Monk {(t := (r['skin_tone'] + 1) // 2 * 2) - 1}–{t}" for r in rows],
        "hair": ["bald" if r["hair_style"] == "bald" else HAIR[r["hair_color"]] for r in rows],
        "light from": [
            next(name for most, name in SIDES.items() if abs(r["light_azimuth"]) <= most)
            for r in rows
        ],
    }


@pytest.fixture(scope="module")
def pool():
    return load_reference(POOL)


def test_a_pool_is_recounted_from_its_pixels_and_from_who_was_picked(pool):
    flags = flagged_by_hand(pool.images)
    picks = pick_faces(DRAWN[POOL][0].seed, np.arange(len(pool)), 4, 4096)[:, 0]
    groups = by_hand(portrait_table(4096).loc[picks])
    asked = {
        "valid lost": pool.labels == "valid",
        "saturated missed": pool.labels == "broken_saturated",
        "broken missed": (pool.labels == "broken_saturated") | (pool.labels == "broken_other"),
    }
    table = bias_table("groups").loc[NAME]
    compared = 0
    for (error, rule, attribute, group), row in table.iterrows():
        if rule in flags and attribute in groups:
            own = asked[error] & (np.array(groups[attribute]) == group)
            made = flags[rule] if error == "valid lost" else ~flags[rule]
            assert (row["images"], row["mistakes"]) == (own.sum(), (made & own).sum())
            compared += row["mistakes"] > 0
    assert compared > 50


def test_the_shipped_signs_are_judged_again(pool):
    flagged = bias.SignsRule()(pool.images).broken
    table = bias_table("groups").loc[NAME].groupby(level=[0, 1, 2]).sum()
    lost = table.loc[("valid lost", "signs", "skin tone"), "mistakes"]
    assert lost == flagged[pool.labels == "valid"].sum()
    missed = table.loc[("broken missed", "signs", "hair"), "mistakes"]
    assert missed == (~flagged[np.char.startswith(pool.labels, "broken")]).sum()


def test_what_comes_through_is_the_source_of_the_coarse_layers():
    """Of two runs dealt out in turn, too; of other faces nothing comes through."""
    own = load_reference("learning_test")
    valid = own.labels == "valid"
    traits = bias.traits_of_sources("learning_test")[valid]
    true = bias.comes_through(own.images[valid], traits)
    dealt = bias.comes_through(own.images[valid], traits.sample(frac=1, random_state=1))
    assert min(true.values()) > 0.6 and max(map(abs, dealt.values())) < 0.3
    shipped = np.genfromtxt(bias.BIAS / "sources.csv", delimiter=",", skip_header=1, dtype=None,
                            encoding="utf-8")  # fmt: skip
    (row,) = [list(r)[1:] for r in shipped if r[0] == "learning_test"]
    assert row == pytest.approx(list(true.values()), abs=1e-3)


@pytest.fixture(scope="module")
def few() -> bias.Judged:
    return bias.judged_portraits("portraits", 330, 66)


def test_portraits_are_recounted_face_by_face(few):
    clean = portraits(330, 64, bias.CLEAN_SEED)
    broken = plant_all(
        portraits(66, 64, bias.DAMAGE_SEED), None, (0.5, 1.0), (0.02, 0.3), bias.DAMAGE_SEED
    )
    groups = [by_hand(portrait_table(n, s))
              for n, s in ((330, bias.CLEAN_SEED), (66, bias.DAMAGE_SEED))]  # fmt: skip
    saturated = np.isin(broken.kinds, ["blob", "near_blob", "white_out"])
    parts = {
        "valid lost": (flagged_by_hand(clean), groups[0], np.ones(330, bool)),
        "saturated missed": (flagged_by_hand(broken.images), groups[1], saturated),
        "broken missed": (flagged_by_hand(broken.images), groups[1], np.ones(66, bool)),
    }
    table = few.shares()
    for error, (flags, own, chosen) in parts.items():
        for rule, flagged in flags.items():
            made = flagged if error == "valid lost" else ~flagged
            for attribute, names in own.items():
                rows = table.loc[(error, rule, attribute)]
                for group, row in rows.iterrows():
                    here = chosen & (np.array(names) == group)
                    assert (row["images"], row["mistakes"]) == (here.sum(), (made & here).sum())
                assert rows["images"].sum() == chosen.sum()


def test_the_shipped_portraits_are_these_portraits(few):
    """The first 330 of 12,000: their share lies where a sample's would."""
    table = bias_table("groups").loc["portraits"]
    for rule, flagged in few.flags.items():
        shipped = table.loc[("valid lost", rule, "skin tone")].sum()
        share = shipped["mistakes"] / shipped["images"]
        found = flagged[few.labels == "valid"].mean()
        assert abs(found - share) < 3.3 * np.sqrt(share * (1 - share) / 330)
        assert shipped["images"] == bias.FACES["portraits"][0]


def test_what_calibrates_is_not_counted(few):
    counted = {rule: could.sum() for error, rule, could, _ in few.mistakes()
               if error == "valid lost"}  # fmt: skip
    assert counted["signs"] == 330 and counted["signs, calibrated on 24"] == 306


def test_thirds_are_cut_by_the_valid_and_a_blob_moves_the_median_little():
    values = {"x": np.arange(60.0)}
    groups = in_thirds(values, np.arange(60) >= 30)["x"]
    assert list(groups.value_counts().loc[list(groups.categories)]) == [40, 10, 10]
    image = np.full((1, 64, 64, 3), 90, np.uint8)
    image[:, 24:44, 24:31] = 255
    assert lightness(image)["face, measured"] == pytest.approx(90)


def test_thirds_of_light_and_exposure_are_about_thirds():
    traits = portrait_table(3000, 4)
    for attribute, limits in (("light from", SIDES), ("exposure", EXPOSED)):
        shares = of_traits(traits)[attribute].value_counts() / 3000
        assert (
            set(shares.index) == set(limits.values()) and ((shares > 0.28) & (shares < 0.39)).all()
        )
    assert "exposure" not in of_traits(traits, exposure=False)


# --- where a rule is chosen -----------------------------------------------------------------------

RULES = {"single": "single 40", "multi": "multi 40 / 1,000", "signs": "signs, calibrated on 24"}
TRAITS = ("skin tone", "hair", "light from", "exposure")
LOST, MISSED = "valid lost", "saturated missed"
SAID = [  # what the help says, and which rows of the table it is
    ("single", LOST, "exposure", "loses {bright} of valid faces exposed brightly, {dim} of dim"),
    ("multi", LOST, "exposure", "loses {bright} of valid faces exposed brightly, {dim} of dim"),
    ("multi", MISSED, "skin tone", "misses {Monk 9–10} of planted saturated damage on skin of "
     "Monk 9–10, {Monk 3–4} on skin of Monk 3–4"),
    ("signs", LOST, "skin tone", "loses {Monk 5–6} of Monk 5–6, {Monk 9–10} of Monk 9–10;"),
    ("signs", LOST, "hair", "{blond} of blond hair, {black, dark brown} of black or dark brown;"),
    ("signs", LOST, "light from", "{from the side} lit from the side, {from the front} from the"),
]  # fmt: skip


def filled(text: str, rates) -> str:
    return re.sub(r"{(.+?)}", lambda found: f"{rates[found[1]]:.1f} %", text)


def test_the_help_says_what_the_table_says_and_leaves_nothing_out():
    groups, gaps = bias_table("groups"), bias_table("gaps")
    said = " ".join(WHOM.split())
    parts = re.split(r" (?=single  |multi  |signs  )", re.sub(r"\n  (\w+) +", r" \1  ", WHOM))
    of_rule = {part.split()[0]: " ".join(part.split()) for part in parts[1:]}
    for rule, error, attribute, text in SAID:
        rates = groups.loc[("portraits", error, RULES[rule], attribute), "rate %"]
        assert filled(text, rates) in of_rule[rule]
    rows = gaps.loc["portraits"].reset_index()
    chosen = rows["rule"].isin([*RULES.values(), "signs"]) & rows["attribute"].isin(TRAITS)
    beyond = rows[chosen & (rows["apart"] == "beyond chance")]
    beyond = beyond[beyond["error"] != "broken missed"]
    named = {(error, RULES[rule], attribute) for rule, error, attribute, _ in SAID}
    assert set(map(tuple, beyond[["error", "rule", "attribute"]].to_numpy())) == named

    def rate(population, rule, attribute, group):
        return f"{groups.loc[(population, LOST, rule, attribute, group), 'rate %']:.1f} %"

    learning = [rate("while learning", r, "skin tone", "Monk 3–4") for r in [*RULES.values()][:2]]
    assert f"{learning[0]} by single, {learning[1]} by multi; of Monk 9–10 none are" in said
    whole = "finished", "image, measured"
    light, dark = (
        [rate(whole[0], r, whole[1], third) for r in [*RULES.values()][:2]]
        for third in ("lightest third", "darkest third")
    )
    assert f"{light[0]} of the lightest third by single, {light[1]} by multi" in said
    assert dark[0] == dark[1] and f"of the darkest third {dark[0]} by either" in said
    for rule in ("single 40", "multi 40 / 1,000"):
        assert rate("while learning", rule, "skin tone", "Monk 9–10") == "0.0 %"


def test_what_data_readme_quotes_is_in_the_table():
    text = (ROOT / "data" / "README.md").read_text("utf-8")
    part = text.split("## Whom the rules lose and miss")[1].split("\n## ")[0]
    groups = bias_table("groups").loc["portraits"]["rate %"]
    signs = groups.loc[(LOST, RULES["signs"])]
    missed = groups.loc[(MISSED, RULES["multi"], "skin tone")]
    for said, rates in (
        ("{Monk 5–6} of Monk 5–6 and {Monk 9–10} of Monk 9–10", signs.loc["skin tone"]),
        ("{blond} of blond hair and {black, dark brown} of black", signs.loc["hair"]),
        ("{Monk 9–10} against {Monk 3–4} on Monk 3–4", missed),
    ):
        assert filled(said, rates) in part
    for rule in ("single 40", "multi 40 / 1,000"):
        light = groups.loc[(LOST, rule, "exposure")]
        assert light["bright"] > 2 * light["dim"], "more than twice as often"


def test_what_the_readme_quotes_is_in_the_table():
    text = (ROOT / "README.md").read_text("utf-8")
    (part,) = (line for line in text.splitlines() if line.startswith("**Whom a rule costs.**"))
    table = bias_table("groups").loc["portraits"].sort_index()
    for rule, error, attribute, said in (
        ("single", LOST, "exposure", "{bright} of those exposed brightly and {dim} of dim"),
        ("multi", LOST, "exposure", "multi {bright} and {dim}."),
        ("multi", MISSED, "skin tone", "multi misses {Monk 9–10} on the darkest skin (steps 9–10 "
         "of the [Monk scale](GLOSSARY.md) of ten skin tones) and {Monk 3–4} on Monk 3–4"),
        ("signs", LOST, "hair", "{blond} of blond hair and {black, dark brown} of black"),
        ("signs", LOST, "skin tone", "{Monk 5–6} of Monk 5–6 and {Monk 9–10} of Monk 9–10"),
    ):  # fmt: skip
        assert filled(said, table.loc[(error, RULES[rule], attribute), "rate %"]) in part
    for error, rule, words in ((LOST, "single", "{} valid"), (MISSED, "multi", "Of {} with")):
        counted = table.loc[(error, RULES[rule], "exposure"), "images"].sum()
        assert words.format(f"{counted:,}") in part


@pytest.mark.parametrize("command", ["screen", "generate"])
def test_whoever_chooses_a_rule_reads_it(command, capsys):
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    text = capsys.readouterr().out
    assert WHOM in text and "whose valid faces each loses more often" in " ".join(text.split())


def test_the_figure_shows_every_group_and_says_the_furthest():
    groups = bias_table("groups").loc["portraits"]
    few = groups[groups.index.isin(["valid lost"], 0) & groups.index.isin(["multi 40 / 1,000"], 1)
                 & groups.index.isin(["skin tone", "exposure"], 2)]  # fmt: skip
    figure, said = draw_by_group(few)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == [*few.index.get_level_values("group")]
    rates = few.xs("exposure", level="attribute")["rate %"].droplevel([0, 1])
    assert f"by exposure from {rates['dim']:.1f} % (dim) to {rates['bright']:.1f} % (brig" in said
    plt.close(figure)
