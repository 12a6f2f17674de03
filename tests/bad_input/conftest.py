"""What bad input is told is collected: FACESCREEN_TABLE=FILE writes it as a table in Markdown."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def told():
    """Each input, in words, and what the user was told of it."""
    rows: dict[str, str] = {}
    yield rows
    if file := os.environ.get("FACESCREEN_TABLE"):
        lines = ["| input | message |", "|---|---|"]
        lines += [f"| {_cell(a)} | {_cell(b)} |" for a, b in rows.items()]
        Path(file).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _cell(text: str) -> str:
    return ascii(text)[1:-1].replace("|", "\\|").replace("\\\\", "\\")
