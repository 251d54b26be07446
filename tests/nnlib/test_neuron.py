"""The single neuron, by hand."""

import math

import numpy as np
import pytest

import nnlib as nn


def test_worked():
    # 2 * 1 - 1 * 2.5 + 0.5 = 0 -> 1/2; 2 * 1 - 1 * 1 + 0.5 = 1.5; one neuron, a batch of two columns
    neuron = nn.Neuron(weights=[2.0, -1.0], bias=0.5)
    assert neuron.forward([1.0, 2.5]) == 0.5
    rates = neuron.forward([[1.0, 1.0], [2.5, 1.0]])
    np.testing.assert_allclose(rates, [0.5, 1 / (1 + math.exp(-1.5))])
    assert nn.Neuron([3]).forward([0]) == 0.5  # no bias, whole numbers


def test_equals_a_network_of_one_unit():
    rng = np.random.default_rng(0)
    w, b, X = rng.normal(size=4), 0.3, rng.normal(size=(4, 9))
    net = nn.Network(nn.Linear(4, 1), nn.Sigmoid())
    net[0].W, net[0].b = w[None], b
    np.testing.assert_allclose(nn.Neuron(w, b).forward(X), net(X)[0], rtol=1e-14)


def test_extremes():
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_array_equal(nn.Neuron([1e200]).forward([[-1e100, 1e100]]), [0, 1])


@pytest.mark.parametrize("change", [[1.0, 2.0], [0.0, 0.0]])
def test_inputs_are_left_alone(change):
    x = np.array(change)
    nn.Neuron([1.0, 1.0]).forward(x)
    np.testing.assert_array_equal(x, change)


def test_weights_are_a_copy_and_a_sum_beyond_every_float_is_a_rate():
    neuron = nn.Neuron(w := np.array([1e308, 1e308]))
    np.testing.assert_array_equal(neuron.forward([[10, -10, 0], [10, -10, 0]]), [1, 0, 0.5])
    w[:] = 0
    assert neuron.forward([1, 1]) == 1


def test_what_cancels_is_no_infinity():
    assert nn.Neuron([1e308, -1e308], 1.0).forward([10, 10]) == nn.sigmoid(1.0)
    assert nn.Neuron(np.float32([3e38, -3e38])).forward(np.float32([10, 10])).dtype == np.float32
