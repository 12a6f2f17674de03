"""Parameters of lessons, given as text: which lesson has them, and their values by their types."""

import ast
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat


class LessonError(Exception):
    """The request itself is wrong: an unknown lesson or parameter, or a value of another type."""


def assign_parameters(
    lessons: Sequence[Path], given: Sequence[tuple[str, str]]
) -> dict[Path, dict[str, Any]]:
    """For each lesson, those of the given parameters that it has, as values of their types.

    Raises LessonError for a name that no chosen lesson has: papermill would only warn, and run the
    lesson with the value that was meant to be changed.
    """
    known = {path: read_or(path, parameters_of, {}) for path in lessons}
    for name, _ in given:
        if not any(name in parameters for parameters in known.values()):
            lists = "; ".join(
                f"{path.stem} has {', '.join(parameters) or 'none'}"
                for path, parameters in known.items()
            )
            raise LessonError(f"no chosen lesson has a parameter {name!r}: {lists}")
    return {
        path: {name: coerce(text, parameters[name]) for name, text in given if name in parameters}
        for path, parameters in known.items()
    }


def parameters_of(path: Path | str) -> dict[str, dict[str, str]]:
    """The parameters of a lesson by name: name, inferred_type_name, default and help, as text.

    papermill's own reading takes no line whose default or comment holds an equals sign.
    """
    cells = nbformat.read(path, as_version=4).cells
    found = {}
    for cell in (c for c in cells if "parameters" in c.metadata.get("tags", [])):
        lines = cell.source.encode().split(b"\n")  # places in a line are counted in bytes
        for line in ast.parse(cell.source).body:
            target = line.targets[0] if isinstance(line, ast.Assign) else line
            name = ast.unparse(getattr(target, "target", target))
            typed = getattr(line, "annotation", None)
            rest = lines[line.end_lineno - 1][line.end_col_offset :].decode()
            found[name] = {
                "name": name,
                "inferred_type_name": "" if typed is None else ast.unparse(typed),
                "default": ast.unparse(line.value),
                "help": rest.partition("#")[2].strip(),
            }
    return found


def read_or(path: Path, read: Callable[[str], Any], otherwise: Any) -> Any:
    """What `read` makes of a file; `otherwise` of one that is no notebook, which `execute` says."""
    try:
        return read(str(path))
    except Exception:  # JSON, encoding, a format of the future: each reader raises its own kinds
        return otherwise


def coerce(text: str, parameter: Mapping[str, str]) -> Any:
    """A parameter's value from the command line's text, by the type that the lesson declares.

    `parameter` is what `parameters_of` says of it; without a declared type, the default's counts.
    Text that is no value of a list or another type stays text: the lesson says what it expects.
    """
    kind = parameter["inferred_type_name"] or type(literal(parameter["default"])).__name__
    if kind == "str":
        return text
    try:
        if kind == "bool":
            return {"true": True, "false": False}[text.strip().lower()]
        if kind in ("int", "float"):
            return {"int": int, "float": float}[kind](text)
    except (KeyError, ValueError):
        wanted = {"bool": "true or false", "int": "a whole number", "float": "a number"}[kind]
        raise LessonError(f"parameter {parameter['name']!r} takes {wanted}, not {text!r}") from None
    return literal(text)


def literal(text: str) -> Any:
    """The value that a text writes in Python, or the text itself."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
