"""Prediction: from scores to classes, and the share of them that is right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._common import checks
from ._common.checks import Array
from ._common.docstrings import raises
from .network import Network, check_network


def predict(net: Network, X: ArrayLike) -> Any:
    """The class of each column of X: (N,), or (R, N) for R networks.

    The largest score wins; with one row of scores, class 1 where it is above 0.

    Examples
    --------
    >>> from nnlib import Linear
    >>> net = Network(Linear(1, 1))
    >>> net[0].W = 1.0
    >>> print(predict(net, [[-2.0, 3.0]]))
    [0 1]
    """
    return decide(checks.finite(check_network(net)(X), "predict scores"))


def accuracy(net: Network, X: ArrayLike, y: ArrayLike) -> Any:
    """Share of the columns of X that get their label y: a float, or (R,) for R networks.

    Examples
    --------
    >>> from nnlib import Linear
    >>> net = Network(Linear(1, 1))
    >>> net[0].W = 1.0
    >>> accuracy(net, [[-2.0, 3.0]], [1, 1])
    0.5
    """
    scores = checks.finite(check_network(net)(X), "accuracy scores")
    right = share_right(scores, checks.as_labels(y, scores.shape[-1], max(scores.shape[-2], 2), "accuracy"))
    return right if right.ndim else float(right)


for function in (predict, accuracy):
    raises("X, or y, does not fit the network, or a score is NaN or infinite")(function)


def scores_on_grid(net: Network, X: ArrayLike, n: int, what: str, margin: float = 0.0) -> tuple[Array, Array]:
    """Scores (..., C, n n) at the points of a grid over the box around 2-D data, row by row, and the box's corners.

    `margin` widens the box on each side by that share of its width.
    """
    if check_network(net).n_in != 2:
        raise ValueError(f"{what} expected a network with 2 inputs, got {net.n_in}. Choose two features.")
    points = net.check_batch(X)
    low, high = points.min(axis=1) / 4, points.max(axis=1) / 4  # quarters, whose distance cannot overflow
    wider = (high - low) * margin
    steps = np.linspace(0, 1, checks.whole_number(f"{what} resolution", n, low=2), dtype=points.dtype)[:, None]
    largest = np.finfo(points.dtype).max / 4
    sides = 4 * np.clip(low - wider + steps * (high - low + 2 * wider), -largest, largest)
    x1, x2 = np.meshgrid(*sides.T)
    return checks.finite(net(np.stack([x1.ravel(), x2.ravel()])), "predict scores"), sides[[0, -1]]


def on_grid(net: Network, X: ArrayLike, resolution: int, what: str) -> Any:
    """Class at each point of that grid, (..., resolution, resolution)."""
    classes = decide(scores_on_grid(net, X, resolution, what)[0])
    return classes.reshape(*classes.shape[:-1], resolution, resolution)


def decide(scores: Array) -> Any:
    """Classes (..., N) of scores (..., C, N)."""
    if scores.shape[-2] == 1:
        return (scores[..., 0, :] > 0).astype(np.intp)
    return scores.argmax(axis=-2)


def share_right(scores: Array, y: Any) -> Any:
    """Share of the columns of scores (..., C, N) that win for their label."""
    return (decide(scores) == y).mean(axis=-1)
