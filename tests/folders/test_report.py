"""Laws of the report: it says what the table says, shows what was judged, and holds no surprise."""

import io
import math
import os
import tarfile

import numpy as np
import pandas as pd
import pytest
from mixed_folder import MID, save, with_red_patch, with_white_patch
from PIL import Image
from read_page import decoded, read_page

from facescreen.commands import main as cli
from facescreen.folders import COLUMNS, screen_folder, write_report
from facescreen.images.sheet import MARK
from facescreen.images.writing import NotOursError
from facescreen.screening import MultiColorRule, NoRule, SingleColorRule

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}\n\u202e😀.png"
RULE = MultiColorRule()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Images with known patches in files, an array and a tar; the table and the page of them."""
    folder = tmp_path_factory.mktemp("made")
    rng = np.random.default_rng(1)
    for pixels in [*range(0, 60, 2), *range(41, 81)]:
        shuffled = rng.permutation(with_red_patch(pixels).reshape(-1, 3))
        save(folder / f"red_{pixels:03d}.png", shuffled.reshape(MID.shape))
    for k in range(11):
        save(folder / f"white_{k:02d}.png", with_white_patch(340 + k))
    np.save(folder / "rows.npy", np.stack([with_red_patch(5), with_red_patch(2000)]))
    data = io.BytesIO()
    Image.fromarray(with_red_patch(1500)).save(data, "PNG")
    with tarfile.open(folder / "shard.tar", "w") as shard:
        member = tarfile.TarInfo(f"in/{HOSTILE}")
        member.size = len(data.getvalue())
        shard.addfile(member, io.BytesIO(data.getvalue()))
    (folder / "cut.png").write_bytes(data.getvalue()[:60])
    (folder / os.fsdecode(b"bytes\xff.png")).write_bytes(b"")
    (folder / "notes.txt").write_text("")
    table = tmp_path_factory.mktemp("table") / "verdicts.csv"
    summary = screen_folder(folder, RULE, table, workers=1)
    return folder, table, summary, write_report(table, folder, RULE, summary=summary)


@pytest.fixture(scope="module")
def page(made):
    return read_page(made[3])


def frame(table):
    """The table by another reader."""
    text = table.read_text("utf-8", errors="backslashreplace")
    return pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str)


def wilson(count, total, z=1.959963984540054):
    share = count / total
    middle = (share + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2)) / (1 + z**2 / total)
    return middle - half, middle + half


def shown_name(name):
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in name)


# --- counts ---------------------------------------------------------------------------------------


def test_counts_rates_and_intervals_are_those_of_the_table(made, page):
    rows = frame(made[1])
    judged = rows[rows["broken"] != ""]
    counts = judged["reason"].replace("", "passed").value_counts().to_dict()
    counts["flagged"] = int((judged["broken"] == "true").sum())
    assert counts.keys() == {"flagged", "passed", "color", "white"}
    lines = {line[0].strip(): line[2:] for line in page.tables["Counts and rates"][1:]}
    assert {name: int(cells[0]) for name, cells in lines.items()} == counts
    for name, (_, share, interval) in lines.items():
        low, high = wilson(counts[name], len(judged))
        assert share == f"{100 * counts[name] / len(judged):.1f} %"
        assert interval == f"{100 * low:.1f} to {100 * high:.1f} %"
    text = " ".join("".join(page.text).split())
    assert f"{len(judged)} images judged" in text
    unreadable = int((rows["broken"] == "").sum())
    assert f"{unreadable} of {len(rows)} files or rows" in text
    assert "1 other file is no image: 1 .txt." in text


def test_every_score_is_in_one_bar_on_its_side_of_the_threshold(made, page):
    rows = frame(made[1])
    rows = rows[rows["broken"] != ""]
    scores, (header, *bars) = rows["score"].astype(int), page.tables["Scores"]
    assert header[1:] == ["passed", "color", "white"]
    words = [bar[0].replace(",", "").split(" to ") for bar in bars]
    ends = [(int(one[0]), int(one[-1])) for one in words]
    for (low, high), bar in zip(ends, bars, strict=True):
        assert not low < RULE.color_threshold <= high
        inside = rows[(scores >= low) & (scores <= high)]["reason"].value_counts()
        assert [int(n) for n in bar[1:]] == [inside.get(r, 0) for r in ("", "color", "white")]
    assert sum(int(n) for bar in bars for n in bar[1:]) == len(rows)


# --- galleries ------------------------------------------------------------------------------------


def cards(page, gallery):
    return [card for card in page.cards if card["gallery"] == gallery]


def test_galleries_hold_the_highest_scores_and_the_nearest_to_the_threshold(made, page):
    rows = frame(made[1])
    rows["score"] = rows["score"].replace("", "nan").astype(float)
    color, passed = rows[rows["reason"] == "color"], rows[rows["broken"] == "false"]
    white = rows[rows["reason"] == "white"]
    expected = {
        "Worst images": color.nlargest(16, "score", keep="first"),
        "Borderline: just flagged": color.nsmallest(12, "score", keep="first"),
        "Borderline: just passed": passed[passed["score"] > 0].nlargest(12, "score", keep="first"),
    }
    for gallery, best in expected.items():
        names = [card["name"] for card in cards(page, gallery)]
        assert names == [shown_name(name) for name in best["file"]], gallery
    shown = [card["name"] for card in cards(page, "White images")]
    assert len(shown) == len(set(shown)) == 8 < len(white)
    assert set(shown) <= set(white["file"])
    near = int(color["score"].between(20, 80).sum())
    assert f"{near} lie within a factor of 2 of it (20 to 80)" in "".join(page.text)


def test_the_pixels_that_the_rule_counted_are_marked_and_no_others(made, page):
    looked = 0
    for card in page.cards:
        if not card["name"].startswith(("red_", "white_")):
            continue
        image = np.asarray(Image.open(made[0] / card["name"]))
        picture, *copies = (decoded(one) for one in card["images"])
        assert np.array_equal(picture, image)
        counted = image[..., 0] == 255  # all that is bright here is at 255
        if not counted.any():
            assert not copies
            continue
        assert np.array_equal((copies[0] == MARK).all(axis=2), counted)
        where = "red" if card["name"].startswith("red_") else "any channel"
        assert f"Marked: {counted.sum()} pixels at 255 in {where}." in card["text"]
        looked += 1
    assert looked > 30


def test_members_and_rows_are_shown_too(page):
    for name, pixels in (("rows.npy/000001", 2000), (shown_name(f"shard.tar/in/{HOSTILE}"), 1500)):
        (card,) = (card for card in cards(page, "Worst images") if card["name"] == name)
        assert np.array_equal(decoded(card["images"][0]), with_red_patch(pixels))


# --- names, and what has changed ------------------------------------------------------------------


def test_names_are_text_whatever_they_hold(page):
    assert not page.tags & {"script", "iframe", "object", "embed", "form", "a", "link", "base"}
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    text = "".join(page.text)
    assert "<script>alert(1)</script>\"'&{{7*7}}\\n\\u202e😀.png" in text
    assert "bytes\\udcff.png" in text
    assert "\u202e" not in text


def test_the_same_table_makes_the_same_page(made, tmp_path):
    folder, table, summary, page = made
    again = write_report(table, folder, RULE, tmp_path / "again.html", summary)
    assert again.read_bytes() == page.read_bytes()
    other = tmp_path / "verdicts.csv"
    summary = screen_folder(folder, RULE, other, workers=2)
    assert write_report(other, folder, RULE, summary=summary).read_bytes() == page.read_bytes()


def test_a_page_among_the_images_is_none_of_the_other_files(tmp_path):
    save(tmp_path / "red.png", with_red_patch(50))
    table, pages = tmp_path / "verdicts.csv", []
    for _ in range(2):
        summary = screen_folder(tmp_path, RULE, table)
        pages.append(write_report(table, tmp_path, RULE, summary=summary).read_bytes())
    assert summary.other_files == 0
    assert pages[0] == pages[1]


def test_only_what_the_table_has_judged_is_shown(made, tmp_path):
    folder, table = tmp_path / "photos", tmp_path / "verdicts.csv"
    folder.mkdir()
    for name, pixels in (("gone", 900), ("kept", 800), ("moved", 700), ("same", 600)):
        save(folder / f"{name}.png", with_red_patch(pixels))
    lookalike = save(tmp_path / "lookalike.png", with_red_patch(700)[::-1])
    screen_folder(folder, SingleColorRule(), table)
    (folder / "gone.png").unlink()
    os.utime(lookalike, (1, 1))
    os.replace(lookalike, folder / "moved.png")  # as old as can be, with the same score
    rows = table.read_text().replace("same.png,true,color,600", "same.png,true,color,601")
    table.write_text(rows)
    before = (folder / "kept.png").stat().st_ctime_ns
    os.utime(table, ns=(before, max(before, (folder / "same.png").stat().st_ctime_ns)))
    shown = {c["name"]: c for c in read_page(write_report(table, folder, SingleColorRule())).cards}
    assert shown["kept.png"]["images"]
    for name, problem in (
        ("gone.png", "It is not there any more."),
        ("moved.png", "Its file has changed since the table was made."),
        ("same.png", "it does not get the verdict in the table"),
    ):
        assert problem in shown[name]["text"]
        assert not shown[name]["images"]


def test_an_edited_table_leads_nowhere_else(tmp_path):
    folder, table = tmp_path / "photos", tmp_path / "verdicts.csv"
    folder.mkdir()
    save(tmp_path / "secret.png", with_red_patch(500))
    line = ",true,color,500,R,255,\n"
    names = ("../secret.png", str(tmp_path / "secret.png"), "./../secret.png")
    table.write_text(",".join(COLUMNS) + "\n" + "".join(name + line for name in names))
    page = read_page(write_report(table, folder, SingleColorRule()))
    assert [len(card["images"]) for card in page.cards] == [0, 0, 0]


# --- refusals -------------------------------------------------------------------------------------


def test_a_page_of_somebody_else_stays_and_nothing_is_screened(made, tmp_path, capsys):
    page = tmp_path / "verdicts.html"
    page.write_text("<!DOCTYPE html>\n<p>mine")
    command = ["screen", str(made[0]), "--out", str(tmp_path), "--report"]
    assert cli.main(command) == cli.ERROR
    assert "is there already and no page of this command" in capsys.readouterr().err
    assert page.read_text() == "<!DOCTYPE html>\n<p>mine"
    assert [path.name for path in tmp_path.iterdir()] == ["verdicts.html"]
    with pytest.raises(NotOursError):
        write_report(made[1], made[0], RULE, page)


def test_the_command_writes_the_page_and_replaces_its_own(made, tmp_path, capsys):
    page = tmp_path / "verdicts.html"
    for named in ([], [str(page)]):
        command = ["screen", str(made[0]), "--out", str(tmp_path), "--report", *named]
        assert cli.main(command) == cli.SOME_UNREADABLE
        assert capsys.readouterr().out.endswith(f"report in {page}\n")
        assert page.read_bytes() == made[3].read_bytes()
    with pytest.raises(SystemExit):
        cli.main(["screen", "--report", str(made[0])])
    assert "does not end in .html (name FOLDER first)" in capsys.readouterr().err


def test_a_table_that_is_cut_or_of_another_rule_is_refused(made, tmp_path):
    folder, table, _, _ = made
    for rule, words in (
        (SingleColorRule(20), "row .* passed with a score of .* a threshold of 20"),
        (MultiColorRule(60), "row .* was flagged with a score of .* a threshold of 60"),
        (NoRule(), "40 of 40 images looked at again get other verdicts by NoRule"),
    ):
        with pytest.raises(ValueError, match=words):
            write_report(table, folder, rule, tmp_path / "x.html")
    lines = table.read_bytes().splitlines(keepends=True)
    for wrong, words in (
        (b"".join(lines)[:-3], "is cut, or not as"),
        (b"".join([*lines[:3], b"a.png,maybe,,,,,\n", *lines[3:]]), "its row 3 is cut"),
        (b"image,label\n", "expected a table of facescreen screen"),
    ):
        (tmp_path / "wrong.csv").write_bytes(wrong)
        with pytest.raises(ValueError, match=words):
            write_report(tmp_path / "wrong.csv", folder, RULE)
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize(
    ("rule", "images", "said"),
    [
        (RULE, 0, "There is no image here that can be judged."),
        (RULE, 1, "There is no image that passed with a score above 0."),
        (NoRule(), 1, "The rule gives no scores"),
    ],
)
def test_a_folder_with_nothing_to_show_has_a_page_that_says_so(rule, images, said, tmp_path):
    folder, table = tmp_path / "photos", tmp_path / "verdicts.csv"
    folder.mkdir()
    for k in range(images):
        save(folder / f"{k}.png", MID)
    screen_folder(folder, rule, table)
    page = read_page(write_report(table, folder, rule))
    assert not page.cards
    assert said in "".join(page.text)
