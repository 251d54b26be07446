"""Layers: forward and backward by hand, initial scales, noise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib as nn
from nnlib import layers
from tests.nnlib.test_oracle import ACTIVATIONS

ELEMENTWISE = {
    nn.Sigmoid: nn.sigmoid, nn.Tanh: nn.tanh, nn.ReLU: nn.relu, nn.LeakyReLU: nn.leaky_relu,
    nn.PReLU: nn.prelu, nn.ELU: nn.elu, nn.GELU: nn.gelu, nn.SiLU: nn.silu,
}


def test_no_layer_is_forgotten():
    ours = {name for name, one in vars(layers).items() if isinstance(one, type) and issubclass(one, layers.Layer)
            and not name.startswith("_")} - {"Layer", "Elementwise"}
    elementwise = {kind.__name__ for kind in layers.Elementwise.__subclasses__()}
    for table, names, where in (
            (layers.KINDS, ours, "_ALL in nnlib/layers.py, or nn.load will not know it"),
            (nn.__all__, ours, "nnlib/__init__.py"), (ACTIVATIONS, elementwise, "PLAIN in test_oracle.py"),
            ([kind.__name__ for kind in ELEMENTWISE], elementwise, "ELEMENTWISE, with its function")):
        assert names <= {*table}, f"add {names - {*table}} to {where}"


def run(layer, X, dy, **values):
    """Output, input gradient and parameter gradients of one layer in a network of its own."""
    net = nn.Network(*(layer if isinstance(layer, list) else [layer]))
    for name, value in values.items():
        net[-1].views[name][...] = value
    y = net.forward(np.array(X, float)).copy()
    dx = net[-1].backward(np.array(dy, float))
    return y, dx, net[-1].grads


def test_linear():
    # W x + b: 1*1 + 2*3 + 0.5 = 7.5 and 1*2 + 2*4 + 0.5 = 10.5; -1*3 - 1 = -4 and -1*4 - 1 = -5
    # dW = dY X^T: (1*1 + 2*2, 1*3 + 2*4) = (5, 11), (0*1 - 1*2, -4) ; db = (3, -1); dX = W^T dY
    y, dx, grads = run(
        nn.Linear(2, 2), [[1, 2], [3, 4]], [[1, 2], [0, -1]], W=[[1, 2], [0, -1]], b=[[0.5], [-1]]
    )
    np.testing.assert_array_equal(y, [[7.5, 10.5], [-4, -5]])
    np.testing.assert_array_equal(grads["W"], [[5, 11], [-2, -4]])
    np.testing.assert_array_equal(grads["b"], [[3], [-1]])
    np.testing.assert_array_equal(dx, [[1, 2], [2, 5]])


def test_maxout():
    # One unit, pieces x, -x + 1 and 0.5: at x = 3, -2, 0.5 the sums are (3, -2, 0.5), (-2, 3, 0.5),
    # (0.5, 0.5, 0.5); the first of equals wins. dW by piece: 3*1 + 0.5*4, -2*2, 0; db: 5, 2, 0.
    y, dx, grads = run(
        nn.Maxout(1, 1, pieces=3), [[3, -2, 0.5]], [[1, 2, 4]],
        W=[[[1]], [[-1]], [[0]]], b=[[[0]], [[1]], [[0.5]]],
    )
    np.testing.assert_array_equal(y, [[3, 3, 0.5]])
    np.testing.assert_array_equal(grads["W"].ravel(), [5, -4, 0])
    np.testing.assert_array_equal(grads["b"].ravel(), [5, 2, 0])
    np.testing.assert_array_equal(dx, [[1, -2, 4]])


def test_prelu():
    # Slopes 0.5 and 2: rows (-2, 4) and (-1, -3) give (-1, 4) and (-2, -6).
    # dalpha = sum of dy * min(x, 0): 1*-2 = -2; 3*-1 + 4*-3 = -15. dx: alpha or 1, times dy.
    net = nn.Network(nn.Linear(2, 2), nn.PReLU())
    net[0].W, net[0].b, net[1].alpha = np.eye(2), 0, [[0.5], [2]]
    y = net.forward(np.array([[-2.0, 4.0], [-1.0, -3.0]])).copy()
    dx = net[1].backward(np.array([[1.0, 2.0], [3.0, 4.0]]))
    np.testing.assert_array_equal(y, [[-1, 4], [-2, -6]])
    np.testing.assert_array_equal(net[1].grads["alpha"], [[-2], [-15]])
    np.testing.assert_array_equal(dx, [[0.5, 2], [6, 8]])
    np.testing.assert_array_equal(nn.Network(nn.Linear(2, 2), nn.PReLU())[1].alpha, [[0.25]] * 2)


@pytest.mark.parametrize("kind", ELEMENTWISE)
def test_elementwise(kind):
    """The layer is the function of the same name, and sends back its slope times the gradient from above."""
    f, rng = ELEMENTWISE[kind], np.random.default_rng(0)
    net = nn.Network(nn.Linear(3, 3), kind())
    net[0].W = np.eye(3)
    X, dy = rng.normal(size=(2, 3, 5))
    alpha = {"alpha": 0.25} if kind is nn.PReLU else {}
    np.testing.assert_allclose(net(X), f(X, **alpha), rtol=1e-14)
    net.forward(X)
    np.testing.assert_allclose(net[1].backward(dy), dy * f.derivative(X, **alpha), rtol=1e-12)


def test_leaky_relu_slope_reaches_the_layer():
    assert nn.Network(nn.LeakyReLU(0.5))([[-4.0, 4.0]]).tolist() == [[-2, 4]]


# --- initial values

SCALES = {  # standard deviation: sqrt(2 / n_in), sqrt(2 / (n_in + n_out))
    "he": (300, 100, math.sqrt(2 / 300)),
    "xavier": (300, 100, math.sqrt(2 / 400)),
}


@pytest.mark.parametrize("kind", [nn.Linear, nn.Maxout])
@pytest.mark.parametrize("init", SCALES)
def test_scale(kind, init):
    n_in, n_out, std = SCALES[init]
    net = nn.Network(kind(n_in, n_out, init=init), rng=1)
    W = net[0].W
    # the sample deviation of n normal numbers is off by about 1 / sqrt(2 n): 5 of those here
    assert W.std() == pytest.approx(std, rel=5 / math.sqrt(2 * W.size))
    assert abs(W.mean()) < 5 * std / math.sqrt(W.size)
    assert (abs(W) < 2 * std).mean() == pytest.approx(0.9545, abs=0.01)  # normal, not uniform
    assert not net[0].b.any()


def test_default_init_keeps_the_signal():
    """He: the mean square of ReLU's input stays the same from layer to layer."""
    net = nn.mlp(*[400] * 6, rng=0)
    z = np.random.default_rng(1).normal(size=(400, 200))
    for layer in net:
        z = layer.forward(z)
        if isinstance(layer, nn.Linear):
            assert (z**2).mean() == pytest.approx(
                2.0, rel=0.35
            )  # 2 / n_in * n_in/2 * E z^2 = 2 at first


@pytest.mark.parametrize(
    ("activation", "init"),
    [
        (nn.ReLU, "he"),
        (nn.ELU, "he"),
        (nn.PReLU, "he"),
        (nn.Tanh, "xavier"),
        (nn.Sigmoid, "xavier"),
    ],
)
def test_mlp_chooses_the_init(activation, init):
    net = nn.mlp(3, 4, 2, activation=activation)
    assert [net[0].init, net[2].init] == [init, init]


# --- noise


@pytest.mark.parametrize("layer", [nn.Dropout(0.7), nn.GaussianNoise(2.0)], ids=repr)
def test_no_generator_no_noise(layer):
    X, net = np.random.default_rng(0).normal(size=(3, 4)), nn.Network(layer)
    net.forward(X, np.random.default_rng(0))  # nothing of it stays behind
    np.testing.assert_array_equal(net(X), X)
    np.testing.assert_array_equal(net.forward(X, None), X)
    dy = np.ones((3, 4))
    np.testing.assert_array_equal(net[0].backward(dy), dy)


@pytest.mark.parametrize("layer", [nn.Dropout(0), nn.GaussianNoise(0)], ids=repr)
def test_noise_of_size_zero_is_none(layer):
    X = np.ones((3, 4))
    np.testing.assert_array_equal(nn.Network(layer).forward(X, np.random.default_rng(0)), X)


@settings(deadline=None, max_examples=20)
@given(
    p=st.floats(0.05, 0.95),
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_dropout(p, seed, dtype):
    """Each number is 0 or x / (1 - p), as often as p says, and the mean stays."""
    net, n = nn.Network(nn.Dropout(p), dtype=dtype), 40_000
    X = np.full((4, n // 4), 3.0, dtype)
    y = net.forward(X, np.random.default_rng(seed)).copy()
    kept = y != 0
    assert y.dtype == dtype
    np.testing.assert_allclose(y[kept], 3 / (1 - p), rtol=1e-6)
    assert kept.mean() == pytest.approx(1 - p, abs=6 * math.sqrt(p * (1 - p) / n))
    assert y.mean() == pytest.approx(3, abs=18 * math.sqrt(p / (1 - p) / n))
    dx = net[0].backward(np.ones_like(X))  # the gradient goes where the signal went, as strong
    np.testing.assert_allclose(dx, y / 3, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gaussian_noise(dtype):
    n, net = 40_000, nn.Network(nn.GaussianNoise(0.5), dtype=dtype)
    X = np.full((4, n // 4), 3.0, dtype)
    noise = net.forward(X, np.random.default_rng(0)) - X
    assert noise.dtype == dtype
    assert noise.mean() == pytest.approx(0, abs=5 * 0.5 / math.sqrt(n))
    assert noise.std() == pytest.approx(0.5, rel=5 / math.sqrt(2 * n))
    assert net[0].backward(X) is X
    np.testing.assert_array_equal(X, 3)


@pytest.mark.parametrize("layer", [nn.Dropout(0.5), nn.GaussianNoise(1.0)], ids=repr)
def test_noise_comes_from_the_generator_alone(layer):
    net, X = nn.Network(layer), np.ones((3, 50))
    first, again, other = (net.forward(X, np.random.default_rng(s)).copy() for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    rng = np.random.default_rng(1)
    assert (net.forward(X, rng).copy() != net.forward(X, rng)).any()  # and it moves on


def test_networks_drop_their_own_units():
    stack = nn.Network(nn.Linear(3, 50), nn.Dropout(0.5), networks=2)
    stack.params[...] = stack.params[0]
    first, second = stack.forward(np.ones((3, 4)), np.random.default_rng(0)) == 0
    assert (first != second).any()


# --- repr and settings


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (nn.Linear(3, 4), "Linear(3, 4)"),
        (nn.Linear(3, 4, init="xavier"), "Linear(3, 4, init='xavier')"),
        (nn.Maxout(3, 4), "Maxout(3, 4)"),
        (nn.Maxout(3, 4, 5), "Maxout(3, 4, pieces=5)"),
        (nn.LeakyReLU(), "LeakyReLU()"),
        (nn.LeakyReLU(0.2), "LeakyReLU(alpha=0.2)"),
        (nn.Dropout(0.5), "Dropout(0.5)"),
        (nn.GaussianNoise(1), "GaussianNoise(1.0)"),
        (nn.PReLU(), "PReLU()"),
    ],
)
def test_repr(layer, text):
    assert repr(layer) == text
    assert repr(type(layer)(**layer.settings())) == text


@pytest.mark.parametrize("layer", [
    nn.Linear(3, 3), nn.Maxout(3, 3), nn.Sigmoid(), nn.Tanh(), nn.ReLU(), nn.LeakyReLU(), nn.PReLU(),
    nn.ELU(), nn.GELU(), nn.SiLU(), nn.Dropout(0.5), nn.GaussianNoise(1.0),
], ids=repr)
def test_backward_twice_gives_the_same_gradient(layer):
    rng = np.random.default_rng(0)
    net = nn.Network(*([nn.Linear(2, 3), layer] if layer.n_in is None else [layer]))
    y = net.forward(rng.normal(size=(net.n_in, 5)), rng)
    before = y.copy()
    dy = rng.normal(size=(3, 5))
    first = layer.backward(dy.copy()).copy()
    grads = net.grads.copy()
    np.testing.assert_array_equal(layer.backward(dy.copy()), first)
    np.testing.assert_array_equal(net.grads, grads)
    np.testing.assert_array_equal(y, before)
