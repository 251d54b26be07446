"""The libraries a student would reach for, each used as its own documentation shows."""

import warnings
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import torch
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from torch.func import functional_call, grad, stack_module_state, vmap

import nnlib as nn

from .workloads import Steps, Workload


class Torch(Steps):
    """PyTorch in eager mode: nn.Sequential and torch.optim.SGD; rows are samples."""

    name = "PyTorch"

    def __init__(self, work: Workload, start: nn.Network | None = None) -> None:
        super().__init__(work)
        self.x = torch.from_numpy(np.ascontiguousarray(work.X.T, work.dtype))
        self.y = torch.from_numpy(np.asarray(work.y))
        if work.sizes[-1] == 1:
            self.y = self.y[:, None].to(self.x.dtype)
        self.criterion = torch.nn.CrossEntropyLoss() if work.sizes[-1] > 1 else torch.nn.BCEWithLogitsLoss()
        activation = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[work.activation]
        layers: list[torch.nn.Module] = []
        self.start = []
        for W, b in work.layers(start or work.network()):
            layers += [torch.nn.Linear(W.shape[1], W.shape[0], dtype=self.x.dtype), activation()]
            self.start += [torch.from_numpy(W.copy()), torch.from_numpy(b.ravel())]
        self.net = torch.nn.Sequential(*layers[:-1])
        self.reset()

    def reset(self) -> None:
        with torch.no_grad():
            for p, value in zip(self.net.parameters(), self.start, strict=True):
                p.copy_(value)

    def train(self, epochs: int) -> None:
        self.reset()
        weights = [p for p in self.net.parameters() if p.ndim == 2]
        biases = [p for p in self.net.parameters() if p.ndim == 1]
        groups = [{"params": weights, "weight_decay": self.work.l2}, {"params": biases}]
        optimizer = torch.optim.SGD(groups, lr=self.work.lr, momentum=self.work.momentum)
        for x, y in self.minibatches(epochs):
            optimizer.zero_grad()
            self.criterion(self.net(x), y).backward()
            optimizer.step()

    def minibatches(self, epochs: int) -> Any:
        if self.work.batch is None:
            yield from [(self.x, self.y)] * epochs
        else:
            for order in map(torch.from_numpy, self.work.orders(epochs)):
                yield from ((self.x[picked], self.y[picked]) for picked in order.split(self.work.batch))

    def result(self) -> float:
        with torch.no_grad():
            return self.criterion(self.net(self.x), self.y).item()


class TorchLoop(Steps):
    """Many networks one after the other, the way people first write it."""

    name = "PyTorch, loop"

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        stack = work.network()
        self.members = [Torch(work, stack.select(r)) for r in range(work.networks or 1)]

    def train(self, epochs: int) -> None:
        for member in self.members:
            member.train(epochs)

    def result(self) -> Any:
        return np.array([member.result() for member in self.members])


class TorchVmap(TorchLoop):
    """All networks at once with torch.func, as PyTorch's tutorial on ensembles shows."""

    name = "PyTorch, vmap"

    def train(self, epochs: int) -> None:
        first = self.members[0]
        for member in self.members:
            member.reset()
        params, _ = stack_module_state([member.net for member in self.members])
        self.params = {name: p.detach() for name, p in params.items()}

        def loss(p: Any, x: Any, y: Any) -> Any:
            return first.criterion(functional_call(first.net, p, (x,)), y)

        self.losses = vmap(loss, in_dims=(0, None, None))
        slopes = vmap(grad(loss), in_dims=(0, None, None))
        for x, y in first.minibatches(epochs):
            for name, g in slopes(self.params, x, y).items():
                self.params[name].sub_(g, alpha=self.work.lr)

    def result(self) -> Any:
        return self.losses(self.params, self.members[0].x, self.members[0].y).numpy()


class JaxVmap(Steps):
    """All networks at once in JAX: vmap over networks, one compiled scan over an epoch's minibatches."""

    name = "JAX, vmap + jit"

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self.x, self.y = jnp.asarray(np.ascontiguousarray(work.X.T)), jnp.asarray(work.y)
        self.start = [(jnp.asarray(W), jnp.asarray(b[..., 0])) for W, b in work.layers(work.network())]

        def loss(params: Any, x: Any, y: Any) -> Any:
            for k, (W, b) in enumerate(params):
                x = (jax.nn.relu(x) if k else x) @ W.T + b
            return -jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], axis=1).mean()

        def step(params: Any, where: Any) -> Any:
            slopes = jax.grad(loss)(params, self.x[where], self.y[where])
            return jax.tree.map(lambda p, g: p - work.lr * g, params, slopes), None

        def epoch(params: Any, minibatches: Any) -> Any:
            return jax.lax.scan(step, params, minibatches)[0]

        self.epoch = jax.jit(jax.vmap(epoch, in_axes=(0, None)))
        self.losses = jax.jit(jax.vmap(loss, in_axes=(0, None, None)))

    def train(self, epochs: int) -> None:
        self.params = self.start
        for order in self.work.orders(epochs):
            self.params = self.epoch(self.params, jnp.asarray(order.reshape(-1, self.work.batch)))
        jax.block_until_ready(self.params)

    def result(self) -> Any:
        return np.asarray(self.losses(self.params, self.x, self.y))


class Shuffle(np.random.RandomState):
    """Makes scikit-learn follow our orders, although it shuffles the order of its last epoch again."""

    def __init__(self, orders: Any) -> None:
        super().__init__(0)
        self.orders, self.last = orders, None

    def shuffle(self, x: Any) -> None:
        order = next(self.orders)
        x[...] = order if self.last is None else np.argsort(self.last)[order]
        self.last = order


class Sklearn(Steps):
    """scikit-learn's MLPClassifier with the plain SGD solver."""

    name = "scikit-learn"

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self.x, n = np.ascontiguousarray(work.X.T, work.dtype), work.X.shape[1]
        batch = work.batch or n
        self.start = [(W.T.copy(), b.ravel().copy()) for W, b in work.layers(work.network())]
        self.model = MLPClassifier(
            work.sizes[1:-1], work.activation, solver="sgd", batch_size=batch, shuffle=work.batch is not None,
            alpha=work.l2 * batch,  # it divides the penalty by the batch's size
            learning_rate_init=work.lr, momentum=work.momentum, nesterovs_momentum=False,
            warm_start=True, tol=0, n_iter_no_change=10**9)
        self.train(1)

    def train(self, epochs: int) -> None:
        if hasattr(self.model, "coefs_"):  # not the first time: start over from nnlib's weights
            self.model.coefs_ = [W.copy() for W, _ in self.start]
            self.model.intercepts_ = [b.copy() for _, b in self.start]
        self.model.set_params(max_iter=epochs, random_state=Shuffle(self.work.orders(epochs)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns that training has not converged
            self.model.fit(self.x, self.work.y)

    def result(self) -> float:
        return log_loss(self.work.y, self.model.predict_proba(self.x))
