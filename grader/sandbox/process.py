"""The process that runs a student's cells, and the answers in it, which the tests call across the channel."""

import itertools
import os
import select
import time
from typing import NoReturn

from nnlib._common.pair import Pair
from nnlib.exercises.judging import NOT_YET, Wrong, raised

from . import channel
from .box import Box

NOT_A_VALUE = "返回值无法识别 | the return value cannot be read"
WRONG_TYPE = "返回值的类型不对 | the return value has a type that is not allowed"
ENDED = "代码让进程结束了（exit、内存或资源超限） | the code ended its process (exit, memory or limits)"
ERRORS = """ArithmeticError AssertionError AttributeError FloatingPointError IndexError KeyError LinAlgError
    MemoryError ModuleNotFoundError NameError OverflowError RecursionError SyntaxError TypeError
    UnboundLocalError ValueError ZeroDivisionError"""


class TooSlow(Wrong):
    """An answer that took too long."""


class AnswerProcess:
    """Runs the cells of a notebook and calls what they define.

    A cell or a call that hangs, or that ends the process, is lost alone: a new process runs the other cells
    again.
    """

    def __init__(self, cells: list[str], sandboxed: bool, seconds: float, total: float) -> None:
        self.cells = dict(enumerate(cells, 1))  # those that a new process runs
        self.cell_messages: dict[int, list[str]] = {}  # the errors of each cell, and what it printed
        self.slow_cells: set[int] = set()
        self.sandboxed, self.seconds, self.end = sandboxed, seconds, time.monotonic() + total
        self.box: Box | None = None

    def __enter__(self) -> "AnswerProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.box:
            self.box.close()
            self.box = None

    def start(self) -> None:
        """Start a process, unless one runs, and run every cell in it except those that hang or end it."""
        while self.box is None:
            if time.monotonic() > self.end:
                self._fail(self._too_slow())
            self._launch()
            for number, source in list(self.cells.items()):
                try:
                    reply = self.ask({"op": "cell", "source": source}, 2 * self.seconds)
                except Wrong as wrong:
                    if isinstance(wrong, TooSlow) and number not in self.slow_cells:
                        self.slow_cells.add(number)  # tried once more: the machine may have been busy
                    else:
                        del self.cells[number]
                        self.cell_messages[number] = [wrong.cause]
                    break
                messages = [*_texts(reply.get("problems")), *_texts([reply.get("printed")])]
                self.cell_messages.setdefault(number, messages)

    def _launch(self) -> None:
        self.box, self.buffer, self.ids = Box(self.sandboxed), bytearray(), itertools.count(1)
        os.set_blocking(self.box.stdin.fileno(), False)  # a process that reads nothing must not block us

    def ask(self, message: dict, seconds: float) -> dict:
        """The reply to a message; `Wrong` if none comes in time, or one that does not answer it."""
        number, deadline = next(self.ids), min(time.monotonic() + seconds, self.end)
        try:
            frame = channel.pack({"id": number, **message})
            while frame:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([], [self.box.stdin], [], left)[1]:
                    self._fail(self._too_slow())
                frame = frame[os.write(self.box.stdin.fileno(), frame[: 1 << 16]) :]
            reply = channel.unpack(self._read(deadline))
        except OSError:
            self._fail(Wrong(ENDED))
        except channel.Unfit:
            reply = {}
        if reply.get("id") != number:
            self._fail(Wrong(NOT_A_VALUE))
        return reply

    def _read(self, deadline: float) -> bytes:
        (size,) = channel.HEAD.unpack(self._take(channel.HEAD.size, deadline))
        if size > channel.MAX_FRAME:
            raise channel.Unfit("too large")
        return self._take(size, deadline)

    def _take(self, count: int, deadline: float) -> bytes:
        while len(self.buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.box.stdout], [], [], left)[0]:
                self._fail(self._too_slow())
            if not (data := os.read(self.box.stdout.fileno(), 1 << 20)):
                self._fail(Wrong(ENDED))
            self.buffer += data
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def _fail(self, wrong: Wrong) -> NoReturn:
        self.stop()
        raise wrong

    def _too_slow(self) -> TooSlow:
        return TooSlow(
            f"超过 {self.seconds:g} 秒没有结果，是否有死循环 | no result within {self.seconds:g} s: "
            "is there an endless loop"
        )


class RemoteAnswer:
    """A student's function or class, an `Answer` of judging; its texts reveal nothing of the inputs."""

    warned = ""  # the process sends values alone, no warnings

    def __init__(self, process: AnswerProcess, name: str) -> None:
        self.process, self.name = process, name

    def __call__(self, *args):
        return self._ask("call", self.name, args)

    def new(self, *args):
        handle = self._ask("new", self.name, args)
        if not isinstance(handle, int):
            raise Wrong(NOT_A_VALUE)
        return lambda method, *args: self._ask("method", method, args, handle)

    def _ask(self, op, name, args, handle=0):
        if op != "method":
            self.process.start()
        elif self.process.box is None:
            raise Wrong("对象已经不在了 | the object no longer exists")
        message = {"op": op, "name": name, "handle": handle, "args": list(map(channel.encode, args))}
        reply = self.process.ask(message, self.process.seconds)
        if "error" in reply:
            raise Wrong(self._cause(reply["error"]))
        try:
            value = channel.decode(reply.get("value"))
        except channel.Unfit:
            raise Wrong(WRONG_TYPE) from None
        if value is None:
            raise Wrong(NOT_YET)
        return value

    def _cause(self, kind) -> str:
        """The likely cause of an error; its name can be made up, so only Python's own are shown."""
        if kind == "NotImplementedError":
            return NOT_YET
        if kind == "KeyError":
            return f"没有定义 {self.name}，或报 KeyError | {self.name} is not defined, or it raised KeyError"
        if kind == "Unfit":
            return WRONG_TYPE
        if kind not in ERRORS.split():
            return raised("")
        return str(Pair.of(raised(kind)).map(lambda half: f"{kind}: {half}"))


def _texts(values: object) -> list[str]:
    """The texts in a reply, each cut short, without control characters that a terminal would obey."""
    lines = [text for text in values if isinstance(text, str) and text] if isinstance(values, list) else []
    return ["".join(c if c.isprintable() or c == "\n" else "�" for c in text[:2000]) for text in lines[:20]]
