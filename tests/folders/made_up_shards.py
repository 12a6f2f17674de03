"""Shards to screen, and the table of a folder of them."""

import io
import tarfile

import numpy as np
from mixed_folder import lines
from PIL import Image

from facescreen.folders import screen_folder
from facescreen.screening import MultiColorRule

JUDGED = ("broken", "reason", "score", "channel", "bin", "note")


def tar_of(path, *members, format=tarfile.GNU_FORMAT):
    """A tar of (name, bytes or TarInfo) made by Python's own writer."""
    with tarfile.open(path, "w", format=format) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                archive.addfile(info)
    return path


def offsets(path):
    """Where the members' headers begin, and where their bytes end."""
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    return [m.offset for m in members], [m.offset_data + m.size for m in members]


def png(image: np.ndarray) -> bytes:
    with io.BytesIO() as file:
        Image.fromarray(image).save(file, "PNG")
        return file.getvalue()


def screened(folder, tmp_path, **options):
    summary = screen_folder(folder, MultiColorRule(), tmp_path / "out" / "verdicts.csv", **options)
    return summary, lines(summary.table)
