"""Laws of the doctor: each fault is named, with what to do; no fault, no complaint."""

import hashlib
import json
import sys

import pytest

from facescreen.commands import doctor, packages
from facescreen.commands.machine import FAIL, GIB, OK, WARN, Check, Probe

TORCH = Probe(0, "2.14.1+cpu\nnone", "")
TORCHVISION = Probe(0, "0.29.1", "")
NMS = Probe(1, "", "Traceback…\nRuntimeError: operator torchvision::nms does not exist")


def only_state(check: Check, state: str) -> str:
    """The line of a check that must have this state; a check that is not ok must say what to do."""
    assert check.state == state, str(check)
    assert bool(check.todo) == (state != OK), str(check)
    return str(check)


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 11, 0), OK), ((3, 14, 1), OK), ((3, 10, 9), FAIL), ((2, 7, 18), FAIL)],
)
def test_python_from_3_11_on_is_accepted(version, state):
    only_state(doctor.check_python(version), state)


def test_a_matching_pair_is_ok():
    line = only_state(doctor.check_torch_pair(TORCH, TORCHVISION), OK)
    assert "2.14.1+cpu and 0.29.1" in line


def test_the_nms_trap_is_explained_with_exact_commands():
    line = only_state(doctor.check_torch_pair(TORCH, NMS, conda=False), FAIL)
    assert "operator torchvision::nms does not exist" in line
    assert "CPU-only torch" in line
    assert f"`{sys.executable} -m pip uninstall -y torch torchvision`" in line
    assert "constraints.txt torch torchvision`" in line


def test_in_a_conda_environment_conda_mends_the_pair():
    line = only_state(doctor.check_torch_pair(TORCH, NMS, conda=True), FAIL)
    assert "conda install" in line
    assert "pip" not in line


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        (Probe(1, "", "…\nImportError: libtorch.so: no such file"), "libtorch.so: no such file"),
        (Probe(-11, "", ""), "ended by signal 11"),
        (Probe(3, "", ""), "exit code 3"),
    ],
)
def test_whatever_keeps_torch_from_loading_is_said(probe, why):
    assert why in only_state(doctor.check_torch_pair(probe, TORCHVISION), FAIL)
    assert why in only_state(doctor.check_torch_pair(TORCH, probe), FAIL)


def test_a_set_up_without_torch_is_no_fault_and_says_what_works():
    absent = Probe(1, "", "…\nModuleNotFoundError: No module named 'torch'")
    line = only_state(doctor.check_torch_pair(absent, absent, conda=False), WARN)
    assert "Lessons 00, 01, 04, 05, 06 and 08 run without" in line and "[gan]'`" in line
    assert "conda install" in only_state(doctor.check_torch_pair(absent, absent, conda=True), WARN)
    only_state(doctor.check_gpu(absent), OK)


def test_a_crash_in_a_probe_is_reported_and_harms_nobody():
    crashed = doctor.run_probe("-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert "signal 11" in only_state(doctor.check_torch_pair(crashed, TORCHVISION), FAIL)


def test_missing_and_outdated_packages_fail_and_test_extras_do_not_count():
    requirements = ["numpy>=2.0,<3", "tqdm>=4", "gone>=1", 'pytest>=8; extra == "test"']
    versions = {"numpy": "1.26.4", "tqdm": "4.70"}
    line = only_state(doctor.check_requirements(requirements, versions.get), FAIL)
    assert "numpy is 1.26.4, not <3,>=2.0" in line
    assert "gone is missing" in line
    assert "tqdm" not in line
    assert "pytest" not in line


def test_what_only_lessons_need_is_no_fault_where_folders_are_screened(monkeypatch):
    requirements = ["numpy>=2", 'papermill>=2.6; extra == "lessons"', 'torch>=2.4; extra == "gan"']
    line = only_state(doctor.check_requirements(requirements, {"numpy": "2.4"}.get), WARN)
    assert "lessons need papermill" in line and "[lessons]'`" in line and "torch" not in line
    old = {"numpy": "2.4", "papermill": "1.0", "torch": "1.0"}.get
    line = only_state(doctor.check_requirements(requirements, old), FAIL)
    assert "papermill is 1.0" in line and "torch is 1.0" in line
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    line = only_state(doctor.check_requirements(requirements, old), FAIL)
    assert "papermill" not in line and "torch is 1.0" in line


def test_the_list_is_that_of_the_checkout(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\ndependencies = ["numpy>=2"]\n'
        '[project.optional-dependencies]\ngan = ["torch>=2.4"]\n'
    )
    assert packages.declared(tmp_path) == ["numpy>=2", "torch>=2.4; extra == 'gan'"]
    monkeypatch.setattr(packages, "installed_version", lambda name: None)
    assert packages.declared(tmp_path) is None
    (tmp_path / "00_start_here.ipynb").touch()  # a folder for a class
    assert packages.declared(tmp_path) is not None


def test_a_package_that_notebooks_could_not_import_fails():
    assert "not installed" in only_state(doctor.check_requirements(None), FAIL)


def test_versions_other_than_the_tested_ones_are_told_but_no_fault(tmp_path):
    tested = tmp_path / "constraints.txt"
    tested.write_text("# comment==1\nnumpy==2.4.6\ntorch==2.14.1\nabsent==1\n")
    versions = {"numpy": "2.4.7", "torch": "2.14.1+cu130"}
    line = only_state(doctor.check_tested_versions(tested, versions.get), OK)
    assert "1 differ: numpy 2.4.7 (tested 2.4.6)" in line


def test_widgets_need_the_packages_and_the_lab_extension(tmp_path):
    def version(_):
        return "8.1"

    half = {"ipywidgets": "8.1"}.get
    assert "missing" in only_state(doctor.check_widgets(tmp_path, half), FAIL)
    assert "lessons do not" in only_state(doctor.check_widgets(tmp_path, lambda _: None), WARN)
    assert "would not draw" in only_state(doctor.check_widgets(tmp_path, version), FAIL)
    extension = tmp_path / doctor.LAB_EXTENSION
    extension.parent.mkdir(parents=True)
    extension.write_text("{}")
    only_state(doctor.check_widgets(tmp_path, version), OK)


def listing(command: str) -> Probe:
    spec = {"resource_dir": "/somewhere", "spec": {"argv": [command, "-m", "ipykernel_launcher"]}}
    return Probe(0, json.dumps({"kernelspecs": {"python3": spec}}), "")


def test_a_kernel_of_another_python_is_noticed():
    only_state(doctor.check_kernel(listing("python"), "/here/python"), OK)
    only_state(doctor.check_kernel(listing("/here/python"), "/here/python"), OK)
    line = only_state(doctor.check_kernel(listing("/there/python"), "/here/python"), WARN)
    assert "/there/python, another Python" in line


def test_no_kernel_at_all_fails():
    only_state(doctor.check_kernel(Probe(0, '{"kernelspecs": {}}', "")), FAIL)
    only_state(doctor.check_kernel(Probe(1, "", "Jupyter: broken")), FAIL)
    only_state(doctor.check_kernel(Probe(1, "", "No module named 'jupyter_client'")), WARN)


def test_the_machine_is_measured_against_what_lessons_need(tmp_path):
    only_state(doctor.check_cores(2), OK)
    only_state(doctor.check_cores(1), WARN)
    only_state(doctor.check_memory(8 * GIB), OK)
    only_state(doctor.check_memory(1 * GIB), WARN)
    only_state(doctor.check_memory(None), OK)
    only_state(doctor.check_disk(tmp_path, 50 * GIB), OK)
    only_state(doctor.check_disk(tmp_path, 1 * GIB), WARN)
    only_state(doctor.check_disk(tmp_path, 10_000_000), FAIL)


def test_the_gpu_line_says_what_torch_saw():
    assert "none" in only_state(doctor.check_gpu(TORCH), OK)
    assert "H100" in only_state(doctor.check_gpu(Probe(0, "2.14\nCUDA: H100", "")), OK)
    only_state(doctor.check_gpu(Probe(1, "", "no")), WARN)


def test_a_cache_folder_that_takes_no_file_is_noticed(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    only_state(doctor.check_compiled_code(tmp_path), OK)
    only_state(doctor.check_compiled_code(tmp_path / "absent"), WARN)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "absent"))
    only_state(doctor.check_compiled_code(tmp_path), WARN)


def test_where_nothing_compiles_it_is_no_fault(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    line = only_state(doctor.check_compiled_code(tmp_path), WARN)
    assert "everything works" in line and "-m pip install numba`" in line


def test_models_are_compared_with_their_cards(tmp_path):
    only_state(doctor.check_models(tmp_path), OK)
    weights = tmp_path / "combiner.safetensors"
    weights.write_bytes(b"weights")
    card = tmp_path / "combiner.json"
    card.write_text(json.dumps({"sha256": hashlib.sha256(b"weights").hexdigest()}))
    assert "1 with matching" in only_state(doctor.check_models(tmp_path), OK)
    weights.write_bytes(b"Weights")
    assert "combiner.safetensors" in only_state(doctor.check_models(tmp_path), FAIL)
    weights.unlink()
    assert "FileNotFoundError" in only_state(doctor.check_models(tmp_path), FAIL)
    card.write_text("not json")
    only_state(doctor.check_models(tmp_path), FAIL)


def test_the_shipped_models_are_whole():
    assert doctor.check_models().state == OK


def test_a_korean_font_is_named_and_none_is_no_fault():
    found = doctor.check_korean_font(Probe(0, "NanumGothic", ""))
    assert "NanumGothic" in only_state(found, OK)
    assert "stays English" in only_state(doctor.check_korean_font(Probe(0, "", "")), WARN)
    broken = doctor.check_korean_font(Probe(1, "", "ImportError: no matplotlib"))
    assert "no matplotlib" in only_state(broken, WARN)


def test_only_a_failure_makes_the_exit_code_1():
    fine, warning = Check(OK, "a", "b"), Check(WARN, "a", "b", "c")
    failure = Check(FAIL, "torch", "gone", "install it")
    said: list[str] = []
    assert doctor.report([fine, warning], said.append) == 0
    assert doctor.report([fine, failure], said.append) == 1
    assert "FAIL  torch: gone — install it" in said
    assert said[-1] == "1 ok, 0 to know about, 1 to mend"
