"""The face mixer's parts beside its page: the generator, existing faces, the runtime that draws.

Each part is a script that holds its bytes as text, so that the page works from a disk too, where a
browser lets no script read other files.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
import urllib.request
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from facescreen.faces import portraits
from facescreen.gan.checkpoints import SHIPPED, load_combiner, sha256_of
from facescreen.gan.onnx_export import SOURCE, export
from facescreen.images.writing import write_atomically

# onnxruntime-web (MIT), as npm would install it: its integrity is the one that npm records.
RUNTIME = "onnxruntime-web", "1.30.0"
INTEGRITY = (
    "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
)
PARTS = ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
FACES, SEED = 24, 3  # existing faces to choose from
SCRIPTS = ("engine.js", "mixer.js", "mixer.css")


def runtime(cache: Path) -> dict[str, bytes]:
    """The runtime's files by name, from `cache` or else from the npm registry.

    Exits, in one sentence, where it cannot be fetched or is not the pinned one.
    """
    name, version = RUNTIME
    kept = cache / f"{name}-{version}.tgz"
    if not kept.is_file() or _integrity(kept.read_bytes()) != INTEGRITY:
        registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
        address = f"{registry}/{name}/-/{name}-{version}.tgz"
        print(f"fetching {address} …", flush=True)
        try:
            with urllib.request.urlopen(address, timeout=120) as answer:
                packed = answer.read()
        except OSError as error:
            raise SystemExit(
                f"the face mixer needs {address}, which could not be fetched ({error}): lay that "
                f"file at {kept}, or build without the mixer (ARGS=--without-mixer)"
            ) from None
        if (seen := _integrity(packed)) != INTEGRITY:
            raise SystemExit(f"{address} has the SHA-512 {seen}, expected {INTEGRITY}")
        cache.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, lambda file: file.write_bytes(packed))
    with tarfile.open(kept) as tar:
        return {part: tar.extractfile(f"package/dist/{part}").read() for part in PARTS}


def _integrity(packed: bytes) -> str:
    return base64.b64encode(hashlib.sha512(packed).digest()).decode("ascii")


def text_of(data: bytes, packed: bool = False) -> str:
    """Bytes as base64; packed: of their gzip, the same each time."""
    data = gzip.compress(data, mtime=0) if packed else data
    return base64.b64encode(data).decode("ascii")


def existing_faces() -> dict[str, object]:
    """Portraits side by side in one PNG, and their styles as the encoder makes them."""
    faces = portraits(FACES, size=64, seed=SEED)
    with torch.inference_mode():
        styles = load_combiner().encode(torch.from_numpy(faces)).numpy()
    sheet = io.BytesIO()
    Image.fromarray(np.concatenate(list(faces), axis=1)).save(sheet, "PNG", optimize=True)
    return {"count": FACES, "sheet": text_of(sheet.getvalue()), "styles": text_of(styles.tobytes())}


def thumbnail() -> bytes:
    """Existing faces in three rows, for the mixer's card."""
    rows = np.split(portraits(FACES, size=64, seed=SEED)[: FACES // 3 * 3], 3)
    sheet = io.BytesIO()
    Image.fromarray(np.concatenate([np.concatenate(list(row), axis=1) for row in rows])).save(
        sheet, "PNG"
    )
    return sheet.getvalue()


def write_mixer(folder: Path, cache: Path) -> None:
    """Write all that the mixer's page loads into `folder`; what is there already stays."""
    here = Path(__file__).parent / "mixer"
    for name in SCRIPTS:
        _written(folder / name, (here / name).read_bytes())
    parts = runtime(cache)
    _written(folder / PARTS[0], parts[PARTS[0]])
    packed = {"mjs": text_of(parts[PARTS[1]], True), "wasm": text_of(parts[PARTS[2]], True)}
    _written(folder / "runtime.js", _script("facescreenRuntime", packed))
    model = cache / "generator64.onnx"
    if not model.is_file() or sha256_of(SHIPPED).encode() not in model.read_bytes():
        print(f"generator as ONNX: {export(model):,} bytes")
    _written(folder.with_name("thumbnails") / "mixer.png", thumbnail())
    held = {"model": text_of(model.read_bytes()), "source": SOURCE, **existing_faces()}
    _written(folder / "faces.js", _script("facescreenFaces", held))


def _script(name: str, held: dict[str, object]) -> bytes:
    return f"window.{name} = {json.dumps(held)};\n".encode()


def _written(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != data:
        write_atomically(path, lambda file: file.write_bytes(data))
