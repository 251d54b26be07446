"""Every digit of every activation, its derivative and the losses, against 60-digit decimals."""

from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext

import numpy as np
import pytest

import nnlib as nn
from nnlib import diagnostics

ULPS = 4
ROOTS = 1.2784645427610737, 0.7524614220710163  # where the slopes of SiLU and GELU are 0
DIGITS = {"prec": 60, "Emax": MAX_EMAX, "Emin": MIN_EMIN}
ZERO, ONE = Decimal(0), Decimal(1)
with localcontext(**DIGITS):
    A = 2 * (2 / Decimal("3.14159265358979323846264338327950288419716939937510582097494459")).sqrt()
    B = A * Decimal("0.044715")


def s(w):
    return 1 / (1 + (-w).exp())


def gated(a, b):
    def exact(z):
        w = a * z + b * z**3
        return z * s(w), s(w) + z * (a + 3 * b * z * z) * s(w) * s(-w)

    return exact


def bent(alpha):
    return lambda z: (z, ONE) if z > 0 else (Decimal(alpha) * z, Decimal(alpha))


EXACT = {  # f(z) and f'(z)
    "sigmoid": lambda z: (s(z), s(z) * s(-z)),
    "tanh": lambda z: (2 * s(2 * z) - 1, 4 * s(2 * z) * s(-2 * z)),
    "elu": lambda z: (z, ONE) if z > 0 else (z.exp() - 1, z.exp()),
    "gelu": gated(A, B),
    "silu": gated(ONE, ZERO),
    "relu": bent(0),
    "leaky_relu": bent(0.01),
    "prelu": bent(0.25),
}
FAR = {"sigmoid": (0, 1), "tanh": (-1, 1), "elu": (-1, None), "gelu": (0, None), "silu": (0, None)}  # None: z


def numbers(dtype, seed):
    """1,003 of each sign: over the whole range, where functions bend, and near the zeros of slopes."""
    rng, info = np.random.default_rng(seed), np.finfo(dtype)
    near = [root + rng.normal(size=50) * 10.0 ** rng.integers(-12, -1, 50) for root in ROOTS]
    low, high = np.log10(float(info.smallest_subnormal)) + 0.5, np.log10(float(info.max))
    z = [
        10 ** rng.uniform(low, high, 300),
        rng.uniform(0, 3, 300),
        rng.uniform(0, 120, 200),
        rng.uniform(0, 800, 100),
    ]
    z = np.concatenate([*z, *near, [info.max, info.tiny, 0]]).astype(dtype)
    return np.concatenate([z, -z])


def ulps(found, exact):
    """How many units in the last place of `found` lie between two numbers."""
    nearest = found.dtype.type(float(exact))
    return abs(Decimal(float(found)) - exact) / Decimal(float(np.spacing(np.nextafter(np.abs(nearest), 0))))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", EXACT)
def test_activations(name, dtype):
    f, z = getattr(nn, name), numbers(dtype, 0)
    with np.errstate(over="raise", divide="raise", invalid="raise"), localcontext(**DIGITS):
        for at, value, slope in zip(z, f(z), f.derivative(z), strict=True):
            exact = Decimal(float(at))
            if name in FAR and abs(exact) > 10**6:  # the exponential would need more digits than we have
                ends = FAR[name]
                end = ends[int(at > 0)]
                wanted = exact if end is None else Decimal(end), Decimal(int(end is None))
            elif abs(exact) < Decimal("1e-25") and name in ("tanh", "elu"):
                wanted = exact, ONE
            else:
                wanted = EXACT[name](exact)
            if abs(wanted[0]) < Decimal(float(np.finfo(dtype).max)):
                assert ulps(value, wanted[0]) <= ULPS, at
            assert ulps(slope, wanted[1]) <= ULPS, at


@pytest.mark.parametrize("alpha", [1e-20, 1e-300, 0.5, 3.0, -7.0, 1e20, 1e300])
def test_any_slope_of_prelu(alpha):
    z = np.array([-3.0, -1e-5, 0.0, 1e-5, 3.0])
    np.testing.assert_array_equal(nn.prelu(z, alpha=alpha), np.where(z > 0, z, alpha * z))
    np.testing.assert_array_equal(nn.prelu.derivative(z, alpha=alpha), np.where(z > 0, 1, alpha))
    net = nn.Network(nn.Linear(1, 1), nn.PReLU())
    net[1].alpha = alpha
    net[1].forward(z[None])
    np.testing.assert_array_equal(net[1].backward(np.ones((1, 5)))[0], np.where(z > 0, 1, alpha))


def test_both_ends_of_a_unit_are_alike():
    """A sigmoid at 40 and at -40 has the same slope, small but not 0."""
    net = nn.mlp(1, 2, 2, activation=nn.Sigmoid)
    net[0].W, net[0].b = 0, [[40.0], [-40.0]]
    assert diagnostics.dead_units(net, [[1.0]]) == 0
    assert diagnostics.saturated_units(net, [[1.0]]) == 1
    assert net[1].slope()[0] == net[1].slope()[1] == nn.sigmoid.derivative(40.0)


@pytest.mark.parametrize("activation", [nn.Sigmoid, nn.Tanh, nn.ELU, nn.GELU, nn.SiLU, nn.ReLU, nn.LeakyReLU])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_slopes_that_train_are_right_to_rounding_of_1(activation, dtype):
    z = np.sort(numbers(dtype, 1))
    net = nn.Network(activation(), dtype=dtype)
    with np.errstate(over="ignore"):
        net.forward(z[None])
        slope = net[0].backward(np.ones_like(z[None]))[0]
    np.testing.assert_allclose(
        slope, getattr(nn, net[0].function.__name__).derivative(z), rtol=0, atol=32 * np.finfo(dtype).eps
    )


def test_the_exercise_takes_our_own_function(capsys):
    assert nn.exercises.check("sigmoid-slope", nn.sigmoid.derivative)


LARGE = {"float32": 2e38, "float64": 1e308}


@pytest.mark.parametrize("dtype", LARGE)
@pytest.mark.parametrize("right", [0, 1])
@pytest.mark.parametrize("loss", [nn.CrossEntropy(), nn.Hinge()], ids=repr)
def test_scores_whose_difference_is_beyond_every_float(loss, right, dtype):
    """One sample as far apart as can be, among three that cost log(2) or 1."""
    big = LARGE[dtype]
    scores, y = np.array([[big, 1, 1, 1], [-big, 1, 1, 1]], dtype), [right, 0, 0, 1]
    value, grad = loss.value_and_grad(scores, y)
    equal, slope = loss.value_and_grad(scores[:, 1:], y[1:])
    assert value == pytest.approx(big / 2 if right else 0.75 * equal, rel=1e-6)
    np.testing.assert_allclose(grad[:, 1:], 0.75 * slope, rtol=1e-6)
    np.testing.assert_allclose(grad[:, 0], [right / 4, -right / 4], rtol=1e-6)
    assert grad.dtype == dtype
    stacked = loss(np.stack([scores, np.ones_like(scores)]), y)
    np.testing.assert_allclose(stacked, [value, equal], rtol=1e-6)


def test_squares_beyond_every_float():
    """4 numbers of 1e154 have the mean square 1e308, although the sum of squares is infinite."""
    value, grad = nn.MSE().value_and_grad(np.full((2, 2), 1.2e154), np.zeros((2, 2)))
    assert value == pytest.approx(1.44e308)
    np.testing.assert_allclose(grad, 0.6e154)
    value, grad = nn.MSE().value_and_grad(np.full((1, 1), 1e30, "float32"), [[0.0]])
    assert value == pytest.approx(1e60)
    np.testing.assert_allclose(grad, 2e30, rtol=1e-6)
