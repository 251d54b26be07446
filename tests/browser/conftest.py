"""A real Chromium, and the built pages both as files and through a server on this machine."""

import functools
import os
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import chromium
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")  # no longer: while it runs, asyncio.run() is refused to every other test
def browser():
    try:
        program = chromium.find()
    except ValueError as error:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop(str(error))
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)


class Handler(SimpleHTTPRequestHandler):
    """The pages under a path, with more headers if asked for; keeps the paths it was asked for."""

    root, more, asked = "/", {}, None

    def log_message(self, *args):
        pass

    def send_head(self):
        if self.asked is not None:
            self.asked.append(self.path)
        return super().send_head() if self.path.startswith(self.root) else self.send_error(404)

    def translate_path(self, path):
        return super().translate_path("/" + path[len(self.root):])

    def end_headers(self):
        for name, value in self.more.items():
            self.send_header(name, value)
        super().end_headers()


@contextmanager
def serving(site, root="/", more=(), asked=None):
    """Show the pages through a server on this machine; gives their address."""
    own = type("Own", (Handler,), {"root": root, "more": dict(more), "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(own, directory=site))
    server.handle_error = lambda *what: None  # a page was closed while it was still loading
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{root}".rstrip("/")
    server.shutdown()


@pytest.fixture(scope="session")
def serve():
    return serving


@pytest.fixture(scope="session", params=["file", "http"])
def address(request, site):
    """Where the pages are: the folder itself, or a server that shows it under a path, as on GitHub Pages."""
    if request.param == "file":
        yield site.as_uri()
        return
    with serving(site, "/course/") as url:
        yield url


@pytest.fixture(scope="module")
def python_site(site):
    """The pages, if they came with Python for the browser."""
    if not (site / "pyodide" / "files.json").is_file():
        shared = Path(__file__).parents[3] / "shared" / "pyodide"
        stop = pytest.fail if os.environ.get("CI") and shared.is_dir() else pytest.skip
        stop("the book was built without Python for the browser (see web/pyodide.py)")
    return site


@pytest.fixture
def open_page(browser, address):
    """Open a page of the book; at the end, nothing may have gone wrong or come from elsewhere."""
    contexts, troubles = [], []

    def open_page(path, width=1280, **options):
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{path}: {error}"))
        page.on("console", lambda line: line.type == "error" and troubles.append(f"{path}: {line.text}"))
        page.on("request", lambda request: request.url.startswith((address, "data:", "blob:"))
                or troubles.append(f"{path} asks for {request.url}"))
        page.goto(f"{address}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture(scope="session")
def barriers():
    """What axe-core finds wrong in a part of a page, which is given in JavaScript: rules, and elements."""

    def barriers(page, part, **options):
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        quick = {"resultTypes": ["violations"], "selectors": False, "preload": False}
        return page.evaluate(f"""options => axe.run({part}, options).then(result => result.violations.map(
            broken => [broken.id, broken.nodes.map(node => node.html.slice(0, 200)).slice(0, 5)]))
        """, quick | options)

    return barriers
