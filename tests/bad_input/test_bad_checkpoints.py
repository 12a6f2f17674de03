"""Weights, cards and states that are not what a training saved: one sentence, and nothing run."""

import json
import pickle
import shutil
import time

import pytest
import torch
from safetensors.torch import load_file, save
from tiny_place import SIDE, generate, model, photographs, with_card, with_weights

from facescreen.commands import main as cli

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    place = tmp_path_factory.mktemp("place")
    photographs(place / "photos")
    model(place / "m.safetensors")
    return place


@pytest.fixture
def place(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "place")
    return tmp_path / "place"


class Bomb:
    """Unpickled, it makes a file: nothing here may be."""

    def __reduce__(self):
        return open, (str(Bomb.path), "w")


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


def cut_and_known(path):
    with_weights(path, path.read_bytes()[:-40])


def pickled(path):
    Bomb.path = path.parent / "ran"
    with_weights(path, pickle.dumps(Bomb()))


def other_shapes(path):
    tensors = {name: torch.zeros(3, 3) for name in load_file(path)}
    with_weights(path, save(tensors))


def text_as_card(text):
    return lambda path: path.with_suffix(".json").write_text(text)


def changed(**changes):
    return lambda path: with_card(path, **changes)


CHECKPOINTS = {
    "weights cut short": (cut, "SHA-256 differs", "m.safetensors"),
    "weights cut short, and a card that knows": (cut_and_known, "is not a safetensors file"),
    "weights of another training": (changed(sha256="0" * 64), "SHA-256 differs"),
    "a pickle that would run code": (pickled, "is not a safetensors file"),
    "weights of other shapes": (other_shapes, "does not fit the architecture on its card"),
    "no weights": (lambda path: path.unlink(), "there is no file", "m.safetensors"),
    "no card": (lambda path: path.with_suffix(".json").unlink(), "there is no file", "m.json"),
    "a card that is no JSON": (text_as_card("{"), "m.json is not the card of a model"),
    "a card that is a list": (text_as_card("[]"), "m.json is not the card of a model"),
    "a card of 100,000 brackets": (text_as_card("[" * 100_000), "m.json is not the card"),
    "a card in UTF-16": (
        lambda path: path.with_suffix(".json").write_bytes("{}".encode("utf-16")),
        "m.json is not the card",
    ),
    "a card without a checksum": (changed(sha256=None), "its sha256 is None, expected text"),
    "a card whose checksum is a number": (changed(sha256=5), "its sha256 is 5, expected text"),
    "a card of an unknown model": (changed(model="vae"), "a model that this version knows", "vae"),
    "a card whose model is a list": (changed(model=[]), "a model that this version knows"),
    "a card without its style": (changed(style=None), "it has no 'style'"),
    "a card with width 0": (changed(generator_width=0), "m.json", "card"),
    "a card with style -1": (changed(style=-1), "its style is -1, expected 0 to 4096"),
    "a card with style 20,000": (changed(style=20_000), "its style is 20000, expected 0 to 4096"),
    "a card that asks for 40 GB": (changed(style=4096, encoder_width=4096), "does not fit the"),
    "a card whose style is text": (changed(style="8"), "a model that this version knows"),
    "a card whose width is not a number": (changed(encoder_width=float("nan")), "is nan"),
    "a card of size 17": (changed(size=17), "image size must be 16, 32, 64, 128"),
}


@pytest.mark.parametrize("what", CHECKPOINTS)
def test_a_checkpoint_is_refused_before_it_is_used(place, refused, what):
    spoil, *words = CHECKPOINTS[what]
    spoil(place / "m.safetensors")
    begun = time.process_time()
    refused(f"checkpoint: {what}", generate(place), str(place), *words)
    assert time.process_time() - begun < 30  # no gigabytes were filled
    assert not (place / "run").exists() and not (place / "ran").exists()


def test_a_card_of_an_older_version_still_loads(place):
    with_card(place / "m.safetensors", model=None)
    assert cli.main([str(word) for word in generate(place)]) == cli.SUCCESS


# --- training -------------------------------------------------------------------------------------


def train(place):
    return [
        *("train", "--source", f"folder:{place / 'photos'}", "--size", SIDE, "--images", 8),
        *("--precision", "float32", "--out", place / "t.safetensors"),
    ]


def a_state(about):
    def write(path):
        data = save({"a": torch.zeros(1)}, {"state": json.dumps(about)})
        path.with_suffix(".state").write_bytes(data)

    return write


STATES = {
    "a state of zero bytes": lambda path: path.with_suffix(".state").write_bytes(b""),
    "a state that is a pickle": lambda path: path.with_suffix(".state").write_bytes(
        pickle.dumps({})
    ),
    "a state without settings": a_state({"images": 8}),
    "a state that is a list": a_state([]),
    "a state whose history is a number": a_state(
        {"settings": {}, "faces": "", "images": 8, "seconds": 1, "history": 5}
    ),
}


@pytest.mark.parametrize("what", STATES)
def test_a_state_that_is_none_is_refused(place, refused, what):
    STATES[what](place / "t.safetensors")
    before = (place / "t.state").read_bytes()
    refused(f"checkpoint: {what}", train(place), "t.state cannot be resumed from")
    assert (place / "t.state").read_bytes() == before


def test_weights_that_no_training_made_stay(place, refused):
    (place / "t.safetensors").write_text("precious")
    words = "t.safetensors is there already, and nothing shows that this training made it"
    refused("checkpoint: somebody's file in the place of the weights", train(place), words)
    assert (place / "t.safetensors").read_text() == "precious"
