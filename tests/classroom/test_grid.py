"""Laws of a grid: what it describes is run in its order, and what is wrong is one sentence."""

import itertools
import json

import pytest
from tiny_sweep import grid_of, tiny_lesson

from facescreen.classroom.grid import GridError, read_grid, typed_runs


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    return tiny_lesson(tmp_path_factory.mktemp("lesson"))


def runs_of(folder, lesson, text, name="grid.yaml"):
    return typed_runs(read_grid(grid_of(folder, text, name)), lesson)


def test_every_combination_is_a_run_the_last_name_changing_fastest(tmp_path, lesson):
    text = "lesson: 07\nparameters: {sides: [3]}\ngrid:\n  x: [3, 1, 2]\n  name: [b, a]"
    given = [run.given for run in runs_of(tmp_path, lesson, text)]
    expected = [
        {"sides": [3], "x": x, "name": name} for x, name in itertools.product((3, 1, 2), "ba")
    ]
    assert given == expected


def test_listed_runs_come_after_and_replace_fixed_values(tmp_path, lesson):
    text = "lesson: 07\nparameters: {name: b}\ngrid: {x: [3]}\nruns:\n- {x: 5}\n- {name: c}"
    runs = runs_of(tmp_path, lesson, text)
    assert [run.given for run in runs] == [
        {"name": "b", "x": 3},
        {"name": "b", "x": 5},
        {"name": "c"},
    ]
    assert runs[2].values == {"x": 1, "name": "c", "sides": [1]}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("x: [010]", 10),  # YAML by itself: 8
        ("x: ['12']", 12),
        ("name: [yes]", "yes"),  # YAML by itself: True
        ("name: [07]", "07"),
        ("name: [2026-01-01]", "2026-01-01"),
        ("name: ['']", ""),
        ("sides: [[1, 2.5, a]]", [1, 2.5, "a"]),
    ],
)
def test_a_value_takes_the_type_that_the_lesson_declares(tmp_path, lesson, written, value):
    (run,) = runs_of(tmp_path, lesson, f"lesson: 07\ngrid:\n  {written}")
    (given,) = run.given.values()
    assert given == value and type(given) is type(value)


def test_json_describes_the_same_as_yaml(tmp_path, lesson):
    found = {"lesson": "07", "workers": 2, "grid": {"x": [1, 2], "sides": [[1e-3, True]]}}
    from_json = runs_of(tmp_path, lesson, json.dumps(found, indent="\t"), "grid.json")
    yaml = "lesson: 07\nworkers: 2\ngrid: {x: [1, 2], sides: [[1e-3, true]]}"
    assert [run.key for run in from_json] == [
        run.key for run in runs_of(tmp_path, lesson, yaml.replace("true", "'true'"))
    ]
    assert read_grid(tmp_path / "grid.json").workers == 2


def test_the_same_values_are_one_run_however_they_are_written(tmp_path, lesson):
    text = "lesson: 07\nruns:\n- {x: 1}\n- {x: 2}\n- {name: a}\n- {x: '2', sides: [1]}"
    runs = runs_of(tmp_path, lesson, text)
    assert [run.given for run in runs] == [{"x": 1}, {"x": 2}]
    assert len({run.key for run in runs}) == 2


WRONG = {
    "": "holds no names",
    "- a": "holds no names",
    "grid: {x: [1]}": "names no lesson",
    "lesson:\ngrid: {x: [1]}": "lesson is empty, expected a name or a path",
    "lesson: [7]\ngrid: {x: [1]}": "lesson is ['7'], expected a name or a path",
    "lesson: 07": "has neither `grid:` nor `runs:`",
    "lesson: 07\ngrid: {}": "has neither `grid:` nor `runs:`",
    "lesson: 07\ngird: {x: [1]}": "has 'gird': is it 'grid'?",
    "lesson: 07\nseeds: 3": "has 'seeds', expected lesson, parameters, grid",
    "lesson: 07\ngrid: {x: 3}": "x in grid is '3', expected a list such as ['3']",
    "lesson: 07\ngrid: {x: []}": "x in grid is [], expected a list",
    "lesson: 07\ngrid: {x: }": "x in grid is empty, expected a list",
    "lesson: 07\ngrid: [x]": "grid is ['x'], expected names with values",
    "lesson: 07\nparameters: 3\ngrid: {x: [1]}": "parameters is '3', expected names with values",
    "lesson: 07\nruns: {x: 1}": "runs is {'x': '1'}, expected a list",
    "lesson: 07\nruns: [1]": "runs is ['1'], expected a list",
    "lesson: 07\nruns:\n- x: [1]": "x is ['1'], expected one value",
    "lesson: 07\nruns:\n- x:": "x has no value",
    "lesson: 07\nparameters: {x: 1}\ngrid: {x: [1]}": "x stands in parameters and in grid",
    "lesson: 07\ngrid: {x: [1]}\ngrid: {x: [2]}": "line 3: 'grid' stands twice",
    "lesson: 07\ngrid: {x: [1], x: [2]}": "line 2: 'x' stands twice",
    "lesson: 07\ngrid: {y: [1]}": "tiny has no parameter 'y', expected one of: x, name, sides",
    "lesson: 07\ngrid: {x: [1.5]}": "parameter 'x' takes a whole number, not '1.5'",
    "lesson: 07\ngrid: {sides: [1, 2]}": "sides is '1', expected a list such as [1, 2]",
    "lesson: 07\ngrid: {x: [1]}\nworkers: 0": "workers is '0', expected a whole number from 1",
    "lesson: 07\ngrid: {x: [1]}\nworkers: many": "workers is 'many', expected a whole number",
    "lesson: 07\ngrid: {x: [1]}\nout: ": "out is empty, expected a name or a path",
    "lesson: 07\ngrid: {x: &a [1], name: *a}": "line 2: *a is an alias, expected the value itself",
    "lesson: 07\ngrid: {x: [1": "line 2: ",
    "lesson: 07\n\tgrid: 1": "line 2: ",
    "lesson: !!python/object/apply:os.getpid []": "line 1: could not determine a constructor",
    "lesson: !!set {a}": "holds a set, expected numbers, texts and lists",
    "lesson: \x00": "cannot be read as YAML or JSON",
    "[" * 900: "cannot be read as YAML or JSON",
    f"lesson: 07\ngrid: {{{', '.join(f'{n}: [1, 2]' for n in 'abcdefghijklmn')}}}": "16,384 runs",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=range(len(WRONG)))
def test_what_is_wrong_is_one_sentence_that_names_the_file(tmp_path, lesson, text, said):
    with pytest.raises(GridError) as refused:
        runs_of(tmp_path, lesson, text)
    words = str(refused.value)
    assert said in words and "grid.yaml" in words and "\n" not in words and len(words) < 400


@pytest.mark.parametrize("text", ["{", '{"lesson": 1, "lesson": 2}', "[" * 100_000])
def test_wrong_json_is_named_too(tmp_path, lesson, text):
    with pytest.raises(GridError, match=r"grid\.json cannot be read as YAML or JSON"):
        runs_of(tmp_path, lesson, text, "grid.json")


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "cut.ipynb").write_text("{")
    grid = read_grid(grid_of(tmp_path, "lesson: cut.ipynb\ngrid: {x: [1]}"))
    with pytest.raises(GridError, match=r"cut\.ipynb is no notebook"):
        typed_runs(grid, tmp_path / "cut.ipynb")
