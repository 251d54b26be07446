"""Who does the work: nnlib, the libraries a student would reach for, and the bare matrix products.

Each library is used as its own documentation shows; rows are samples in all but nnlib.
"""

import copy
import warnings
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, _multilayer_perceptron
from torch.func import functional_call, grad, vmap
from torch.nn.utils import parameters_to_vector, vector_to_parameters

import nnlib as nn
from nnlib import layers
from nnlib.training import chunks_of

from .workloads import Contender, Workload


def linear(net: nn.Network) -> list[tuple[Any, Any]]:
    """The weights and biases of the Linear layers."""
    return [(layer.W, layer.b) for layer in net if isinstance(layer, nn.Linear)]


def nnlib(work: Workload, workers: int | None = None) -> Contender:
    """nn.fit, as a reader calls it: checks and buffers come once per call, so one epoch per turn would look slow."""
    net = work.network()
    start = net.params.copy()

    def train(epochs: int) -> nn.Network:
        net.params[...] = start
        optimizer = nn.SGD(work.lr, momentum=work.momentum)
        nn.fit(net, work.X, work.y, nn.CrossEntropy(), optimizer, epochs=epochs, batch_size=work.batch, l2=work.l2,
               workers=workers, measure_accuracy=False)
        return net

    name = f"nnlib, {workers} worker{'s' * (workers > 1)}" if workers else "nnlib"
    return Contender(name, train, lambda net: nn.CrossEntropy()(net(work.X), work.y), work.steps, least=10)


def products(work: Workload) -> Contender:
    """The matrix products of one of nnlib's steps and nothing else; for a stack, those of one chunk of fit."""
    net, found, matmul = work.network(), [], np.matmul
    if work.networks:
        net = net.select(chunks_of(net)[0])

    def noted(a: Any, b: Any, out: Any) -> Any:
        if (b != 1).any():  # a product with ones is a sum
            found.append((a, b, out))
        return matmul(a, b, out=out)

    with patch.object(layers, "product", noted):
        nn.fit(net, work.X[:, : work.batch], work.y[: work.batch], epochs=1, batch_size=None, measure_accuracy=False)

    def train(times: int) -> None:
        for a, b, out in found * times:
            matmul(a, b, out=out)

    return Contender("its matrix products", train, steps=net.networks or 1)


class Task:
    """A workload in PyTorch: its data, its loss, a network, and nnlib's parameters, a row for each network."""

    def __init__(self, work: Workload) -> None:
        self.work, many = work, work.sizes[-1] > 1
        self.x, self.y = torch.from_numpy(np.ascontiguousarray(work.X.T, work.dtype)), torch.from_numpy(work.y)
        self.y = self.y if many else self.y[:, None].to(self.x.dtype)
        self.criterion = torch.nn.CrossEntropyLoss() if many else torch.nn.BCEWithLogitsLoss()
        layers: list[torch.nn.Module] = []
        for n_in, n_out in pairwise(work.sizes):
            layers += [torch.nn.Linear(n_in, n_out), getattr(torch.nn, work.activation.__name__)()]
        self.module = torch.nn.Sequential(*layers[:-1])
        self.start = torch.from_numpy(np.atleast_2d(work.network().params))

    def minibatches(self, epochs: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        if self.work.batch is None:
            yield from [(self.x, self.y)] * epochs
        else:
            for order in map(torch.from_numpy, self.work.orders(epochs)):
                yield from ((self.x[picked], self.y[picked]) for picked in order.split(self.work.batch))


def pytorch(work: Workload) -> Contender:
    """PyTorch in eager mode as people first write it: nn.Sequential, torch.optim.SGD, one network after the other."""
    task = Task(work)
    params = list(task.module.parameters())
    groups = [{"params": params[0::2], "weight_decay": work.l2}, {"params": params[1::2]}]  # weights, biases

    def begin(row: torch.Tensor) -> None:
        vector_to_parameters(row, params)
        for p in params:
            p.data = p.data.clone()  # in memory of its own, aligned as PyTorch's are

    def train(epochs: int) -> list[torch.Tensor]:
        trained = []
        for row in task.start:
            begin(row)
            optimizer = torch.optim.SGD(groups, lr=work.lr, momentum=work.momentum)
            for x, y in task.minibatches(epochs):
                optimizer.zero_grad()
                task.criterion(task.module(x), y).backward()
                optimizer.step()
            trained.append(parameters_to_vector(params))
        return trained

    def loss(row: torch.Tensor) -> float:
        begin(row)
        return task.criterion(task.module(task.x), task.y).item()

    name = "PyTorch, loop" if work.networks else "PyTorch"
    return Contender(name, train, lambda trained: list(map(loss, trained)), work.steps)


def pytorch_vmap(work: Workload) -> Contender:
    """All networks at once with torch.func, as PyTorch's tutorial on ensembles shows."""
    task = Task(work)
    shapes = {name: p.shape for name, p in task.module.named_parameters()}
    pieces = task.start.split([shape.numel() for shape in shapes.values()], dim=1)

    def loss(params: Any, x: Any, y: Any) -> Any:
        return task.criterion(functional_call(task.module, params, (x,)), y)

    losses, slopes = (vmap(function, in_dims=(0, None, None)) for function in (loss, grad(loss)))

    def train(epochs: int) -> dict[str, torch.Tensor]:
        params = {name: torch.clone(piece.reshape(-1, *shapes[name]), memory_format=torch.contiguous_format)
                  for name, piece in zip(shapes, pieces, strict=True)}
        for x, y in task.minibatches(epochs):
            for name, slope in slopes(params, x, y).items():
                params[name].sub_(slope, alpha=work.lr)
        return params

    return Contender("PyTorch, vmap", train, lambda params: losses(params, task.x, task.y), work.steps)


def jax_vmap(work: Workload) -> Contender:
    """All networks at once in JAX: vmap over networks, one compiled scan over an epoch's minibatches."""
    all_x, all_y = jnp.asarray(np.ascontiguousarray(work.X.T)), jnp.asarray(work.y)
    start = [(jnp.asarray(W), jnp.asarray(b[..., 0])) for W, b in linear(work.network())]

    def loss(params: Any, x: Any, y: Any) -> Any:
        for k, (W, b) in enumerate(params):
            x = (jax.nn.relu(x) if k else x) @ W.T + b
        return -jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], axis=1).mean()

    def step(params: Any, picked: Any) -> Any:
        slopes = jax.grad(loss)(params, all_x[picked], all_y[picked])
        return jax.tree.map(lambda p, slope: p - work.lr * slope, params, slopes), None

    epoch = jax.jit(jax.vmap(partial(jax.lax.scan, step), in_axes=(0, None)))
    losses = jax.jit(jax.vmap(loss, in_axes=(0, None, None)))

    def train(epochs: int) -> Any:
        params = start
        for order in work.orders(epochs):
            params, _ = epoch(params, jnp.asarray(order.reshape(-1, work.batch)))
        return jax.block_until_ready(params)

    return Contender("JAX, vmap + jit", train, lambda params: losses(params, all_x, all_y), work.steps)


def scikit_learn(work: Workload) -> Contender:
    """scikit-learn's MLPClassifier with the plain SGD solver."""
    x, batch = np.ascontiguousarray(work.X.T, work.dtype), work.batch or work.X.shape[1]
    layers = linear(work.network())
    start = [W.T.copy() for W, _ in layers], [b.ravel() for _, b in layers]
    model = MLPClassifier(
        work.sizes[1:-1], work.activation.__name__.lower(), solver="sgd", batch_size=batch, max_iter=1,
        shuffle=work.batch is not None, alpha=work.l2 * batch,  # it divides the penalty by the batch's size
        learning_rate_init=work.lr, momentum=work.momentum, nesterovs_momentum=False,
        warm_start=True, tol=0, n_iter_no_change=10**9)
    warnings.simplefilter("ignore", ConvergenceWarning)
    model.fit(x, work.y)  # makes what `train` then replaces

    def train(epochs: int) -> MLPClassifier:
        model.coefs_, model.intercepts_ = copy.deepcopy(start)
        orders = work.orders(epochs)
        with patch.object(_multilayer_perceptron, "shuffle", lambda *_, **__: next(orders)):  # it follows our orders
            return model.set_params(max_iter=epochs).fit(x, work.y)

    return Contender("scikit-learn", train, lambda model: log_loss(work.y, model.predict_proba(x)), work.steps)
