"""Values that a lesson records on purpose, for tables of many runs: written there, read here.

They are kept as scrapbook keeps them (https://nteract-scrapbook.readthedocs.io), which can read
them too: a display output for each, of a type that no page shows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

_TYPE = "application/scrapbook.scrap.{}+json"
_ENCODERS = ("json", "text")


def record(values: Mapping[str, Any] | None = None, /, **named: float | bool | str | None) -> None:
    """Keep values in the output of this cell, by name; nothing is shown.

    values: any that have names, such as a row of a table, beside those that are `named`. Each is a
    number (NumPy's too), a text, True or False; None and a number that is not finite are left out,
    as scrapbook has no such values. A sweep's table has a column for each name, and its gallery
    shows the figure before the first of them. The last value of a name counts. Without effect
    outside a notebook. Raises TypeError, naming it, for any other value.
    """
    given = {} if values is None else dict(values)
    plain = {name: _plain(name, value) for name, value in (given | named).items()}
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        return
    for name, value in plain.items():
        if value is None:
            continue
        encoder = "text" if isinstance(value, str) else "json"
        scrap = {"name": name, "data": value, "encoder": encoder, "version": 1}
        about = {"scrapbook": {"name": name, "data": True, "display": False}}
        display({_TYPE.format(encoder): scrap}, metadata=about, raw=True)


def _plain(name: str, value: Any) -> Any:
    """A value as JSON has it."""
    if hasattr(value, "item") and getattr(value, "ndim", 0) == 0:  # a scalar of NumPy
        value = value.item()
    if value is not None and not isinstance(value, int | float | str):
        raise TypeError(
            f"{name} is a {type(value).__name__}, expected a number, a text, True or False"
        )
    return None if isinstance(value, float) and not math.isfinite(value) else value


def recorded(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The values that an executed notebook has recorded, by `record` or by scrapbook's `glue`.

    notebook: as nbformat or json reads it. Those that only scrapbook could decode are left out.
    """
    values: dict[str, Any] = {}
    for output in outputs_of(notebook):
        values.update(scraps_of(output))
    return values


def outputs_of(notebook: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every output of a notebook's cells, in order, whatever else the file holds."""
    cells = notebook.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        outputs = cell.get("outputs") if isinstance(cell, Mapping) else None
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, Mapping):
                yield output


def scraps_of(output: Mapping[str, Any]) -> dict[str, Any]:
    """The values that one output keeps."""
    data, found = output.get("data"), {}
    for encoder in _ENCODERS if isinstance(data, Mapping) else ():
        scrap = data.get(_TYPE.format(encoder))
        if isinstance(scrap, Mapping) and isinstance(scrap.get("name"), str) and "data" in scrap:
            found[scrap["name"]] = scrap["data"]
    return found
