"""Is a file whole? One check per format, of all that the format lets a reader check.

Pillow decodes; it does not always say when what it decodes is damaged: it leaves a PNG's checksums
to `verify()`, and it drops the warnings of libjpeg. Each check takes the file's bytes and raises
`Damaged`; that of PNG also returns what is left to decode. What a format has no means to tell, a
flipped bit in an uncompressed pixel, passes: data/README.md says which formats can vouch for their
pixels and which cannot.
"""

from collections.abc import Callable

from facescreen.images.whole import gif, jpeg, plain, png, tiff, webp
from facescreen.images.whole.damaged import Damaged

# By Pillow's names of the formats; for PNG there is `png.checked`.
CHECKS: dict[str, Callable[[bytes], None]] = {
    "JPEG": jpeg.check,
    "WEBP": webp.check,
    "GIF": gif.check,
    "BMP": plain.check_bmp,
    "TIFF": tiff.check,
    "PPM": plain.check_ppm,
    "TGA": plain.check_tga,
    "AVIF": webp.check_boxes,
}

__all__ = ["CHECKS", "Damaged", "png"]
