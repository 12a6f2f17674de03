"""LZW streams: how much they hold. GIF and TIFF use the same codes, packed in opposite order.

Compiled by numba, if it is installed, which is imported with this module, for the first such file.
Welch, "A technique for high-performance data compression", 1984; GIF89a appendix F; TIFF 6.0
section 13.
"""

from __future__ import annotations

import numpy as np

from facescreen.images.compiled import loop


@loop
def length(data, bits, is_tiff):
    """Number of values in a stream, up to its end code or to its end; -1 for an undefined code.

    data: uint8, as `taken` makes it. bits: of a value; codes begin one bit wider. is_tiff: codes
    come highest bit first, and widen one code early.
    """
    clear, end = 1 << bits, (1 << bits) + 1
    sizes = np.ones(4097, np.int64)  # values that each code stands for
    defined, width, previous, total = end + 1, bits + 1, -1, 0
    window, held = 0, 0
    for byte in data:
        window = ((window << 8) | byte) & 0xFFFFFFFF if is_tiff else window | (byte << held)
        held += 8
        while held >= width:
            held -= width
            code = (window >> held if is_tiff else window) & ((1 << width) - 1)
            window = window & ((1 << held) - 1) if is_tiff else window >> width
            if code == end:
                return total
            if code == clear:
                defined, width, previous = end + 1, bits + 1, -1
                continue
            if code > defined or (code >= clear and previous < 0):
                return -1
            if previous >= 0 and defined < 4096:
                sizes[defined] = sizes[previous] + 1
                defined += 1
            elif code >= defined:
                return -1
            if width < 12 and defined + is_tiff >= 1 << width:
                width += 1
            total += sizes[code]
            previous = code
    return total
