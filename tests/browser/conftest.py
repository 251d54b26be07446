"""A real Chromium, and the built pages both as files and through a server."""

import functools
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import sync_playwright

from web.publish import chromium


@pytest.fixture(scope="session")
def program():
    try:
        return chromium.find()
    except ValueError as error:
        stop = pytest.fail if os.environ.get("CI") else pytest.skip
        stop(str(error))


@pytest.fixture(scope="module")  # no longer: while it runs, asyncio.run() is refused to every other test
def browser(program):
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=chromium.FLAGS)


@pytest.fixture(scope="session", params=["file", "http"])
def address(request, serve, site):
    """Where the pages are: the folder itself, or a server that shows it under a path, as on GitHub Pages."""
    if request.param == "file":
        yield site.as_uri()
        return
    with serve(site, "/course/") as url:
        yield url


@pytest.fixture(scope="module")
def python_site(site):
    """The pages, if they came with Python for the browser."""
    if not (site / "pyodide" / "files.json").is_file():
        shared = Path(__file__).parents[3] / "shared" / "pyodide"
        stop = pytest.fail if os.environ.get("CI") and shared.is_dir() else pytest.skip
        stop("the book was built without Python for the browser (see web/live/pyodide_files.py)")
    return site


class Visit:
    """A reader's browser; at the end, nothing may have gone wrong or come from elsewhere."""

    def __init__(self, browser, address, width=1280, height=800, **options):
        self.context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self.address, self.troubles = address, []
        self.context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        self.context.on("console", lambda line: line.type == "error" and self.troubles.append(line.text))
        self.context.on("request", lambda request: request.url.startswith((address, "data:", "blob:"))
                        or self.troubles.append(request.url))

    def open(self, path, lazy=False):
        page = self.context.new_page()
        page.goto(f"{self.address}/{path}")
        if not lazy:  # far sections are there, as if the reader had come to a place
            page.evaluate("delete document.documentElement.dataset.lazy")
        return page

    def __enter__(self):
        return self

    def __exit__(self, failed, *rest):
        self.context.close()
        assert failed or not self.troubles


@pytest.fixture(scope="module")
def visiting(browser):
    return functools.partial(Visit, browser)


@pytest.fixture
def open_page(visiting, address):
    """Open a page of the book, each as another reader would."""
    with ExitStack() as visits:
        yield lambda path, lazy=False, **options: \
            visits.enter_context(visiting(address, **options)).open(path, lazy)


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
