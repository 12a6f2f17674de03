"""What cannot be measured, and what is wrong with a table of tiles, is named in one sentence."""

import csv

import pytest
from PIL import Image

from facescreen.labels.elsewhere import COLUMNS, ElsewhereError, load_elsewhere
from facescreen.labels.elsewhere.__main__ import main


def refusal(folder, out):
    with pytest.raises(SystemExit) as caught, pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr("sys.stderr.write", said.append)
        main([str(folder), "--out", str(out)])
    assert caught.value.code == 1
    return "".join(said)


def test_a_table_of_others_is_left_alone(made, tmp_path):
    (tmp_path / "tiles.csv").write_text("mine\n")
    assert "no table of this command" in refusal(made[0], tmp_path)
    assert (tmp_path / "tiles.csv").read_text() == "mine\n"


def test_a_folder_that_cannot_be_measured_is_named(made, tmp_path):
    assert "index.csv cannot be read as a table" in refusal(tmp_path, tmp_path / "out")
    index = (made[0] / "index.csv").read_text(encoding="utf-8")
    (tmp_path / "index.csv").write_text(index.replace("licence", "terms"), encoding="utf-8")
    assert "index.csv has no column 'licence'" in refusal(tmp_path, tmp_path / "out")
    (tmp_path / "index.csv").write_text(index, encoding="utf-8")
    (tmp_path / "tiles").mkdir()
    assert "tiles/0.png: " in refusal(tmp_path, tmp_path / "out").replace("\\", "/")
    Image.new("RGB", (96, 64)).save(tmp_path / "tiles" / "0.png")
    said = refusal(tmp_path, tmp_path / "out")
    assert "0.png has 96 x 64 pixels; expected a square of 64 x 64 or more" in said
    assert not (tmp_path / "out").exists()


# --- what is wrong with a table is named ----------------------------------------------------------


def changed(folder, column, value, row=1):
    """The table of a folder with one cell changed, in a folder of its own."""
    with open(folder / "tiles.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    lines[row][COLUMNS.index(column)] = value
    return lines


def problem(folder, lines):
    with open(folder / "tiles.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    with pytest.raises(ElsewhereError) as caught:
        load_elsewhere(str(folder))
    said = str(caught.value)
    assert "\n" not in said and said.startswith(str(folder / "tiles.csv"))
    return said.removeprefix(str(folder / "tiles.csv"))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("tile", "1.png", ", row 2: the tile '1.png' is there twice"),
        ("tile", "", ", row 1: the tile '' has no tile"),
        ("source", "", "has no source"),
        ("label", "good", "has the label 'good'; expected one of valid, broken_saturated"),
        ("sha256", "0" * 63, "expected 64 hexadecimal digits"),
        ("side", "63", "has the side 63; expected 64 pixels or more"),
        ("r240", "-1", "has the r240 '-1'; expected a whole number, 0 or more"),
        ("g255", "1.0", "has the g255 '1.0'; expected a whole number, 0 or more"),
        ("b250", "", "has the b250 ''; expected a whole number, 0 or more"),
        ("b250", "9" * 5000, "expected a whole number, 0 or more"),
        ("g250", "4097", "pixels counted in g; there are 4,096"),
        ("clipped", "", "row 1: the tile '0.png' has the clipped ''; expected a number"),
        ("white", "nan", "has the white 'nan'; expected a number"),
        ("unred", "-inf", "has the unred '-inf'; expected a number"),
        ("hue", "some", "has the hue 'some'; expected a number"),
        ("over_exposure", "1.5", "has the over_exposure '1.5'; expected a number from 0 to 1"),
        ("natural_color", "-1", "has the natural_color '-1'; expected a number from 0 to 100"),
        ("cleanvision", "nan", "has the cleanvision 'nan'; expected a number from 0 to 320"),
        ("portrait_judge", "inf", "has the portrait_judge 'inf'; expected a number 0 or more"),
    ],
)
def test_a_cell_that_no_tile_can_have_is_named(measured, tmp_path, column, value, said):
    assert said in problem(tmp_path, changed(measured, column, value))


def test_a_table_of_another_form_is_named(measured, tmp_path):
    lines = changed(measured, "label", "valid")
    assert problem(tmp_path, [lines[0], lines[1][:-1]]) == ", row 1, has 73 cells; expected 74"
    lines[0][1] = "said"
    assert problem(tmp_path, lines) == " has the column 'said' where 'label' is expected"
    assert "has the column None where 'tile' is expected" in problem(tmp_path, [])
    (tmp_path / "tiles.csv").write_bytes(b"\xff\xfe\x00 no text")
    with pytest.raises(ElsewhereError, match=r"tiles\.csv cannot be read as a table"):
        load_elsewhere(tmp_path)
    with pytest.raises(ElsewhereError, match=r"tiles\.csv cannot be read as a table"):
        load_elsewhere(tmp_path / "nowhere")
