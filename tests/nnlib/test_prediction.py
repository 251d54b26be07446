"""Classes and their share right, by hand."""

import numpy as np
import pytest

import nnlib as nn


def scoring(*rows, networks=None):
    """A network without weights that gives these scores for one sample."""
    net = nn.Network(nn.Linear(1, len(rows)), networks=networks)
    net[0].W, net[0].b = 0.0, np.broadcast_to(np.array(rows, float)[:, None], net[0].b.shape)
    return net


@pytest.mark.parametrize(
    ("rows", "winner"),
    [
        ((1, 3, 2), 1),
        ((3, 3, 2), 0),  # the first of equals
        ((-1, -5), 0),
        ((0.0,), 0),  # one row: class 1 above 0 only
        ((1e-9,), 1),
        ((-2,), 0),
    ],
)
@pytest.mark.parametrize("networks", [None, 3])
def test_worked(rows, winner, networks):
    net, X = scoring(*rows, networks=networks), [[0.0, 1.0]]
    classes = nn.predict(net, X)
    assert classes.dtype.kind == "i"
    np.testing.assert_array_equal(
        classes, np.full((2,) if networks is None else (networks, 2), winner)
    )
    for y, share in (([winner, winner], 1), ([winner, 1 - min(winner, 1)], 0.5)):
        found = nn.accuracy(net, X, y)
        assert isinstance(found, float) if networks is None else found.shape == (networks,)
        np.testing.assert_array_equal(found, np.full(() if networks is None else networks, share))


def test_stack_has_its_own_answers():
    # scores x and -x: right on x > 0 with label 1, and the other way
    net = nn.Network(nn.Linear(1, 1), networks=2)
    net[0].W, net[0].b = [[[1.0]], [[-1.0]]], 0.0
    X = [[2.0, 1.0, -1.0, 3.0]]
    np.testing.assert_array_equal(nn.predict(net, X), [[1, 1, 0, 1], [0, 0, 1, 0]])
    np.testing.assert_array_equal(nn.accuracy(net, X, [1, 1, 1, 1]), [0.75, 0.25])


def test_noise_is_for_training_only():
    net = nn.mlp(3, 8, 4, dropout=0.9, input_noise=5.0)
    X = np.random.default_rng(0).normal(size=(3, 2000))
    np.testing.assert_array_equal(nn.predict(net, X), nn.predict(net, X))
    np.testing.assert_array_equal(nn.predict(net, X), net(X).argmax(axis=0))
