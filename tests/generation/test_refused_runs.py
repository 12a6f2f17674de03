"""Runs that are not as they were: edited lines are named, and refusing changes not a byte."""

import codecs
import json
import subprocess
import sys
from dataclasses import replace

import pytest
from tiny_run import MORE, SETTINGS, combiner, contents, photo, refused, run

from facescreen.generation import FaceMaker
from facescreen.screening import NoRule

pytestmark = pytest.mark.usefixtures("one_thread", "noisy_source")

# --- manifests that somebody edited ---------------------------------------------------------------


def edited(line: bytes, **changes) -> bytes:
    return json.dumps({**json.loads(line), **changes}).encode() + b"\n"


EDITS = {
    "an absolute path": lambda line: edited(line, file="/etc/hostname"),
    "a path outside": lambda line: edited(line, file="../precious.png"),
    "another image": lambda line: edited(line, file="images/000001.png"),
    "a wrong index": lambda line: edited(line, index=99),
    "an index of another type": lambda line: edited(line, index=str(json.loads(line)["index"])),
    "a reason of another type": lambda line: edited(line, reason=["color"]),
    "a file of another type": lambda line: edited(line, file=7),
    "a checksum of another type": lambda line: edited(line, sha256=7),
    "half a checksum": lambda line: edited(line, sha256="0", pixels=None),
    "the line twice": lambda line: line + line,
    "no line": lambda line: b"",
    "no JSON": lambda line: b"{]\n",
    "a list": lambda line: b"[1, 2]\n",
    "null": lambda line: b"null\n",
    "deep": lambda line: b"[" * 100_000 + b"\n",
    "no text": lambda line: b"\xff\xfe\0\n",
    "a note": lambda line: line + b"# checked up to here, Kim\n",
}


@pytest.mark.parametrize("place", [0, 5, 13])
@pytest.mark.parametrize("edit", EDITS)
def test_a_line_that_is_not_the_runs_is_named(out, tmp_path, edit, place):
    """And what the sentence advises ends in the very same folder."""
    before, precious = contents(out), photo(tmp_path / "precious.png")
    lines = (out / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    changed = [*lines[:place], EDITS[edit](lines[place]), *lines[place + 1 :]]
    (out / "manifest.jsonl").write_bytes(b"".join(changed))
    if (edit, place) == ("no line", 13):  # then nothing is wrong with those left
        run(out)
        assert contents(out) == before
        return
    number = place + 1 + (edit in ("the line twice", "a note"))
    with refused(tmp_path, f"line {number} of {out / 'manifest.jsonl'} is .* did not write"):
        run(out)
    kept = b"".join(changed).splitlines(keepends=True)[: number - 1]
    (out / "manifest.jsonl").write_bytes(b"".join(kept))
    run(out)
    assert contents(out) == before
    assert (tmp_path / "precious.png").read_bytes() == precious


@pytest.mark.parametrize(
    "edit",
    {
        "byte order mark": lambda text: codecs.BOM_UTF8 + text,
        "line ends": lambda text: text.replace(b"\n", b"\r\n"),
        "blank lines": lambda text: text.replace(b"\n", b"\n\n", 3) + b"\n",
        "a note in a line": lambda text: text.replace(b'"seed"', b'"note": "Kim", "seed"', 4),
    }.items(),
    ids=lambda edit: edit[0],
)
def test_a_manifest_that_an_editor_saved_goes_on_as_it_is(out, tmp_path, edit):
    text = edit[1]((out / "manifest.jsonl").read_bytes())
    (out / "manifest.jsonl").write_bytes(text)
    before = contents(out)
    assert run(out).saved == 10
    assert contents(out) == before
    run(out, MORE)
    run(tmp_path / "longer", MORE)
    added = contents(tmp_path / "longer")["manifest.jsonl"].splitlines(keepends=True)[14:]
    assert (out / "manifest.jsonl").read_bytes() == text + b"".join(added)


def test_a_last_line_without_its_end_is_completed(out):
    before = contents(out)
    (out / "manifest.jsonl").write_bytes(before["manifest.jsonl"][:-1])
    run(out)
    assert contents(out) == before


# --- refused, and not a byte changed --------------------------------------------------------------


@pytest.mark.parametrize("locked_before", [True, False])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 9}, "was made with seed 3, not 9"),
        ({"scheme": "self"}, "was made with scheme 'two_faces', not 'self'"),
        ({"count": 1}, "already holds 10 images, more than the 1 asked for"),
        ({}, "was made with rule 'Third\\(\\)', not 'NoRule"),
    ],
)
def test_a_refused_run_changes_nothing(out, change, said, locked_before):
    if not locked_before:  # a copy by somebody who left hidden files behind
        (out / ".lock").unlink()
    with refused(out, said):
        run(out, replace(SETTINGS, **change), rule=None if change else NoRule())


def test_another_model_is_not_continued(out):
    with refused(out, "model_sha256 'model 0', not 'model 1'"):
        run(out, maker=FaceMaker(SETTINGS, combiner(1)))


@pytest.mark.parametrize(
    "name", ["images/holiday.png", "notes.txt", "manifest.jsonl", "images/", "run/settings.json"]
)
def test_a_folder_of_somebodys_files_is_left_alone(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("precious")
    with refused(tmp_path, f"{tmp_path} holds .* not a run's folder"):
        run(tmp_path)


def test_a_folder_with_hidden_files_alone_is_as_good_as_empty(tmp_path):
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    assert run(tmp_path).saved == 10


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "x").write_text("precious")
    with refused(tmp_path, "x is a file, expected a folder"):
        run(tmp_path / "x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", r"settings\.json is not readable as a run's settings"),
        (b"", "not readable"),
        (b"\xff\xfe{}", "not readable"),
        (b"[" * 100_000, "not readable"),
        (b"[]", "is not the settings of a run"),
        (b"null", "is not the settings of a run"),
        (b'{"editor.fontSize": 12}', "is not the settings of a run"),
    ],
)
def test_settings_that_are_no_runs_are_named(out, text, said):
    (out / "settings.json").write_bytes(text)
    with refused(out, said):
        run(out)


def test_settings_that_an_editor_saved_stay_as_they_are(out):
    text = codecs.BOM_UTF8 + json.dumps(json.loads((out / "settings.json").read_text())).encode()
    (out / "settings.json").write_bytes(text)
    run(out)
    assert (out / "settings.json").read_bytes() == text


def test_one_process_at_a_time(out):
    program = (
        "import sys; from facescreen.images import locked; from pathlib import Path; "
        "lock = locked(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, out / ".lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with refused(out, "another process is writing"):
            run(out, MORE)
        holder.kill()
    run(out)  # the lock died with its holder
