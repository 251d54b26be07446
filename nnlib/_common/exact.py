"""Value and slope of each activation for doubles of any size, to 4 units in the last place."""

from functools import partial
from typing import Any

import numpy as np

from .checks import Array, as_floats, real_number

ValueAndSlope = tuple[Array, Array]  # f(z) and f'(z)

# For `_gated`: 2 sqrt(2/pi) and 0.044715 times it, each as 20 bits and the rest; the zero of each slope as a
# double and the rest, and e**w there.
GELU_TERMS = 1.5957698822021484, -7.605964177257403e-07, 0.07135486602783203, -4.975523178247366e-08
GELU_ZERO = -0.7524614220710163, 3.635560509207687e-17, 0.29195521191476714
SILU_ZERO = -1.2784645427610737, -1.0946994183093437e-16, 0.2784645427610738


def sigmoid(z: Array) -> ValueAndSlope:
    e = np.exp(-np.abs(z))  # cannot overflow
    return np.where(z < 0, e, 1) / (1 + e), e / (1 + e) ** 2


def tanh(z: Array) -> ValueAndSlope:
    e = np.exp(-2 * np.abs(z))
    return np.tanh(z), 4 * e / (1 + e) ** 2


def leaky_relu(z: Array, alpha: Any = 0.01) -> ValueAndSlope:
    return prelu(z, real_number("leaky_relu alpha", alpha, 0, 1))


def prelu(z: Array, alpha: Any = 0.25) -> ValueAndSlope:
    slopes = as_floats(alpha, None, "prelu alpha")
    try:
        slope = np.where(z > 0, 1, np.broadcast_to(slopes, z.shape))
    except ValueError:
        per_row = z.shape[:1] + (1,) * (z.ndim - 1)
        raise ValueError(f"prelu expected alpha to be a number or an array that broadcasts against shape {z.shape}, "
                         f"got shape {slopes.shape}. Give one slope, or an array of shape {per_row} with one per row."
                         ) from None
    return slope * z, slope


def _gated(z: Array, cubic: bool) -> ValueAndSlope:
    """z s(w) and its slope for w = z, or for GELU's w = a z + b z**3, where s is the sigmoid.

    For x = -|z| the slope is n / (e**-w + 2 + e**w) with n = 1 + e**w + x w'(x); for |z| it is 1 minus that.
    Far out, an error of w is one of many digits of e**w; so w is a sum of two parts, and the first is exact:
    it is made of numbers of few digits. Near its zero r, n is the difference n(x) - n(r), term by term.
    """
    a, a_rest, b, b_rest = GELU_TERMS if cubic else (1.0, 0.0, 0.0, 0.0)
    root, root_rest, at_root = GELU_ZERO if cubic else SILU_ZERO
    x = -np.minimum(np.abs(z), 24 if cubic else 800)  # beyond it, both are 0
    near = np.round(64 * x) / 64
    exact, square = a * near + b * near**3, x * (x + near) + near**2
    small = a_rest * near + b_rest * near**3 + (x - near) * (a + a_rest + (b + b_rest) * square)
    w = exact + small
    e, tail = np.exp(np.maximum(w, -700)), np.exp(np.minimum(w + 700, 0))  # e**w is their product
    e += e * (exact - w + small)  # what the sum was rounded by
    a, b, d, square = a + a_rest, b + b_rest, x - root - root_rest, x * (x + root) + root**2
    n = at_root * np.expm1(d * (a + b * square)) + d * (a + 3 * b * square)
    left = n / (1 / e + 2 + e) * tail  # last, because only the result may become smaller than every float
    return np.where(z < 0, x * e / (1 + e) * tail, z / (1 + e)), np.where(z < 0, left, 1 - left)


gelu, silu = partial(_gated, cubic=True), partial(_gated, cubic=False)
