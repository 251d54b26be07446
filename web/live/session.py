"""Runs a page's cells inside its Web Worker: one namespace, and messages to the page for whatever comes out.

Plain Python with nothing to install, so that the same file is tested outside a browser.
"""

import ast
import base64
import builtins
import io
import json
import linecache
import os
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from types import TracebackType
from typing import Any

EXPLORER = "application/vnd.nnlib.explorer+json"
LIMIT = 100_000  # characters of text a cell may show; a page with ten million of them stands still
NEIGHBOURS = 2  # lines shown around the one that failed
PLACE = re.compile(r"<cell \d+>")
HINTS = {
    MemoryError: "内存不够：浏览器里的 Python 最多用 2 GB。把数组改小，或重启 Python。"
                 " | Not enough memory: Python in a browser has 2 GB at most. Make the arrays smaller, or restart Python.",
    NameError: "这个名字还没有定义：先运行上面的单元格。"
               " | This name is not defined yet: run the cells above first.",
    KeyboardInterrupt: "已停止。 | Stopped.",
}

os.environ["MPLBACKEND"] = "agg"


class Stream(io.TextIOBase):
    """Hands over each line as it is written, and no more than the cell may show."""

    def __init__(self, name: str, session: "Session") -> None:
        self.kind, self.session, self.waiting = name, session, ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.waiting += text[:self.session.room]
        self.session.room -= len(text)
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        if self.waiting:
            self.session.send("text", self.kind, self.waiting)
            self.waiting = ""


class Session:
    """What the cells of one page share. `send(kind, ...)` tells the page:

    * ``text, stream, words`` with stream stdout, stderr or result; ``html, markup``; ``image, data URL``
    * ``explorer, number, description``: a panel whose controls call `view`
    * ``omitted, number of characters`` that did not fit
    * ``error, words, hint``
    """

    def __init__(self, send: Callable[..., None]) -> None:
        self.send = send
        self.names: dict[str, Any] = {"__name__": "__main__", "display": self.display}
        self.explorers: list[Any] = []
        self.room = LIMIT

    def run(self, number: int, source: str) -> bool:
        """Run one cell, as Jupyter would: its last expression is shown, then the figures left open."""
        name, self.room = f"<cell {number}>", LIMIT
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        out, err = Stream("stdout", self), Stream("stderr", self)
        with redirect_stdout(out), redirect_stderr(err):
            try:
                self.execute(ast.parse(source, name), name, quiet=source.rstrip().endswith(";"))
                self.show_figures()
                good = True
            except BaseException as error:  # also SystemExit and KeyboardInterrupt: the page goes on
                self.close_figures()
                good = self.tell(error, out, err)
            out.flush()
            err.flush()
        if self.room < 0:
            self.send("omitted", -self.room)
        return good

    def execute(self, tree: ast.Module, name: str, quiet: bool) -> None:
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, name, "exec"), self.names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), self.names)
            if value is not None:
                self.names["_"] = value
                if not quiet:
                    self.display(value)

    def tell(self, error: BaseException, *streams: Stream) -> bool:
        for stream in streams:
            stream.flush()
        hint = next((text for kind, text in HINTS.items() if isinstance(error, kind)), "")
        self.send("error", readable(error), hint)
        return False

    # -- results ---------------------------------------------------------------------------------------
    def display(self, *values: Any) -> None:
        for value in values:
            sys.stdout.flush()
            self.show(value)

    def show(self, value: Any) -> None:
        if "matplotlib" in sys.modules and isinstance(value, sys.modules["matplotlib.figure"].Figure):
            self.send_figure(value)
            return
        bundle = getattr(value, "_repr_mimebundle_", dict)() or {}
        html = bundle.get("text/html") or getattr(value, "_repr_html_", lambda: None)()
        if EXPLORER in bundle:
            self.explorers.append(value)
            self.send("explorer", len(self.explorers) - 1, json.dumps(bundle[EXPLORER]))
        elif html:
            self.send("html", html)
        else:
            result = Stream("result", self)
            result.write(repr(value) + "\n")

    def view(self, explorer: int, choice: list[int]) -> str:
        """One view of a panel, as JSON: {"src", "text"}, or {"error"}."""
        try:
            frame = self.explorers[explorer].frame(choice)
        except BaseException as error:
            return json.dumps({"error": readable(error)})
        return json.dumps({"src": frame["image"] and data_url(frame["image"]), "text": frame["text"]})

    # -- figures ---------------------------------------------------------------------------------------
    def send_figure(self, figure: Any) -> None:
        picture = io.BytesIO()
        figure.savefig(picture, format="png", bbox_inches="tight", dpi=figure.dpi,
                       facecolor=figure.get_facecolor())
        self.send("image", data_url(picture.getvalue()))
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)

    def show_figures(self) -> None:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            sys.stdout.flush()
            for number in pyplot.get_fignums():
                self.send_figure(pyplot.figure(number))

    def close_figures(self) -> None:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")


def data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def readable(error: BaseException) -> str:
    """What went wrong, and each line of the reader's own cells that led there; what others did is left out."""
    parts = []
    frames = [] if isinstance(error, SyntaxError) else own_frames(error.__traceback__)
    if isinstance(error, SyntaxError) and error.lineno and PLACE.match(error.filename or ""):
        frames = [(error.filename, error.lineno, "")]
    for place, line, function in frames:
        parts.append(f"{place[1:-1]}, line {line}{f', in {function}' if function else ''}\n{excerpt(place, line)}")
        if isinstance(error, SyntaxError) and error.offset:
            parts[-1] = point_at(parts[-1], error.offset)
    if len(parts) > 6:  # endless recursion
        parts[3:-3] = [f"... {len(parts) - 6} more of these ..."]
    last = traceback.extract_tb(error.__traceback__)[-1:]
    if last and not PLACE.match(last[0].filename) and last[0].filename != __file__ and frames:
        parts.append(f"raised in {short_path(last[0].filename)}, line {last[0].lineno}, in {last[0].name}")
    words = str(error.msg if isinstance(error, SyntaxError) else error)
    return "\n".join([*parts, f"{type(error).__name__}: {words}" if words else type(error).__name__])


def own_frames(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    return [(frame.filename, frame.lineno or 0, "" if frame.name == "<module>" else frame.name)
            for frame in traceback.extract_tb(trace) if PLACE.match(frame.filename)]


def excerpt(place: str, line: int) -> str:
    """The line with an arrow, and a few around it."""
    lines = linecache.getlines(place)
    first, last = max(1, line - NEIGHBOURS), min(len(lines), line + NEIGHBOURS)
    return "\n".join(f"{'->' if i == line else '  '} {i:>3} | {lines[i - 1].rstrip()}" for i in range(first, last + 1))


def point_at(shown: str, column: int) -> str:
    """A caret under the column of the line with the arrow."""
    lines = shown.split("\n")
    at = next(i for i, line in enumerate(lines) if line.startswith("->"))
    lines.insert(at + 1, " " * (len("->  123 | ") - 1 + column - 1) + "^")
    return "\n".join(lines)


def short_path(path: str) -> str:
    return path.rpartition("site-packages/")[2]


def no_input(prompt: object = "") -> str:
    raise OSError("input() expected a keyboard, got a page. Write the value into the cell instead.")


builtins.input = no_input
