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

from .faults import ADVICE, NotInThePage

HEAD = re.compile(r"(?:[ \t]*\n)*(?P<time>[ \t]*%%time[ \t]*(?:\n|\Z)(?:[ \t]*\n)*)?")
UNSEEN = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.DEDENT, tokenize.ENDMARKER)
INSTALLERS = re.compile(r"\W*(?:python3? -m )?(?:pip3?|conda|mamba|uv) ")


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
        raise NotInThePage("%time cannot await", ADVICE["instead"]["time"])


def refuse(sign: str, line: str) -> None:
    kind = "install" if INSTALLERS.match(sign + line) else sign.strip("% 2")
    words = f"{line}?" if kind == "pinfo" else f"{sign}{line}".strip()
    lacking = ADVICE["lacking"]
    hint = ADVICE["instead"].get(kind) or ADVICE["afterwards"].format(*lacking.get(kind, lacking[""]))
    raise NotInThePage(f"expected Python, got {words!r}", hint.format(sign=sign.strip(), line=line))
