"""What a reader is told when a cell fails: the error, the lines that led to it, and what to do."""

import json
import linecache
import re
import traceback
from pathlib import Path

NEIGHBOURS = 2  # lines shown around the one that failed
PLACE = re.compile(r"<cell \d+>")
OURS = "web/live/"  # in the path of each module that runs cells, here and in the page
ARROW, MARGIN = "->", 9  # "->   3 | " stands left of a line of code
KEYBOARD = "[Errno 29] I/O error"  # what Pyodide says to those who read from it
# What a beginner needs to know besides: "errors" of a kind of error, or of words in it, the rest of what is not Python.
ADVICE = json.loads(Path(__file__).with_name("advice.json").read_text("utf-8"))


class NotInThePage(Exception):
    """Something that Jupyter can do and the page cannot; `hint` says in both languages what to do."""

    def __init__(self, words: str, hint: str) -> None:
        super().__init__(words)
        self.hint = hint


def advice(error: BaseException) -> str:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    known = (hint for signs, hint in ADVICE["errors"].items() for sign in signs.split("|")
             if sign in kinds or (" " in sign and sign in str(error)))
    return error.hint if isinstance(error, NotInThePage) else next(known, "")


def readable(error: BaseException) -> str:
    """What went wrong, and each line of the reader's cells that led there; others' lines are left out."""
    trace, column = traceback.extract_tb(error.__traceback__), None
    frames = [frame for frame in trace if PLACE.match(frame.filename)]
    if isinstance(error, SyntaxError) and error.lineno and PLACE.match(error.filename or ""):
        frames = [traceback.FrameSummary(error.filename or "", error.lineno, "<module>")]
        column = error.offset
    parts = [excerpt(frame, column) for frame in frames]
    if len(parts) > 6:  # endless recursion
        parts[3:-3] = [f"... {len(parts) - 6} more of these ..."]
    if frames and not column and OURS not in trace[-1].filename and not PLACE.match(trace[-1].filename):
        place = trace[-1].filename.rpartition("site-packages/")[2]
        parts.append(f"raised in {place}, line {trace[-1].lineno}, in {trace[-1].name}")
    words = str(error.msg if isinstance(error, SyntaxError) else error)
    return "\n".join([*parts, f"{type(error).__name__}: {words}" if words else type(error).__name__])


def excerpt(frame: traceback.FrameSummary, column: int | None) -> str:
    """Where it is, then the line with an arrow, a few around it, and a caret under the column."""
    lines, line = linecache.getlines(frame.filename), frame.lineno or 0
    function = "" if frame.name == "<module>" else f", in {frame.name}"
    shown = [f"{frame.filename[1:-1]}, line {line}{function}"]
    for i in range(max(1, line - NEIGHBOURS), min(len(lines), line + NEIGHBOURS) + 1):
        shown.append(f"{ARROW if i == line else '  '} {i:>3} | {lines[i - 1].rstrip()}")
        if i == line and column:
            shown.append(" " * (MARGIN + column - 1) + "^")
    return "\n".join(shown)
