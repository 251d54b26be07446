"""What the tests of several folders share: the built pages, and a server."""

import re
import signal
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SITE = Path(__file__).parents[1] / "_build" / "html"

# Started in the background by a script, we and our processes inherit that Ctrl-C is ignored, which tests press.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail("expected the built pages in _build/html, found none. Run `make book` first.")
    return SITE


@pytest.fixture(scope="session")
def left_of_markup():
    """Finds in a text, as a reader sees it, what only the book's build understands, and any plain markup."""
    return re.compile(r"\{[\w:.+-]+\}|:{3}|^\(.+\)=|^:\w+:|\[\[.+\|.+\]\]|\\(?:tag|begin)|\$|\*\*|``|\]\(",
                      re.MULTILINE).search


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder under a path, adds headers, and records the paths that were requested."""

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
def serving(folder, root="/", more=(), asked=None):
    """Serve a folder on this machine and give its address."""
    own = type("Own", (Handler,), {"root": root, "more": dict(more), "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(own, directory=folder))
    server.handle_error = lambda *what: None  # a page was closed while it was still loading
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{root}".rstrip("/")
    server.shutdown()


@pytest.fixture(scope="session")
def serve():
    return serving
