"""Laws of the exercises: the right answer passes, any other gets a hint, nothing is raised."""

import numpy as np
import pytest

from facescreen import exercises


def right_tries(broken, count):
    passed = 0
    for tried, is_broken in enumerate(broken, start=1):
        passed += not is_broken
        if passed == count:
            return tried
    return None


def right_left(rejected, broken, count):
    passed = broken[~rejected]
    return passed[:count].mean() if passed.size else None


def right_layers(a, b, layers, cut):
    return [b if layer >= cut else a for layer in range(layers)]


def right_way(a, b, t):
    style = a + t * (b - a)
    return style / (style @ style / len(style)) ** 0.5


def right_share(flagged, labels):
    valid = [bool(f) for f, label in zip(flagged, labels, strict=True) if label == "valid"]
    return sum(valid) / len(valid)


def right_wilson(count, total, z=1.959963984540054):
    p, d = count / total, 1 + z * z / total
    half = (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5
    middle = p + z * z / (2 * total)
    return (middle - z * half) / d, (middle + z * half) / d


def right_histogram(values, levels):
    return [sum(v == level for v in values.ravel()) for level in range(levels)]


def right_count_at(image, value):
    return [sum(v == value for v in image[..., c].ravel()) for c in range(3)]


def right_mean_histogram(counts, labels, group):
    own = [c for c, label in zip(counts, labels, strict=True) if label == group]
    return sum(own) / len(own)


def right_kappa(first, second):
    pairs = list(zip(first, second, strict=True))
    same = sum(a == b for a, b in pairs) / len(pairs)
    chance = sum(a == b for a in first for b in second) / len(pairs) ** 2
    return 1 - (1 - same) / (1 - chance)


def right_pairs_won(broken, valid):
    won = [(b > v) + 0.5 * (b == v) for b in broken for v in valid]
    return sum(won) / len(won)


def right_match_rates(matched):
    some = [any(row) for row in matched.tolist()]
    return sum(map(sum, matched.tolist())) / matched.size, sum(some) / len(some)


def right_left_over(counts, meant):
    rest = sorted(c - m for c, m in zip(counts, meant, strict=True))
    return rest[-1] - rest[0]


def right_single_color(image, threshold):
    counts = [(image[..., c] == 255).sum() for c in range(3)]
    return max(counts) - min(counts) >= threshold


def right_screen(scores, threshold, count):
    saved = []
    for k, score in enumerate(scores):
        if score < threshold and len(saved) < count:
            saved.append(k)
    return saved


def right_fullest(counts):
    best = (0, 240)
    for column in range(16):
        for row in counts:
            best = (int(row[column]), 240 + column) if row[column] >= best[0] else best
    return best


def right_multi_color(counts, color_threshold, sum_threshold):
    at = [int(row[right_fullest(counts)[1] - 240]) for row in counts]
    if max(at) - min(at) >= color_threshold:
        return "color"
    return "white" if sum(at) >= sum_threshold else ""


def right_white_pixels(sum_threshold, channels):
    return next(n for n in range(sum_threshold + 1) if n * channels >= sum_threshold)


def right_smallest(scores, max_loss):
    allowed = int(max_loss * len(scores) + 1e-9)
    return next(t for t in range(10_000) if sum(s >= t for s in scores) <= allowed)


def right_lowest(scores, broken, cost_broken, cost_valid):
    return min(
        sum(
            (cost_broken if ill else 0) if score < threshold else (0 if ill else cost_valid)
            for score, ill in zip(scores, broken, strict=True)
        )
        for threshold in range(200)
    )


def right_balanced(labels, answers):
    classes = sorted(set(labels.tolist()))
    hits = [[a == y for y, a in zip(labels, answers, strict=True) if y == one] for one in classes]
    return sum(sum(own) / len(own) for own in hits) / len(classes)


def right_interval(first, second, t):
    pairs = [a - b for a, b in zip(first, second, strict=True)]
    mean = sum(pairs) / len(pairs)
    error = (sum((d - mean) ** 2 for d in pairs) / (len(pairs) - 1) / len(pairs)) ** 0.5
    return mean, mean - t * error, mean + t * error


def right_adjusted(p):
    """Closed testing by Bonferroni's test: of all sets that hold an entry, the largest p."""
    sets = [[k for k in range(len(p)) if bits >> k & 1] for bits in range(1, 2 ** len(p))]
    return [
        max(min(1, len(own) * min(p[k] for k in own)) for own in sets if place in own)
        for place in range(len(p))
    ]


def right_bright(images, value):
    counts = [[sum(p[c] >= value for row in x for p in row) for c in range(3)] for x in images]
    return np.array(counts)


def right_speedup(share, times):
    """By the clock: 1,000 steps, of which so many are of the part."""
    old, new = 1000, 1000 * (1 - share) + 1000 * share / times
    return old / new


def right_move(b, z, w, c, rate):
    """By differences of the loss, without its slope."""

    def loss(at):
        return np.log1p(np.exp(-(w * (z + at) + c))).mean()

    return b - rate * (loss(b + 1e-6) - loss(b - 1e-6)) / 2e-6


def raises(*_):
    raise RuntimeError("my mistake")


def right_budget(ratios, accept):
    """By a root search, as scipy has it."""
    from scipy.optimize import brentq

    return brentq(lambda c: np.minimum(c * ratios, 1).mean() - accept, 0, 1e3)


def right_drs(logits, gamma):
    from scipy.special import expit, logit

    plain = np.exp(logits - logits.max() - 1)  # of which F without gamma is the logit
    return expit(logit(plain) - gamma)


CHECKS = {
    exercises.check_in_band: lambda s, k: [abs(x - s.mean()) <= k * s.std() for x in s],
    exercises.check_drs_acceptance: right_drs,
    exercises.check_budget: right_budget,
    exercises.check_lowest_cost: right_lowest,
    exercises.check_scaled_threshold: lambda t, a, b: -(-t * b * b // (a * a)),
    exercises.check_smallest_threshold: right_smallest,
    exercises.check_mean_histogram: right_mean_histogram,
    exercises.check_kappa: right_kappa,
    exercises.check_pairs_won: right_pairs_won,
    exercises.check_single_color: right_single_color,
    exercises.check_screen: right_screen,
    exercises.check_reduction: lambda before, after: (before - after) / before * 100,
    exercises.check_fullest_value: right_fullest,
    exercises.check_multi_color: right_multi_color,
    exercises.check_white_pixels: right_white_pixels,
    exercises.check_is_flagged: lambda score, threshold: not score < threshold,
    exercises.check_count_flagged: lambda scores, t: len([s for s in scores if s >= t]),
    exercises.check_histogram: right_histogram,
    exercises.check_count_at: right_count_at,
    exercises.check_spread: lambda counts: sorted(counts)[2] - sorted(counts)[0],
    exercises.check_mix_layers: right_layers,
    exercises.check_interpolate: right_way,
    exercises.check_extrapolate: lambda a, b, c, alpha: a - alpha * c + alpha * b,
    exercises.check_discriminator_loss: lambda a, b: -np.mean(np.log(a)) - np.mean(np.log1p(-b)),
    exercises.check_generator_loss: lambda d: -sum(map(np.log, d)) / len(d),
    exercises.check_move_generator: right_move,
    exercises.check_tries_needed: right_tries,
    exercises.check_broken_left: right_left,
    exercises.check_valid_lost: right_share,
    exercises.check_wilson: right_wilson,
    exercises.check_hue_difference: lambda a, b: 180 - abs(abs(a - b) % 360 - 180),
    exercises.check_match_rates: right_match_rates,
    exercises.check_left_over: right_left_over,
    exercises.check_balanced_accuracy: right_balanced,
    exercises.check_paired_interval: right_interval,
    exercises.check_adjusted: right_adjusted,
    exercises.check_bright_pixels: right_bright,
    exercises.check_speedup: right_speedup,
    exercises.check_fewest_seconds: lambda n, s, g: 3e-9 * n * s * s / g,
}
WRONG = [
    lambda *_: None,
    lambda *_: "a word",
    lambda *_: np.zeros((2, 3)),
    lambda *_: 1.0,
    lambda: 0,
    raises,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_a_right_answer_written_otherwise_passes(check, capsys):
    assert check(CHECKS[check]) is True
    assert capsys.readouterr().out.startswith("Right: ")


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_a_wrong_answer_shows_expected_yours_and_a_hint(check, wrong, capsys):
    assert check(wrong) is False
    said = capsys.readouterr().out
    assert all(word in said for word in ("expected:", "yours:", "hint:"))


def other_end_first(counts):
    """The last of the largest, in the order of rows: another value where two rows tie."""
    place = counts.size - 1 - counts.ravel()[::-1].argmax()
    return counts.max(), 240 + place % 16


def color_anywhere(counts, color_threshold, sum_threshold):
    if (counts.max(axis=0) - counts.min(axis=0)).max() >= color_threshold:
        return "color"
    return right_multi_color(counts, color_threshold, sum_threshold)


def cut_between_equals(scores, broken, cost_broken, cost_valid):
    ranked = broken[np.argsort(scores, kind="stable")]
    costs = [
        cost_broken * ranked[:k].sum() + cost_valid * (~ranked[k:]).sum()
        for k in range(len(ranked) + 1)
    ]
    return min(costs)


def at_255(image):
    return [(image[..., c] == 255).sum() for c in range(3)]


NEARLY = [
    (exercises.check_is_flagged, lambda score, threshold: score >= 40),
    (exercises.check_single_color, lambda i, t: at_255(i)[0] - at_255(i)[2] >= t),
    (exercises.check_single_color, lambda i, t: at_255(i)[0] - at_255(i)[1] >= t),
    (exercises.check_single_color, lambda i, t: max(at_255(i)) - sorted(at_255(i))[1] >= t),
    (exercises.check_mean_histogram, lambda c, names, g: np.median(c[names == g], axis=0)),
    (exercises.check_fullest_value, other_end_first),
    (exercises.check_multi_color, lambda c, color, total: right_multi_color(c, color + 1, total)),
    (exercises.check_multi_color, lambda c, color, total: right_multi_color(c, color, total + 1)),
    (exercises.check_multi_color, color_anywhere),
    (exercises.check_lowest_cost, cut_between_equals),
    (exercises.check_in_band, lambda s, k: np.abs(s - s.mean()) < k * s.std()),
    (exercises.check_drs_acceptance, lambda d, g: np.exp(d - d.max() - 1 - g)),
    (exercises.check_budget, lambda r, a: a / r.mean()),
    (exercises.check_wilson, lambda k, n: (k / n - 0.0143, k / n + 0.0143)),
]


@pytest.mark.parametrize(("check", "wrong"), NEARLY)
def test_rules_that_are_nearly_right_do_not_pass(check, wrong):
    assert check(wrong) is False


def test_wilson_with_the_usual_z_passes():
    assert exercises.check_wilson(lambda k, n: right_wilson(k, n, 1.96)) is True


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_the_right_numbers_in_another_shape_do_not_pass(check):
    right = CHECKS[check]
    assert check(lambda *given: [right(*given)]) is False
    assert check(lambda *given: []) is False


def test_an_error_in_the_answer_is_shown_as_the_answer(capsys):
    exercises.check_broken_left(raises)
    assert "RuntimeError: my mistake" in capsys.readouterr().out


def test_a_constant_that_fits_the_first_case_does_not_pass():
    assert exercises.check_tries_needed(lambda *_: 3) is False
    assert exercises.check_broken_left(lambda *_: 0.5) is False
    assert exercises.check_valid_lost(lambda *_: 1 / 3) is False
    assert exercises.check_wilson(lambda *_: (0.14459, 0.17321)) is False
