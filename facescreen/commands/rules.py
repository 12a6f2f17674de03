"""The rule that options describe, calibrated where they ask for it."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any


def options_given(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Options that were given, so that the defaults of everything else stand in one place."""
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


def make_rule(options: argparse.Namespace) -> Any:
    """The rule that the options describe. Raises ValueError for a threshold of another rule."""
    from facescreen.screening import rule_from_name

    names = ("threshold", "color_threshold", "sum_threshold", "profile")
    return rule_from_name(options.rule, **options_given(options, *names))


def calibrated_rule(
    options: argparse.Namespace, out: Path
) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
    """The rule of `screen`, calibrated on the folder of `--calibrate` if there is one.

    Writes profile.json into the folder `out` where the rule has a profile. Returns the rule, what
    to say of it, and what is wrong with files left out. Raises ValueError for options that do not
    go together, and as `calibrate_on_folder` does.
    """
    from facescreen.folders import calibrate_on_folder
    from facescreen.screening import SignsRule

    rule, loss = make_rule(options), options_given(options, "max_valid_loss")
    if options.calibrate is None:
        if loss:
            raise ValueError("--max-valid-loss goes with --calibrate")
        return rule, (), ()
    if thresholds := options_given(options, "threshold", "color_threshold", "sum_threshold"):
        name = next(iter(thresholds)).replace("_", "-")
        raise ValueError(f"--{name} does not go with --calibrate, which sets it")
    calibrated = calibrate_on_folder(rule, Path(options.calibrate), **loss)
    rule, said = calibrated.rule, [str(calibrated)]
    if isinstance(rule, SignsRule):
        expected = calibrated.expected
        profile = rule.calibrated_profile(
            images=calibrated.images,
            max_valid_loss=expected.asked,
            expected=None if expected.lost != expected.lost else _shares(expected),
            date=date.today().isoformat(),
            command=f"facescreen screen FOLDER --rule signs --calibrate {options.calibrate}",
        )
        profile.save(out / "profile.json")
        said.append(f"the profile is {out / 'profile.json'}")
    return rule, tuple(said), calibrated.problems


def _shares(expected: Any) -> dict[str, float]:
    return {name: round(getattr(expected, name), 4) for name in ("lost", "low", "high")}
