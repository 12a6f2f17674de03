"""Law of a set-up without numba: what is drawn, checked, counted and judged is the same."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facescreen.faces import portraits
from facescreen.images.whole import CHECKS, Damaged
from facescreen.screening.histogram import bright_counts
from facescreen.screening.measures import measure_signs

SIZES = [(32, 40), (50, 20), (64, 40), (129, 8)]  # pixels, and how many portraits of that size
SAVED = [  # each way in which a check reads codes
    ("JPEG", {"quality": 90}),
    ("JPEG", {"quality": 60, "optimize": True, "subsampling": 0}),
    ("JPEG", {"quality": 95, "restart_marker_blocks": 3}),
    ("JPEG", {"quality": 80, "progressive": True}),
    ("GIF", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
]


def faces() -> dict[str, np.ndarray]:
    settings = ("varied", "studio", "bright")
    return {f"{name} {n}": portraits(k, n, 8, name) for name in settings for n, k in SIZES}


def measures() -> dict[str, np.ndarray]:
    images = np.random.default_rng(1).integers(0, 256, (9, 40, 30, 3), np.uint8)
    images[::2] |= 250
    return {"signs": measure_signs(images), "bright": bright_counts(images)}


def verdicts() -> dict[str, np.ndarray]:
    """What each check says of a file, and of the file with bits changed, cut, and gone on with."""
    rng, said = np.random.default_rng(2), []
    noise = rng.normal(128, 50, (40, 33, 3)).clip(0, 255).astype(np.uint8)
    for kind, options in SAVED:
        with io.BytesIO() as file:
            Image.fromarray(noise).save(file, kind, **options)
            whole = file.getvalue()
        files = [whole, whole + b"more", *(whole[:n] for n in rng.integers(9, len(whole), 9))]
        for _ in range(40):
            changed = bytearray(whole)
            changed[rng.integers(2, len(whole))] ^= 1 << rng.integers(8)
            files.append(bytes(changed))
        said += [_said(CHECKS[kind], file) for file in files]
    return {"said": np.array(said)}


def _said(check, file: bytes) -> str:
    try:
        check(file)
    except Damaged as damaged:
        return str(damaged)
    return ""


@pytest.fixture
def without_numba(tmp_path):
    """Answers a function of this module, by its name, in a Python that has no numba."""

    def answer(name: str) -> dict[str, np.ndarray]:
        tests, out = str(Path(__file__).parent), str(tmp_path / "answer.npz")
        program = (
            f"import sys; sys.modules['numba'] = None; sys.path.append({tests!r})\n"
            f"import test_without_numba as here, numpy\n"
            f"numpy.savez({out!r}, **here.{name}())\n"
            "assert not [m for m in sys.modules if m.startswith(('numba.', 'llvmlite'))]"
        )
        strict = ("-W", "error::RuntimeWarning")  # NumPy's, of what is no number
        subprocess.run([sys.executable, *strict, "-c", program], check=True)
        with np.load(out) as found:
            return dict(found)

    return answer


def test_a_portrait_differs_by_a_rounding_at_the_most(without_numba):
    drawn = without_numba("faces")
    for name, compiled in faces().items():
        off = np.abs(drawn[name].astype(int) - compiled)
        assert off.max() <= 1 and (off > 0).mean() < 1e-5, name


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")  # Pillow's, of a changed TIFF
def test_every_file_is_checked_the_same(without_numba):
    said = without_numba("verdicts")["said"]
    assert said.tolist() == verdicts()["said"].tolist()
    assert 50 < sum(said == "") < len(said) - 50 and len(set(said)) > 9


def test_counts_and_signs_are_the_same(without_numba):
    found, here = without_numba("measures"), measures()
    np.testing.assert_array_equal(found["bright"], here["bright"])
    np.testing.assert_allclose(found["signs"], here["signs"], rtol=0, atol=1e-6)


def test_counting_plainly_stays_plain_however_much_is_asked():
    """`pays` would load numba after some megabytes."""
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np; from facescreen.screening.histogram import bright_counts\n"
        "white = np.full((200, 64, 64, 3), 255, np.uint8)\n"
        "print(sum(bright_counts(white).sum() for _ in range(9)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == str(9 * 200 * 64 * 64 * 3), done.stderr
