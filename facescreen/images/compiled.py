"""When compiled loops pay: loading numba takes about a second, as long as a thousand small images.

Where there is a plain way to the same result, it is taken until a process has asked for enough.
"""

from __future__ import annotations

import sys

ENOUGH = 8 << 20  # bytes: 700 images of 64 x 64, some tenths of a second in the plain way
_asked = 0


def pays(size: int) -> bool:
    """Whether to work on so many bytes by a compiled loop, though it may have to be loaded."""
    global _asked
    if "numba" in sys.modules:
        return True
    _asked += size
    return _asked > ENOUGH
