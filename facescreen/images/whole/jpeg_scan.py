"""Walk the Huffman codes of a JPEG scan, to see that they end where its data ends.

A JPEG has no checksum. But a damaged code shifts all that follow it, so that blocks run out of data
or leave some, or meet a code that no table holds: what libjpeg warns of, and Pillow does not pass
on. Nothing is decoded but lengths. Compiled by numba, if it is installed, which is imported with
this module, for the first such file. ITU-T T.81, annexes F.2 (sequential) and G.2 (progressive).

All arrays as `taken` makes them. data: uint8, one restart interval with its stuffing removed and
three zero bytes behind it; at: the next bit. codes: uint16, tables of 65536 entries each, by the
next 16 bits: 256 * length + symbol of a code, or 0; a table is the place in `codes` where it
begins. Each walk of one block returns the next bit, or BAD. steps: uint16, for each table one of
4096 entries, by the next 12 bits: of as many whole codes as these hold, with their numbers, how far
they lead; 0 where they hold none. Only sequential scans need them.
"""

from __future__ import annotations

import numpy as np

from facescreen.images.compiled import compiles, loop

BAD = -1
ENTRIES, STEPS = 1 << 16, 1 << 12  # of a table, by the next 16 or 12 bits
# Of what size a number is, the compiler must be told here and there; Python need not.
uint32, uint64 = (np.uint32, np.uint64) if compiles() else (int, int)


@loop
def next_code(data, at, codes, table):
    """The entry of the code at a bit; 0 where there is none, or no more data."""
    byte = at >> 3
    if byte + 2 >= len(data):
        return 0
    word = (data[byte] << 16) | (data[byte + 1] << 8) | data[byte + 2]
    return codes[table + ((word >> (8 - (at & 7))) & 0xFFFF)]


@loop
def next_bits(data, at, number):
    """The number in the next so many bits, 0 to 16; zeros behind the data."""
    byte = at >> 3
    if byte + 2 >= len(data):
        return 0
    word = (data[byte] << 16) | (data[byte + 1] << 8) | data[byte + 2]
    return (word >> (24 - (at & 7) - number)) & ((1 << number) - 1)


@loop
def make_steps(codes, tables):
    """`steps` for so many tables: those of DC, at even places, one code each."""
    steps = np.zeros(tables * STEPS, np.uint16)
    for entry in range(len(steps)):
        table, window = entry // STEPS, entry % STEPS
        bits, k, ended = 0, 0, 0
        while not ended:
            code = codes[table * ENTRIES + ((window << (4 + bits)) & 0xFFFF)]
            run, size = (code & 255) >> 4, code & 15
            total = bits + (code >> 8) + size
            if code == 0 or total > 12:
                break
            if table % 2 == 0:
                if code & 255 <= 11:
                    bits = total
                break
            if size > 10 or (size == 0 and 0 < run < 15) or k + run + 1 > 63:
                break
            bits, ended = total, size == 0 and run == 0
            k += 0 if ended else run + 1
        steps[entry] = bits | k << 4 | ended << 10
    return steps


@loop
def next_step(data, at, steps, table):
    """The entry of `steps` at a bit; 0 where there is none, or hardly more data."""
    byte = uint64(at) >> uint64(3)  # unsigned, so that it is one load and no test for < 0
    if byte + uint64(3) >= uint64(len(data)):
        return 0
    one, two, three = data[byte], data[byte + uint64(1)], data[byte + uint64(2)]
    word = (uint32(one) << uint32(24)) | (uint32(two) << uint32(16))
    word |= (uint32(three) << uint32(8)) | uint32(data[byte + uint64(3)])
    window = (uint64(word) >> uint64(20 - (at & 7))) & uint64(0xFFF)
    return steps[uint64(table >> 4) + window]


@loop
def sequential(data, at, codes, steps, dc, ac):
    step = next_step(data, at, steps, dc)
    if step:
        at += step & 15
    else:
        code = next_code(data, at, codes, dc)
        if code == 0 or code & 255 > 11:
            return BAD
        at += (code >> 8) + (code & 255)
    k = 1
    while k < 64:
        step = next_step(data, at, steps, ac)
        further, ended = (step >> 4) & 63, step >> 10
        if step and k + further + ended <= 64:
            at += step & 15
            k += further
            if ended:
                break
            continue
        code = next_code(data, at, codes, ac)  # a long one, or the last of its block
        run, size = (code & 255) >> 4, code & 15
        if code == 0 or size > 10 or (size == 0 and 0 < run < 15):
            return BAD
        at += (code >> 8) + size
        if size == 0 and run == 0:  # no more coefficients
            break
        k += run + 1
    return at if k <= 64 else BAD


@loop
def first(data, at, codes, ac, low, high, blocks, block, run_of_blocks):
    """First look at coefficients low to high: sets their bits in blocks[block]."""
    if run_of_blocks[0] > 0:
        run_of_blocks[0] -= 1
        return at
    k = low
    while k <= high:
        code = next_code(data, at, codes, ac)
        run, size = (code & 255) >> 4, code & 15
        if code == 0:
            return BAD
        at += code >> 8
        if size:
            k += run
            if k > high:
                return BAD
            blocks[block] |= uint64(1) << uint64(k)
            at += size
        elif run == 15:
            k += 15
        else:
            run_of_blocks[0] = (1 << run) + next_bits(data, at, run) - 1
            return at + run
        k += 1
    return at


@loop
def refined(data, at, codes, ac, low, high, blocks, block, run_of_blocks):
    """One more bit of coefficients low to high: those known to be there have one each."""
    known, k = blocks[block], low
    while run_of_blocks[0] == 0 and k <= high:
        code = next_code(data, at, codes, ac)
        run, size = (code & 255) >> 4, code & 15
        if code == 0 or size > 1:
            return BAD
        at += (code >> 8) + size
        if size == 0 and run < 15:
            run_of_blocks[0] = (1 << run) + next_bits(data, at, run)
            at += run
            break
        while k <= high:  # past `run` coefficients that are still zero, to the next of them
            if (known >> uint64(k)) & uint64(1):
                at += 1
            elif run == 0:
                break
            else:
                run -= 1
            k += 1
        if size:
            if k > high:
                return BAD
            blocks[block] |= uint64(1) << uint64(k)
        k += 1
    if run_of_blocks[0] > 0:
        run_of_blocks[0] -= 1
        while k <= high:
            at += (known >> uint64(k)) & uint64(1) > 0
            k += 1
    return at


@loop
def walk(data, units, start, codes, steps, order, low, high, above, progressive, blocks):
    """Walk one restart interval: `units` of blocks, from block or MCU number `start` on.

    order: int64 (2 B,), where the tables, for DC and AC, of each block of a unit begin. low, high:
    the band of coefficients; above: whether bits above these came before. blocks: uint64, a bit for
    each coefficient of a block that is known not to be zero. Returns the number of bits used, or
    BAD.
    """
    at, run_of_blocks = 0, np.zeros(1, np.int64)
    end = 8 * (len(data) - 3)
    for unit in range(start, start + units):
        for row in range(len(order) // 2):
            dc, ac = order[2 * row], order[2 * row + 1]
            if not progressive:
                at = sequential(data, at, codes, steps, dc, ac)
            elif low == 0 and above:
                at += 1
            elif low == 0:
                code = next_code(data, at, codes, dc)
                at = BAD if code == 0 or code & 255 > 11 else at + (code >> 8) + (code & 255)
            elif above:
                at = refined(data, at, codes, ac, low, high, blocks, unit, run_of_blocks)
            else:
                at = first(data, at, codes, ac, low, high, blocks, unit, run_of_blocks)
            if at == BAD or at > end:
                return BAD
    return BAD if run_of_blocks[0] else at
