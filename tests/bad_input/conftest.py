"""What bad input is told is collected: FACESCREEN_TABLE=FILE writes it as a table in Markdown."""

import os
import re
from pathlib import Path

import pytest

from facescreen.commands import main as cli


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
    short = re.sub(r"/\S*/pytest-\d+/[^/ ]+", "PLACE", text)
    return short.replace("|", "\\|").encode("unicode_escape").decode()


@pytest.fixture
def refused(capsys, told):
    """`refused(what, arguments, *words)`: the one line that a command says, with these words."""

    def ask(what: str, arguments: list, *words: str) -> str:
        capsys.readouterr()
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as stopped:
            code = stopped.code
        printed = capsys.readouterr().err
        lines = [line for line in printed.splitlines() if line.startswith("facescreen")]
        said = [line for line in lines if " are very few: " not in line]  # of a tiny source
        assert "Traceback" not in printed
        assert code in (cli.ERROR, cli.USAGE), f"{what}: ended with {code}, said {printed!r}"
        assert len(said) == 1, printed
        for word in words:
            assert word in said[0], said[0]
        told[what] = said[0]
        return said[0]

    return ask
