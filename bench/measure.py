"""Measures every workload in this process, whose thread count was set when it started."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from tqdm import tqdm

from .clock import Contender, differences, interleave
from .frames import Import, pictures
from .peers import JaxVmap, Sklearn, Torch, TorchLoop, TorchVmap
from .workloads import Nnlib, Products, Workload, course, growth

# How far losses may differ after CHECK epochs. In float32 a ReLU within 1e-7 of its kink may open in one
# library and not in another, which moved the loss of one network in 64 by 1e-4; a wrong order of samples
# moves it by 1e-2.
TOLERANCE = {"float64": 1e-9, "float32": 1e-3}
CHECK = 3
Peer = Callable[[Workload], Contender]
Make = Callable[[], list[Contender]]
IMPORTS = ("nnlib", "numpy", "sklearn.neural_network", "jax", "torch")


def tasks(options: Namespace) -> list[tuple[str, float, Make]]:
    """List each task: its name, its tolerance, and a function that makes its contenders, ours first."""
    found: list[tuple[str, float, Make]] = []

    def add(work: Workload, peers: list[Peer]) -> None:
        found.append((work.name, TOLERANCE[work.dtype], lambda: [peer(work) for peer in (Nnlib, *peers, Products)]))

    loop_and_vmap: list[Peer] = [TorchLoop, TorchVmap]
    workers: list[Peer] = [partial(Nnlib, workers=n) for n in (1, 2) if options.threads > 1]
    works = course(options.quick)
    for work in works:
        add(work, [*loop_and_vmap, JaxVmap, *workers] if work.networks else [Torch, Sklearn])
    found.append(("W4 regions 150×150, 2-20-20-1", TOLERANCE["float64"], lambda: pictures(works[1])))
    if options.threads == 1:
        found.append(("W5 import", 0.0, lambda: [Import(module) for module in IMPORTS]))
        for work in growth(options.quick):
            add(work, loop_and_vmap if work.networks else [Torch])
    return [task for task in found if not options.only or task[0].split()[0] in options.only]


def measure(options: Namespace) -> Iterator[list[dict[str, Any]]]:
    """Yield, for each workload, one row per contender, with each round's seconds per step."""
    torch.set_num_threads(options.threads)
    rounds, turn = (5, 0.04) if options.quick else (9, 0.25)
    todo = tasks(options)
    with tqdm(total=rounds * len(todo), unit="round", desc=f"{options.threads} BLAS thread(s)") as bar:
        for name, tolerance, make in todo:
            bar.set_postfix_str(name)
            contenders = make()
            gaps = differences(contenders, CHECK, tolerance, name)
            spent = interleave(contenders, rounds, turn, bar.update)
            yield [{"work": name, "threads": options.threads, "name": one.name, "gap": gap, "cpu": cpu.tolist(),
                    "wall": wall.tolist(), "cpu_ratio": (cpu / spent[0, 0]).tolist(),
                    "wall_ratio": (wall / spent[0, 1]).tolist()}
                   for one, gap, (cpu, wall) in zip(contenders, gaps, spent, strict=True)]
