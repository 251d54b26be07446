"""A student's answers, called across the channel: `nnlib.exercises.judging.Answer`, in another process."""

import itertools
import os
import select
import time

from nnlib._common.pair import Pair
from nnlib.exercises.judging import NOT_YET, Wrong, raised

from . import channel
from .box import Box

NO_VALUE = "返回值无法识别 | what came back is not a value"
START_SECONDS = 60  # Python and NumPy, on a machine that is busy
ERRORS = """ArithmeticError AssertionError AttributeError FloatingPointError IndexError KeyError LinAlgError
    MemoryError ModuleNotFoundError NameError OverflowError RecursionError SyntaxError TypeError
    UnboundLocalError ValueError ZeroDivisionError"""


class TooSlow(Wrong):
    """An answer that did not come in time."""


class AnswerProcess:
    """Runs the cells of a notebook and calls what they define.

    A cell or a call that hangs or ends the process costs that cell or that call alone: the process is started
    anew and the other cells are run again.
    """

    def __init__(self, cells: list[str], sandboxed: bool, seconds: float, total: float) -> None:
        self.cells = dict(enumerate(cells, 1))  # those that a new process runs
        self.told: dict[int, list[str]] = {}  # what went wrong in a cell, and what it printed
        self.slow: set[int] = set()
        self.sandboxed, self.seconds, self.end = sandboxed, seconds, time.monotonic() + total
        self.box: Box | None = None
        self.said = ""  # by bubblewrap, when a process ended

    def __enter__(self) -> "AnswerProcess":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self.box:
            self.said, self.box = self.box.close(), None

    def start(self) -> None:
        """A process in which all cells but the bad ones have run."""
        while self.box is None:
            if time.monotonic() > self.end:
                raise self._slow()
            self._launch()
            for number, source in list(self.cells.items()):
                try:
                    reply = self.ask({"op": "cell", "source": source}, 2 * self.seconds)
                except Wrong as wrong:
                    if isinstance(wrong, TooSlow) and number not in self.slow:
                        self.slow.add(number)  # once more: the machine may have been busy
                    else:
                        del self.cells[number]
                        self.told[number] = [wrong.cause]
                    break
                told = [*_texts(reply.get("problems")), *_texts([reply.get("printed")])]
                self.told.setdefault(number, told)

    def _launch(self) -> None:
        self.box, self.buffer, self.ids = Box(self.sandboxed), bytearray(), itertools.count(1)
        os.set_blocking(self.box.stdin.fileno(), False)  # a process that reads nothing must not hold us up
        try:
            self._read(time.monotonic() + START_SECONDS)
        except Wrong:
            raise RuntimeError(f"the sandbox did not start: {self.said or 'no reason given'}") from None

    def ask(self, message: dict, seconds: float) -> dict:
        """Send a message and wait for its reply; `Wrong` if there is no fit one."""
        number, deadline = next(self.ids), min(time.monotonic() + seconds, self.end)
        try:
            frame = channel.pack({"id": number, **message})
            while frame:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([], [self.box.stdin], [], left)[1]:
                    raise self._slow()
                frame = frame[os.write(self.box.stdin.fileno(), frame[: 1 << 16]) :]
            reply = channel.unpack(self._read(deadline))
        except OSError:
            raise self._gone() from None
        except channel.Unfit:
            reply = {}
        if reply.get("id") != number:
            self.stop()
            raise Wrong(NO_VALUE)
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
                raise self._slow()
            if not (data := os.read(self.box.stdout.fileno(), 1 << 20)):
                raise self._gone()
            self.buffer += data
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def _slow(self) -> Wrong:
        self.stop()
        return TooSlow(
            f"超过 {self.seconds:g} 秒没有结果，是否有死循环 | no result within {self.seconds:g} s: "
            "is there an endless loop"
        )

    def _gone(self) -> Wrong:
        self.stop()
        return Wrong(
            "代码让进程结束了（exit、内存或资源超限） | the code ended its process (exit, memory or limits)"
        )


class RemoteAnswer:
    """A function or class of a student (an `Answer` of judging); its texts tell nothing of the inputs."""

    warned = ""  # the process across tells no more than values

    def __init__(self, student: AnswerProcess, name: str) -> None:
        self.student, self.name = student, name

    def __call__(self, *args):
        return self._ask("call", self.name, args)

    def new(self, *args):
        number = self._ask("new", self.name, args)
        if not isinstance(number, int):
            raise Wrong(NO_VALUE)
        return lambda method, *args: self._ask("method", method, args, number)

    def _ask(self, op, name, args, of=0):
        if op != "method":
            self.student.start()
        elif self.student.box is None:
            raise Wrong("对象已经不在了 | the object is gone")
        reply = self.student.ask(
            {"op": op, "name": name, "of": of, "args": list(map(channel.encode, args))}, self.student.seconds
        )
        if "error" in reply:
            raise Wrong(self._cause(reply["error"]))
        try:
            value = channel.decode(reply.get("value"))
        except channel.Unfit:
            raise Wrong("返回值的类型不对 | the type of what came back is not allowed") from None
        if value is None:
            raise Wrong(NOT_YET)
        return value

    def _cause(self, kind) -> str:
        """The likely cause of an error, from its name if that is one of Python's: a name can be made up."""
        if kind == "NotImplementedError":
            return NOT_YET
        if kind == "KeyError":
            return f"没有定义 {self.name}，或报 KeyError | {self.name} is not defined, or it raised KeyError"
        if kind == "Unfit":
            return "返回值的类型不对 | the type of what came back is not allowed"
        if kind not in ERRORS.split():
            return raised("")
        return str(Pair.of(raised(kind)).map(lambda half: f"{kind}: {half}"))


def _texts(told: object) -> list[str]:
    """The texts in a reply, each short and without characters that steer a terminal."""
    lines = [text for text in told if isinstance(text, str) and text] if isinstance(told, list) else []
    return ["".join(c if c.isprintable() or c == "\n" else "�" for c in text[:2000]) for text in lines[:20]]
