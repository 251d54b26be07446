"""A stopwatch for contenders that take turns: what slows the machine down for a while slows all of them."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

PAUSE = 0.05  # seconds before each turn, until the worker threads of the previous turn are asleep


class Contender:
    """Something that does the same work as the others of its workload."""

    name: str
    least = 1  # epochs per turn

    def train(self, epochs: int) -> tuple[float, float] | None:
        """Start over and train; return CPU and wall seconds if only the contender knows them."""
        raise NotImplementedError

    def steps(self, epochs: int) -> int:
        """How many steps so many epochs are, because times are given per step."""
        return epochs

    def result(self) -> Any:
        """What the last `train` ended with, one number or one per network, if it can be compared."""
        raise NotImplementedError


class Turns:
    """CPU and wall seconds per step, one entry per round."""

    def __init__(self, contender: Contender, turn: float) -> None:
        """Find out how many epochs fill a turn of `turn` seconds."""
        self.contender, self.cpu, self.wall, self.epochs = contender, [], [], contender.least
        while (seconds := self._seconds()[1]) < turn / 2:
            self.epochs = int(np.ceil(self.epochs * min(20, turn / seconds)))

    def _seconds(self) -> tuple[float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        own = self.contender.train(self.epochs)
        return own or (time.process_time() - cpu, time.perf_counter() - wall)

    def take(self) -> None:
        time.sleep(PAUSE)
        cpu, wall = self._seconds()
        steps = self.contender.steps(self.epochs)
        self.cpu.append(cpu / steps)
        self.wall.append(wall / steps)


def differences(contenders: list[Contender], epochs: int, tolerance: float, where: str) -> list[Any]:
    """Return each result's largest relative difference from the first contender's after `epochs` epochs.

    A difference above `tolerance` stops the run, because the contenders then do not do the same work.
    """
    found, ours = [], None
    for contender in contenders:
        if type(contender).result is Contender.result:
            found.append(None)
            continue
        contender.train(epochs)
        result = contender.result()
        ours = result if ours is None else ours
        gap = float(np.max(np.abs(np.divide(result, ours) - 1)))
        if not gap <= tolerance:
            raise SystemExit(f"{where}: expected {contender.name} to reach the result of {contenders[0].name} within "
                             f"{tolerance:g}, got {result} instead of {ours}. Do they still compute the same?")
        found.append(gap)
    return found


def interleave(contenders: list[Contender], rounds: int, turn: float, tick: Callable[[], object]) -> list[Turns]:
    """Let every contender take one turn per round, in an order that alternates."""
    turns = [Turns(contender, turn) for contender in contenders]
    for k in range(rounds):
        for one in turns[:: 1 if k % 2 == 0 else -1]:
            one.take()
        tick()
    return turns
