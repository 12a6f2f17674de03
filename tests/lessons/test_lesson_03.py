"""Lesson 03 does what its parameters say, with rendered faces and with photographs."""

import nbformat
import pytest

from facescreen.lessons import ROOT, execute

LESSON = ROOT / "notebooks" / "03_combine_faces.ipynb"


def sentences(executed) -> str:
    """What stands under the figures and what cells printed."""
    notebook = nbformat.read(executed, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    said = [output.get("data", {}).get("text/plain", "") for output in outputs]
    return "\n".join([*said, *(output.get("text", "") for output in outputs)])


def run(folder, **parameters) -> str:
    result = execute(LESSON, folder / "done.ipynb", parameters)
    assert result.ok, result.message
    return sentences(folder / "done.ipynb")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Five "photographs": rendered faces at another size and shape, some as JPEG."""
    from PIL import Image

    from facescreen import portraits

    folder = tmp_path_factory.mktemp("photographs")
    for k, face in enumerate(portraits(5, size=96, seed=11)):
        suffix = "jpg" if k % 2 else "png"
        Image.fromarray(face[: 96 - k]).save(folder / f"face {k}.{suffix}", quality=95)
    return folder


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> str:
    small = {"faces": 3, "images": 5, "existing": 64, "seed": 8, "alpha": 0.9}
    return run(tmp_path_factory.mktemp("rendered"), **small)


@pytest.fixture(scope="module")
def photographed(tmp_path_factory, photographs) -> str:
    least = {"faces": 1, "images": 1, "alpha": 0.3, "source": f"folder:{photographs}"}
    return run(tmp_path_factory.mktemp("photographed"), **least)


def test_it_shows_as_many_faces_as_asked_for(rendered):
    from facescreen.gan.combine import pick_faces

    first = pick_faces(8, [0], 2, 64)[0]
    assert "64 existing faces from portraits;" in rendered
    assert "in pairs, 3 of them" in rendered
    assert f"The first combines faces {first[0]} and {first[1]}." in rendered
    assert "alpha 0 to 0.9, faces: 3." in rendered
    assert "of these 3 it is one of the two" in rendered


def test_it_runs_on_a_handful_of_photographs(photographed):
    assert "5 existing faces from folder:" in photographed
    assert "in pairs, 1 of them" in photographed
    assert "alpha 0 to 0.3, faces: 1." in photographed


def test_what_depends_on_neither_stays_the_same(rendered, photographed):
    for said in (rendered, photographed):
        assert "12,288 bytes become 128 numbers" in said
        assert "alpha 1.2: labeled broken 43.8% (252 of 576" in said
        assert "StyleGAN2, 256², 25,000 kimg: 32 d 13 h" in said
        assert said.count("Right: ") == 3 and said.count("Not yet. ") == 3
