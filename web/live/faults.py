"""What a reader is told when a cell fails: the error, the lines that led to it, and what to do."""

import asyncio
import linecache
import re
import traceback
from types import TracebackType

NEIGHBOURS = 2  # lines shown around the one that failed
PLACE = re.compile(r"<cell \d+>")
OURS = "web/live/"  # in the path of each module that runs cells, here and in the page
ARROW, MARGIN = "->", 9  # "->   3 | " stands left of a line of code
STOPPED = "已停止。 | Stopped."
HINTS = {  # what a beginner needs to know besides
    MemoryError: "内存不够：浏览器里的 Python 装不下这么大的数组。把它改小，或重启 Python。 | "
                 "Not enough memory in a browser for arrays this large. Make them smaller, or restart it.",
    NameError: "这个名字还没有定义：先运行上面的单元格。 | "
               "This name is not defined yet: run the cells above first.",
    ModuleNotFoundError: "网页里只有标准库、NumPy、Matplotlib 和 nnlib。"
                         "要用别的包，请下载这一章的笔记本，在 Jupyter 里运行。 | "
                         "The page has the standard library, NumPy, Matplotlib and nnlib. For other "
                         "packages, download this chapter's notebook and run it in Jupyter.",
    KeyboardInterrupt: STOPPED,
    asyncio.CancelledError: STOPPED,
}


class NotInThePage(Exception):
    """Something that Jupyter can do and the page cannot; `hint` says in both languages what to do."""

    def __init__(self, words: str, hint: str) -> None:
        super().__init__(words)
        self.hint = hint


def advice(error: BaseException) -> str:
    kind = MemoryError if "array is too big" in str(error) else type(error)  # NumPy's way to say so
    known = next((text for known, text in HINTS.items() if issubclass(kind, known)), "")
    return error.hint if isinstance(error, NotInThePage) else known


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
    if frames and not column and OURS not in last[0].filename and not PLACE.match(last[0].filename):
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
