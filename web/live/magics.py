"""What a cell may hold besides Python, read by IPython's own reader: magics, shell commands, `name?`.

A page obeys `%matplotlib inline`, `%time` and `%%time`; for any other it says what to do instead.
"""

import io
import re
import sys
import time
import tokenize
from collections.abc import Callable, Coroutine
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from .faults import NotInThePage

HEAD = re.compile(r"(?:[ \t]*\n)*(?P<time>[ \t]*%%time[ \t]*(?:\n|\Z)(?:[ \t]*\n)*)?")
UNSEEN = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER)
INSTALLERS = re.compile(r"\W*(?:python3? -m )?(?:pip3?|conda|mamba|uv) ")
LACKING = {  # what a page lacks
    "install": ("网页里不能安装包，NumPy、Matplotlib 和 nnlib 已经装好",
                "The page can install no package; NumPy, Matplotlib and nnlib are there already"),
    "!": ("网页里没有命令行", "The page has no command line"),
    "": ("网页里没有 {sign} 这个命令", "The page does not have the command {sign}"),
}
AFTERWARDS = ("{}。删掉这一行再运行；要用它，请下载这一章的笔记本，在 Jupyter 里运行。 | {}. Delete this "
              "line and run the cell; to use it, download this chapter's notebook and run it in Jupyter.")
INSTEAD = {  # what can be written in its place
    "pinfo": "请改写成 help({line})。 | Write help({line}) instead.",
    "timeit": "请改用 %time（一行）或 %%time（整个单元格），不带选项；它只运行一次。 | "
              "Use %time for a line or %%time for the whole cell, without options; it runs the code once.",
    "time": "请把 %%time 单独写在单元格的第一行。 | Write %%time into the first line of the cell, by itself.",
    "matplotlib": "请改写成 %matplotlib inline，或删掉这一行。 | Write %matplotlib inline, or delete this line.",
}


def python(source: str) -> tuple[str, bool]:
    """The cell as plain Python, with the reader's numbers of lines, and whether `%%time` stands above it."""
    head = HEAD.match(source)
    assert head  # it matches nothing, too
    code = TransformerManager().transform_cell(source[head.end():])
    return "\n" * head[0].count("\n") + code, bool(head["time"])


def quiet(code: str) -> bool:
    """Whether a semicolon ends the code: then its value is not shown."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return [token.string for token in tokens if token.type not in UNSEEN][-1:] == [";"]


def tell_time(begun: float) -> None:
    seconds = time.perf_counter() - begun
    print(f"Wall time: {seconds:.3g} s" if seconds >= 1 else f"Wall time: {seconds * 1e3:.3g} ms")


class Shell:
    """What `get_ipython()` gives in a cell: IPython's reader turns magics and commands into its methods."""

    def __init__(self, value: Callable[..., Coroutine[Any, Any, Any]]) -> None:
        self.value = value

    def run_line_magic(self, name: str, line: str) -> Any:
        if name == "time":
            return self.time(line, sys._getframe(1).f_locals)
        if name != "matplotlib" or line.strip() not in ("", "inline"):
            refuse(f"%{name} ", line)
        return None

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        refuse(f"%%{name} ", line)

    def system(self, command: str) -> None:
        refuse("!", command)

    getoutput = system

    def time(self, line: str, local: dict[str, Any]) -> Any:
        begun, running = time.perf_counter(), self.value(line, "web/live/%time", local)
        try:
            running.send(None)
        except StopIteration as end:
            tell_time(begun)
            return None if quiet(line) else end.value
        running.close()
        raise NotInThePage("%time cannot await", INSTEAD["time"])


def refuse(sign: str, line: str) -> None:
    kind = "install" if INSTALLERS.match(sign + line) else sign.strip("% 2")
    words = f"{line}?" if kind == "pinfo" else f"{sign}{line}".strip()
    hint = INSTEAD.get(kind) or AFTERWARDS.format(*LACKING.get(kind, LACKING[""]))
    raise NotInThePage(f"expected Python, got {words!r}", hint.format(sign=sign.strip(), line=line))
