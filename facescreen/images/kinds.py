"""What kind of picture a file is: by its first bytes, and by its name where those say nothing."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

HEAD = 512  # bytes that tell the kind
# Kinds that are read, by Pillow's names: what their files begin with, and how they are called.
READ: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "PNG": (rb"\x89PNG", (".png", ".apng")),
    "JPEG": (rb"\xff\xd8\xff", (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo")),
    "WEBP": (rb"RIFF....WEBP", (".webp",)),
    "GIF": (rb"GIF8[79]a", (".gif",)),
    "BMP": (rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", (".bmp", ".dib")),
    "TIFF": (rb"(?:II[*+]\0|MM\0[*+])(?!....CR)", (".tif", ".tiff")),
    "PPM": (rb"P[1-6]\s+(?:#|\d+\s)", (".ppm", ".pgm", ".pbm", ".pnm")),
    "AVIF": (rb"....ftypavi[fs]|....ftypmi[fs]1.{4,64}avif", (".avif",)),
    "TGA": (rb"(?!)", (".tga",)),  # which begins like nothing in particular
}
# Kinds that are not, but hold pictures: such files are named as unreadable, not passed over.
CAMERA_RAW = "camera raw"
UNREAD: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "HEIC": (rb"....ftyp(?:hei[cfmsx]|hev[cmsx]|mi[fs]1)", (".heic", ".heif", ".hif")),
    "JPEG XL": (rb"\xff\x0a|\0\0\0\x0cJXL ", (".jxl",)),
    "JPEG 2000": (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", (".jp2", ".j2k", ".jpf", ".jpx", ".j2c")),
    CAMERA_RAW: (
        rb"(?:II\*\0|MM\0\*)....CR|....ftypcrx|FUJIFILMCCD-RAW|II(?:RO|RS|U\0)|MMOR|FOVb",
        tuple(
            ".3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .kdc .mef .mos .mrw .nef .nrw .orf "  # noqa: SIM905
            ".pef .raf .rw2 .rwl .sr2 .srf .srw .x3f".split()
        ),
    ),
    "SVG": (rb"\s*(?:<\?xml.*)?(?:<!.*)?<svg", (".svg", ".svgz")),
    "Photoshop": (rb"8BPS", (".psd", ".psb")),
    "OpenEXR": (rb"\x76\x2f\x31\x01", (".exr",)),
    "Radiance": (rb"#\?RADIANCE|#\?RGBE", (".hdr",)),
    "GIMP": (rb"gimp xcf", (".xcf",)),
    "PostScript": (rb"%!PS", (".eps",)),
    "icon": (rb"icns", (".ico", ".cur", ".icns")),
    "DirectDraw": (rb"DDS ", (".dds",)),
    "QOI": (rb"qoif", (".qoi",)),
}
_BY_CONTENT = [(name, re.compile(begin, re.DOTALL)) for name, (begin, _) in (READ | UNREAD).items()]
_BY_NAME = {suffix: name for name, (_, ends) in (READ | UNREAD).items() for suffix in ends}


def kind_by_content(head: bytes) -> str:
    """The kind that a file's first HEAD bytes tell, a key of READ or UNREAD; "" for none."""
    return next((name for name, begin in _BY_CONTENT if begin.match(head)), "")


def suffix(path: str | PurePath) -> str:
    """How a name ends, from its last dot on, in small letters; "" where there is no such end."""
    ending = os.path.splitext(path)[1].lower()
    return ending if len(ending) > 1 else ""


def kind_by_name(path: str | PurePath) -> str:
    """The kind that a file's name claims, a key of READ or UNREAD; "" for none."""
    return _BY_NAME.get(suffix(path), "")


def kind_of(head: bytes, path: str | PurePath) -> str:
    """The kind of a file, a key of READ or UNREAD; "" where its content is that of no picture.

    The content counts, whatever the name says, with two exceptions: camera raw files look like
    TIFF, which holds a small preview in them, and some kinds begin like nothing in particular.
    """
    content = kind_by_content(head)
    if not head or content not in ("TIFF", ""):
        return content
    name = kind_by_name(path)
    if name == CAMERA_RAW or (not content and (name == "TGA" or name in UNREAD)):
        return name
    return content
