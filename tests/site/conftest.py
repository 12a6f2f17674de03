"""The built site, from disk and from a server of this machine; what a browser asks for."""

import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import browser_page, chromium


@pytest.fixture(scope="session")
def site(checkout) -> Path:
    """The folder of the pages. These tests end `make site`; elsewhere nothing may be built."""
    folder = Path(os.environ.get("FACESCREEN_SITE", checkout / "build/site"))
    if not (folder / "ko/index.html").is_file():
        pytest.skip(f"no site in {folder}: `make site` builds it and then runs these tests")
    return folder


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(site):
    """The site's address on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def page():
    """A browser's page; a script's error or a request that leaves the machine fails the tests."""
    if chromium() is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    errors, outside = [], []

    def asked(request):
        here = ("file:", "data:", "blob:", "http://127.0.0.1:")
        if not request.url.startswith(here):
            outside.append(request.url)

    with browser_page() as page:
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", asked)
        yield page
    assert not errors and not outside
