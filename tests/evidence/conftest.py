"""What the tests of evidence share: evidence of few images, and the default pool counted again."""

import csv

import pandas as pd
import pytest
from recount import counts_of, cut_out, flags_of, last_word

from facescreen.evidence import Evidence, ledger
from facescreen.labels import REFERENCE


@pytest.fixture(scope="package")
def proof() -> Evidence:
    return Evidence(images_per_kind=6, alarm_faces=96, audit_images=64)


@pytest.fixture(scope="package")
def book(proof) -> pd.DataFrame:
    return ledger(proof)


@pytest.fixture(scope="package")
def counted() -> dict[str, tuple[str, dict[str, bool]]]:
    """By image of the default pool: label and flags, from the files by other means."""
    said: dict[str, list[tuple[str, str]]] = {}
    with (REFERENCE / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said.setdefault(row["image"], []).append((row["rater"], row["label"]))
    found = {}
    for name in sorted(name for name in said if name.startswith("default/")):
        found[name] = last_word(said[name]), flags_of(counts_of(cut_out(name)))
    return found
