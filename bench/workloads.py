"""The work that is measured, and two contenders: nnlib, and the bare matrix products."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import nnlib as nn
from nnlib.training import chunks_of

from .clock import Contender


@dataclass(frozen=True)
class Workload:
    """One training task, the same for all contenders."""

    name: str
    sizes: tuple[int, ...]
    X: np.ndarray[Any, Any]  # (D, N), samples contiguous
    y: np.ndarray[Any, Any]  # (N,)
    activation: str = "relu"
    dtype: str = "float32"
    batch: int | None = None  # None: the whole data
    loss: nn.CrossEntropy = field(default_factory=nn.CrossEntropy)
    lr: float = 0.05
    momentum: float = 0.0
    l2: float = 0.0
    networks: int | None = None

    def network(self) -> nn.Network:
        activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[self.activation]
        return nn.mlp(*self.sizes, activation=activation, rng=0, dtype=self.dtype, networks=self.networks)

    def layers(self, net: nn.Network) -> list[tuple[Any, Any]]:
        """The weights and biases of the Linear layers."""
        return [(layer.W, layer.b) for layer in net if isinstance(layer, nn.Linear)]

    def orders(self, epochs: int) -> Iterator[np.ndarray[Any, Any]]:
        """The sample numbers in the order of each epoch, as fit draws them; if it changes, `differences` notices."""
        rng = np.random.default_rng(np.random.default_rng(0).integers(2**63))
        for _ in range(epochs):
            yield rng.permutation(self.X.shape[1])


class Steps(Contender):
    """A contender whose time is given per step of one network."""

    def __init__(self, work: Workload) -> None:
        self.work = work

    def steps(self, epochs: int) -> int:
        samples = self.work.X.shape[1]
        return epochs * math.ceil(samples / (self.work.batch or samples)) * (self.work.networks or 1)


class Nnlib(Steps):
    """nn.fit, as a reader of the book calls it."""

    name = "nnlib"
    least = 10  # fit checks its input and makes its buffers once per call, so a single epoch would look slow

    def __init__(self, work: Workload, workers: int | None = None) -> None:
        super().__init__(work)
        self.workers = workers
        if workers:
            self.name = f"nnlib, {workers} worker{'s' * (workers > 1)}"
        self.net = work.network()
        self.start = self.net.params.copy()

    def train(self, epochs: int) -> None:
        w = self.work
        self.net.params[...] = self.start
        optimizer = nn.SGD(w.lr, momentum=w.momentum)
        how = {"l2": w.l2, "epochs": epochs, "batch_size": w.batch, "workers": self.workers}
        nn.fit(self.net, w.X, w.y, w.loss, optimizer, **how, measure_accuracy=False)

    def result(self) -> Any:
        return self.work.loss(self.net(self.work.X), self.work.y)


class Products(Steps):
    """The matrix products of a step and nothing else, in NumPy; for a stack, those of one chunk of fit."""

    name = "its matrix products"

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        net = work.network()
        if work.networks:
            net = net.select(chunks_of(net)[0])
        self.networks = net.networks or 1
        rows = np.ascontiguousarray(work.X.T[: work.batch])
        # nnlib's layouts: a sample is contiguous, but a stack's forward product gets rows of features
        forward = rows.T if net.networks is None else np.ascontiguousarray(rows.T)
        self.products = []
        for k, (W, _) in enumerate(work.layers(net)):
            x = forward if k == 0 else np.ones((*W.shape[:-2], W.shape[-1], len(rows)), W.dtype)
            d = np.ones((*W.shape[:-1], len(rows)), W.dtype)
            self.products.append((W, x, np.empty_like(d)))
            self.products.append((d, (rows.T if k == 0 else x).swapaxes(-1, -2), np.empty_like(W)))
            if k:
                self.products.append((W.swapaxes(-1, -2), d, np.empty_like(x)))

    def steps(self, epochs: int) -> int:
        return epochs * self.networks

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            for a, b, out in self.products:
                np.matmul(a, b, out=out)


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
    works = [
        Workload("W1 2-100-3 relu", (2, 100, 3), plane3, arms, **small),
        Workload("W1 2-20-20-1 tanh", (2, 20, 20, 1), plane, rings, "tanh", **small),
        Workload("W2 3072-100-10", (3072, 100, 10), pictures, kinds, batch=256, lr=0.01, **heavy),
    ]
    return works + [
        Workload(f"W3 {networks} nets 64-{hidden}-10", (64, hidden, 10), digits, values, batch=100, networks=networks)
        for hidden, networks in ((25, 128), (50, 128), (500, 28))]


def growth(quick: bool) -> list[Workload]:
    """64-100-10 on 100 samples, full batch, float32, while one of four numbers grows."""

    def work(axis: str, n: int) -> Workload:
        rng = np.random.default_rng(0)
        samples = n if axis == "batch" else 100
        sizes = (64, *[n if axis == "width" else 100] * (n if axis == "depth" else 1), 10)
        X, y = rng.random((samples, 64), dtype="float32").T, rng.integers(0, 10, samples)
        return Workload(f"{axis} {n}", sizes, X, y, lr=0.01, networks=n if axis == "networks" else None)

    axes = {
        "width": (20, 63, 200, 632, 2000),
        "batch": (1, 10, 100, 1000, 10_000),
        "depth": (1, 2, 4, 8, 16),
        "networks": (1, 4, 16, 64, 250, 1000),
    }
    return [work(axis, n) for axis, ns in axes.items() for n in (ns[::2] if quick else ns)]
