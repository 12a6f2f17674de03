"""Weights on disk: a safetensors file beside a JSON card that says where they come from.

Pickle is never read or written. The card holds the SHA-256 of the weights, so a file that was cut
short or swapped is refused before a single weight is used.
"""

import hashlib
import json
import os
import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from facescreen.gan.models import MODELS, FaceCombiner, FaceModel
from facescreen.images.writing import write_atomically
from facescreen.setup import DATA

Network = TypeVar("Network", bound=nn.Module)
LARGEST = 4096  # of any number that describes an architecture
SHIPPED = DATA / "models" / "combiner64.safetensors"


class CheckpointError(Exception):
    """A checkpoint is missing, cut short or not what its card says, told in one sentence."""


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_name(path: Path) -> Path:
    """The path; `CheckpointError` unless it ends in .safetensors: card and state lie beside it."""
    if path.suffix != ".safetensors":
        raise CheckpointError(f"{path} is no name for weights: it must end in .safetensors")
    return path


def card_path(weights: Path) -> Path:
    """The card that belongs to a weights file: the same name ending in `.json`."""
    return weights.with_suffix(".json")


def save_model(model: FaceModel, path: Path, card: dict[str, Any]) -> None:
    """Write the model's weights and its card, with kind and architecture added."""
    card = {**card, "model": model.kind, "architecture": model.architecture}
    save_weights(model.state_dict(), path, card)


def save_weights(state: dict[str, Tensor], path: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Write weights as float16 and their card, with SHA-256 added; returns that card."""
    # Counts of batch normalization are whole numbers, too large for float16 and not needed.
    weights = {n: v.half().contiguous() for n, v in state.items() if v.is_floating_point()}
    card = dict(card)

    def write(temporary: Path) -> None:
        write_tensors(weights, temporary)
        card["sha256"] = sha256_of(temporary)
        text = json.dumps(card, indent=2) + "\n"
        # Before the weights: whatever a kill leaves, a card or a state names the weights there.
        write_atomically(card_path(path), lambda file: file.write_text(text, "utf-8"))

    write_atomically(checked_name(path), write)
    return card


def write_tensors(
    tensors: dict[str, Tensor], path: Path, metadata: dict[str, str] | None = None
) -> None:
    """Write a safetensors file. Raises OSError where the disk is full, as other writers do."""
    try:
        save_file(tensors, path, metadata)
    except SafetensorError as error:
        code = re.search(r"os error (\d+)", str(error))
        if code is None:
            raise OSError(f"{path}: {error}") from error
        raise OSError(int(code[1]), os.strerror(int(code[1])), str(path)) from error


def load_model(path: Path | str | None = None) -> FaceModel:
    """The model at `path` (default: the combiner shipped in `data/models`), ready to use.

    Raises `CheckpointError` with one sentence where a file is missing, cut short or not the one
    that its card describes.
    """
    weights = Path(path) if path is not None else SHIPPED
    if path is None and not weights.exists():
        raise CheckpointError(
            f"the shipped model is not at {weights}: install the package from its repository "
            "with `pip install -e .`, or make a model with `facescreen train`"
        )
    card = read_card(weights)

    def build() -> FaceModel:
        return MODELS[card.get("model", FaceCombiner.kind)](card["architecture"], card)

    model = _loaded(weights, card, build, "a model that this version knows")
    return model.to(memory_format=torch.channels_last).eval().requires_grad_(False)


def load_combiner(path: Path | str | None = None) -> FaceCombiner:
    """As `load_model`, for uses that need existing faces; refuses a model without an encoder."""
    model = load_model(path)
    if not isinstance(model, FaceCombiner):
        raise CheckpointError(f"{path} is a {model.kind}, which has no way in from existing faces")
    return model


def read_card(weights: Path) -> dict[str, Any]:
    """The JSON card beside a weights file; raises `CheckpointError`."""
    for file in (checked_name(weights), card_path(weights)):
        if not file.is_file():
            raise CheckpointError(f"there is no file {file}")
    return read_card_alone(card_path(weights))


def load_network(
    weights: Path, build: Callable[[dict[str, Any]], Network], what: str
) -> tuple[Network, dict[str, Any]]:
    """The network that `build` makes of a card, with the weights it describes; and the card.

    what: of whom the card should be, for the sentence of the `CheckpointError` where a file is
    missing, cut short or not the one that its card describes.
    """
    card = read_card(weights)
    return _loaded(weights, card, lambda: build(card), what), card


def _loaded(
    weights: Path, card: dict[str, Any], build: Callable[[], Network], what: str
) -> Network:
    """The network that a card describes, with its weights.

    It is built without memory first: a card may ask for any size, and only that of the weights'
    file, when it is the one on the card, is known to fit.
    """
    try:
        with torch.device("meta"), _Unfilled(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of layers without a weight, which fit no file
            described = build().state_dict()
    except Exception as error:  # a wrong number fails in many ways, all of them this one
        words = " ".join(f"{type(error).__name__}: {error}".split())
        words = f"it has no {error}" if isinstance(error, KeyError) else words
        raise CheckpointError(f"{card_path(weights)} is not the card of {what}: {words}") from error
    # Counts of batch normalization are not kept.
    kept = {name: value for name, value in described.items() if value.is_floating_point()}
    values = checked_weights(weights, card, kept)
    network = build()
    network.load_state_dict(values, strict=len(kept) == len(described))
    return network


class _Unfilled(TorchFunctionMode):
    """While open, no tensor is filled with random numbers: without memory it has no use for them.

    Asked to fill one, torch would load its compiler first, which takes seconds.
    """

    FILLING = (Tensor.normal_, Tensor.uniform_, nn.init.kaiming_uniform_, nn.init.kaiming_normal_)
    FILLING += (nn.init.normal_, nn.init.uniform_)

    def __torch_function__(self, function, _types, given=(), named=None):
        named = named or {}
        if function in self.FILLING:
            return named["tensor"] if "tensor" in named else given[0]
        return function(*given, **named)


def read_card_alone(path: Path) -> dict[str, Any]:
    """The JSON card at `path`, whether its weights are there or not; raises `CheckpointError`."""
    try:
        card = json.loads(path.read_text("utf-8"))
        if not isinstance(card, dict):
            raise TypeError(f"it holds a {type(card).__name__}, expected an object")
        for name, kind in (("sha256", str), ("architecture", dict)):
            if not isinstance(card.get(name), kind):
                wanted = "text" if kind is str else "an object"
                raise TypeError(f"its {name} is {card.get(name)!r:.60}, expected {wanted}")
        for name, value in card["architecture"].items():
            if isinstance(value, (int, float)) and not 0 <= value <= LARGEST:
                raise ValueError(f"its {name} is {value!r:.60}, expected 0 to {LARGEST}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CheckpointError(f"{path} is not the card of a model: {error}") from error
    return card


def checked_weights(
    path: Path, card: dict[str, Any], expected: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The weights at `path` as float32; `CheckpointError` unless they fit card and `expected`."""
    if sha256_of(path) != card["sha256"]:
        raise CheckpointError(
            f"{path} is not the file that {card_path(path).name} describes (SHA-256 differs): "
            "it was cut short or replaced, so fetch both files again"
        )
    try:
        weights = load_file(path)
    except SafetensorError as error:
        raise CheckpointError(f"{path} is not a safetensors file: {error}") from error
    wrong = {
        name
        for name in expected.keys() | weights.keys()
        if name not in expected
        or name not in weights
        or expected[name].shape != weights[name].shape
    }
    if wrong:
        raise CheckpointError(f"{path} does not fit the architecture on its card: {min(wrong)}")
    return {name: value.float() for name, value in weights.items()}
