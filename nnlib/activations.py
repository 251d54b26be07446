"""Activation functions, each with its derivative, elementwise on arrays of any shape.

A call needs an array (or a number); `f.derivative(z)` is the slope at `z`. Both are right to 4 units in the
last place for every float. Layers hand in `out` and `scratch` so that nothing is allocated, and the output
`y`, because most slopes are cheapest from it: what is cheaper is only right to rounding of 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._common import exact
from ._common.buffers import Buffers
from ._common.checks import Array, as_floats
from ._common.docstrings import raises, with_sections

GELU_SCALE, GELU_CUBIC = math.sqrt(2 / math.pi), 0.044715
GELU_FLAT = 20.0  # beyond it the gate is 0 or 1 in double precision
Function = Callable[..., Array]


class Activation:
    """A function on numbers and its derivative.

    ``value(z, out, **parameters)`` writes f(z) into ``out``. ``slope(z, y, out, scratch, **parameters)`` writes f'(z)
    into ``out``; ``y`` is f(z), and ``scratch`` gives buffers for what has to be kept in between.
    ``exact(z, **parameters)`` returns f(z) and f'(z) for doubles; it is given where the other two, which train
    layers, lose digits far from 0 for the sake of speed.
    """

    def __init__(self, value: Function, slope: Function, exact: Callable[..., Any] | None = None) -> None:
        self.value, self.slope = value, slope
        self.exact = exact or self._as_in_training
        documented = with_sections("Shape: any to the same; float32 stays float32.\n\n")(value)
        update_wrapper(self, raises("`z`, or a parameter, is not made of finite real numbers as described")(documented))

    __name__: str

    def __call__(self, z: ArrayLike, **parameters: Any) -> Array:
        return self.both(as_floats(z, None, self.__name__), **parameters)[0]

    def derivative(self, z: ArrayLike, **parameters: Any) -> Array:
        """f'(z), the same shape as `z`."""
        return self.both(as_floats(z, None, f"{self.__name__}.derivative"), **parameters)[1]

    def both(self, z: Array, **parameters: Any) -> tuple[Array, Array]:
        """f(z) and f'(z), computed in double precision and rounded to that of `z`."""
        with np.errstate(over="ignore", under="ignore"):
            value, slope = self.exact(z.astype(np.float64), **parameters)
            return value.astype(z.dtype)[()], slope.astype(z.dtype)[()]

    def _as_in_training(self, z: Array, **parameters: Any) -> tuple[Array, Array]:
        y = self.value(z, np.empty_like(z), **parameters)
        return y, self.slope(z, y, np.empty_like(z), Buffers(), **parameters)

    def __repr__(self) -> str:
        return f"<activation {self.__name__}>"

    def __reduce__(self) -> str:  # pickled, and copied, as the function of this name
        return self.__name__


def _sigmoid_slope(z: Array, y: Array, out: Array, scratch: Buffers) -> Array:
    np.subtract(1, y, out=out)
    return np.multiply(out, y, out=out)


@partial(Activation, slope=_sigmoid_slope, exact=exact.sigmoid)
def sigmoid(z: Array, out: Array) -> Array:
    """Squash any number into (0, 1): ``1 / (1 + exp(-z))``.

    Slope ``s(z) s(-z)``: in ``s(z) (1 - s(z))``, which trains layers, the second factor is 0 from z = 37 on.
    Source: Rumelhart, Hinton & Williams (1986).

    Examples
    --------
    >>> print(sigmoid([-1000.0, 0.0, 1000.0]))
    [0.  0.5 1. ]
    >>> print(sigmoid.derivative(0.0))
    0.25
    """
    np.negative(z, out=out)
    with np.errstate(over="ignore"):
        np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)


def _tanh_slope(z: Array, y: Array, out: Array, scratch: Buffers) -> Array:
    np.multiply(y, y, out=out)
    return np.subtract(1, out, out=out)


@partial(Activation, slope=_tanh_slope, exact=exact.tanh)
def tanh(z: Array, out: Array) -> Array:
    """Squash any number into (-1, 1), centred on 0: the hyperbolic tangent.

    ``tanh(z) = 2 sigmoid(2 z) - 1``; slope ``1 - tanh(z)**2``.
    Source: LeCun, Bottou, Orr & Müller (1998), Efficient BackProp.

    Examples
    --------
    >>> print(tanh([0.0, 1.0]).round(4))
    [0.     0.7616]
    """
    return np.tanh(z, out=out)


def _relu_slope(z: Array, y: Array, out: Array, scratch: Buffers) -> Array:
    # A comparison into flags, copied, takes 0.8x the time of one into floats.
    np.copyto(out, np.greater(y, 0, out=scratch.get("flags", y.shape, bool)))
    return out


@partial(Activation, slope=_relu_slope)
def relu(z: Array, out: Array) -> Array:
    """Keep what is positive: ``max(0, z)``; slope 1 for z > 0 and 0 elsewhere (at 0 too).

    Source: Nair & Hinton (2010); Krizhevsky et al. (2012).

    Examples
    --------
    >>> print(relu([-2.0, 0.0, 3.0]), relu.derivative([-2.0, 0.0, 3.0]))
    [0. 0. 3.] [0. 0. 1.]
    """
    out[...] = 0  # NumPy compares two arrays so much faster than an array and a number that both take 0.65x the time
    return np.maximum(z, out, out=out)


def _leaky_relu_slope(z: Array, y: Array, out: Array, scratch: Buffers, alpha: Any) -> Array:
    np.less_equal(z, 0, out=out)
    out *= alpha
    out += np.greater(z, 0, out=scratch.get("kept", z.shape, z.dtype))  # and not 1 - alpha, which is rounded
    return out


@partial(Activation, slope=_leaky_relu_slope, exact=exact.leaky_relu)
def leaky_relu(z: Array, out: Array, alpha: float) -> Array:
    """Keep what is positive and shrink the rest: ``max(z, alpha * z)``; `alpha` in [0, 1) is the slope for z <= 0.

    Source: Maas, Hannun & Ng (2013).

    Examples
    --------
    >>> print(leaky_relu([-2.0, 3.0], alpha=0.1))
    [-0.2  3. ]
    """
    np.multiply(z, alpha, out=out)
    return np.maximum(z, out, out=out)


@partial(Activation, slope=_leaky_relu_slope, exact=exact.prelu)
def prelu(z: Array, out: Array, alpha: Any) -> Array:
    """Leaky ReLU whose slope `alpha` for z <= 0 is learned: any number, or an array that broadcasts against `z`.

    ``z + (alpha - 1) min(z, 0)``; trained layers compute just that, to rounding of z and ``(alpha - 1) z``.
    Source: He, Zhang, Ren & Sun (2015).

    Examples
    --------
    >>> print(prelu([-2.0, 3.0], alpha=2.0))
    [-4.  3.]
    """
    np.minimum(z, 0, out=out)
    out *= alpha - 1
    return np.add(out, z, out=out)


def _elu_slope(z: Array, y: Array, out: Array, scratch: Buffers) -> Array:
    np.minimum(z, 0, out=out)
    return np.exp(out, out=out)


@partial(Activation, slope=_elu_slope)
def elu(z: Array, out: Array) -> Array:
    """Keep what is positive and bend the rest smoothly to -1: ``exp(z) - 1`` for z <= 0.

    As exp(z) - 1 >= z everywhere, it is ``max(z, exp(min(z, 0)) - 1)``.
    Source: Clevert, Unterthiner & Hochreiter (2016), with their alpha = 1.

    Examples
    --------
    >>> print(elu([-1.0, 2.0]).round(4))
    [-0.6321  2.    ]
    """
    np.minimum(z, 0, out=out)
    np.expm1(out, out=out)
    return np.maximum(z, out, out=out)


def _gelu_gate(z: Array, out: Array) -> Array:
    with np.errstate(over="ignore"):  # tanh(inf) is 1, as it should be
        np.multiply(z, z, out=out)
        out *= GELU_SCALE * GELU_CUBIC
        out += GELU_SCALE
        out *= z
    np.add(np.tanh(out, out=out), 1, out=out)
    return np.multiply(out, 0.5, out=out)


def _gelu_slope(z: Array, y: Array, out: Array, scratch: Buffers) -> Array:
    # With s the gate, (1 + tanh u) / 2: f' = s + z s (1 - s) 2 u'.
    near = np.clip(z, -GELU_FLAT, GELU_FLAT, out=scratch.get("near", z.shape, z.dtype))
    rest = np.multiply(near, near, out=scratch.get("rest", z.shape, z.dtype))
    rest *= 6 * GELU_SCALE * GELU_CUBIC
    rest += 2 * GELU_SCALE
    rest *= near
    _gelu_gate(z, out)
    rest *= out
    rest *= np.subtract(1, out, out=near)
    out += rest
    return out


@partial(Activation, slope=_gelu_slope, exact=exact.gelu)
def gelu(z: Array, out: Array) -> Array:
    """Weigh z by the chance that a standard normal number is below it: about ``z * Phi(z)``.

    ``0.5 z (1 + tanh(sqrt(2/pi) (z + 0.044715 z**3)))``, the paper's approximation (PyTorch's ``approximate="tanh"``),
    within 5e-4 of the exact form; NumPy has no erf. Source: Hendrycks & Gimpel (2016).

    Examples
    --------
    >>> print(gelu([-1.0, 0.0, 1.0]).round(4))
    [-0.1588  0.      0.8412]
    """
    return np.multiply(_gelu_gate(z, out), z, out=out)


def _silu_slope(z: Array, y: Array, out: Array, scratch: Buffers) -> Array:
    rest = np.subtract(1, sigmoid.value(z, out), out=scratch.get("rest", z.shape, z.dtype))
    rest *= y
    out += rest
    return out


@partial(Activation, slope=_silu_slope, exact=exact.silu)
def silu(z: Array, out: Array) -> Array:
    """Weigh z by its own sigmoid: ``z * sigmoid(z)``, also called Swish.

    Slope ``s + y (1 - s)`` with ``s = sigmoid(z)``, ``y = silu(z)``.
    Source: Elfwing, Uchibe & Doya (2018); Ramachandran et al. (2017).

    Examples
    --------
    >>> print(silu([-1.0, 0.0, 1.0]).round(4))
    [-0.2689  0.      0.7311]
    """
    return np.multiply(sigmoid.value(z, out), z, out=out)
