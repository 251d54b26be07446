"""One neuron: a weighted sum and a firing rate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._common import checks
from ._common.docstrings import raises
from .activations import sigmoid


@raises("the weights are not a vector of finite numbers")
class Neuron:
    """The mathematical model of a neuron: weigh the inputs, add the bias, squash the sum to a rate.

    The weights (D,) are the strengths of its synapses, the bias is a number: ``sigmoid(w @ x + b)``.
    Source: Rosenblatt (1958), with a smooth rate in place of his threshold.

    Examples
    --------
    >>> print(Neuron(weights=[2.0, -1.0], bias=0.5).forward([1.0, 2.5]))
    0.5
    """

    def __init__(self, weights: ArrayLike, bias: float = 0.0) -> None:
        self.weights = checks.as_floats(weights, None, "Neuron weights").copy()
        if self.weights.ndim != 1 or not self.weights.size:
            raise ValueError(f"Neuron expected weights of shape (D,), got {self.weights.shape}. Give one per input.")
        self.bias = checks.real_number("Neuron bias", bias, -np.inf, open_low=True)

    def forward(self, inputs: ArrayLike) -> Any:
        """Firing rate in (0, 1): a float for inputs (D,), an array (N,) for a batch (D, N)."""
        x = checks.as_floats(inputs, None, "Neuron inputs")
        if x.ndim not in (1, 2) or x.shape[0] != self.weights.size:
            raise ValueError(f"Neuron expected inputs of shape ({self.weights.size},) or ({self.weights.size}, N), "
                             f"got {x.shape}. Give one number, or one row, per weight.")
        with np.errstate(over="ignore", invalid="ignore"):  # where a longdouble holds no more than a double
            z = np.longdouble(self.weights) @ x + self.bias  # in which no product, and no sum, is infinite
        return sigmoid(np.clip(z, -800, 800).astype(np.result_type(self.weights, x)))  # at 746 the rate is 0 or 1
