"""False alarms: each image counted once in each trait as a plain loop counts, each file named."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import chi2_contingency

from facescreen.commands import main as cli
from facescreen.evaluation import false_alarms
from facescreen.evaluation.false_alarms import (
    ALL,
    BLOCK,
    GROUPS,
    RULES,
    chance_of_spread,
    formatted,
    in_words,
)
from facescreen.faces import SourceError, portrait_table, portraits, sources
from facescreen.images import read_image
from facescreen.screening import PAPER_RULES, NoRule, Rate, SingleColorRule, reference_verdict

COUNT, SIZE = BLOCK + 88, 32  # more than one block
SENSITIVE = RULES | {"single@1": SingleColorRule(1)}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return false_alarms("portraits", SENSITIVE, COUNT, SIZE, seed=3)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three photographs, one all red; three files that cannot be read, one hidden, one other."""
    photos = tmp_path / "photos"
    (photos / "more").mkdir(parents=True)
    for name, color in (("a.png", "gray"), ("b.jpg", "navy"), ("more/red.png", "red")):
        Image.new("RGB", (90, 80), color).save(photos / name)
    (photos / "broken.png").write_bytes((photos / "a.png").read_bytes()[:60])
    (photos / "empty.jpg").touch()
    (photos / "phone.HEIC").write_bytes(b"\0\0\0\x18ftypheic, a kind that is not read")
    (photos / "notes.txt").write_text("taken in May")
    (photos / ".hidden").touch()
    return photos


def test_the_rules_are_those_of_all_measurements_and_the_other_reading():
    assert {name: RULES[name] for name in PAPER_RULES} == PAPER_RULES
    assert [name for name in RULES if name not in PAPER_RULES] == ["multi (others)"]
    assert RULES["multi (others)"].white_sum == "others"


def test_counts_are_those_of_the_reference_on_each_image(table):
    faces = portraits(COUNT, SIZE, seed=3)
    shown = portrait_table(COUNT, seed=3)
    for name, rule in SENSITIVE.items():
        seen = dict.fromkeys(table.index, 0)
        for face, (_, traits) in zip(faces, shown.iterrows(), strict=True):
            if reference_verdict(face, rule)[0]:
                low = (traits["skin_tone"] - 1) // 2 * 2 + 1
                seen[ALL] += 1
                seen["skin tone", f"Monk {low}–{low + 1}"] += 1
                for trait in ("background", "glasses", "hair color"):
                    seen[trait, traits[trait.replace(" ", "_")]] += 1
        assert table[f"{name} flagged"].to_dict() == seen
    assert table.loc[ALL, "single@1 flagged"] > 0, "or nothing was compared"


def test_groups_add_up_to_all(table):
    counts = ["images", *(f"{name} flagged" for name in SENSITIVE)]
    assert table.loc[ALL, "images"] == COUNT
    for trait in GROUPS:
        assert (table.loc[trait, counts].sum() == table.loc[ALL, counts]).all()
        present = [group for group in GROUPS[trait] if (trait, group) in table.index]
        assert list(table.loc[trait].index) == present, "in the order in which they are listed"
    assert set(table.index.unique("trait")) == {"all", *GROUPS}


def test_shares_are_rates_with_their_intervals(table):
    for _, row in table.iterrows():
        rate = Rate.of(int(row["single@1 flagged"]), int(row["images"]))
        shares = row[["single@1 %", "single@1 low %", "single@1 high %"]]
        assert list(shares) == [100 * rate.value, 100 * rate.low, 100 * rate.high]


def test_studio_portraits_are_as_many_as_wanted(monkeypatch):
    monkeypatch.setattr(sources, "PORTRAITS", 20)  # how many an opened source says it has
    table = false_alarms("portraits:studio", {"single": SingleColorRule()}, 30, SIZE)
    assert table.loc[ALL, "images"] == 30
    assert set(table.loc["background"].index) == {"plain", "gradient"}


def test_a_folder_has_one_row_and_names_each_file_that_cannot_be_read(folder):
    with pytest.warns(UserWarning, match="3 of 6 files cannot be read"):
        table = false_alarms(f"folder:{folder}", size=SIZE)
    assert list(table.index) == [ALL]
    assert table.loc[ALL, ["images", "unreadable"]].tolist() == [3, 3]
    named = zip(("broken.png", "empty.jpg", "phone.HEIC"), table.attrs["problems"], strict=True)
    assert all(name in problem for name, problem in named)
    assert "HEIC images cannot be decoded here" in table.attrs["problems"][2]
    assert table.attrs["others"] == {".txt": 1}
    assert table.attrs["hidden"] == (".hidden",)
    files = ("a.png", "b.jpg", "more/red.png")
    images = [read_image(folder / file, SIZE) for file in files]
    for name, rule in RULES.items():
        flagged = sum(bool(reference_verdict(image, rule)[0]) for image in images)
        assert table.loc[ALL, f"{name} flagged"] == flagged == 1


def test_a_count_takes_the_first_photographs(folder):
    with pytest.warns(UserWarning, match="cannot be read"):
        table = false_alarms(f"folder:{folder}", count=3, size=SIZE)
    assert table.loc[ALL, "images"] == 3


@pytest.mark.parametrize("given", [{"count": 0}, {"count": -1}, {"rules": {}}])
def test_no_images_or_no_rules_are_refused(given):
    with pytest.raises(ValueError, match=r"1 or more|one or more"):
        false_alarms("portraits", **given)


def test_what_is_no_source_is_said_by_the_sources():
    with pytest.raises(SourceError, match="there is no source 'photos'"):
        false_alarms("photos")


def test_text_and_words_hold_the_table_s_numbers(table):
    text = formatted(table)
    assert len(text.splitlines()) == len(table) + 1
    words = in_words(table)
    assert f"Of {COUNT} images of portraits, all of them valid, " in words
    for name in SENSITIVE:
        share = table.loc[ALL, f"{name} %"]
        assert f"{name} flags {share:.{2 if share < 1 else 1}f} %" in words
    none = in_words(false_alarms("portraits", {"none": NoRule()}, 20, SIZE))
    assert none.endswith(
        "What none flags differs measurably by none of skin tone, background, glasses and "
        "hair color."
    )


def test_words_name_the_groups_that_differ_by_more_than_chance(table):
    made = table.copy()
    made["multi flagged"] = (0.2 * made["images"]).round().astype(int)
    made["multi %"] = 20.0
    dark = ("glasses", "dark")
    made.loc[dark, ["multi flagged", "multi %"]] = [made.loc[dark, "images"], 100.0]
    assert in_words(made).endswith(
        "What multi flags differs by glasses (none 20.0 %, dark 100.0 %), not measurably by "
        "skin tone, background and hair color."
    )


@pytest.mark.parametrize("flagged", [(20, 31, 45), (30, 30, 31), (52, 30, 20)])
def test_the_chance_is_that_of_chi_squared_where_that_holds(flagged):
    images = np.array([400, 500, 600])
    table = np.stack([flagged, images - flagged])
    assert chance_of_spread(flagged, images) == pytest.approx(
        chi2_contingency(table).pvalue, abs=0.015
    )


def test_few_flags_prove_nothing_and_chance_is_seldom_taken_for_more():
    assert chance_of_spread([0, 0], [10, 2000]) == 1
    assert chance_of_spread([1, 0, 0], [100, 100, 100]) == 1, "one flag has to be somewhere"
    random = np.random.default_rng(1)
    images = np.array([4000, 800, 170, 30])
    chances = [chance_of_spread(random.binomial(images, 0.02), images, 499) for _ in range(200)]
    assert np.mean(np.array(chances) <= 0.05) < 0.1


def test_the_command_prints_names_and_writes_the_table(folder, tmp_path, capsys):
    out = tmp_path / "new" / "alarms.csv"
    line = ["alarms", f"folder:{folder}", "--size", "32", "--out", str(out)]
    assert cli.main(line) == cli.SOME_UNREADABLE
    printed = capsys.readouterr()
    assert [line.startswith("facescreen: ") for line in printed.err.splitlines()] == [True] * 3
    assert all(name in printed.err for name in ("broken.png", "empty.jpg", "phone.HEIC"))
    assert "single@40 flags 33.3 %" in printed.out
    assert "Not in these shares: 3 more files that could not be read." in printed.out
    assert "Files not taken for images: 1 .txt. 1 hidden left out (.hidden)." in printed.out
    stored = pd.read_csv(out, index_col=["trait", "group"])
    assert stored.loc[ALL, ["images", "unreadable", "single@40 flagged"]].tolist() == [3, 3, 1]


def test_the_command_on_portraits_as_a_person_starts_it():
    line = "-m facescreen alarms portraits:studio --count 30 --size 32 --seed 2"
    done = subprocess.run([sys.executable, *line.split()], capture_output=True, text=True)
    assert done.returncode == cli.SUCCESS, done.stderr
    assert done.stderr == ""
    assert "Of 30 images of portraits:studio, all of them valid" in done.stdout
    assert np.all([f"{trait} " in done.stdout for trait in GROUPS])


def test_the_command_refuses_what_is_no_count(capsys):
    assert cli.main(["alarms", "portraits", "--count", "0"]) == cli.ERROR
    assert "must be 1 or more, not 0" in capsys.readouterr().err
