"""Optimisers: each changes a parameter vector in place, given the gradient vector.

Because a network is one vector, a step is a line or two of arithmetic. The arrays that an optimiser
keeps have the shape of the parameters, so that a step works for a single network and for a stack.
"""

import copy
import math
from collections.abc import Callable
from typing import Self

import numpy as np

from ._common import checks
from ._common.buffers import blocks, zeros
from ._common.checks import Array
from ._common.docstrings import raises


class Optimizer:
    """The base of every optimiser: its settings, and the vectors that it keeps between steps."""

    lr: float
    keeps: tuple[str, ...] = ()
    update: Callable[..., None]  # changes each number of params by itself, because a long vector comes in pieces

    def __init__(self, lr: float) -> None:
        self.lr = checks.real_number(f"{type(self).__name__} lr", lr, 0, open_low=True)
        self.steps = 0
        self._state: dict[str, Array] = {}

    def step(self, params: Array, grads: Array) -> None:
        """Change `params` in place; both are (P,) or (R, P), as in the step before, or else a ValueError is raised."""
        for what, array in (("params", params), ("grads", grads)):
            if not isinstance(array, np.ndarray) or array.dtype.kind != "f" or not params.flags.writeable:
                raise ValueError(f"{type(self).__name__} expected {what} as an array of floats, params as one that may "
                                 f"change, got {array!r}. Use np.array(x, float).")
        kept = self._state or {name: zeros(params.shape, params.dtype) for name in (*self.keeps, "scratch")}
        shape = kept["scratch"].shape
        if not params.shape == grads.shape == shape:
            raise ValueError(f"{type(self).__name__} expected params and grads of shape {shape}, got {params.shape} "
                             f"and {grads.shape}. Give both that shape; another network takes a new optimiser.")
        if kept["scratch"].dtype != params.dtype:
            kept = {name: array.astype(params.dtype) for name, array in kept.items()}
        self._state = kept
        self.steps += 1
        if (foreign := grads.dtype != params.dtype) and grads.dtype.itemsize <= params.dtype.itemsize:
            grads = grads.astype(params.dtype)
        if "square" in kept and (foreign or not math.isfinite(np.vdot(grads, grads))):
            limit = float(np.finfo(params.dtype).max) ** 0.5 * (1 - 1e-6)
            grads = np.where(np.isfinite(grads), grads.clip(-limit, limit), grads)
        for arrays in blocks(params, grads, *kept.values()):
            self.update(*arrays)

    def fresh(self) -> Self:
        """A copy with the same settings that has not taken a step."""
        new = copy.copy(self)
        new.steps, new._state = 0, {}
        return new

    def __repr__(self) -> str:
        return f"{type(self).__name__}(lr={self.lr:g})"


@raises("a setting is out of range")
class SGD(Optimizer):
    """Stochastic gradient descent, with optional momentum.

    ``v = momentum * v + g``, ``p = p - lr * v`` (PyTorch's form), where `lr`, above 0, is the learning rate, and
    `momentum`, in [0, 1), the share of the last velocity that each step keeps. Source: Robbins & Monro (1951), Polyak
    (1964).

    Examples
    --------
    >>> p = np.array([1.0])
    >>> SGD(lr=0.5).step(p, np.array([0.2]))
    >>> print(p)
    [0.9]
    """

    keeps = ("velocity",)

    def __init__(self, lr: float, momentum: float = 0.0) -> None:
        super().__init__(lr)
        self.momentum = checks.real_number("SGD momentum", momentum, 0, 1)

    def update(self, params: Array, grads: Array, velocity: Array, scratch: Array) -> None:
        if self.momentum:
            velocity *= self.momentum
            velocity += grads
            grads = velocity
        params -= np.multiply(grads, self.lr, out=scratch)


@raises("a setting is out of range")
class RMSProp(Optimizer):
    """Divide each gradient by the running root mean square of its history.

    ``s = rho * s + (1 - rho) * g**2``, ``p = p - lr * g / (sqrt(s) + eps)``, where `lr`, above 0, is the learning rate,
    and `rho`, in [0, 1), the memory of the running mean of squares; `eps`, above 0, keeps the division finite, and is
    at least the root of the smallest normal number, 1e-19 in float32. A gradient whose square overflows (above 1.8e19
    in float32, 1.3e154 in float64) counts as the largest whose square does not. Source: Tieleman & Hinton (2012).

    Examples
    --------
    >>> p = np.array([1.0])
    >>> RMSProp(lr=0.1, rho=0.75).step(p, np.array([3.0]))
    >>> print(p.round(6))
    [0.8]
    """

    keeps = ("square",)

    def __init__(self, lr: float = 0.01, rho: float = 0.99, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.rho = checks.real_number("RMSProp rho", rho, 0, 1)
        self.eps = checks.real_number("RMSProp eps", eps, 0, open_low=True)

    def update(self, params: Array, grads: Array, square: Array, scratch: Array) -> None:
        np.multiply(grads, grads, out=scratch)
        _blend(square, scratch, self.rho)
        np.sqrt(square, out=scratch)
        scratch += max(self.eps, float(np.finfo(scratch.dtype).tiny) ** 0.5)
        np.divide(grads, scratch, out=scratch)
        scratch *= self.lr
        params -= scratch


@raises("a setting is out of range")
class Adam(Optimizer):
    """Momentum and RMSProp together, both corrected for the bias of starting at zero.

    ``m = b1 m + (1 - b1) g``, ``s = b2 s + (1 - b2) g**2``, ``p = p - lr * (m / (1 - b1**t)) / (sqrt(s / (1 - b2**t)) +
    eps)``, where `betas`, (b1, b2) in [0, 1), are the memories of the running means of gradients and of their squares.
    `lr`, `eps` and gradients whose squares overflow: as for RMSProp. Source: Kingma & Ba (2015).

    Examples
    --------
    >>> p = np.array([1.0, 1.0])
    >>> Adam(lr=0.1).step(p, np.array([5.0, -0.01]))
    >>> print(p.round(6))
    [0.9 1.1]
    """

    keeps = ("mean", "square")

    def __init__(self, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> None:
        super().__init__(lr)
        if not isinstance(betas, tuple | list) or len(betas) != 2:
            raise ValueError(f"Adam betas expected two numbers, got {betas!r}. Give e.g. (0.9, 0.999).")
        self.betas = tuple(checks.real_number("Adam betas", beta, 0, 1) for beta in betas)
        self.eps = checks.real_number("Adam eps", eps, 0, open_low=True)

    def update(self, params: Array, grads: Array, mean: Array, square: Array, scratch: Array) -> None:
        correct_mean, correct_square = (1 - beta**self.steps for beta in self.betas)
        scratch[...] = grads
        _blend(mean, scratch, self.betas[0])
        np.multiply(grads, grads, out=scratch)
        _blend(square, scratch, self.betas[1])
        np.divide(square, correct_square, out=scratch)
        np.sqrt(scratch, out=scratch)
        scratch += max(self.eps, float(np.finfo(scratch.dtype).tiny) ** 0.5)
        np.divide(mean, scratch, out=scratch)
        scratch *= self.lr / correct_mean
        params -= scratch


def _blend(running: Array, new: Array, memory: float) -> None:
    """running = memory * running + (1 - memory) * new; overwrites `new`."""
    running *= memory
    new *= 1 - memory
    running += new
