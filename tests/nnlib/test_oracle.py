"""Gradients against HIPS autograd: the same networks written again, from the formulas alone."""

import math
from itertools import pairwise

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import elementwise_grad, grad, value_and_grad
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib as nn

# --- the oracle: functions, layers and losses that share nothing with nnlib but the formulas

FUNCTIONS = {
    "sigmoid": lambda z: 1 / (1 + anp.exp(-z)),
    "tanh": lambda z: (anp.exp(z) - anp.exp(-z)) / (anp.exp(z) + anp.exp(-z)),
    "relu": lambda z: anp.where(z > 0, z, 0.0),
    "leaky_relu": lambda z, alpha=0.01: anp.where(z > 0, z, alpha * z),
    "prelu": lambda z, alpha=0.25: anp.where(z > 0, z, alpha * z),
    "elu": lambda z: anp.where(z > 0, z, anp.exp(z) - 1),
    "gelu": lambda z: z / (1 + anp.exp(-2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))),
    "silu": lambda z: z / (1 + anp.exp(-z)),
}
PLAIN = {
    "Sigmoid": "sigmoid", "Tanh": "tanh", "ReLU": "relu", "ELU": "elu", "GELU": "gelu", "SiLU": "silu"
}
SETTINGS = {  # further layers, with the arguments after their sizes
    "LeakyReLU": {"alpha": 0.2},
    "PReLU": {},
    "Dropout": {"p": 0.5},  # no generator: no noise
    "GaussianNoise": {"std": 3.0},
}
ACTIVATIONS = [*PLAIN, "LeakyReLU", "PReLU"]


class Vector:
    """Cuts a flat parameter vector into arrays, in order."""

    def __init__(self, theta):
        self.theta, self.at = theta, 0

    def take(self, *shape):
        start, self.at = self.at, self.at + math.prod(shape)
        return anp.reshape(self.theta[start : self.at], shape)


def scores_of(spec, theta, X):
    """Scores, and the sum of all squared weights."""
    vector, squares, width = Vector(theta), 0.0, X.shape[0]
    for kind, *sizes in spec:
        if kind == "Linear":
            width = sizes[1]
            W, b = vector.take(sizes[1], sizes[0]), vector.take(sizes[1], 1)
            X, squares = anp.dot(W, X) + b, squares + anp.sum(W**2)
        elif kind == "Maxout":
            n_in, width, pieces = sizes
            W, b = vector.take(pieces, width, n_in), vector.take(pieces, width, 1)
            sums = [anp.dot(W[k], X) + b[k] for k in range(pieces)]
            squares = squares + anp.sum(W**2)
            X = sums[0]
            for other in sums[1:]:
                X = anp.where(other > X, other, X)
        elif kind == "PReLU":
            X = FUNCTIONS["prelu"](X, vector.take(width, 1))
        elif kind == "LeakyReLU":
            X = FUNCTIONS["leaky_relu"](X, 0.2)
        elif kind in PLAIN:
            X = FUNCTIONS[PLAIN[kind]](X)
    assert vector.at == theta.size
    return X, squares


def cross_entropy(s, y):
    if s.shape[0] == 1:  # logistic regression, with y in {-1, 1}
        return anp.mean(anp.log(1 + anp.exp(-(2 * y - 1) * s[0])))
    p = anp.exp(s) / anp.sum(anp.exp(s), axis=0)
    return -anp.mean(anp.log(p[y, np.arange(len(y))]))


def hinge(s, y):
    if s.shape[0] == 1:  # the two-class support vector machine
        return anp.mean(anp.maximum(0, 1 - (2 * y - 1) * s[0]))
    total = 0.0
    for i, right in enumerate(y):
        for j in range(s.shape[0]):
            if j != right:
                total = total + anp.maximum(0, s[j, i] - s[right, i] + 1)
    return total / len(y)


def mean_square(s, y):
    return anp.mean((s - y) ** 2)


LOSSES = {
    "cross-entropy": (nn.CrossEntropy(), cross_entropy),
    "hinge": (nn.Hinge(), hinge),
    "mse": (nn.MSE(), mean_square),
}


def oracle(spec, theta, X, y, loss, l2=0.0):
    def objective(t):
        scores, squares = scores_of(spec, t, X)
        return LOSSES[loss][1](scores, y) + 0.5 * l2 * squares

    with np.errstate(over="ignore"):  # of autograd's own: 1 / cosh(large)**2 is 0, as it should be
        return value_and_grad(objective)(theta)


def build(spec, rng=0, **options):
    """The nnlib network of a spec; biases and slopes moved off their start, where all are alike."""
    layers = [getattr(nn, kind)(*sizes, **SETTINGS.get(kind, {})) for kind, *sizes in spec]
    net = nn.Network(*layers, rng=rng, **options)
    net.params += np.random.default_rng(99).normal(0, 0.3, net.params.shape)
    return net


def data(n_in, n_out, n, loss, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_in, n))
    y = rng.normal(size=(n_out, n)) if loss == "mse" else rng.integers(0, max(n_out, 2), n)
    return X, y


def compare(spec, loss, l2, n, networks=None, dtype="float64", seed=0, rtol=1e-10):
    """One network, or every network of a stack, against the oracle."""
    net = build(spec, rng=seed, networks=networks, dtype=dtype)
    widths = [sizes for kind, *sizes in spec if sizes]
    X, y = data(widths[0][0], widths[-1][1], n, loss, seed)
    X = X.astype(dtype)
    values, grads = net.loss_and_grad(X, y, loss=LOSSES[loss][0], l2=l2)
    assert grads is net.grads
    assert grads.dtype == dtype
    assert np.shape(values) == (() if networks is None else (networks,))
    alone = zip(np.atleast_1d(values), np.atleast_2d(grads), np.atleast_2d(net.params), strict=True)
    for value, gradient, theta in alone:
        wanted, wanted_gradient = oracle(spec, theta.astype(float), X.astype(float), y, loss, l2)
        np.testing.assert_allclose(value, wanted, rtol=rtol, atol=rtol)
        scale = max(1, np.abs(wanted_gradient).max())  # a probability is rounded at 1e-16, not at 0
        np.testing.assert_allclose(gradient, wanted_gradient, rtol=rtol, atol=rtol * scale)


# --- functions


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_and_slope(name):
    z = np.concatenate([np.linspace(-9, 9, 181) + 0.01, [1e-9, -1e-9]]).reshape(3, 61)
    f, oracle_f = getattr(nn, name), FUNCTIONS[name]
    np.testing.assert_allclose(f(z), oracle_f(z), rtol=1e-12, atol=2e-16)
    np.testing.assert_allclose(
        f.derivative(z), elementwise_grad(oracle_f)(z), rtol=1e-9, atol=1e-13
    )
    single = f.derivative(z.astype("float32"))
    assert single.dtype == "float32"
    np.testing.assert_allclose(single, elementwise_grad(oracle_f)(z), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", ["leaky_relu", "prelu"])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.99])
def test_slope_below_zero(name, alpha):
    z = np.linspace(-2, 2, 40)
    f = getattr(nn, name)
    np.testing.assert_allclose(f(z, alpha=alpha), FUNCTIONS[name](z, alpha), rtol=1e-14)
    slope = elementwise_grad(lambda t: FUNCTIONS[name](t, alpha))(z)
    np.testing.assert_allclose(f.derivative(z, alpha=alpha), slope, rtol=1e-14)


# --- losses

SHAPES = [(c, n) for c in (1, 2, 3, 4) for n in (1, 2, 7)]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("networks", [None, 1, 3])
def test_loss(loss, shape, networks):
    ours, theirs = LOSSES[loss]
    rng = np.random.default_rng(sum(shape))
    scores = rng.normal(size=(*(() if networks is None else (networks,)), *shape)) * 2
    y = data(1, *shape, loss)[1]
    value, gradient = ours.value_and_grad(scores, y)
    assert gradient.shape == scores.shape
    assert np.all(ours(scores, y) == value)
    stack = scores.reshape(-1, *shape)
    np.testing.assert_allclose(np.ravel(value), [theirs(s, y) for s in stack], rtol=1e-12)
    wanted = [grad(theirs)(s, y) for s in stack]
    np.testing.assert_allclose(gradient.reshape(stack.shape), wanted, rtol=1e-10, atol=1e-14)
    single, single_gradient = ours.value_and_grad(scores.astype("float32"), y)
    assert single_gradient.dtype == "float32"
    np.testing.assert_allclose(single, value, rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(single_gradient, gradient, rtol=2e-5, atol=1e-6)


# --- layers in networks: the last Linear makes the layer's input gradient matter too

SPECS = {
    **{
        kind: [("Linear", 3, 4), (kind,), ("Linear", 4, 3)]
        for kind in [*ACTIVATIONS, "Dropout", "GaussianNoise"]
    },
    "Linear": [("Linear", 3, 2)],
    "Linear twice": [("Linear", 3, 5), ("Linear", 5, 2)],
    "Maxout 2": [("Maxout", 3, 4, 2), ("Linear", 4, 3)],
    "Maxout 5, 3": [("Maxout", 3, 4, 5), ("Maxout", 4, 3, 3)],
    "activation at both ends": [("Tanh",), ("Linear", 3, 4), ("SiLU",), ("PReLU",), ("GELU",)],
    "noise first": [("GaussianNoise",), ("Dropout",), ("Linear", 3, 2), ("ELU",)],
    "one row of scores": [("Linear", 3, 4), ("Sigmoid",), ("Linear", 4, 1)],
}


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("networks", [None, 1, 5])
@pytest.mark.parametrize("loss", LOSSES)
def test_network(name, networks, loss):
    compare(SPECS[name], loss, l2=0.1, n=6, networks=networks)


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("networks", [None, 5])
def test_single_precision(name, networks):
    compare(SPECS[name], "cross-entropy", 0.1, n=6, networks=networks, dtype="float32", rtol=1e-5)


@pytest.mark.parametrize("spec", [SPECS["PReLU"], SPECS["Maxout 2"]], ids=["PReLU", "Maxout"])
def test_l2_is_of_weights_alone(spec):
    net, (X, y) = build(spec), data(3, 3, 5, "hinge")
    plain = net.loss_and_grad(X, y)[1].copy()
    decay = net.loss_and_grad(X, y, l2=0.7)[1] - plain
    for layer in net:
        for name, wanted in (("W", 0.7), ("b", 0.0), ("alpha", 0.0)):
            if name in layer.views:
                layer.views[name][...] = wanted * layer.views[name]
    np.testing.assert_allclose(decay, net.params, atol=1e-12)


@st.composite
def networks(draw):
    """A network of depth 1 to 4 with any layers between, its loss and batch size."""
    depth = draw(st.integers(1, 4))
    sizes = draw(st.lists(st.integers(1, 4), min_size=depth + 1, max_size=depth + 1))
    spec = []
    for n_in, n_out in pairwise(sizes):
        if draw(st.booleans()):
            spec.append(("Linear", n_in, n_out))
        else:
            spec.append(("Maxout", n_in, n_out, draw(st.integers(2, 4))))
        if len(spec) and draw(st.booleans()):
            spec.append((draw(st.sampled_from([*ACTIVATIONS, "Dropout", "GaussianNoise"])),))
    return spec


@settings(deadline=None, max_examples=60)
@given(
    spec=networks(),
    loss=st.sampled_from(sorted(LOSSES)),
    l2=st.sampled_from([0.0, 0.3]),
    n=st.integers(1, 7),
    stack=st.sampled_from([None, 1, 5]),
    seed=st.integers(0, 1000),
)
def test_any_network(spec, loss, l2, n, stack, seed):
    compare(spec, loss, l2, n, networks=stack, seed=seed, rtol=1e-8)


@pytest.mark.parametrize("kind", ["Dropout", "GaussianNoise"])
def test_gradient_under_noise(kind):
    """With the same generator state the noise is the same, and a constant of the oracle."""
    net, (X, y) = build(SPECS[kind]), data(3, 3, 6, "hinge")
    loss = nn.CrossEntropy()
    net.backpropagate(X, y, loss, 0.0, np.random.default_rng(5))
    gradient = net.grads.copy()
    hidden = net[0].W @ X + net[0].b
    noisy = net[1].forward(hidden, np.random.default_rng(5)).copy()
    assert (noisy != hidden).any()

    def objective(theta):
        vector = Vector(theta)
        z = anp.dot(vector.take(4, 3), X) + vector.take(4, 1)
        z = z * (noisy / hidden) if kind == "Dropout" else z + (noisy - hidden)
        return cross_entropy(anp.dot(vector.take(3, 4), z) + vector.take(3, 1), y)

    np.testing.assert_allclose(gradient, grad(objective)(net.params), rtol=1e-10, atol=1e-14)
