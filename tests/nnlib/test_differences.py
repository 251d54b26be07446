"""Gradients against central differences, taken here with nothing but forward passes."""

import numpy as np
import pytest

import nnlib as nn
from nnlib.layers import Elementwise

LOSSES = [nn.CrossEntropy(), nn.Hinge(), nn.MSE()]
HIDDEN = {
    kind.__name__: (lambda kind=kind: [nn.Linear(3, 4), kind()])
    for kind in Elementwise.__subclasses__()
} | {
    "Maxout": lambda: [nn.Maxout(3, 4, pieces=3)],
    "Dropout": lambda: [nn.Linear(3, 4), nn.Dropout(0.5)],
    "GaussianNoise": lambda: [nn.GaussianNoise(1.0), nn.Linear(3, 4)],
}


def problem(kind, n_out, networks, loss, n=5):
    rng = np.random.default_rng(3)
    net = nn.Network(*HIDDEN[kind](), nn.Linear(4, n_out), rng=1, networks=networks)
    net.params += rng.normal(0, 0.2, net.params.shape)
    X = rng.normal(size=(3, n))
    y = rng.integers(0, max(2, n_out), n)
    return net, X, rng.normal(size=(n_out, n)) if isinstance(loss, nn.MSE) else y


def differences(net, X, y, loss, l2, eps=1e-5):
    """(L(p + eps) - L(p - eps)) / 2 eps, through net(X) and the definition of L2."""

    def value():
        squares = sum((layer.W**2).sum(axis=tuple(range(-layer.W.ndim + lead, 0)))
                      for layer in net if "W" in layer.views)
        return loss(net(X), y) + 0.5 * l2 * squares

    lead = net.params.ndim - 1
    numeric = np.empty_like(net.params)
    for i in range(net.n_params):
        kept = net.params[..., i].copy()
        net.params[..., i] = kept + eps
        above = value()
        net.params[..., i] = kept - eps
        numeric[..., i] = (above - value()) / (2 * eps)
        net.params[..., i] = kept
    return numeric


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("networks", [None, 5])
@pytest.mark.parametrize("kind", HIDDEN)
def test_layer(kind, networks, loss):
    for n_out in (1, 3):
        net, X, y = problem(kind, n_out, networks, loss)
        numeric = differences(net, X, y, loss, l2=0.2)
        gradient = net.loss_and_grad(X, y, loss=loss, l2=0.2)[1]
        np.testing.assert_allclose(gradient, numeric, atol=1e-8 * max(1, np.abs(numeric).max()))
        check = nn.check_gradients(net, X, y, loss=loss, l2=0.2)
        assert check.max_relative_error < 1e-7
        np.testing.assert_allclose(check.numeric, numeric, atol=1e-9)
