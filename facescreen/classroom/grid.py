"""What a sweep runs, read from a file: a lesson, and values of its parameters.

Values are read as text and take the types that the lesson declares, as on the command line:
`seed: 010` is 10 and `alpha: 1e-3` a number, which YAML by itself would read otherwise.
"""

from __future__ import annotations

import difflib
import hashlib
import itertools
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

KEYS = ("lesson", "parameters", "grid", "runs", "workers", "out")
MOST_RUNS, MOST_BYTES, MOST_WORKERS = 10_000, 1_000_000, 256


class GridError(ValueError):
    """What is wrong with a file that describes a sweep: one sentence, which names it."""


@dataclass(frozen=True)
class Grid:
    """A file that describes a sweep, read; the values of `runs` are texts, or lists of texts."""

    file: Path
    lesson: str
    runs: tuple[dict[str, Any], ...]
    workers: int | None = None
    out: str | None = None


@dataclass(frozen=True)
class Run:
    """One run: the values given to it, and those of all parameters, defaults included."""

    given: dict[str, Any]
    values: dict[str, Any] = field(repr=False)

    @property
    def key(self) -> str:
        """Twelve hexadecimal digits that are the same for the same values."""
        text = json.dumps(self.values, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_grid(file: Path) -> Grid:
    """Read a YAML or JSON file. Raises GridError, and OSError where there is no such file.

    `grid` holds lists, every combination of which is a run, the last name changing fastest; `runs`
    lists further ones by themselves; `parameters` are values of all, which `runs` may replace.
    """
    found = _loaded(file)
    if not isinstance(found, dict):
        raise GridError(f"{file} holds no names, expected `lesson:` and `grid:` or `runs:`")
    for key in found:
        if key not in KEYS:
            near = difflib.get_close_matches(str(key), KEYS, 1)
            meant = f": is it {near[0]!r}?" if near else f", expected {', '.join(KEYS)}"
            raise GridError(f"{file} has {key!r}{meant}")
    lesson, out = (_text(file, found, key) for key in ("lesson", "out"))
    if lesson is None:
        raise GridError(f"{file} names no lesson, expected a line such as 'lesson: 07'")
    runs = _runs(file, *(found.get(key) for key in ("parameters", "grid", "runs")))
    return Grid(file, lesson, runs, _workers(file, found.get("workers")), out)


# --- the file -------------------------------------------------------------------------------------


class _Texts(yaml.SafeLoader):
    """A safe loader that leaves every plain scalar a text, but for nothing at all.

    A name given twice, and an alias, are refused: one would be lost, the other may grow for ever.
    """

    yaml_implicit_resolvers = {}  # noqa: RUF012

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.MarkedYAMLError(
                problem=f"*{event.anchor} is an alias, expected the value itself",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, name in enumerate(names):
            if name in names[:place]:
                mark = node.value[place][0].start_mark
                raise yaml.MarkedYAMLError(problem=f"{name!r} stands twice", problem_mark=mark)
        return super().construct_mapping(node, deep)


_NOTHING = re.compile("(~|null|Null|NULL|)$")
_Texts.add_implicit_resolver("tag:yaml.org,2002:null", _NOTHING, ["~", "n", "N", ""])


def _loaded(file: Path) -> Any:
    """What a file holds: names, lists and texts."""
    data = file.read_bytes()
    if len(data) > MOST_BYTES:
        raise GridError(f"{file} has {len(data):,} bytes, expected {MOST_BYTES:,} at the most")
    try:
        if file.suffix.lower() == ".json":
            found = json.loads(data, object_pairs_hook=_once, parse_int=str, parse_float=str)
        else:
            found = yaml.load(data, Loader=_Texts)
        return _texts(file, found)
    except GridError:
        raise
    except yaml.MarkedYAMLError as error:
        mark, said = error.problem_mark, " ".join((error.problem or str(error)).split())
        where = f"{file}, line {mark.line + 1}" if mark else str(file)
        raise GridError(f"{where}: {said}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise GridError(f"{file} cannot be read as YAML or JSON: {said}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _texts(file: Path, value: Any) -> Any:
    """What was loaded, every value a text; None stays, to be refused by the name it stands at."""
    if isinstance(value, dict):
        return {str(name): _texts(file, its) for name, its in value.items()}
    if isinstance(value, list):
        return [_texts(file, its) for its in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise GridError(f"{file} holds a {type(value).__name__}, expected numbers, texts and lists")


def _text(file: Path, found: Mapping[str, Any], key: str) -> str | None:
    value = found.get(key)
    if key in found and (not isinstance(value, str) or not value.strip() or "\0" in value):
        raise GridError(f"{file}: {key} is {_shown(value)}, expected a name or a path")
    return value


def _workers(file: Path, text: Any) -> int | None:
    if text is None:
        return None
    number = int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else 0
    if not 1 <= number <= MOST_WORKERS:
        expected = f"a whole number from 1 to {MOST_WORKERS}"
        raise GridError(f"{file}: workers is {_shown(text)}, expected {expected}")
    return number


def _shown(value: Any) -> str:
    return "empty" if value is None else repr(value)[:60]


# --- its runs -------------------------------------------------------------------------------------


def _runs(file: Path, fixed: Any, crossed: Any, listed: Any) -> tuple[dict[str, Any], ...]:
    fixed, crossed = ({} if part is None else part for part in (fixed, crossed))
    listed = [] if listed is None else listed
    for name, part in (("parameters", fixed), ("grid", crossed)):
        if not isinstance(part, dict):
            raise GridError(f"{file}: {name} is {_shown(part)}, expected names with values")
    if not isinstance(listed, list) or not all(isinstance(run, dict) for run in listed):
        expected = "a list, each entry of which has names with values"
        raise GridError(f"{file}: runs is {_shown(listed)}, expected {expected}")
    for name, values in crossed.items():
        if not isinstance(values, list) or not values:
            expected = f"a list such as [{_shown(values) if isinstance(values, str) else '1, 2'}]"
            raise GridError(f"{file}: {name} in grid is {_shown(values)}, expected {expected}")
        if name in fixed:
            raise GridError(f"{file}: {name} stands in parameters and in grid, expected in one")
    if not crossed and not listed:
        raise GridError(f"{file} has neither `grid:` nor `runs:`, expected one of them or both")
    number = math.prod(map(len, crossed.values())) * bool(crossed) + len(listed)
    if number > MOST_RUNS:
        raise GridError(f"{file} describes {number:,} runs, expected {MOST_RUNS:,} at the most")
    combined = itertools.product(*crossed.values()) if crossed else ()
    runs = [fixed | dict(zip(crossed, values, strict=True)) for values in combined]
    return tuple(runs + [fixed | run for run in listed])


def typed_runs(grid: Grid, lesson: Path) -> list[Run]:
    """The runs of a grid with values of the types that the lesson declares, each once, in order.

    Raises GridError for a file that is no lesson, a parameter that it does not have, and a value
    of another type.
    """
    from facescreen.lessons.parameters import literal, parameters_of, read_or

    known = read_or(lesson, parameters_of, None)
    if known is None:
        raise GridError(f"{lesson} is no notebook that can be read")
    defaults = {name: literal(its["default"]) for name, its in known.items()}
    runs: dict[str, Run] = {}
    for texts in grid.runs:
        for name in texts:
            if name not in known:
                has = ", ".join(known) or "none"
                raise GridError(
                    f"{grid.file}: {lesson.stem} has no parameter {name!r}, expected one of: {has}"
                )
        given = {name: _typed(grid.file, text, known[name]) for name, text in texts.items()}
        run = Run(given, defaults | given)
        runs.setdefault(run.key, run)
    return list(runs.values())


def _typed(file: Path, value: Any, parameter: Mapping[str, str]) -> Any:
    """A value by the type that the lesson declares, or that its default has."""
    from facescreen.lessons.parameters import LessonError, coerce, literal

    name = parameter["name"]
    kind = parameter["inferred_type_name"] or type(literal(parameter["default"])).__name__
    kind = kind.partition("[")[0]
    several = kind in ("list", "tuple", "dict", "set")
    if value is None:
        raise GridError(f"{file}: {name} has no value")
    if not isinstance(value, str):
        if several:
            return _literals(value, literal)
        raise GridError(f"{file}: {name} is {_shown(value)}, expected one value")
    try:
        made = coerce(value, parameter)
    except LessonError as error:
        raise GridError(f"{file}: {error}") from None
    if several and isinstance(made, int | float | str):
        raise GridError(f"{file}: {name} is {_shown(value)}, expected a {kind} such as [1, 2]")
    return made


def _literals(value: Any, literal: Any) -> Any:
    if isinstance(value, dict):
        return {name: _literals(its, literal) for name, its in value.items()}
    return [_literals(its, literal) for its in value] if isinstance(value, list) else literal(value)
