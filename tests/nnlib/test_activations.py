"""Activation functions: values and slopes by hand, their ends, their input."""

import math
from functools import partial

import numpy as np
import pytest

import nnlib as nn
from nnlib import activations
from nnlib.activations import Activation
from tests.nnlib import test_digits, test_oracle

LN3 = math.log(3)
FLOATS = ["float32", "float64"]

# f(z) and f'(z), worked out by hand at easy places.
WORKED = {
    "sigmoid": [
        (0.0, 1 / 2, 1 / 4),  # s (1 - s) = 1/2 * 1/2
        (LN3, 3 / 4, 3 / 16),  # exp(-ln 3) = 1/3, 1 / (1 + 1/3) = 3/4
        (-LN3, 1 / 4, 3 / 16),
    ],
    "tanh": [
        (0.0, 0.0, 1.0),
        (LN3, 4 / 5, 9 / 25),  # (3 - 1/3) / (3 + 1/3) = 8/10; 1 - 16/25
        (-LN3, -4 / 5, 9 / 25),
    ],
    "relu": [(2.5, 2.5, 1.0), (-2.5, 0.0, 0.0), (0.0, 0.0, 0.0)],
    "leaky_relu": [(2.0, 2.0, 1.0), (-2.0, -0.02, 0.01), (0.0, 0.0, 0.01)],  # alpha = 0.01
    "prelu": [(2.0, 2.0, 1.0), (-2.0, -0.5, 0.25), (0.0, 0.0, 0.25)],  # alpha = 0.25
    "elu": [(2.0, 2.0, 1.0), (-LN3, -2 / 3, 1 / 3), (0.0, 0.0, 1.0)],  # 1/3 - 1
    "gelu": [
        (0.0, 0.0, 0.5),
        # u = sqrt(2/pi) * 1.044715 = 0.8335628, tanh u = 0.6823840, f = (1 + 0.6823840) / 2;
        # u' = sqrt(2/pi) * (1 + 3 * 0.044715) = 0.9049142,
        # f' = 0.8411920 + 0.5 * (1 - 0.4656479) * 0.9049142
        (1.0, 0.8411920, 1.0829641),
        (-1.0, -0.1588080, -0.0829641),  # f(-1) = f(1) - 1, f'(-1) = 1 - f'(1)
    ],
    "silu": [
        (0.0, 0.0, 0.5),
        (LN3, LN3 * 3 / 4, 3 / 4 + LN3 * 3 / 16),  # s + z s (1 - s)
        (-LN3, -LN3 / 4, 1 / 4 - LN3 * 3 / 16),
    ],
}
HUGE = {  # f and f' far left, and f' far right; far right f is z except where it is 1
    "sigmoid": (0, 0, 0), "tanh": (-1, 0, 0), "relu": (0, 0, 1), "leaky_relu": (None, 0.01, 1),
    "prelu": (None, 0.25, 1), "elu": (-1, 0, 1), "gelu": (0, 0, 1), "silu": (0, 0, 1),
}


@pytest.mark.parametrize(("where", "table"), [
    ("nnlib/__init__.py", nn.__all__), ("WORKED", WORKED), ("HUGE", HUGE),
    ("EXACT in test_digits.py", test_digits.EXACT), ("FUNCTIONS in test_oracle.py", test_oracle.FUNCTIONS)])
def test_no_function_is_forgotten(where, table):
    ours = {name for name, one in vars(activations).items() if isinstance(one, activations.Activation)}
    assert ours <= {*table}, f"add {ours - {*table}} to {where}"


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", WORKED)
def test_worked(name, dtype):
    f = getattr(nn, name)
    z, value, slope = np.array(WORKED[name]).astype(dtype).T
    for found, wanted in ((f(z), value), (f.derivative(z), slope)):
        assert found.dtype == dtype
        np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7)
    for at, one, steep in WORKED[name]:  # numbers give numbers
        assert f(at) == pytest.approx(one, abs=1e-7)
        assert f.derivative(at) == pytest.approx(steep, abs=1e-7)


@pytest.mark.parametrize(("name", "alpha"), [("leaky_relu", 0.5), ("prelu", 0.5), ("prelu", -3.0)])
def test_alpha(name, alpha):
    f = getattr(nn, name)
    np.testing.assert_array_equal(f([-2.0, 4.0], alpha=alpha), [-2 * alpha, 4])
    np.testing.assert_array_equal(f.derivative([-2.0, 4.0], alpha=alpha), [alpha, 1])


def test_alpha_a_unit():
    """Rows have slopes of their own: 0.5 * -2 and 2 * -2."""
    z = np.full((2, 3), -2.0)
    np.testing.assert_array_equal(nn.prelu(z, alpha=np.array([[0.5], [2.0]]))[:, 0], [-1, -4])
    np.testing.assert_array_equal(
        nn.prelu.derivative(z, alpha=np.array([[0.5], [2]]))[:, 0], [0.5, 2]
    )


@pytest.mark.parametrize(
    ("dtype", "far"), [("float32", 1e4), ("float32", 3e38), ("float64", 1e4), ("float64", 1e300)]
)
@pytest.mark.parametrize("name", WORKED)
def test_far_out(name, dtype, far):
    """Finite, right, and without a warning; only underflow to 0 is meant to happen."""
    f = getattr(nn, name)
    z = np.array([-far, far], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        value, slope = f(z), f.derivative(z)
    low, slope_low, slope_high = HUGE[name]
    at_low = z[0] * {"leaky_relu": 0.01, "prelu": 0.25}.get(name, 0) if low is None else low
    at_high = 1 if name in ("sigmoid", "tanh") else z[1]
    np.testing.assert_allclose(value, [at_low, at_high], rtol=1e-6, atol=1e-30)
    np.testing.assert_allclose(slope, [slope_low, slope_high], rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("name", WORKED)
def test_shape_and_input_kept(name):
    f = getattr(nn, name)
    z = np.linspace(-3, 3, 24).reshape(2, 3, 4)
    before = z.copy()
    assert f(z).shape == f.derivative(z).shape == z.shape
    assert f(2).dtype == f([1, 2]).dtype == "float64"  # whole numbers become floats
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(f(z.T).T, f(z))
    assert repr(f) == f"<activation {name}>"
    assert "Source: " in f.__doc__  # the docstring stays with the function: the API page shows it


@pytest.mark.parametrize("z", np.geomspace(1e-300, 1e-3, 12))
def test_small_arguments_keep_their_digits(z):
    """Near 0 tanh and ELU are z itself: nothing may cancel."""
    assert nn.tanh(z) == pytest.approx(math.tanh(z), rel=1e-14, abs=0)
    assert nn.elu(-z) == pytest.approx(math.expm1(-z), rel=1e-14, abs=0)


def test_small_rates_keep_their_digits():
    assert nn.sigmoid(-700.0) == pytest.approx(math.exp(-700), rel=1e-12, abs=0)


def test_one_of_your_own():
    """k z**2 with the slope 2 k z, taken from the output as 2 y / z."""

    def slope(z, y, out, scratch, k=1.0):
        return np.divide(2 * y, z, out=out)

    @partial(Activation, slope=slope)
    def square(z, out, k=1.0):
        """Square."""
        return np.multiply(k * z, z, out=out)

    np.testing.assert_array_equal(square([1.0, 3.0]), [1, 9])
    np.testing.assert_array_equal(square([1.0, 3.0], k=0.5), [0.5, 4.5])
    np.testing.assert_array_equal(square.derivative([1.0, 3.0], k=0.5), [1, 3])
    assert (square.__name__, repr(square)) == ("square", "<activation square>")
    assert square.__doc__.startswith("Square.\n")
