"""Measures every workload in this process, whose thread count was set when it started."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from .clock import Contender, differences, interleave
from .frames import Image, Import, NewFigure, SameAxes, SklearnPicture
from .peers import JaxVmap, Sklearn, Torch, TorchLoop, TorchVmap
from .workloads import Nnlib, Products, Workload, course, growth

# How far losses may differ after CHECK epochs. In float32 a ReLU within 1e-7 of its kink may open in one
# library and not in another, which moved the loss of one network in 64 by 1e-4; a wrong order of samples
# moves it by 1e-2.
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}
CHECK = 3
IMPORTS = ("nnlib", "numpy", "sklearn.neural_network", "jax", "torch")


def many(work: Workload) -> list[Contender]:
    peers: list[type[Contender]] = [TorchLoop, TorchVmap] + ([JaxVmap] if work.batch else [])
    return [Nnlib(work), *(peer(work) for peer in peers), Products(work)]


def tasks(options: Namespace) -> list[tuple[str, float, Any]]:
    """List each task: its name, its tolerance, and a function that makes its contenders, ours first."""
    found: list[tuple[str, float, Any]] = []

    def add(work: Workload, make: Any, name: str = "") -> None:
        found.append((name or work.name, TOLERANCE[work.dtype], lambda: make(work)))

    works = course(options.quick)
    for work in works:
        if work.networks is None:
            add(work, lambda w: [Nnlib(w), Torch(w), Sklearn(w), Products(w)])
        else:
            workers = [1, 2] if options.threads > 1 else []
            add(work, lambda w, workers=workers: [*many(w), *(Nnlib(w, n) for n in workers)])
    pictures = (Image, SameAxes, NewFigure, SklearnPicture)
    add(works[1], lambda w: [picture(w) for picture in pictures], "W4 regions 150×150, 2-20-20-1")
    if options.threads == 1:
        found.append(("W5 import", 0.0, lambda: [Import(module) for module in IMPORTS]))
        for axis, points in growth(options.quick).items():
            for work in points.values():
                add(work, many if axis == "networks" else lambda w: [Nnlib(w), Torch(w), Products(w)])
    return [task for task in found if not options.only or task[0].split()[0] in options.only]


def measure(options: Namespace) -> Iterator[list[dict[str, Any]]]:
    """Yield, after each workload, one row per workload and contender, with each round's seconds per step."""
    torch.set_num_threads(options.threads)
    rounds, turn = (5, 0.04) if options.quick else (9, 0.25)
    rows, todo = [], tasks(options)
    with tqdm(total=rounds * len(todo), unit="round", desc=f"{options.threads} BLAS thread(s)") as bar:
        for name, tolerance, make in todo:
            bar.set_postfix_str(name)
            contenders = make()
            gaps = differences(contenders, CHECK, tolerance, name)
            turns = interleave(contenders, rounds, turn, bar.update)
            for one, gap in zip(turns, gaps, strict=True):
                row = {"work": name, "threads": options.threads, "name": one.contender.name, "gap": gap}
                for clock in ("cpu", "wall"):
                    row[clock] = getattr(one, clock)
                    row[f"{clock}_ratio"] = np.divide(row[clock], getattr(turns[0], clock)).tolist()
                rows.append(row)
            yield rows
