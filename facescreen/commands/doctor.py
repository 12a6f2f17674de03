"""Checks of the set-up: what is there, and what to do about what is not.

Whatever may crash or print is tried in a process of its own, so that the doctor always finishes.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from facescreen.commands.machine import (
    FAIL,
    OK,
    WARN,
    Check,
    Probe,
    check_compiled_code,
    check_cores,
    check_disk,
    check_gpu,
    check_memory,
    memory_limit,
    usable_cores,
)
from facescreen.commands.packages import (
    check_requirements,
    check_tested_versions,
    check_torch_pair,
    declared,
    installed_version,
    why,
)
from facescreen.setup import DATA, ROOT, install

LAB_EXTENSION = "share/jupyter/labextensions/@jupyter-widgets/jupyterlab-manager/package.json"

TORCH_PROBE = """\
import torch
print(torch.__version__)
if torch.cuda.is_available():
    print("CUDA:", torch.cuda.get_device_name(0))
elif torch.backends.mps.is_available():
    print("Apple GPU (MPS)")
else:
    print("none")
"""
# A font has Korean if it has the syllable 한. Last Resort, which comes with matplotlib, has boxes
# for every letter there is.
KOREAN_PROBE = """\
from matplotlib.font_manager import findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font
listed = [font.fname for font in sorted(fontManager.ttflist, key=lambda font: font.name)]
# The list is stored, and may be older than a font.
for file in [*listed, *sorted({*findSystemFonts()} - {*listed})]:
    try:
        font = FT2Font(file)
        if "Last Resort" not in font.family_name and font.get_char_index(ord("한")):
            print(font.family_name)
            break
    except (OSError, RuntimeError):
        pass
"""
TORCHVISION_PROBE = "import torchvision; print(torchvision.__version__)"


def run_probe(*arguments: str) -> Probe:
    """Run this interpreter with the given arguments; a probe that hangs counts as failed."""
    try:
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        return Probe(1, "", "no answer within two minutes")
    return Probe(done.returncode, done.stdout.strip(), done.stderr.strip())


# --- Python and its packages ----------------------------------------------------------------------


def check_python(version: Sequence[int] = sys.version_info) -> Check:
    seen = ".".join(map(str, version[:3])) + f" at {sys.executable}"
    if tuple(version[:2]) >= (3, 11):
        return Check(OK, "Python", seen)
    todo = "install Python 3.11 or newer, then `make clean lessons PYTHON=/path/to/python3`"
    return Check(FAIL, "Python", seen, todo)


# --- Jupyter --------------------------------------------------------------------------------------


def check_widgets(
    prefix: Path = Path(sys.prefix), version_of: Callable[[str], str | None] = installed_version
) -> Check:
    """Whether JupyterLab will find the extension that draws widgets."""
    todo = f"`{sys.executable} -m pip install --force-reinstall ipywidgets jupyterlab_widgets`"
    versions = version_of("ipywidgets"), version_of("jupyterlab_widgets")
    if versions[0] is None:
        seen = "ipywidgets is missing: `facescreen screen` works without, lessons do not"
        return Check(WARN, "widgets", seen, f"`{install('lessons')}`")
    if None in versions:
        return Check(FAIL, "widgets", "jupyterlab_widgets is missing", todo)
    if not (prefix / LAB_EXTENSION).exists():
        seen = f"JupyterLab would not draw them: no {LAB_EXTENSION} in {prefix}"
        return Check(FAIL, "widgets", seen, todo)
    return Check(OK, "widgets", f"ipywidgets {versions[0]}, jupyterlab_widgets {versions[1]}")


def check_kernel(listing: Probe, executable: str = sys.executable) -> Check:
    """Whether notebooks run on this Python; `listing` is Jupyter's own list of kernels."""
    todo = f"`{executable} -m pip install --force-reinstall ipykernel`"
    if listing.code and "No module named 'jupyter_client" in listing.error:
        seen = "Jupyter is missing: `facescreen screen` works without, lessons do not"
        return Check(WARN, "kernel", seen, f"`{install('lessons')}`")
    if listing.code:
        return Check(FAIL, "kernel", f"Jupyter cannot list its kernels: {why(listing)}", todo)
    kernels = json.loads(listing.output)["kernelspecs"]
    if "python3" not in kernels:
        return Check(FAIL, "kernel", "no kernel named python3", todo)
    command = kernels["python3"]["spec"]["argv"][0]
    if command in ("python", "python3", executable):
        return Check(OK, "kernel", "python3, on this Python")
    seen = f"python3 in {kernels['python3']['resource_dir']} starts {command}, another Python"
    return Check(WARN, "kernel", seen, "start JupyterLab with `make lab`, which prefers its own")


# --- the machine ----------------------------------------------------------------------------------


def check_models(folder: Path = DATA / "models") -> Check:
    """Whether each shipped model is the file that its card describes."""
    cards = sorted(folder.glob("*.json"))
    if not cards:
        return Check(OK, "models", "none shipped yet")
    wrong = []
    for card in cards:
        weights = card.with_suffix(".safetensors")
        try:
            wanted = json.loads(card.read_text(encoding="utf-8"))["sha256"]
            found = hashlib.sha256(weights.read_bytes()).hexdigest()
        except (OSError, ValueError, KeyError, TypeError) as error:
            wrong.append(f"{card.name}: {type(error).__name__} {error}")
            continue
        if found != wanted:
            wrong.append(f"{weights.name} is not the file that its card describes")
    if wrong:
        todo = f"`git checkout -- {folder}`, or make them again with the commands in their cards"
        return Check(FAIL, "models", "; ".join(wrong), todo)
    return Check(OK, "models", f"{len(cards)} with matching SHA-256")


def check_korean_font(found: Probe) -> Check:
    """Whether figures could be lettered in Korean; the Korean edition's own lettering is English.

    `found` prints a font's name, or nothing.
    """
    if found.code:
        todo = f"`{sys.executable} -m pip install --force-reinstall matplotlib`"
        return Check(WARN, "Korean font", f"matplotlib does not list its fonts: {why(found)}", todo)
    if found.output:
        return Check(OK, "Korean font", f"{found.output.splitlines()[0]}, for your own figures")
    seen = "none: lettering in figures stays English, and Hangul in them would be empty boxes"
    todo = "for Hangul in your own figures: Noto Sans CJK and Nanum Gothic are free"
    return Check(WARN, "Korean font", seen, todo)


# --- all of them ----------------------------------------------------------------------------------


def examine() -> list[Check]:
    """Every check, on this machine. Takes a few seconds: torch is loaded in a process aside."""
    torch = run_probe("-c", TORCH_PROBE)
    return [
        check_python(),
        check_torch_pair(torch, run_probe("-c", TORCHVISION_PROBE)),
        check_requirements(declared()),
        check_tested_versions(ROOT / "constraints.txt"),
        check_widgets(),
        check_kernel(run_probe("-m", "jupyter_client.kernelspecapp", "list", "--json")),
        check_cores(usable_cores()),
        check_gpu(torch),
        check_disk(ROOT),
        check_memory(memory_limit()),
        check_compiled_code(),
        check_models(),
        check_korean_font(run_probe("-c", KOREAN_PROBE)),
    ]


def report(checks: Sequence[Check], say: Callable[[str], None] = print) -> int:
    """Say every check; 0 if none failed, 1 otherwise."""
    for check in checks:
        say(str(check))
    failed = sum(check.state == FAIL for check in checks)
    warned = sum(check.state == WARN for check in checks)
    say(f"{len(checks) - failed - warned} ok, {warned} to know about, {failed} to mend")
    return 1 if failed else 0
