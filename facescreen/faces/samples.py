"""What a step of drawing is written with, so that the same lines serve one sample and many.

Where numba is installed, each step is compiled, and works on the numbers of one sample of a picture
at a time. Without it, the same step works on arrays of all of them, by NumPy, several times slower
and the same to a rounding. So a step says `least` for min, `most` for max, `choose` for a value
that depends on the sample; and it asks `every` or `some` before it leaves work out.
"""

from __future__ import annotations

import math

import numpy as np

from facescreen.images.compiled import compiles

COMPILED = compiles()

if COMPILED:
    from numba import njit

    OPTIONS = {"nogil": True, "fastmath": True, "error_model": "numpy"}
    inlined = njit(**OPTIONS, forceinline=True)  # a call would pass every array field by field,
    # which took a third of the time
    least, most, whole = min, max, int
    cos, floor, sin, sqrt = math.cos, math.floor, math.sin, math.sqrt

    @inlined
    def choose(condition, yes, no):
        return yes if condition else no

    @inlined
    def every(condition):
        return condition

    some = every

else:

    def inlined(step):
        return step

    least, most, choose, every, some = np.minimum, np.maximum, np.where, np.all, np.any
    cos, floor, sin, sqrt = np.cos, np.floor, np.sin, np.sqrt

    def whole(x):
        return np.asarray(x, np.int64)
