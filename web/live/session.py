"""Runs a page's cells inside its Web Worker: one namespace, and messages to the page for whatever comes out.

Plain Python with nothing to install, so that the same file is tested outside a browser.
"""

import ast
import base64
import io
import json
import linecache
import logging
import re
import sys
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from types import TracebackType
from typing import Any

EXPLORER = "application/vnd.nnlib.explorer+json"
LIMIT = 100_000  # characters of text a cell may show; a page with ten million of them no longer responds
NEIGHBOURS = 2  # lines shown around the one that failed
PLACE = re.compile(r"<cell \d+>")
HINTS = {  # what a beginner needs to know besides
    MemoryError: "内存不够：浏览器里的 Python 装不下这么大的数组。把它改小，或重启 Python。 | "
                 "Not enough memory in a browser for arrays this large. Make them smaller, or restart it.",
    NameError: "这个名字还没有定义：先运行上面的单元格。 | "
               "This name is not defined yet: run the cells above first.",
    KeyboardInterrupt: "已停止。 | Stopped.",
}
ARROW, MARGIN = "->", 9  # "->   3 | " stands left of a line of code

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # says that it looks for fonts


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
        self.names: dict[str, Any] = {"__name__": "__main__", "display": self.display, "input": no_input}
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
        kind = MemoryError if "array is too big" in str(error) else type(error)  # NumPy's way to say so
        hint = next((text for known, text in HINTS.items() if issubclass(kind, known)), "")
        self.send("error", readable(error), hint)
        return False

    # -- results ---------------------------------------------------------------------------------------
    def display(self, *values: Any) -> None:
        for value in values:
            sys.stdout.flush()
            self.show(value)

    def show(self, value: Any) -> None:
        if own := getattr(value, "_ipython_display_", None):  # it shows itself, or nothing
            own()
            return
        figures = sys.modules.get("matplotlib.figure")
        if figures and isinstance(value, figures.Figure):
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
    """What went wrong, and each line of the reader's cells that led there; others' lines are left out."""
    parts, frames, column = [], own_frames(error.__traceback__), None
    if isinstance(error, SyntaxError) and error.lineno and PLACE.match(error.filename or ""):
        frames, column = [(error.filename or "", error.lineno, "")], error.offset
    for place, line, function in frames:
        where = f"{place[1:-1]}, line {line}" + (f", in {function}" if function else "")
        parts.append(f"{where}\n{excerpt(place, line, column)}")
    if len(parts) > 6:  # endless recursion
        parts[3:-3] = [f"... {len(parts) - 6} more of these ..."]
    last = traceback.extract_tb(error.__traceback__)[-1:]
    if frames and not column and last[0].filename != __file__ and not PLACE.match(last[0].filename):
        parts.append(f"raised in {short_path(last[0].filename)}, line {last[0].lineno}, in {last[0].name}")
    words = str(error.msg if isinstance(error, SyntaxError) else error)
    return "\n".join([*parts, f"{type(error).__name__}: {words}" if words else type(error).__name__])


def own_frames(trace: TracebackType | None) -> list[tuple[str, int, str]]:
    return [(frame.filename, frame.lineno or 0, "" if frame.name == "<module>" else frame.name)
            for frame in traceback.extract_tb(trace) if PLACE.match(frame.filename)]


def excerpt(place: str, line: int, column: int | None) -> str:
    """The line with an arrow, a few around it, and a caret under the column."""
    shown, lines = [], linecache.getlines(place)
    for i in range(max(1, line - NEIGHBOURS), min(len(lines), line + NEIGHBOURS) + 1):
        shown.append(f"{ARROW if i == line else '  '} {i:>3} | {lines[i - 1].rstrip()}")
        if i == line and column:
            shown.append(" " * (MARGIN + column - 1) + "^")
    return "\n".join(shown)


def short_path(path: str) -> str:
    return path.rpartition("site-packages/")[2]


def no_input(prompt: object = "") -> str:
    raise OSError("input() expected a keyboard, got a page. Write the value into the cell instead.")
