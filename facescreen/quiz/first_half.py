"""Questions 1 to 10: numbers and generators, labels, and the two rules."""

from __future__ import annotations

import numpy as np

from facescreen.quiz.core import LETTERS, Found, question
from facescreen.quiz.material import KINDS, flagged, four_colors, four_patches, pool
from facescreen.screening import MultiColorRule, SingleColorRule, channel_histogram

Worked = tuple[Found, str]
ENDS = ("linear", "tanh")  # last layers


@question(
    "00", "Pay with valid faces", (0, 4, 20, 50),
    A="Pale walls, light hair and skin in strong light reach 255 in one channel sooner than in "
      "another. Nothing is broken there, and the rule flags it all the same.",
    C="So many it loses of a finished generator's valid images, which reach 255 more often.",
    D="A coin would lose half of them. The rule is better than that.",
)  # fmt: skip
def valid_lost() -> Worked:
    own = flagged("learning")[pool("learning").labels == "valid"]
    return 100 * own.mean(), (
        f"It flags {own.sum()} of {len(own):,} valid images, {100 * own.mean():.1f} %: pale walls, "
        "light hair, skin in strong light. What a screening costs belongs beside what it catches."
    )


@question(
    "01", "Change the light",
    A="A flat histogram needs other values. Only places were changed.",
    B="To move to the right, values would have to grow. Only places were changed.",
    D="A pixel at 255 is still at 255, in another place.",
)  # fmt: skip
def shuffled() -> Worked:
    face = pool("learning").images[pool("learning").kinds == "clipped_patch"][0]
    mixed = np.random.default_rng(0).permutation(face.reshape(-1, 3)).reshape(face.shape)
    before, after = channel_histogram(np.stack([face, mixed]))
    means = before @ np.arange(256), after @ np.arange(256)
    return {
        "A": bool(after.max() < before.max()),
        "B": bool((means[1] > means[0]).any()),
        "C": bool((before == after).all()),
        "D": bool((after[:, 255] < before[:, 255]).any()),
    }, (
        "A histogram knows how many pixels have a value, never where they are. A blob in a cheek, "
        "a wall and noise can share one histogram, and with it one verdict."
    )


@question(
    "02", "Read equation 1, and mend it", (50, 2, 1, 0.02),
    A="The other way round: log(1 − D) is flat where D is near 0.",
    B="Near D = 0 the two slopes differ by much more, and in the other direction.",
    C="Both come to rest at the same place. On the way there their slopes differ.",
)  # fmt: skip
def slopes() -> Worked:
    score, step = np.log(0.02 / 0.98), 1e-6
    d = 1 / (1 + np.exp(-(score + np.array([-step, step]))))
    minimax, other = np.diff(np.log(1 - d)) / (2 * step), np.diff(-np.log(d)) / (2 * step)
    return float((minimax / other)[0]), (
        f"The slopes are −{-minimax[0]:.2f} and −{-other[0]:.2f}. Where its images are worst, "
        "log(1 − D) hardly pushes the generator, so GANs are trained on −log D."
    )


@question(
    "02", "Ask six other trainings",
    B="The patches were counted without asking for 255, and they are still there. What is gone is "
      "the mark that the rule looks for.",
    C="255 takes a value above 0.996. tanh gives that for large sums alone.",
    D="tanh keeps values within the scale, so less of them ends at 255, not more.",
)  # fmt: skip
def last_layer() -> Worked:
    from facescreen.breakage.changes import learning_table

    study = learning_table().set_index("change")
    table = study[["single@40 %", "strong patch %"]].to_numpy()
    rows = [[study.index.get_loc(f"{net} {end}") for net in ("modern", "dcgan")] for end in ENDS]
    (before, _), (after, left) = (table[which].T for which in rows)
    return {
        "A": bool((after == 0).all() and (left > 1).all()),
        "B": bool((after == 0).all() and (left == 0).all()),
        "C": bool((after >= before).all() and (left > 1).all()),
        "D": bool((after > before).any() and (left == 0).all()),
    }, (
        f"Of the two networks rule 1 flagged {_both(before)} % with a linear layer and "
        f"{_both(after)} % with tanh, where strong patches are left in {_both(left)} % of the "
        "images. The damage stays, its mark at 255 goes."
    )


def _both(column: np.ndarray) -> str:
    return " and ".join(f"{value:.1f}" for value in column)


@question(
    "03", "Average, then go too far", (5, 20, 45, 90),
    A="The longer the step beyond the learned faces, the more combinations break, not the fewer.",
    B="That is where α = 0.4 stands. Three times the step does not leave it there.",
    D="Most are still valid: the generator draws faces some way beyond those that it has learned.",
)  # fmt: skip
def extrapolated() -> Worked:
    near, far = pool("default"), pool("strong")
    seen = MultiColorRule()(far.images).broken[far.broken].mean()
    return 100 * far.broken.mean(), (
        f"{100 * near.broken.mean():.0f} % are labeled broken at α = 0.4 and "
        f"{100 * far.broken.mean():.0f} % at 1.2: the further a combination leaves the learned "
        f"faces, the more often it breaks. Of the latter, rule 2 flags {100 * seen:.0f} %."
    )


@question(
    "04", "Ask how far two looks agree", (0.36, 0.52, 0.66, 0.96),
    A="That is what is left above chance. Divide it by what could have been left, 0.70.",
    C="That counts the lucky agreements, too.",
    D="That adds the two. What chance gives has to be taken away.",
)  # fmt: skip
def agreement() -> Worked:
    from facescreen.evaluation import kappa

    found = kappa(*(pool("learning").rated_by(f"look {k}") for k in (1, 2))).value
    return found, (
        f"(0.66 − 0.30) / (1 − 0.30), or {found:.2f} before rounding. A label is a measurement, "
        "and κ says how large its error is."
    )


@question(
    "04", "Name the kinds of breakage",
    B="A tint is as strong to the eye, but shaded: its pixels spread over many values, and few of "
      "them are 255.",
    C="Blur puts no pixel at 255. Where such an image is flagged, something else in it is bright.",
    D="Nothing in a dark face comes near 255.",
)  # fmt: skip
def seen_best() -> Worked:
    its = pool("learning").kinds
    shares = [100 * flagged("learning")[its == kind].mean() for kind in KINDS]
    told = ", ".join(f"{k.replace('_', ' ')} {s:.0f} %" for k, s in zip(KINDS, shares, strict=True))
    return dict(zip(LETTERS, (share == max(shares) for share in shares), strict=True)), (
        f"Flagged are: {told}. A clipped patch has run into the end of the scale, and its pixels "
        "pile up at 255. That is what the rule counts."
    )


@question(
    "05", "Show its two failures",
    A="Red fills one channel and leaves two: the difference is as large as the patch.",
    B="Yellow fills red and green and leaves blue: the smallest count stays 0.",
    C="Cyan fills green and blue and leaves red: the smallest count stays 0.",
)  # fmt: skip
def let_pass() -> Worked:
    verdicts = SingleColorRule(40)(four_colors())
    scores = ", ".join(f"{score:.0f}" for score in verdicts.score)
    return dict(zip(LETTERS, ~verdicts.broken, strict=True)), (
        f"The scores are {scores}. White fills all three channels alike, and largest − smallest "
        "takes it away: the paper's Figure 4, and the reason for its second rule."
    )


@question(
    "06", "Read the white sum in two ways", (334, 500, 1000, 3000),
    B="That is the other reading of the paper's sentence, in which two channels are added up.",
    C="1,000 is a sum over three channels, and one white pixel adds one to each of them.",
    D="A white pixel adds three to the sum. So divide, and do not multiply.",
)  # fmt: skip
def white_pixels() -> Worked:
    images = np.zeros((1101, 64, 64, 3), np.uint8)
    images.reshape(1101, -1, 3)[np.arange(4096) < np.arange(1101)[:, np.newaxis]] = 255
    first = int(MultiColorRule()(images).broken.argmax())
    return first, (
        f"From {first} on: {first} pixels add up to {3 * first:,}, one fewer to {3 * first - 3}. "
        f"Of a picture of 64 × 64 that is {first / 4096:.1%}: a strip of wall is enough."
    )


@question(
    "06", "Read the white sum in two ways",
    A="900 pixels at one value, in three channels: the sum is 2,700, and 1,000 is enough.",
    C="The rule looks at every value from 240 up, so at 245 too: the sum is 2,700.",
    D="At 250 red has 900 pixels and green none: rejected for color.",
)  # fmt: skip
def spread_white() -> Worked:
    verdicts = MultiColorRule()(four_patches())
    fullest = channel_histogram(four_patches())[1, 0, 240:].max()
    return dict(zip(LETTERS, ~verdicts.broken, strict=True)), (
        f"The rule judges the fullest value alone. Spread over six values, each holds {fullest} "
        f"pixels a channel: the difference is 0, the sum {3 * fullest}. White that is not flat "
        "escapes, a wall that is perfectly flat does not."
    )
