"""Loss functions: one number for how wrong the scores are, and its gradient with respect to them.

Scores are (C, N), one column per sample; for R networks they are (R, C, N) and the loss is (R,). A
classifier with one row of scores s is treated as two-class, with scores [0; s].
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._common import checks
from ._common.buffers import Buffers
from ._common.checks import Array
from ._common.docstrings import raises


class Loss:
    """What every loss has in common: a call checks its input, `evaluate` does the arithmetic."""

    classifies = True
    least = -math.inf  # at or below it, and at infinity, a loss is not as precise as it can be
    compute: Callable[..., tuple[Any, Array]]  # loss and gradient; a call of the network here would spoil its gradient

    def __call__(self, scores: ArrayLike, y: ArrayLike) -> Any:
        """The loss: a float, or (R,) for scores of R networks."""
        return self.value_and_grad(scores, y)[0]

    def value_and_grad(self, scores: ArrayLike, y: ArrayLike) -> tuple[Any, Array]:
        """The loss, and its gradient in the shape of `scores`."""
        name = type(self).__name__
        s = checks.as_floats(scores, None, f"{name} scores")
        if s.ndim not in (2, 3) or 0 in s.shape:
            raise ValueError(f"{name} expected scores of shape (C, N) or (R, C, N), got {s.shape}. Give one row per "
                             "class and one column per sample; for one sample np.array(scores)[:, None].")
        with np.errstate(all="ignore"):
            value, grad = self.evaluate(s, self.targets(y, s.shape[-2], s.shape[-1]), Buffers())
        return checks.finite(value, f"{name} loss"), grad

    def targets(self, y: ArrayLike, n_outputs: int, n_samples: int) -> np.ndarray[Any, Any]:
        """`y`, checked against scores of shape (n_outputs, n_samples)."""
        return checks.as_labels(y, n_samples, max(n_outputs, 2), type(self).__name__)

    def evaluate(self, scores: Array, y: np.ndarray[Any, Any], buffers: Buffers) -> tuple[Any, Array]:
        """Loss and gradient of checked input; the gradient lives in `buffers`."""
        if self.classifies and scores.shape[-2] == 1:
            pair = buffers.get("pair", (*scores.shape[:-2], 2, scores.shape[-1]), scores.dtype)
            pair[..., :1, :], pair[..., 1:, :] = 0, scores
            value, grad = self.evaluate(pair, y, buffers)
            return value, grad[..., 1:, :]
        value, grad = self.compute(scores, y, buffers)
        least = self.least * 2**24 if scores.dtype == np.float32 else self.least
        if scores.ndim == 2:
            return (float(value), grad) if least < value < math.inf else self._widely(scores, y)
        for r in np.flatnonzero(~((value > least) & (value < math.inf))):  # so the others keep their last digits
            value = value.astype(float)
            value[r], grad[r] = self._widely(scores[r], y)
        return value, grad

    def _widely(self, scores: Array, y: np.ndarray[Any, Any]) -> tuple[float, Array]:
        """The same for one network in wider floats, where a difference of scores, or its square, leaves the dtype."""
        wide = np.float64 if scores.dtype == np.float32 else np.longdouble
        value, grad = self.compute(scores.astype(wide), y, Buffers())
        grad = grad.astype(scores.dtype)
        return (float(value) if np.isfinite(grad).all() else math.inf), grad

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _one_hot(y: np.ndarray[Any, Any], scores: Array, buffers: Buffers) -> Array:
    """1 where the row is the sample's class, else 0: (C, N)."""
    classes = np.arange(scores.shape[-2])[:, None]
    one_hot: Array = np.equal(y, classes, out=buffers.get("one_hot", scores.shape[-2:], scores.dtype))
    return one_hot


def _total(values: Array, buffers: Buffers) -> Array:
    """Sum over classes: (..., 1, N)."""
    out = buffers.get("total", (*values.shape[:-2], 1, values.shape[-1]), values.dtype)
    return np.add.reduce(values, axis=-2, keepdims=True, out=out)


@raises("shapes disagree, scores are not finite, or labels are not integers in range")
class CrossEntropy(Loss):
    """Softmax cross-entropy: minus the log of the probability given to the right class.

    Shape: scores (C, N) or (R, C, N); labels y (N,), integers from 0 to C - 1, or 0 and 1 if C = 1.

    ``mean over samples of log(sum_j exp(s_j)) - s_y``; gradient ``(softmax(s) - onehot(y)) / N``. The largest score is
    subtracted first, so that exp never overflows. With C = 1 it is logistic regression's loss. Source: Bridle (1990).

    Examples
    --------
    >>> value, grad = CrossEntropy().value_and_grad([[0.0], [0.0]], [1])
    >>> print(round(value, 4), grad.ravel())
    0.6931 [ 0.5 -0.5]
    """

    least = 2.0**-40

    def compute(self, scores: Array, y: np.ndarray[Any, Any], buffers: Buffers) -> tuple[Any, Array]:
        n = scores.shape[-1]
        top = buffers.get("top", (*scores.shape[:-2], 1, n), scores.dtype)
        np.maximum.reduce(scores, axis=-2, keepdims=True, out=top)
        p = np.subtract(scores, top, out=buffers.get("p", scores.shape, scores.dtype))
        right = _one_hot(y, scores, buffers)
        right *= 1 / n
        picked = p.reshape(*p.shape[:-2], -1) @ right.reshape(-1)  # mean score of the right class
        np.exp(p, out=p)
        total = _total(p, buffers)
        p *= np.divide(1 / n, total, out=buffers.get("scale", total.shape, total.dtype))
        p -= right
        value = np.log(total, out=total).sum(axis=(-2, -1)) / n - picked
        if value.ndim or not value <= self.least:  # NaN too
            return value, p
        # Each right class leads by so much that the sum of exponentials rounds to 1: its log is the sum of the others.
        p = np.exp(scores - scores.max(axis=-2, keepdims=True)) * (right == 0) / n
        others = p.sum(axis=-2, keepdims=True)
        return others.sum(), p - others * (right > 0)


@raises("shapes disagree, scores are not finite, or labels are not integers in range")
class Hinge(Loss):
    """Multiclass hinge loss: every wrong class must stay 1 below the right one.

    Shape: scores (C, N) or (R, C, N); labels y (N,), integers from 0 to C - 1, or 0 and 1 if C = 1.

    ``mean over samples of sum_{j != y} max(0, s_j - s_y + 1)``. With C = 1 it is the loss of the
    linear support vector machine. Source: Weston & Watkins (1999).

    Examples
    --------
    >>> value, grad = Hinge().value_and_grad([[2.0], [1.5]], [0])
    >>> print(value, grad.ravel())
    0.5 [-1.  1.]
    """

    def compute(self, scores: Array, y: np.ndarray[Any, Any], buffers: Buffers) -> tuple[Any, Array]:
        n = scores.shape[-1]
        margins = buffers.get("p", scores.shape, scores.dtype)
        right = _one_hot(y, scores, buffers)
        np.multiply(scores, right, out=margins)
        np.subtract(scores, _total(margins, buffers), out=margins)
        margins += 1
        margins -= right
        np.maximum(margins, 0, out=margins)
        value = margins.sum(axis=(-2, -1)) / n
        np.greater(margins, 0, out=margins)
        violations = buffers.get("violations", margins.shape, margins.dtype)
        np.multiply(right, _total(margins, buffers), out=violations)
        margins -= violations
        margins *= 1 / n
        return value, margins


@raises("shapes disagree or numbers are not finite")
class MSE(Loss):
    """Mean squared error, for real-valued targets.

    Shape: scores (C, N) or (R, C, N); targets y (C, N), or (N,) if C = 1.

    ``mean over outputs and samples of (s - y)**2``, as PyTorch's MSELoss; gradient ``2 (s - y) / (C N)``.
    Source: Gauss (1809).

    Examples
    --------
    >>> value, grad = MSE().value_and_grad([[1.0, 2.0]], [[0.0, 0.0]])
    >>> print(value, grad)
    2.5 [[1. 2.]]
    """

    classifies = False

    def targets(self, y: ArrayLike, n_outputs: int, n_samples: int) -> Array:
        targets = checks.as_floats(y, None, "MSE targets")
        if targets.shape == (n_samples,) and n_outputs == 1:
            targets = targets[None]
        if targets.shape != (n_outputs, n_samples):
            remedy = checks.to_shape(targets, (n_outputs, n_samples), "Give one row per output, one column per sample.")
            raise ValueError(f"MSE expected targets of shape ({n_outputs}, {n_samples}), got {targets.shape}. {remedy}")
        return targets

    def compute(self, scores: Array, y: np.ndarray[Any, Any], buffers: Buffers) -> tuple[Any, Array]:
        error = np.subtract(scores, y, out=buffers.get("p", scores.shape, scores.dtype), casting="same_kind")
        flat = error.reshape(*error.shape[:-2], -1)
        count = flat.shape[-1]
        value = np.vecdot(flat, flat) / count
        error *= 2 / count
        return value, error
