"""What goes on inside a network: dead and saturated units, gradients by depth, rough boundaries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._common import checks
from ._common.checks import Array
from ._common.docstrings import raises
from .layers import Elementwise, PReLU
from .losses import CrossEntropy, Loss
from .network import TILE, Network, check_network
from .prediction import on_grid


def dead_units(net: Network, X: ArrayLike) -> Any:
    """Share of hidden units that no sample can change: their slope is 0 on every column of X (D, N).

    The share is a float in [0, 1], or (R,) for R networks. The network needs an elementwise activation; X is usually
    the whole training set. For ReLU it is the share that never fires. Source: Maas, Hannun & Ng (2013).

    Examples
    --------
    >>> from nnlib import mlp
    >>> net = mlp(1, 4, 2)
    >>> net[0].b = [[-9.0], [-9.0], [-9.0], [9.0]]
    >>> dead_units(net, [[0.5, 1.0]])
    0.75
    """
    none = np.zeros((*check_network(net).params.shape[:-1], 1), bool)  # before the first weights, slopes are (n, N)
    alive: dict[int, Array] = {}
    for i, layer in _activations(net, X):
        alive[i] = alive.get(i, none) | (layer.slope() != 0).any(axis=-1)
    share = 1 - np.concatenate(list(alive.values()), axis=-1).mean(axis=-1)
    return share if net.networks else float(share)


def saturated_units(net: Network, X: ArrayLike, below: float = 0.05) -> Any:
    """Share of (hidden unit, sample) pairs where the slope is under `below` times the function's largest.

    The share is a float in [0, 1], or (R,) for R networks. The network needs an elementwise activation; X is (D, N),
    `below` in (0, 1). For the sigmoid, 0.05 means outputs within 0.0127 of 0 or 1. Source: Glorot & Bengio (2010).

    Examples
    --------
    >>> from nnlib import Sigmoid, mlp
    >>> net = mlp(1, 2, 2, activation=Sigmoid)
    >>> net[0].W = [[0.0], [100.0]]
    >>> saturated_units(net, [[-1.0, 1.0]])
    0.5
    """
    below = checks.real_number("saturated_units below", below, 0, 1, open_low=True)
    grid = np.linspace(-10, 10, 2001)  # steepest slope of any of our functions lies inside
    flat: Any = np.zeros(check_network(net).params.shape[:-1])
    total = 0
    for _, layer in _activations(net, X):
        steepest = np.abs(layer.function.derivative(grid)).max()
        if isinstance(layer, PReLU):
            steepest = np.maximum(1, np.abs(layer.alpha))
        slope = np.abs(layer.slope())
        flat = flat + (slope < below * steepest).sum(axis=(-2, -1))
        total += slope.shape[-2] * slope.shape[-1]
    return flat / total if net.networks else float(flat / total)


def gradient_norms(net: Network, X: ArrayLike, y: ArrayLike, loss: Loss = CrossEntropy()) -> Array:  # noqa: B008
    """Length of the loss's gradient with respect to each layer's weights, first layer first.

    The lengths are (L,) for L layers with weights, or (R, L) for R networks. X is (D, N), y (N,) or (C, N).
    They are Frobenius norms of ``dW``. Source: Glorot & Bengio (2010).

    Examples
    --------
    >>> from nnlib import Sigmoid, mlp
    >>> deep = mlp(2, 8, 8, 8, 8, 2, activation=Sigmoid)
    >>> norms = gradient_norms(deep, [[1.0, -1.0], [0.5, 2.0]], [0, 1])
    >>> len(norms), bool(norms[0] < norms[-1])
    (5, True)
    """
    if not check_network(net).weights():
        raise ValueError("gradient_norms expected a network with weights, got none. Add a Linear layer.")
    net = net.copy("float64")  # the caller's net.grads stay as they are, and nothing leaves float32
    net.loss_and_grad(X, y, loss)
    return np.stack([np.hypot.reduce(grads, axis=-1) for grads in net.weights(net.grads)], axis=-1)


def boundary_roughness(net: Network, X: ArrayLike, resolution: int = 200) -> Any:
    """Length of the decision boundary inside the box around 2-D data X (2, N), in box widths.

    The network has 2 inputs. The length is a float, or (R,) for R networks: 0 without a boundary, about 1 for a
    straight cut along an axis.

    Counted are neighbouring points of different class in a grid of `resolution` points per side; a slanted line counts
    its two legs, so up to 1.41 times its length.

    Examples
    --------
    >>> from nnlib import Linear
    >>> net = Network(Linear(2, 1))
    >>> net[0].W = [[1.0, 0.0]]
    >>> boundary_roughness(net, [[-1.0, 1.0], [-1.0, 1.0]])
    1.0
    """
    classes = on_grid(net, X, resolution, "boundary_roughness")
    steps = sum((np.diff(classes, axis=axis) != 0).sum(axis=(-2, -1)) for axis in (-2, -1))
    return steps / resolution if net.networks else float(steps / resolution)


def region_count(net: Network, X: ArrayLike, resolution: int = 200) -> Any:
    """How many disjoint regions the decisions cut the box around 2-D data X (2, N) into.

    The network has 2 inputs. The count is an int, or (R,) for R networks: 1 if one class fills the box. It is taken
    on a grid of `resolution` points per side; what is thinner than a grid step is not seen.

    Examples
    --------
    >>> from nnlib import Linear
    >>> net = Network(Linear(2, 1))
    >>> net[0].W = [[1.0, 0.0]]
    >>> region_count(net, [[-1.0, 1.0], [-1.0, 1.0]])
    2
    """
    return regions_in(on_grid(net, X, resolution, "region_count"))


def regions_in(classes: Array) -> Any:
    """How many disjoint regions there are in a picture of classes, or in each of several (R, height, width)."""
    own = np.arange(classes.size).reshape(classes.shape)  # each grid point's own number
    lowest, before = own.copy(), None  # becomes the lowest number in each point's region
    while before is None or (lowest != before).any():
        before = lowest.copy()
        for axis in (-2, -1):
            kind, number = np.moveaxis(classes, axis, 0), np.moveaxis(lowest, axis, 0)
            joined = kind[1:] == kind[:-1]
            least = np.minimum(number[1:], number[:-1])
            np.copyto(number[1:], least, where=joined)
            np.copyto(number[:-1], np.minimum(least, number[:-1]), where=joined)
        lowest = lowest.ravel()[lowest]  # far along in one step: the number of the point with that number
    count = (lowest == own).sum(axis=(-2, -1))
    return count if classes.ndim > 2 else int(count)


def _activations(net: Network, X: ArrayLike) -> Iterator[tuple[int, Elementwise]]:
    """Every activation layer, after each tile's forward pass."""
    X = check_network(net).check_batch(X)
    found = [(i, layer) for i, layer in enumerate(net) if isinstance(layer, Elementwise)]
    if not found:
        raise ValueError("diagnostics expected a network with elementwise activation layers, which Maxout is not, got "
                         f"{net!r}. Put a layer such as nn.ReLU() between the others.")
    for start in range(0, X.shape[1], TILE):
        checks.finite(net.forward(X[:, start : start + TILE]), "diagnostics scores")
        yield from found


for function in (dead_units, saturated_units, gradient_norms, boundary_roughness, region_count):
    raises("the network or another argument is not as described")(function)
