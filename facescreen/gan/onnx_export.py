"""The combiner's generator as an ONNX file: faces where there is no torch, as in a web page.

python -m facescreen.gan.onnx_export --out build/generator64.onnx

Needs the packages of the extra `site`. The weights stay float16, as in the checkpoint; the file
turns them into float32 when it is loaded, so that it computes as torch does.
"""

from __future__ import annotations

import argparse
import logging
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from facescreen.gan.checkpoints import CheckpointError, load_combiner
from facescreen.images.writing import write_atomically

if TYPE_CHECKING:
    from onnx import ModelProto

    from facescreen.gan.models import FaceCombiner

SOURCE = "facescreen.sha256"  # in the file: SHA-256 of the weights that it was made of
OPSET = 18
MOST = 4_000_000  # bytes that a visitor's browser may have to load


class _Drawing(nn.Module):
    """`FaceCombiner.draw` of one face: styles (1, layers, w) → float32 (1, size, size, 3)."""

    def __init__(self, combiner: FaceCombiner) -> None:
        super().__init__()
        self.generator = combiner.generator

    def forward(self, styles: Tensor) -> Tensor:
        return self.generator(styles).permute(0, 2, 3, 1)


def onnx_model(combiner: FaceCombiner) -> ModelProto:
    """The generator as a graph: input `styles` (1, layers, w), output `image` (1, size, size, 3).

    The output is that of `FaceCombiner.draw`: about [-1, 1], unclipped.
    """
    shape = torch.zeros(1, combiner.layers, combiner.style)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own, about its own
        logging.getLogger("torch.onnx").setLevel(logging.ERROR)
        made = torch.onnx.export(
            _Drawing(combiner).eval(), (shape,), dynamo=True, verbose=False, opset_version=OPSET,
            optimize=False,  # which would store sums of weights, larger than the weights
            input_names=["styles"], output_names=["image"],
        )  # fmt: skip
    model = made.model_proto
    for part in (model.graph, *model.graph.node, *model.graph.value_info):
        del part.metadata_props[:]  # where in the code each came from, on this machine
    halved(model)
    model.metadata_props.add(key=SOURCE, value=combiner.sha256)
    return model


def halved(model: ModelProto) -> None:
    """Store float32 weights as float16, each with a cast to float32 before all that is computed.

    Weights that float16 does not hold exactly stay as they are.
    """
    from onnx import TensorProto, helper, numpy_helper

    casts = []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        half = values.astype(np.float16)
        if values.dtype != np.float32 or not np.array_equal(half.astype(np.float32), values):
            continue
        name, stored = weight.name, f"{weight.name}.float16"
        weight.CopyFrom(numpy_helper.from_array(half, stored))
        casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))
    for place, cast in enumerate(casts):
        model.graph.node.insert(place, cast)
    # Else the checker finds two types for a name that is now a node's output.
    kept = [one for one in model.graph.value_info if one.name not in {c.output[0] for c in casts}]
    del model.graph.value_info[:]
    model.graph.value_info.extend(kept)


def export(out: Path, weights: Path | None = None) -> int:
    """Write the generator of a checkpoint (None: the shipped one) to `out`; returns its bytes.

    Raises CheckpointError for weights that are no combiner's, for a file there that is not such an
    export, and where it would be larger than a page should load.
    """
    import onnx

    if out.exists() and SOURCE.encode() not in out.read_bytes():
        raise CheckpointError(f"{out} is a file that this export did not make: name another one")
    model = onnx_model(load_combiner(weights))
    onnx.checker.check_model(model)
    made = model.SerializeToString()
    if len(made) > MOST:
        raise CheckpointError(
            f"the generator takes {len(made):,} bytes as ONNX, expected {MOST:,} at most"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(out, lambda file: file.write_bytes(made))
    return len(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file to write")
    parser.add_argument("--weights", type=Path, help="a checkpoint; the shipped one if none")
    options = parser.parse_args()
    try:
        size = export(options.out, options.weights)
    except CheckpointError as error:
        raise SystemExit(str(error)) from None
    print(f"{options.out}: {size:,} bytes")


if __name__ == "__main__":
    main()
