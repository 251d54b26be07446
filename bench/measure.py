"""Measures every workload in this process, whose thread count was set when it started."""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from .contenders import jax_vmap, nnlib, products, pytorch, pytorch_vmap, scikit_learn
from .workloads import Contender, Workload, course, growth

# How far losses may differ after CHECK epochs. In float32 a ReLU within 1e-7 of its kink may open in one
# library and not in another, which moved the loss of one network in 64 by 1e-4; a wrong order of samples
# moves it by 1e-2.
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}
CHECK = 3
PAUSE = 0.05  # seconds before each turn, until the worker threads of the previous turn are asleep
Task = tuple[Workload, list[Callable[[Workload], Contender]]]  # what makes the contenders, ours first


def tasks(options: Namespace) -> list[Task]:
    one_thread = options.threads == 1
    stacked = [pytorch, pytorch_vmap, jax_vmap, *(partial(nnlib, workers=n) for n in (1, 2) if not one_thread)]
    found = [(work, stacked if work.networks else [pytorch, scikit_learn]) for work in course(options.quick)]
    if one_thread:
        found += [(work, [pytorch, pytorch_vmap][: 2 if work.networks else 1]) for work in growth(options.quick)]
    return [(work, [nnlib, *peers, products]) for work, peers in found
            if not options.only or work.name.split()[0] in options.only]


def seconds(contender: Contender, epochs: int) -> Any:
    """Return CPU seconds and wall seconds."""
    begun = time.process_time(), time.perf_counter()
    contender.train(epochs)
    return np.subtract((time.process_time(), time.perf_counter()), begun)


def differences(contenders: list[Contender], work: Workload) -> dict[str, float]:
    """Return how far each loss is from the first after CHECK epochs; above TOLERANCE, it is other work, and we stop."""
    losses = {one.name: np.asarray(one.loss(one.train(CHECK))) for one in contenders if one.loss}
    ours, tolerance = losses[contenders[0].name], TOLERANCE[work.dtype]
    gaps = {name: float(np.max(np.abs(loss / ours - 1))) for name, loss in losses.items()}
    for name, gap in gaps.items():
        if not gap <= tolerance:
            raise SystemExit(f"{work.name}: expected {name} to reach the result of {contenders[0].name} within "
                             f"{tolerance:g}, got {losses[name]} instead of {ours}. Do they still compute the same?")
    return gaps


def measure(options: Namespace) -> Iterator[list[dict[str, Any]]]:
    """Yield, for each workload, one row per contender; all take a turn per round, in an order that alternates."""
    torch.set_num_threads(options.threads)
    rounds, turn = (5, 0.04) if options.quick else (9, 0.25)
    todo = tasks(options)
    with tqdm(total=rounds * len(todo), unit="round", desc=f"{options.threads} BLAS thread(s)") as bar:
        for work, makers in todo:
            bar.set_postfix_str(work.name)
            contenders = [make(work) for make in makers]
            gaps = differences(contenders, work)
            epochs = [one.least for one in contenders]  # of a turn
            for i, one in enumerate(contenders):
                while (wall := seconds(one, epochs[i])[1]) < turn / 2:
                    epochs[i] = int(np.ceil(epochs[i] * min(20, turn / wall)))
            spent = np.empty((len(contenders), 2, rounds))  # seconds per step, by clock (CPU, wall)
            for k in range(rounds):
                for i, one in list(enumerate(contenders))[:: 1 if k % 2 == 0 else -1]:
                    time.sleep(PAUSE)
                    spent[i, :, k] = seconds(one, epochs[i]) / (one.steps * epochs[i])
                bar.update()
            yield [{"work": work.name, "threads": options.threads, "name": one.name, "gap": gaps.get(one.name),
                    "spent": own.tolist(), "ratio": (own / spent[0]).tolist()}
                   for one, own in zip(contenders, spent, strict=True)]
