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
        """What the last `train` ended with, one number or one per network; None if it cannot be compared."""


def seconds(contender: Contender, epochs: int) -> tuple[float, float]:
    """Return CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    own = contender.train(epochs)
    return own or (time.process_time() - cpu, time.perf_counter() - wall)


def epochs_of(contender: Contender, turn: float) -> int:
    """Find out how many epochs fill a turn of `turn` seconds."""
    epochs = contender.least
    while (wall := seconds(contender, epochs)[1]) < turn / 2:
        epochs = int(np.ceil(epochs * min(20, turn / wall)))
    return epochs


def differences(contenders: list[Contender], epochs: int, tolerance: float, where: str) -> list[Any]:
    """Return each result's largest relative difference from the first contender's after `epochs` epochs.

    A difference above `tolerance` stops the run, because the contenders then do not do the same work.
    """
    for contender in contenders:
        contender.train(epochs)
    results = [contender.result() for contender in contenders]
    ours = results[0]
    gaps = [None if result is None else float(np.max(np.abs(np.divide(result, ours) - 1))) for result in results]
    for contender, result, gap in zip(contenders, results, gaps, strict=True):
        if gap is not None and not gap <= tolerance:
            raise SystemExit(f"{where}: expected {contender.name} to reach the result of {contenders[0].name} within "
                             f"{tolerance:g}, got {result} instead of {ours}. Do they still compute the same?")
    return gaps


def interleave(contenders: list[Contender], rounds: int, turn: float, tick: Callable[[], object]) -> Any:
    """Let every contender take one turn per round, in an order that alternates.

    Return seconds per step by contender, clock (CPU, wall) and round.
    """
    epochs = [epochs_of(one, turn) for one in contenders]
    spent = np.empty((len(contenders), 2, rounds))
    for k in range(rounds):
        for i, one in list(enumerate(contenders))[:: 1 if k % 2 == 0 else -1]:
            time.sleep(PAUSE)
            spent[i, :, k] = np.divide(seconds(one, epochs[i]), one.steps(epochs[i]))
        tick()
    return spent
