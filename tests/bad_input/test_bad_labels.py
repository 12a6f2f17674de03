"""Files of labels that are not as they should be, and one that is open in two places."""

import threading

import pytest

from facescreen.labels import ReferenceSetError, load_reference
from facescreen.labels.labeling import gather
from facescreen.widgets.label_file import LabelFile, LabelFileError

HEAD = b"image,label,rater,when\n"
ROW = b"a.png,valid,me,2026-01-01T00:00:00Z\n"
REFUSED = {
    "missing columns": (b"image,label\na.png,valid\n", "begins with 'image,label', expected"),
    "other columns": (b"file,verdict,rater,when\n", "begins with 'file,verdict"),
    "an unknown label": (HEAD + b"a.png,good,me,now\n", "line 2 of", "with a label of valid"),
    "a row too short": (HEAD + ROW + b"b.png,valid\n", "line 3 of", "is 'b.png,valid', expected"),
    "UTF-16": ((HEAD + ROW).decode().encode("utf-16"), "is no CSV file of labels"),
    "an image in its place": (b"\x89PNG\r\n\x1a\n" + bytes(50), "is no CSV file of labels"),
    "zeros": (bytes(64) + b"\n", "begins with"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_another_file_is_refused_and_stays(tmp_path, told, what):
    data, *words = REFUSED[what]
    path = tmp_path / "labels.csv"
    path.write_bytes(data)
    with pytest.raises(LabelFileError) as refused:
        LabelFile(path).rows()
    said = str(refused.value)
    assert str(path) in said and "\n" not in said
    assert all(word in said for word in words), said
    assert path.read_bytes() == data
    told[f"labels: {what}"] = said


MENDED = {
    "a byte order mark": (b"\xef\xbb\xbf" + HEAD + ROW, 1, ""),
    "lines of Windows": ((HEAD + ROW).replace(b"\n", b"\r\n"), 1, ""),
    "a last line without its end": (HEAD + ROW[:-1], 1, "its label is kept"),
    "a last line cut in its time": (HEAD + ROW[:-9], 1, "its label is kept"),
    "a last line cut in its label": (HEAD + ROW[:9], 0, "label that image again"),
    "a first line cut short": (HEAD[:9], 0, "had no whole first line"),
    "one image labeled twice": (HEAD + ROW + ROW.replace(b"valid", b"unsure"), 2, ""),
}


@pytest.mark.parametrize("what", MENDED)
def test_what_can_be_read_is_read_and_what_was_cut_is_said(tmp_path, told, what):
    data, rows, words = MENDED[what]
    path = tmp_path / "labels.csv"
    path.write_bytes(data)
    labels = LabelFile(path)
    assert len(labels.rows()) == rows
    assert words in labels.notice and (not words) == (not labels.notice)
    labels.append("b.png", "valid", "me")
    assert [row.image for row in LabelFile(path).rows()] == ["a.png"] * rows + ["b.png"]
    told[f"labels: {what}"] = labels.notice or f"{rows} labels read"


def test_a_file_open_in_two_places_loses_no_label(tmp_path):
    path, each = tmp_path / "labels.csv", 20

    def label(rater):
        labels = LabelFile(path)
        for number in range(each):
            labels.append(f"{number}.png", "valid", rater)

    raters = [threading.Thread(target=label, args=(name,)) for name in ("one", "two", "three")]
    for rater in raters:
        rater.start()
    for rater in raters:
        rater.join()
    rows = LabelFile(path).rows()
    for name in ("one", "two", "three"):
        own = [row.image for row in rows if row.rater == name]
        assert own == [f"{number}.png" for number in range(each)]


@pytest.mark.parametrize(
    ("image", "label", "rater"),
    [("two\nlines.png", "valid", "me"), ("a\rb.png", "valid", "me"), ("a", "valid", "me\0")],
)
def test_a_name_that_would_not_stay_on_its_line_is_refused(tmp_path, told, image, label, rater):
    labels = LabelFile(tmp_path / "labels.csv")
    with pytest.raises(ValueError, match="must stand on one line") as refused:
        labels.append(image, label, rater)
    told[f"labels: {image!r} by {rater!r}"] = str(refused.value)
    assert labels.rows() == []


# --- sheets and pools -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [("{}", "holds a dict, expected a list"), ("[", "cannot be read as JSON"), ("[" * 100_000, "")],
)
def test_an_order_of_sheets_that_is_none_is_named(tmp_path, told, text, words):
    (tmp_path / "order.json").write_text(text)
    with pytest.raises(ValueError, match=f"order.json.*{words}") as refused:
        gather(tmp_path, 1)
    told[f"labels: order.json is {text[:9]}"] = str(refused.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"image\na\n", "has the columns image; expected"),
        (b"", "cannot be read as a table"),
        ("image,sha256\n".encode("utf-16"), "cannot be read as a table|has the columns"),
    ],
)
def test_tables_of_a_pool_that_are_none_are_named(tmp_path, told, data, words):
    (tmp_path / "images.csv").write_bytes(data)
    with pytest.raises(ReferenceSetError, match=words) as refused:
        load_reference("default", tmp_path)
    assert "images.csv" in str(refused.value)
    told[f"labels: images.csv is {data[:12]!r}"] = str(refused.value)
