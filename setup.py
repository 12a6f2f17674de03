"""Lets a wheel bring `data` and `locale`, which lie beside the package in a checkout.

Everything else about the package is said in pyproject.toml.
"""

import shutil
from pathlib import Path
from runpy import run_path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
left_out = run_path(str(HERE / "facescreen" / "setup" / "shipped.py"))["left_out"]


class WithData(build_py):
    """Copies them into `_shipped`; an editable install finds them where they are."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            inside = Path(self.build_lib, "facescreen", "_shipped")
            shutil.rmtree(inside, ignore_errors=True)
            for name in ("data", "locale"):
                shutil.copytree(HERE / name, inside / name, ignore=left_out)


setup(cmdclass={"build_py": WithData})
