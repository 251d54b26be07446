"""The clock of a student's process, read from outside: a busy machine costs no student any time.

A limit is one on processor time, and a longer one on time in which the process rests: it neither runs nor waits for a
processor. An honest answer never rests for long, and while it computes it is not seen at rest on any machine.
"""

import contextlib
import os
import time
from pathlib import Path

KILL_LATER = 0.5  # seconds after the limit at which the process should have stopped by itself
REST_LONGER = 2.0  # seconds more for rest, at most as long again: the first use of a file may wait for a disk
BUSY = 60  # a machine on which a limit takes this many times as long is at fault


class Clock:
    """What a process may still spend, counted from now."""

    def __init__(self, pid: int, seconds: float) -> None:
        self.pid, self.seconds, self.state = pid, seconds, "R"
        self.begin = self._read()

    def _read(self) -> tuple[float, float, float]:
        """Seconds of the wall's clock, of a processor, and of waiting for a processor; all 0 if the process is gone."""
        processor = queue = 0.0
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{self.pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            self.state, processor = fields[0], (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            queue = int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[1]) / 1e9
        return time.monotonic(), processor, queue

    def spent(self) -> tuple[float, float]:
        """The seconds in which the process has run, and in which it has rested."""
        wall, processor, queue = (now - then for now, then in zip(self._read(), self.begin, strict=True))
        return processor, wall - processor - queue

    def cost(self) -> float:
        """The seconds that count: of a short rest a quarter, because it may have been the grader that was slow."""
        processor, rest = self.spent()
        return processor + max(rest / 4, rest - REST_LONGER)

    def passed(self) -> str:
        """Which limit the process has passed, as ``中文 | English``, or ``""``."""
        processor, rest = self.spent()
        if processor > self.seconds + KILL_LATER:
            return too_slow(self.seconds)
        if self.state not in "RD" and rest > (most := self.seconds + min(REST_LONGER, self.seconds)):  # D: for a disk
            return (f"{most:g} 秒没有计算也没有结果，是否在 sleep 或等输入 | "
                    f"{most:g} s without a result and without computing: does it sleep, or wait for input")
        if time.monotonic() - self.begin[0] > BUSY * (self.seconds + 1):
            raise RuntimeError(f"this machine is too busy: a limit of {self.seconds:g} s took {BUSY} times as long")
        return ""


def too_slow(seconds: float) -> str:
    return (f"用了超过 {seconds:g} 秒处理器时间，是否有死循环 | "
            f"more than {seconds:g} s of processor time: is there an endless loop")
