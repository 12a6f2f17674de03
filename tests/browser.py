"""A lesson in a real JupyterLab in a real Chromium: open, run, move a control, read, photograph."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import nbformat
from playwright.sync_api import Page, sync_playwright

TOKEN = "a-token-for-tests"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
LABEXTENSIONS = Path(__file__).parents[1] / "facescreen/widgets/labextensions"
SECONDS = 120  # a busy machine is slow; nothing is timed


def chromium() -> str | None:
    """The system's Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def notebook(folder: Path, *cells: str, name: str = "scratch.ipynb") -> Path:
    """A notebook of code cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made.metadata["kernelspec"] = kernel  # without a language, a dialog asks which kernel
    path = folder / name
    nbformat.write(made, path)
    return path


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """A server of its own over a folder, on this machine alone; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += [f"--LabApp.extra_labextensions_path={LABEXTENSIONS}"]  # as `make lab` does
    homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {name: str(folder / ".jupyter" / name.lower()) for name in homes}
    environment = os.environ | own | {"JUPYTER_PREFER_ENV_PATH": "1", "OMP_NUM_THREADS": "1"}
    news = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    _write(Path(own["JUPYTER_CONFIG_DIR"]) / "labconfig" / "page_config.json", news)
    own["JUPYTERLAB_SETTINGS_DIR"] = str(folder / ".jupyter" / "settings")
    tracker = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    # Else only the cells in sight are part of the page, and the last one's count cannot be read.
    _write(Path(own["JUPYTERLAB_SETTINGS_DIR"]) / tracker, {"windowingMode": "none"})
    log = (folder / "server.log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api?token={TOKEN}", server, folder / "server.log")
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _write(path: Path, settings: dict) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(settings))


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def browser_page(shots: Path | None = None) -> Iterator[Page]:
    """A page of the system's Chromium; if a test fails, its last picture lies in `shots`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(SECONDS * 1000)
        try:
            yield page
        except BaseException:
            if shots is not None:
                shots.mkdir(parents=True, exist_ok=True)
                page.screenshot(path=shots / "failed.png")
            raise
        finally:
            browser.close()


def run_all(page: Page, address: str, path: Path) -> None:
    """Open a notebook alone, run all its cells and wait for the last one."""
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    folded = [c.metadata.get("jupyter", {}).get("source_hidden", False) for c in code]
    cells, last = folded.count(False), max(k for k, hidden in enumerate(folded, 1) if not hidden)
    page.goto(f"{address}/doc/tree/{path.name}?token={TOKEN}&reset")  # one document, no side bars
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.get_by_text("| Idle").wait_for()  # in the status bar: the kernel has answered
    untouched = page.locator(".jp-CodeCell .jp-InputPrompt", has_text="[ ]:")
    for _ in range(SECONDS // 5):
        # Before the page has found its kernel, the command is lost, or a dialog asks for one.
        page.wait_for_timeout(2000)
        if page.locator(".jp-Dialog").count():
            page.locator(".jp-Dialog button.jp-mod-accept").click()
        elif untouched.count() == cells:
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.locator(".lm-Menu").get_by_text("Run All Cells", exact=True).click()
        else:
            break
    page.locator(".jp-InputPrompt", has_text=f"[{last}]:").first.wait_for(state="attached")


def shown(page: Page) -> str:
    """All the text that the cells' outputs show."""
    return " ".join(page.locator(".jp-OutputArea").all_inner_texts())


def press(page: Page, label: str, key: str, times: int = 1) -> None:
    """Press a key on the slider that is named `label`; more than once as a held key does."""
    handle = page.get_by_role("slider", name=label, exact=True)
    handle.focus()
    for _ in range(times):
        page.keyboard.down(key)  # again while it is down: the key repeats
    page.keyboard.up(key)


def use_theme(page: Page, theme: str) -> None:
    """Change JupyterLab's theme: "Light" or "Dark"."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu").get_by_text("Theme", exact=True).hover()
    page.get_by_role("menuitem", name=f"JupyterLab {theme}", exact=True).click()
    page.wait_for_function(
        "light => document.body.dataset.jpThemeLight === light", arg=str(theme == "Light").lower()
    )
    page.get_by_role("menuitem", name=f"JupyterLab {theme}", exact=True).wait_for(state="hidden")


def said(page: Page, pattern: str) -> re.Match:
    """Wait until the outputs' text holds the pattern; the match."""
    page.wait_for_function(
        "pattern => new RegExp(pattern).test([...document.querySelectorAll('.jp-OutputArea')]"
        ".map(area => area.innerText).join(' '))",
        arg=pattern,
    )
    return re.search(pattern, shown(page))


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option, by its words, of the list whose description is `label`."""
    page.locator(
        f".widget-dropdown:has(.widget-label:text-is('{label}')) select"
    ).first.select_option(label=option)


def errors(page: Page) -> int:
    """How many errors the outputs show."""
    return page.locator("[data-mime-type='application/vnd.jupyter.error']").count()
