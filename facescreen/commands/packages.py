"""Checks of Python's packages: torch and torchvision, what facescreen declares, what was tested."""

import importlib.metadata
import os
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from facescreen.commands.machine import FAIL, OK, WARN, Check, Probe
from facescreen.setup import ROOT, install
from facescreen.setup.needs import WITHOUT_GAN, listed


def why(probe: Probe) -> str:
    if probe.code < 0:
        return f"the process was ended by signal {-probe.code}"
    lines = (probe.error or probe.output or f"exit code {probe.code}").splitlines()
    return lines[-1]


NO_TORCH = "No module named 'torch'"
CONDA = Path(sys.prefix, "conda-meta").exists()


def _reinstall_torch(conda: bool) -> str:
    if conda:
        return "`conda install -c conda-forge --force-reinstall pytorch torchvision`"
    python, tested = sys.executable, ROOT / "constraints.txt"
    return (
        f"`{python} -m pip uninstall -y torch torchvision`, then "
        f"`{python} -m pip install -c {tested} torch torchvision`"
    )


def check_torch_pair(torch: Probe, torchvision: Probe, conda: bool = CONDA) -> Check:
    """Whether torch and torchvision load, and load together; a set-up without them is no fault."""
    reinstall = _reinstall_torch(conda)
    if torch.code and why(torch).endswith(NO_TORCH):
        seen = f"not installed. {WITHOUT_GAN} So does `facescreen screen`"
        conda_install = "`conda install -c conda-forge pytorch torchvision safetensors numba`"
        get = conda_install if conda else f"`{install('gan')}`"
        return Check(WARN, "torch and torchvision", seen, f"for all others: {get}")
    if torch.code:
        return Check(FAIL, "torch", f"does not load: {why(torch)}", reinstall)
    version = torch.output.splitlines()[0]
    if torchvision.code == 0:
        return Check(OK, "torch and torchvision", f"{version} and {torchvision.output}")
    if "torchvision::nms does not exist" in torchvision.error:
        seen = (
            f'torch {version} and a torchvision built for another torch ("operator '
            'torchvision::nms does not exist"): typically a CPU-only torch from one place beside '
            "the torchvision of another"
        )
        return Check(FAIL, "torch and torchvision", seen, f"install both from one: {reinstall}")
    seen = f"torch {version}, but torchvision does not load: {why(torchvision)}"
    return Check(FAIL, "torch and torchvision", seen, reinstall)


def installed_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def declared(root: Path = ROOT) -> list[str] | None:
    """The requirements of facescreen, extras with their markers; None where notebooks lack it.

    In a checkout they are those of pyproject.toml, which is never out of date. A folder for a class
    holds its notebooks beside the package, and has no need to install that.
    """
    listed_in, beside = root / "pyproject.toml", any(root.glob("*.ipynb"))
    if installed_version("facescreen") is None and not beside:
        return None
    if not listed_in.is_file():
        return importlib.metadata.requires("facescreen") or []
    project = tomllib.loads(listed_in.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    more = [f"{need}; extra == '{extra}'" for extra in extras for need in extras[extra]]
    return [*project["dependencies"], *more]


def check_requirements(
    requirements: Sequence[str] | None,
    version_of: Callable[[str], str | None] = installed_version,
) -> Check:
    """Whether every package that facescreen declares is there, in the declared range.

    `requirements` is None where facescreen itself is not installed: notebooks could not import it.
    Of the extra `gan` only ranges are looked at: `check_torch_pair` says what is missing.
    """
    if requirements is None:
        return Check(FAIL, "packages", "facescreen itself is not installed", f"`{install()}`")
    wrong, absent = [], []
    for requirement in map(Requirement, requirements):
        extra = _extra_of(requirement)
        version = None if extra is None else version_of(requirement.name)
        if version is None and extra == "":
            wrong.append(f"{requirement.name} is missing")
        elif version is None and extra == "lessons":
            absent.append(requirement.name)
        elif version and not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} is {version}, not {requirement.specifier}")
    if wrong:
        return Check(FAIL, "packages", "; ".join(wrong), f"`{install()}`")
    if absent:
        seen = f"all that `facescreen screen` needs; lessons need {listed(absent)} as well"
        return Check(WARN, "packages", seen, f"`{install('lessons')}`")
    return Check(OK, "packages", "all that facescreen needs")


def _extra_of(requirement: Requirement) -> str | None:
    """Which list a requirement is on: "" the base, "gan" or "lessons"; None for others.

    Colab brings a Jupyter of its own, older than ours, which must not be replaced.
    """
    extras = ("", "gan") if "COLAB_RELEASE_TAG" in os.environ else ("", "gan", "lessons")
    if requirement.marker is None:
        return ""
    return next((one for one in extras if requirement.marker.evaluate({"extra": one})), None)


def check_tested_versions(
    constraints: Path, version_of: Callable[[str], str | None] = installed_version
) -> Check:
    """How far the installed versions are from those last tested; a difference is no fault."""
    if not constraints.exists():
        return Check(OK, "tested versions", "no constraints.txt here to compare with")
    other = []
    for line in constraints.read_text(encoding="utf-8").splitlines():
        name, _, tested = line.partition("==")
        version = version_of(name) if tested and not name.startswith("#") else None
        if version is not None and version.split("+")[0] != tested:
            other.append(f"{name} {version} (tested {tested})")
    if not other:
        return Check(OK, "tested versions", "all as last tested")
    return Check(OK, "tested versions", f"{len(other)} differ: {', '.join(other)}")
