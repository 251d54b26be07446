"""The gradient check: backpropagation against central differences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._common import checks
from ._common.checks import Array
from ._common.docstrings import raises
from .losses import CrossEntropy, Loss
from .network import Network, check_network


@dataclass(frozen=True)
class GradientCheck:
    """The result of `check_gradients`: `analytic` and `numeric` are the two gradients, (P,) or (R, P).

    `max_relative_error` is their largest difference, divided by the largest entry of either; of a stack, that of the
    worst network. `worst` names the parameter where they differ most, and both numbers; `n_forward` counts the forward
    passes for the central differences, two per parameter.
    """

    max_relative_error: float
    n_forward: int
    worst: str
    analytic: Array
    numeric: Array


def check_gradients(net: Network, X: ArrayLike, y: ArrayLike, loss: Loss = CrossEntropy(),  # noqa: B008 (stateless)
                    l2: float = 0.0, eps: float = 1e-5) -> GradientCheck:
    """Compare ``net.loss_and_grad(X, y, loss, l2)`` with central differences, in double precision, without noise.

    `net` is not changed; all networks of a stack are checked at once, each on its own. The step `eps` of the
    differences is small compared with the parameters, and large compared with rounding errors.

    ``(L(p + eps) - L(p - eps)) / (2 eps)`` for each parameter p; error about eps**2. Within eps of a kink (ReLU at 0)
    the two differ although neither is wrong. Source: Nocedal & Wright (2006), section 8.1.

    Examples
    --------
    >>> from nnlib import Tanh, mlp
    >>> check = check_gradients(mlp(2, 3, 2, activation=Tanh), [[1.0], [-2.0]], [1])
    >>> check.n_forward, check.max_relative_error < 1e-7
    (34, True)
    """
    eps = checks.real_number("check_gradients eps", eps, 0, open_low=True)
    if not check_network(net).n_params:
        raise ValueError("check_gradients expected a network with parameters, got none. Add a Linear layer.")
    probe = net.copy(dtype="float64")
    analytic = probe.loss_and_grad(X, y, loss, l2)[1].copy()
    numeric = np.empty_like(analytic)
    inputs, targets = probe.check_data(X, y, loss)

    def value() -> Any:
        data = loss.evaluate(probe.evaluate(inputs), targets, probe.own.buffers)[0]
        return data + 0.5 * l2 * sum(np.vecdot(w, w) for w in probe.weights())

    with np.errstate(all="ignore"):
        for i in range(probe.n_params):
            p = probe.params[..., i]  # a view: one number, or one per network
            kept = p.copy()
            p[...] = high = kept + eps
            above = value()
            p[...] = low = kept - eps
            numeric[..., i] = (above - value()) / (high - low)  # and not 2 eps, of which large numbers lose digits
            p[...] = kept
    if not np.isfinite(numeric).all():
        raise ValueError("check_gradients expected an eps that changes each parameter and keeps the loss finite, got "
                         f"{eps:g}. Give eps={1e-5 * max(1, np.abs(probe.params).max()):.0e}.")
    largest = np.maximum(np.abs(analytic), np.abs(numeric)).max(axis=-1, keepdims=True)  # of each network
    relative = np.abs(analytic - numeric) / np.where(largest == 0, 1, largest)
    at = np.unravel_index(relative.argmax(), relative.shape)
    where = f"network {at[0]} {probe.name_of(int(at[-1]))}" if net.networks else probe.name_of(int(at[-1]))
    worst = f"{where}: backpropagation {analytic[at]:.8g}, central difference {numeric[at]:.8g}"
    return GradientCheck(float(relative[at]), 2 * probe.n_params, worst, analytic, numeric)


raises("an argument is not as described")(check_gradients)
