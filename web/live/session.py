"""Runs a page's cells inside its Web Worker: one namespace, and messages to the page for whatever comes out."""

import ast
import asyncio
import base64
import importlib
import inspect
import io
import json
import linecache
import logging
import re
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import partial
from typing import Any

from IPython.lib.pretty import pretty
from IPython.utils.dir2 import get_real_method

from . import magics
from .faults import ADVICE, KEYBOARD, NotInThePage, advice, readable

EXPLORER = "application/vnd.nnlib.explorer+json"
# What a page can show, in JupyterLab's order of preference, and the method that IPython asks for it.
SHOWN = {"text/html": "_repr_html_", "text/markdown": "_repr_markdown_", "text/latex": "_repr_latex_",
         "image/svg+xml": "_repr_svg_", "image/png": "_repr_png_", "image/jpeg": "_repr_jpeg_", "text/plain": ""}
COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # and whatever else a terminal obeys
OVERWRITTEN = re.compile(r"\r([^\r\n]*)(?=\r([^\r\n]*))")  # a line, and what stands in its place
LIMIT = 100_000  # characters of text a cell may show; a page with ten million of them no longer responds

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # says that it looks for fonts


class Stream(io.StringIO):
    """Hands over each line as it is written, ten times a second one that begins anew, up to what the cell may show."""

    def __init__(self, name: str, session: "Session") -> None:
        super().__init__()
        self.kind, self.session, self.waiting, self.due = name, session, "", 0.0

    def write(self, text: str) -> int:
        self.waiting += text
        if "\n" in text or len(self.waiting) > 10_000 or ("\r" in text and time.monotonic() >= self.due):
            self.flush()
        return len(text)

    def flush(self) -> None:
        words = OVERWRITTEN.sub(lambda found: found[0] * (len(found[1]) > len(found[2])), self.waiting)
        if shown := words[:max(self.session.room, 0)]:
            self.session.send("text", self.kind, shown)
        self.session.room -= len(words)
        self.waiting, self.due = "", time.monotonic() + .1


class Session:
    """What the cells of one page share. `send(kind, ...)` tells the page:

    * ``text, stream, words`` with stream stdout, stderr or result; ``html, markup``; ``image, data URL or SVG``
    * ``explorer, number, description``: a panel whose controls call `view`
    * ``omitted, number of characters`` that did not fit; ``clear`` for what the cell shows
    * ``error, words, hint``
    """

    def __init__(self, send: Callable[..., None]) -> None:
        self.deliver, self.room, self.good, self.stale = send, LIMIT, True, False
        shell = magics.Shell(self.value)
        self.names: dict[str, Any] = {"__name__": "__main__", "display": self.display, "input": no_input,
                                      "get_ipython": lambda: shell, "_": "", "__": "", "___": ""}
        self.explorers: list[Any] = []
        self.task: asyncio.Task[bool] | None = None

    def plain(self, source: str) -> str:
        """The cell as Python, for the worker, which loads what it imports."""
        with suppress(Exception):  # `run` will tell
            return magics.python(source)[0]
        return source

    def run(self, number: int, source: str) -> "bool | asyncio.Task[bool]":
        """Run one cell, as Jupyter would; return whether all went well, at once or, if it awaits, later."""
        cell = self.cell(f"<cell {number}>", source)
        try:
            cell.send(None)
        except StopIteration as end:
            return end.value
        self.task = asyncio.ensure_future(cell)  # goes on where `value` paused it; worker.js can cancel it
        return self.task

    async def cell(self, name: str, source: str) -> bool:
        self.room, self.good, self.stale = LIMIT, True, False
        self.names.pop("__warningregistry__", None)  # else a cell that runs again would not warn again
        out, err = Stream("stdout", self), Stream("stderr", self)
        with redirect_stdout(out), redirect_stderr(err):
            try:
                await self.execute(name, source)
                self.show_figures()
            except BaseException as error:  # also SystemExit and KeyboardInterrupt: the page goes on
                if pyplot := sys.modules.get("matplotlib.pyplot"):
                    pyplot.close("all")
                self.tell(error)
            out.flush()
            err.flush()
        if self.room < 0:
            self.send("omitted", -self.room)
        return self.good

    async def execute(self, name: str, source: str) -> None:
        remember(name, source)  # for a fault in what follows
        code, timed = magics.python(source)
        if code.count("\n") != source.count("\n") + (not source.endswith("\n")):
            remember(name, code)  # a command that went over several lines has become one
        if "pyplot" in code:  # else its show() warns that nothing can be shown
            with suppress(ImportError):
                importlib.import_module("matplotlib.pyplot").show = lambda **options: self.show_figures()
        for module in ("IPython.display", "IPython.core.display_functions") if "IPython" in code else ():
            with suppress(ImportError):
                vars(importlib.import_module(module)).update(display=self.display, clear_output=self.clear_output)
        begun = time.perf_counter()
        value = await self.value(code, name)
        if timed:
            magics.tell_time(begun)
        if value is not None and not magics.quiet(code):
            self.names.update(_=value, __=self.names.get("_"), ___=self.names.get("__"))
            self.display(value)

    async def value(self, code: str, name: str, local: dict[str, Any] | None = None) -> Any:
        """Run code and return the value of its last expression; pause once where it begins to await."""
        names = self.names if local is None or local is self.names else self.names | local  # %time in a function
        parts: list[ast.mod] = [ast.parse(code, name)]
        if parts[0].body and isinstance(parts[0].body[-1], ast.Expr):
            parts.append(ast.Expression(parts[0].body.pop().value))
        for part, mode in zip(parts, ("exec", "eval"), strict=False):
            compiled = compile(part, name, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            if awaits := compiled.co_flags & inspect.CO_COROUTINE:
                await asyncio.sleep(0)
            value = eval(compiled, names)  # None after "exec"
            value = await value if awaits else value
        return value

    def tell(self, error: BaseException) -> None:
        self.good = False
        sys.stdout.flush()
        sys.stderr.flush()
        self.send("error", readable(error), advice(error))

    def send(self, *message: Any) -> None:
        if self.stale:
            self.stale = False
            self.deliver("clear")
        self.deliver(*(COLOURS.sub("", part) if isinstance(part, str) else part for part in message))

    # -- results ---------------------------------------------------------------------------------------
    def display(self, *values: Any, clear: bool = False, display_id: Any = None, **options: Any) -> None:
        if display_id:
            raise NotInThePage("display() expected no display_id in a page", ADVICE["instead"]["display_id"])
        if clear:
            self.clear_output(wait=True)
        for value in values:
            sys.stdout.flush()
            self.show(value, **options)

    def clear_output(self, wait: bool = False) -> None:
        sys.stdout.flush()
        self.room, self.stale = LIMIT, wait
        if not wait:
            self.deliver("clear")

    def show(self, value: Any, raw: bool = False, **described: Any) -> None:
        """Show a value as IPython would: it shows itself, or the page shows the best of what it offers."""
        figures = sys.modules.get("matplotlib.figure")
        if not raw and self.answers(get_real_method(value, "_ipython_display_")):
            return
        if figures and isinstance(value, figures.Figure):
            return self.send_figure(value)
        own = get_real_method(value, "_repr_mimebundle_")
        bundle = value if raw else dict(*filter(None, self.answers(own, include=None, exclude=None)))
        if EXPLORER in bundle:
            self.explorers.append(value)
            return self.send("explorer", len(self.explorers) - 1, json.dumps(bundle[EXPLORER]))
        for mime, method in SHOWN.items():
            ask = get_real_method(value, method) if method else partial(pretty, value)
            for data in [bundle[mime]] if mime in bundle else [] if raw else self.answers(ask):
                if isinstance(data, str | bytes):
                    return self.send_data(mime, data)

    def answers(self, ask: Callable[..., Any] | None, *given: Any, **options: Any) -> list[Any]:
        """What a value answers, without metadata; nothing if it cannot be asked, or fails, which is told."""
        try:
            answer = ask(*given, **options) if ask else None
        except NotImplementedError:  # its way to say no
            return []
        except Exception as error:
            self.tell(error)
            return []
        return [answer[0] if isinstance(answer, tuple) and len(answer) == 2 else answer] if ask else []

    def send_data(self, mime: str, data: str | bytes) -> None:
        if mime in ("image/png", "image/jpeg"):
            self.send("image", data_url(data, mime))
        elif mime in ("text/plain", "text/markdown", "text/latex"):  # which read well as they are
            Stream("result", self).write(f"{data}\n")
        else:
            self.send("html", data)

    def view(self, explorer: int, choice: list[Any], how: Any = None) -> str:
        """One view of a panel, as JSON: {"src" or "svg", "text"}, or {"error"}.

        `how` is True or False for the next view of a run, {"over"} at its end, or the place of a click, {"values"}.
        """
        panel = self.explorers[explorer]
        try:
            if isinstance(how, list):
                return json.dumps({"values": panel.clicked(*how, **panel.values(choice))})
            frame = panel.frame(choice) if how is None else panel.more(choice, how)
        except BaseException as error:
            return json.dumps({"error": readable(error)})
        if not frame:
            return json.dumps({"over": True})
        image = frame.pop("image")
        picture = {"svg": image} if isinstance(image, str) else {"src": image and data_url(image)}
        return json.dumps(picture | frame)

    # -- figures ---------------------------------------------------------------------------------------
    def send_figure(self, figure: Any) -> None:
        from nnlib.plot.inline import inline_svg  # brings matplotlib, which most cells do without

        self.send("image", inline_svg(figure))
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close(figure)

    def show_figures(self) -> None:
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            sys.stdout.flush()
            for number in pyplot.get_fignums():
                self.send_figure(pyplot.figure(number))


def data_url(picture: bytes | str, mime: str = "image/png") -> str:
    packed = picture if isinstance(picture, str) else base64.b64encode(picture).decode()
    return f"data:{mime};base64,{packed}"


def remember(name: str, code: str) -> None:
    """Let tracebacks find the lines of a cell."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)


def no_input(prompt: object = "") -> str:
    raise NotInThePage("input() expected a keyboard, got a page. Write the value into the cell.",
                       ADVICE["errors"][KEYBOARD])
