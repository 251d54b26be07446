"""The work that is measured: training tasks, each the same for all contenders."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import nnlib as nn


@dataclass(frozen=True)
class Workload:
    """One network, or many of one shape, and how they are trained."""

    name: str
    sizes: tuple[int, ...]
    X: np.ndarray[Any, Any]  # (D, N), samples contiguous
    y: np.ndarray[Any, Any]  # (N,)
    activation: type[nn.ReLU] | type[nn.Tanh] = nn.ReLU
    dtype: str = "float32"
    batch: int | None = None  # None: the whole data
    lr: float = 0.05
    momentum: float = 0.0
    l2: float = 0.0
    networks: int | None = None

    def network(self) -> nn.Network:
        return nn.mlp(*self.sizes, activation=self.activation, rng=0, dtype=self.dtype, networks=self.networks)

    @property
    def steps(self) -> int:
        """How many steps an epoch has; those of each network count."""
        samples = self.X.shape[1]
        return math.ceil(samples / (self.batch or samples)) * (self.networks or 1)

    def orders(self, epochs: int) -> Iterator[np.ndarray[Any, Any]]:
        """The sample numbers in the order of each epoch, as fit draws them; if it changes, `differences` notices."""
        rng = np.random.default_rng(np.random.default_rng(0).integers(2**63))
        for _ in range(epochs):
            yield rng.permutation(self.X.shape[1])


@dataclass
class Contender:
    """Something that does the same work as the others of its workload."""

    name: str
    train: Callable[[int], Any]  # starts over, trains for so many epochs and returns what it has trained
    loss: Callable[[Any], Any] | None = None  # of what `train` returned: one number, or one per network
    steps: int = 1  # per epoch, because times are given per step
    least: int = 1  # epochs per turn


def course(quick: bool) -> list[Workload]:
    """W1 to W3: the networks that the chapters train, and a batch of CIFAR's shape."""
    rng = np.random.default_rng(0)
    plane, rings = nn.datasets.circles(300, 0.1, 0)
    plane3, arms = nn.datasets.spirals(300, 0.1, 0)
    shape = (512 if quick else 5120, 3072)
    pictures, kinds = rng.random(shape, dtype="float32").T, rng.integers(0, 10, shape[0])
    digits, values = nn.datasets.digits()
    digits, values = np.asfortranarray(digits[:, :1700], "float32"), values[:1700]  # 17 whole minibatches
    small, heavy = {"dtype": "float64", "lr": 0.1}, {"momentum": 0.9, "l2": 1e-3}
    return [
        Workload("W1 2-100-3 relu", (2, 100, 3), plane3, arms, **small),
        Workload("W1 2-20-20-1 tanh", (2, 20, 20, 1), plane, rings, nn.Tanh, **small),
        Workload("W2 3072-100-10", (3072, 100, 10), pictures, kinds, batch=256, lr=0.01, **heavy),
        *(Workload(f"W3 {networks} nets 64-{hidden}-10", (64, hidden, 10), digits, values, batch=100, networks=networks)
          for hidden, networks in ((25, 128), (50, 128), (500, 28)))]


def growth(quick: bool) -> Iterator[Workload]:
    """64-100-10 on 100 samples, full batch, float32, while one of four numbers grows."""
    axes = {"width": (20, 63, 200, 632, 2000), "batch": (1, 10, 100, 1000, 10_000), "depth": (1, 2, 4, 8, 16),
            "networks": (1, 4, 16, 64, 250, 1000)}
    for axis, n in [(axis, n) for axis, ns in axes.items() for n in (ns[::2] if quick else ns)]:
        now = {"width": 100, "batch": 100, "depth": 1, "networks": None, axis: n}
        rng = np.random.default_rng(0)
        X, y = rng.random((now["batch"], 64), dtype="float32").T, rng.integers(0, 10, now["batch"])
        sizes = (64, *[now["width"]] * now["depth"], 10)
        yield Workload(f"{axis} {n}", sizes, X, y, lr=0.01, networks=now["networks"])
