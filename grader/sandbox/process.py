"""The process that runs a student's cells, and the answers in it, which the tests call across the channel."""

import itertools
import select
import sys
from contextlib import AbstractContextManager

from nnlib._common.pair import BAR, Pair
from nnlib.exercises.judging import NOT_YET, Wrong, raised

from . import channel
from .box import Box
from .clock import Clock, too_slow

NOT_A_VALUE = "返回值太大或无法识别 | the return value is too large or cannot be read"
ENDED = "代码让进程结束了（exit、内存或资源超限） | the code ended its process (exit, memory or limits)"
CELLS, SHARE = 24, 8  # all cells may take 24 times the limit of a call; each that once, and an eighth of the rest
LOOK = 0.05  # seconds between two looks at the clock


class TooSlow(Wrong):
    """An answer that took too long."""


class AnswerProcess(AbstractContextManager):
    """Runs the cells of a notebook up to `goal` and calls what they define.

    A cell or a call that hangs, or that ends the process, is lost alone: a new process runs the other cells
    again. What a cell prints or raises is kept only from a process that has seen no input of a test.
    """

    def __init__(self, cells: list[str], sandboxed: bool, seconds: float) -> None:
        self.cells, self.sandboxed, self.seconds = cells, sandboxed, seconds
        self.goal = self.done = 0  # how many cells shall be run, and how many this process has run
        self.call_seconds, self.left = seconds, CELLS * seconds  # of each call, of all cells
        self.slow: dict[int, float] = {}  # cells that were stopped, after how many seconds
        self.lost: set[int] = set()  # cells that hung or ended a process: they are not run again
        self.cell_messages: dict[int, list[str]] = {}  # the errors of each cell, and what it printed
        self.asked = self.unheard = False  # has this process seen an input; did a cell fail after that
        self.listening = False  # are the cells run for their messages alone
        self.box: Box | None = None

    def stop(self, *error: object) -> None:
        if self.box:
            self.box.close()
            self.box = None

    __exit__ = stop

    def start(self) -> None:
        """Start a process, unless one runs, and run the cells up to `goal` in it except those that are lost."""
        while self.box is None or self.done < self.goal:
            if self.box is None:
                self.box, self.ids = Box(self.sandboxed), itertools.count(1)
                self.done, self.asked = 0, False
            else:
                self.done += 1
                if self.done - 1 not in self.lost:
                    self._run_cell(self.done - 1)

    def listen(self) -> None:
        """Run all cells once more, in a process that has seen no input, if there are errors to be told of."""
        if self.unheard:
            self.stop()
            self.listening = True
            self.start()

    def _run_cell(self, number: int) -> None:
        """Run one cell; it may use a part of the time that is left, so that slow cells starve no other.

        Below a cell that took too long each has half; what hung and runs again for its message alone, a tenth.
        """
        again, below = self.listening and number in self.slow, any(slow < number for slow in (*self.slow, *self.lost))
        seconds = round(min(self.seconds / (10 if again else 2 if below else 1), self.left / SHARE), 3)
        try:
            if seconds < 0.01:
                raise Wrong("所有单元格的时间已经用完 | the time for all cells is used up")
            reply = self.ask({"op": "cell", "source": self.cells[number]}, seconds)
        except Wrong as wrong:
            self.left -= seconds
            self.lost.add(number)
            self.cell_messages[number] = [wrong.cause]
        else:
            self.left -= self.clock.cost()
            problems, printed = reply.get("problems"), reply.get("printed")
            most = self.slow.get(number, seconds)
            messages = [_told(problem, most) for problem in problems[:20]] if isinstance(problems, list) else []
            if too_slow(most) in messages:
                self.slow[number] = most
            self.unheard |= self.asked and bool(messages)
            if isinstance(printed, str) and printed:
                messages.append(clean(printed[:2000]))
            if not self.asked:
                self.cell_messages[number] = messages

    def ask(self, message: dict, seconds: float) -> dict:
        """The reply to a message; `Wrong` if none comes in time, or one that does not answer it."""
        number, self.clock = next(self.ids), Clock(self.box.pid, seconds)
        try:
            frame, answered = channel.pack({"id": number, "seconds": seconds, **message}), bytearray()
            while frame:
                self._wait([], [self.box.channel], self.clock)
                frame = frame[self.box.channel.send(frame[: 1 << 16]) :]
            while not answered.endswith(b"\n") and len(answered) < channel.MAX_FRAME:
                self._wait([self.box.channel], [], self.clock)
                if not (more := self.box.channel.recv(1 << 20)):
                    raise ConnectionResetError
                answered += more
            reply = channel.unpack(answered, channel.MAX_ITEMS)
            if reply.get("id") != number:
                raise channel.Unfit
        except (TooSlow, OSError, channel.Unfit) as problem:
            self.stop()
            raise problem if isinstance(problem, TooSlow) else Wrong(
                ENDED if isinstance(problem, OSError) else NOT_A_VALUE) from None
        return reply

    def _wait(self, read: list, write: list, clock: Clock) -> None:
        """Wait for an end of the channel, as long as the process is within its limits."""
        while not any(select.select(read, write, [], LOOK)):
            if (why := clock.passed()) and not any(select.select(read, write, [], 0)):  # it may just have replied
                raise TooSlow(why)


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
        seconds, self.process.asked = self.process.call_seconds, True
        try:
            reply = self.process.ask(message, seconds)
            if reply.get("error") == "OutOfTime":
                raise TooSlow(too_slow(seconds))
            if "error" in reply:
                kind, undefined = str(reply["error"]), f"没有定义 {self.name} | {self.name} is not defined"
                causes = {"NotImplementedError": NOT_YET, "Undefined": undefined, "Unfit": NOT_A_VALUE}
                named = Pair.of(raised(kind)).map(lambda half: f"{kind}: {half}" if kind in channel.TYPES else half)
                raise Wrong(causes.get(kind) or str(named))
            value = channel.decode(reply.get("value"))
        except channel.Unfit:
            raise Wrong(NOT_A_VALUE) from None
        except TooSlow as slow:
            if seconds < self.process.seconds:
                zh, en = Pair.of(slow.cause)
                slow.cause = (f"{zh}（前面有一项超时，限时降为十分之一） | "
                              f"{en} (after a test that was too slow, a tenth of the limit)")
            self.process.call_seconds = self.process.seconds / 10  # what has hung once will do so again
            raise
        if value is None:
            raise Wrong(NOT_YET)
        return value


def _told(problem: object, seconds: float) -> str:
    """A problem of a cell, as the process gave it, in both languages."""
    match problem:
        case [_, "OutOfTime", _]:
            return too_slow(seconds)
        case [int(line), str(kind), str(text)]:
            zh, en = Pair.of(raised(kind))
            what, python = clean(f"{kind}: {text}"[:600]), f"Python {sys.version_info[0]}.{sys.version_info[1]}"
            if kind == "SyntaxError":  # it may be the syntax of a newer one
                zh, en = f"{zh}；批改用 {python}", f"{en}; homework is marked with {python}"
            return f"第 {line} 行，{zh}（{what}） | line {line}, {en} ({what})"
    return NOT_A_VALUE


def clean(text: str) -> str:
    """A student's text without control characters, which a terminal would obey, or bars, which divide languages."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text).replace(BAR, " ¦ ")
