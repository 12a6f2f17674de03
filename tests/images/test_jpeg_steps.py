"""The law of the JPEG walk: several codes at a step lead where one code at a step leads."""

import io

import numpy as np
import pytest
from PIL import Image

from facescreen.images.whole import Damaged, jpeg, jpeg_scan


def verdict(data: bytes) -> str:
    try:
        jpeg.check(data)
    except Damaged as error:
        return str(error)
    return "whole"


def made_up(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    noise = rng.normal(rng.integers(256), rng.integers(1, 90), (*rng.integers(1, 60, 2), 3))
    image = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    options = {"quality": int(rng.integers(1, 101)), "subsampling": int(rng.integers(3))}
    options |= {"optimize": bool(rng.integers(2)), "restart_marker_blocks": int(rng.integers(3))}
    with io.BytesIO() as file:
        image.save(file, "JPEG", **options)
        return file.getvalue()


@pytest.fixture
def one_by_one(monkeypatch):
    """Calls a function with every step left out, so that the walk takes code after code."""

    def call(function, *arguments):
        with monkeypatch.context() as patched:
            none = lambda codes, tables: np.zeros(tables * jpeg_scan.STEPS, np.uint16)  # noqa: E731
            patched.setattr(jpeg_scan, "make_steps", none)
            jpeg._lookup.cache_clear()
            found = function(*arguments)
        jpeg._lookup.cache_clear()
        return found

    return call


@pytest.mark.parametrize("seed", range(12))
def test_whole_and_damaged_files_are_told_apart_the_same(seed, one_by_one):
    data, rng = made_up(seed), np.random.default_rng(seed)
    files = [data]
    for _ in range(40):
        changed = bytearray(data)
        changed[rng.integers(2, len(data))] ^= 1 << rng.integers(8)
        files.append(bytes(changed))
    files += [data[:length] for length in rng.integers(2, len(data), 10)]
    found = [verdict(file) for file in files]
    assert found == one_by_one(lambda: [verdict(file) for file in files])
    assert found[0] == "whole" and len(set(found)) > 1
