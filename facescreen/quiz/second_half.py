"""Questions 11 to 20: whole systems, and what lies beyond the paper."""

from __future__ import annotations

import numpy as np

from facescreen.quiz.core import Found, question
from facescreen.quiz.material import flagged, pool
from facescreen.screening import MultiColorRule, SingleColorRule

Worked = tuple[Found, str]


@question(
    "07", "Let a finished generator save its images",
    A="The rule has already removed whatever it can see. What it cannot see is still there.",
    B="No rule can promise that: it knows nothing of the images that it lets pass.",
    C="How many it rejected says nothing of how many it overlooked.",
)  # fmt: skip
def clean_bill() -> Worked:
    images, rule = pool("default"), MultiColorRule()
    passed = ~rule(images.images).broken
    broken, share = int(images.broken[passed].sum()), images.broken[passed].mean()
    claims = {
        "A": broken == 0,
        "B": bool(share <= 0.01),
        "C": bool(abs(broken - (~passed).sum()) <= 0.02 * len(passed)),
    }
    claims["D"] = not any(claims.values())
    return claims, (
        f"Of {passed.sum():,} images of the finished generator that rule 2 lets pass, it flags "
        f"none, and {broken} are labeled broken, {100 * share:.0f} %. A rule always gives itself "
        "a clean bill. Somebody has to look, without asking the rule."
    )


@question(
    "07", "Set it beside the paper", (0.01, 1, 9, 50),
    A="So rare a gap would settle it. 396 against 12 is such a gap, and rarer still.",
    B="A gap that chance makes once in a hundred times would be larger than 23 against 12.",
    D="At 50 in 100 the two counts would be hardly apart.",
)  # fmt: skip
def by_chance() -> Worked:
    from facescreen.evaluation import paper_fisher

    p = paper_fisher()["p"]["single 20", "multi 40 / 1,000"]
    return 100 * p, (
        f"Fisher's exact test gives p = {p:.3f}. The second rule may be the better one. Two runs "
        "of 2,500 images cannot show it."
    )


@question(
    "08", "Carry thresholds to other sizes", (40, 80, 160, 640),
    A="40 pixels of the larger picture are a quarter of the share.",
    B="Twice the side is four times the pixels.",
    D="Sixteen times the pixels would be four times the side.",
)  # fmt: skip
def larger() -> Worked:
    images = np.zeros((700, 128, 128, 3), np.uint8)
    images.reshape(700, -1, 3)[np.arange(128**2) < np.arange(700)[:, np.newaxis], 0] = 255
    first = int(SingleColorRule.scaled(40 / 64**2)(images).broken.argmax())
    return first, (
        f"Both are {40 / 64**2:.2%} of the picture. Thresholds are counts of pixels: write the "
        "size beside the number, or take a share."
    )


@question(
    "08", "See every threshold at once", (4, 18, 40, 75),
    A="That is the price on images of GANs that learn. The same threshold costs another share "
      "wherever the images are others.",
    C="It costs more there, but not as much as that.",
    D="It costs more there, but not as much as that.",
)  # fmt: skip
def elsewhere() -> Worked:
    here, there = (
        100 * flagged(name)[pool(name).labels == "valid"].mean() for name in ("learning", "default")
    )
    return there, (
        f"{there:.1f} %, where it lost {here:.1f} %: the finished generator draws brighter walls. "
        "Thresholds do not travel. Set them on valid images of what you will screen."
    )


@question(
    "09", "Ask the critic that grew up with the generator", (5, 20, 40, 65),
    A="A critic measures how unlike real images something is. Where most images share a fault, "
      "a patch of color adds little to that.",
    B="A band around the mean keeps what is usual, and in a young GAN broken is usual.",
    C="As many of the broken pass as of the valid ones, and of these more than half do.",
)  # fmt: skip
def in_the_band() -> Worked:
    from facescreen.evidence.critic_scores import judged_pool

    judged = judged_pool("learning_test")
    inside = judged.scores["band"].abs().to_numpy() <= 1
    own = inside[judged.labels == "broken_saturated"]
    return 100 * own.mean(), (
        f"{own.sum()} of {len(own)} pass, and of the valid images "
        f"{100 * inside[judged.labels == 'valid'].mean():.0f} %. The band asks for what is usual "
        "among generated images, broken ones included. It never asks what is good."
    )


@question(
    "10", "Let planted damage teach", (3, 30, 66, 95),
    B="Fewer: next to a rendered portrait, nearly all that a young GAN draws looks soft.",
    C="About so many does the network leave alone that learned from labels of real breakage.",
    D="It learned how damage differs from portraits, not from this GAN's faces.",
)  # fmt: skip
def taught_elsewhere() -> Worked:
    from facescreen.kinds.tables import kinds_tables

    valid = kinds_tables("confusion").xs(("while learning", "valid"), level=("images", "by eye"))
    left = 100 * valid["valid"] / valid.sum(axis=1)
    return float(left["network, portraits"]), (
        f"{valid.loc['network, portraits', 'valid']} of {valid.loc['network, portraits'].sum()}. "
        "The same damage, planted in valid images of GANs, teaches more: taught so, the network "
        f"calls {left['network, generated']:.0f} % of them valid."
    )


@question(
    "11", "Compare seed by seed",
    B="“Not seen” is not “not there”: the intervals are far wider than that.",
    C="For that the intervals would have to lie above 0. They lie across it.",
    D="For that the intervals would have to lie below 0. They lie across it.",
)  # fmt: skip
def not_seen() -> Worked:
    from facescreen.benefit import compare_arms, design, load_study

    how = (design.SCREENS, design.UNSCREENED, "accuracy", ["source", "real"], 100)
    found = compare_arms(load_study().downstream, *how)
    none = bool((found["says"] == "not seen").all())
    widest = found[["low", "high"]].abs().to_numpy().max()
    return {
        "A": none and bool(found["high"].max() >= 1),
        "B": bool(widest <= 0.1),
        "C": bool((found["low"] > 0).mean() > 0.5),
        "D": bool((found["high"] < 0).mean() > 0.5),
    }, (
        f"{(found['says'] != 'not seen').sum()} of {len(found)} comparisons count as an answer. "
        f"The study could have seen {found['detectable'].median():.1f} points (median), so smaller "
        "gains, and smaller losses, stay open."
    )


@question(
    "12", "Screen a folder", (1.02, 2, 50, 1000),
    B="Only making half of the work free of charge would double the speed.",
    C="That takes away all but the judging. Here the judging alone is taken away.",
    D="The other 98 % of the time are still needed.",
)  # fmt: skip
def amdahl() -> Worked:
    judging, rest = 0.02, 0.98
    return (judging + rest) / rest, (
        f"One over the share that stays: 1 / {rest} = {1 / rest:.2f} (Amdahl's law). Measure the "
        "parts first, then make fast what takes the time."
    )


@question(
    "A1", "Ask whose images", (6, 30, 60, 94),
    A="Skin in strong light does reach 255, but something larger in these pictures does so more.",
    B="What is bright in a portrait of these is seldom the face.",
    C="More than that. Think of what fills most of the picture around a face.",
)  # fmt: skip
def beside_the_face() -> Worked:
    images = pool("default")
    rules = (SingleColorRule(40), SingleColorRule(20), MultiColorRule())
    all_flag = np.all([rule(images.images).broken for rule in rules], axis=0)
    full = (images.images[(images.labels == "valid") & all_flag] == 255).any(axis=3)
    outside = 1 - full[:, 20:48, 20:44].sum() / full.sum()
    return 100 * outside, (
        f"{100 * outside:.1f} %, in {len(full)} images: pale, slightly tinted walls. The rules "
        "know how many pixels are full, not where. Who stands before which wall is no accident in "
        "real data, so count whom a rule throws away."
    )


@question(
    "A2", "Screen what is meant to be red",
    A="Full color is the very thing that the rule asks for.",
    B="The fullest red has red at 255. So has the fullest orange, with green far below.",
    D="The fullest color of any hue has one channel at its end: orange, violet and the others too.",
)  # fmt: skip
def dyed() -> Worked:
    from facescreen.outfits import draw_outfits, in_full_color

    painted = in_full_color(draw_outfits(701, np.arange(12)))
    shares = np.array([SingleColorRule(40)(parts).broken.mean() for parts in painted.values()])
    often = int((shares > 0.5).sum())
    return {"A": often == 0, "B": often == 1, "C": often == len(shares), "D": often == 3}, (
        f"In each of {len(shares)} hues, {100 * shares.min():.0f} to {100 * shares.max():.0f} % "
        "are rejected. One channel full and another low means breakage in a face and dye in cloth. "
        "A screen knows breakage by what is normal."
    )
