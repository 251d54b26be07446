"""Diagnostics on networks whose insides are known."""

import numpy as np
import pytest

import nnlib as nn
from nnlib import diagnostics

STACKS = [None, 3]


def units(kind, b, networks=None, w=1.0):
    """One input x; hidden units f(w x + b_k)."""
    net = nn.Network(nn.Linear(1, len(b)), kind, nn.Linear(len(b), 2), networks=networks)
    net[0].W, net[0].b = w, np.broadcast_to(np.array(b, float)[:, None], net[0].b.shape)
    return net


@pytest.mark.parametrize("networks", STACKS)
def test_dead_units(networks):
    # x in {-1, 1, 2}: x - 2 is never above 0, x - 1.5 is once, x + 5 always
    X = [[-1.0, 1.0, 2.0]]
    share = diagnostics.dead_units(units(nn.ReLU(), [-2, -1.5, 5, -9], networks), X)
    np.testing.assert_array_equal(share, np.full(() if networks is None else 3, 0.5))
    assert isinstance(share, float if networks is None else np.ndarray)
    for kind in (nn.LeakyReLU(), nn.Sigmoid(), nn.PReLU()):
        assert np.all(diagnostics.dead_units(units(kind, [-2, -9], networks), X) == 0)


def test_a_unit_that_fires_in_any_tile_is_alive():
    x = np.zeros((1, 2500))
    for where in (0, 1500, 2499):
        X = x.copy()
        X[0, where] = 3
        assert diagnostics.dead_units(units(nn.ReLU(), [-1, -9]), X) == 0.5


def test_dead_units_of_several_layers():
    # first layer: 1 of 2 dead; second: 1 of 4, fed by a unit that gives 1: 2 of 6 in all
    net = nn.Network(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    net[0].W, net[0].b = 0, [[1], [-1]]
    net[2].W, net[2].b = 0, [[1], [1], [1], [-1]]
    assert diagnostics.dead_units(net, [[1.0, 2.0]]) == pytest.approx(1 / 3)


@pytest.mark.parametrize("networks", STACKS)
def test_saturated_units(networks):
    # sigmoid's largest slope is 1/4, 5 % of it 0.0125: s (1 - s) at |z| = 4 is 0.01766, at 5 0.00665.
    # units x and x + 4 at x = -1, 1: z = -1, 1 and 3, 5: one of four; a third of them below 80 % of 1/4 ...
    net = units(nn.Sigmoid(), [0, 4], networks)
    share = diagnostics.saturated_units(net, [[-1.0, 1.0]])
    np.testing.assert_array_equal(share, np.full(() if networks is None else 3, 0.25))
    assert isinstance(share, float if networks is None else np.ndarray)
    # s (1 - s) at 1 is 0.1966 = 78.6 %, at 3 0.0452 = 18.1 %, at 5 2.7 %
    for below, wanted in ((0.99, 1.0), (0.5, 0.5), (0.15, 0.25), (0.02, 0.0)):
        assert np.all(diagnostics.saturated_units(net, [[-1.0, 1.0]], below=below) == wanted)


@pytest.mark.parametrize("networks", STACKS)
def test_saturation_of_a_learned_slope_counts_from_its_own_steepest(networks):
    net = units(nn.PReLU(), [0, 0], networks)
    net[1].alpha = np.broadcast_to([[30.0], [0.25]], net[1].alpha.shape)  # slopes 30 and 1; 0.25 and 1
    np.testing.assert_array_equal(diagnostics.saturated_units(net, [[1.0, -1.0]]), 0.25)


def test_an_activation_before_the_first_weights_counts_in_every_network_of_a_stack():
    X = [[1.0, -1, 2], [-1, -2, -3]]  # the second input never fires
    for layers, dead in (([nn.Linear(2, 2)], [0.5] * 3), ([nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)], None)):
        net = nn.Network(nn.ReLU(), *layers, networks=3)
        for measure in diagnostics.dead_units, diagnostics.saturated_units:
            found = measure(net, X)
            np.testing.assert_allclose(found, [measure(net.select(r), X) for r in range(3)], rtol=1e-12)
            assert found.shape == (3,)
            assert dead is None or measure is diagnostics.saturated_units or found.tolist() == dead


def test_saturation_in_every_tile_counts():
    X = np.zeros((1, 3000))
    X[0, 1000:2500] = 50
    assert diagnostics.saturated_units(units(nn.Tanh(), [0]), X) == 0.5


@pytest.mark.parametrize("networks", STACKS)
def test_gradient_norms(networks):
    net = nn.mlp(3, 5, 4, 2, activation=nn.Maxout, rng=1, networks=networks)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(3, 9)), rng.integers(0, 2, 9)
    norms = diagnostics.gradient_norms(net, X, y, loss=nn.Hinge())
    net.loss_and_grad(X, y, loss=nn.Hinge())
    for r in range(networks or 1):
        for k, layer in enumerate(net):
            dW = layer.grads["W"] if networks is None else layer.grads["W"][r]
            wanted = np.sqrt((dW**2).sum())
            assert np.reshape(norms, (-1, 3))[r, k] == pytest.approx(wanted, rel=1e-12)
    assert norms.shape == ((3,) if networks is None else (networks, 3))


def test_gradient_norms_by_hand():
    # one layer, one sample x = (3, 4), two equal scores, label 0: dW = (-1/2, 1/2) x^T, norm 5 / sqrt(2)
    net = nn.Network(nn.Linear(2, 2))
    net.params[...] = 0
    assert diagnostics.gradient_norms(net, [[3.0], [4.0]], [0]) == pytest.approx([5 / 2**0.5])


def test_gradient_norms_far_from_1():
    X, y = [[1.0, -1.0], [0.5, 1.0]], [0, 1]
    for depth, dtype in (45, "float32"), (400, "float64"):  # a sigmoid shrinks gradients to a quarter or less
        net = nn.mlp(2, *[8] * depth, 2, activation=nn.Sigmoid, dtype=dtype)
        first, *_ = diagnostics.gradient_norms(net, X, y)
        wide = net.copy("float64")
        wide.loss_and_grad(X, y)
        dW = wide[0].grads["W"].astype("longdouble")
        assert 0 < first == pytest.approx(float(np.sqrt((dW**2).sum())), rel=1e-9)
        assert float(first) ** 2 < np.finfo(dtype).tiny
    net = nn.Network(nn.Linear(1, 1), dtype="float32")
    net[0].W = 1e20
    assert diagnostics.gradient_norms(net, [[1e10]], [[0.0]], nn.MSE()) == pytest.approx([2e40], rel=1e-6)


def test_the_box_may_be_as_wide_as_floats_reach():
    net, X = nn.Network(nn.Linear(2, 1)), np.array([[-1.7e308, 1.7e308], [-1.7e308, 1.7e308]])
    net[0].W = [[1e-300, 0]]
    assert diagnostics.region_count(net, X) == 2
    assert diagnostics.boundary_roughness(net, X) == 1


BOXES = [[-1.0, 1.0], [-1.0, 1.0]], [[0.0, 5.0], [-30.0, 10.0]]


@pytest.mark.parametrize("box", BOXES, ids=["square", "oblong"])
@pytest.mark.parametrize("networks", STACKS)
def test_boundary_roughness(box, networks):
    """Straight cuts along the axes are 1 long, none 0, the diagonal two legs, whatever the box."""
    low, high = np.array(box).T
    middle, span = (low + high) / 2, high - low
    for direction, wanted in (((1, 0), 1), ((0, -1), 1), ((0, 0), 0), ((1, 1), 2)):
        net = nn.Network(nn.Linear(2, 1), networks=networks)
        w = np.array(direction, float) / span
        net[0].W = np.broadcast_to(w[None], net[0].W.shape)
        net[0].b = float(-w @ middle + 1e-3)  # no grid point on the line
        length = diagnostics.boundary_roughness(net, box)
        assert isinstance(length, float if networks is None else np.ndarray)
        np.testing.assert_allclose(
            length, np.full(() if networks is None else 3, wanted), rtol=0.011
        )


def test_boundary_of_three_classes():
    # scores x, 0 and -x - 1 on [-2, 2]: cuts at x = 0 and x = -1
    net = nn.Network(nn.Linear(2, 3))
    net[0].W, net[0].b = [[1, 0], [0, 0], [-1, 0]], [[0], [0], [-1]]
    assert diagnostics.boundary_roughness(net, [[-2.0, 2.0], [0.0, 1.0]], resolution=50) == 2


def filled(classes):
    """Regions by flood fill, one grid point after another."""
    left, regions = {*np.ndindex(classes.shape)}, 0
    while left:
        regions, edge = regions + 1, [left.pop()]
        while edge:
            i, j = edge.pop()
            for near in {(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)} & left:
                if classes[near] == classes[i, j]:
                    left.remove(near)
                    edge.append(near)
    return regions


@pytest.mark.parametrize("networks", STACKS)
@pytest.mark.parametrize("classes", [1, 2, 4])
def test_region_count(networks, classes):
    net = nn.mlp(2, 8, 8, classes, activation=nn.Tanh, rng=3, networks=networks)
    net.params *= 4  # wild boundaries
    box, side = [[-2.0, 2.0], [0.0, 3.0]], 30
    x1, x2 = np.meshgrid(np.linspace(-2.0, 2.0, side), np.linspace(0.0, 3.0, side))
    decided = nn.predict(net, np.stack([x1.ravel(), x2.ravel()])).reshape(-1, side, side)
    counts = diagnostics.region_count(net, box, resolution=side)
    assert np.atleast_1d(counts).tolist() == [filled(one) for one in decided]
    assert isinstance(counts, int if networks is None else np.ndarray)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_is_changed(dtype):
    net, rng = (
        nn.mlp(2, 6, 5, 2, activation=nn.GELU, dropout=0.5, dtype=dtype),
        np.random.default_rng(0),
    )
    X, y = rng.normal(size=(2, 50)), rng.integers(0, 2, 50)
    params, before = net.params.copy(), X.copy()
    diagnostics.dead_units(net, X)
    diagnostics.saturated_units(net, X)
    diagnostics.gradient_norms(net, X, y)
    diagnostics.boundary_roughness(net, X, resolution=20)
    diagnostics.region_count(net, X, resolution=20)
    np.testing.assert_array_equal(net.params, params)
    np.testing.assert_array_equal(X, before)


def test_saturated_means_a_slope_below_a_share_of_the_steepest():
    """A twentieth of 1/4 is s (1 - s) at s = 0.01266: outputs of 0.0126 are saturated, of 0.0127 not."""
    net = nn.mlp(1, 2, 2, activation=nn.Sigmoid)
    net[0].W, net[0].b = 0, [[np.log(0.0126 / 0.9874)], [np.log(0.0127 / 0.9873)]]
    assert diagnostics.saturated_units(net, [[1.0]]) == 0.5


def test_one_network_gives_plain_numbers():
    """So that they are printed as 0.75, not as np.float64(0.75)."""
    net, X = nn.mlp(2, 4, 2), np.ones((2, 3))
    for value in (diagnostics.dead_units(net, X), diagnostics.saturated_units(net, X),
                  diagnostics.boundary_roughness(net, X, 5), nn.accuracy(net, X, [0, 1, 0]),
                  nn.check_gradients(net, X, [0, 1, 0]).max_relative_error,
                  net.loss_and_grad(X, [0, 1, 0], l2=0.1)[0], nn.CrossEntropy()(X, [0, 1, 0]),
                  nn.Hinge()(X, [0, 1, 0]), nn.MSE()(X, X)):
        assert type(value) is float


def test_two_hundred_points_a_side_unless_told_otherwise():
    net, X = nn.Network(nn.Linear(2, 1)), np.array([[-1.0, 1.0], [-1.0, 1.0]])
    net[0].W = [[1.0, 0.5]]
    one, other = (diagnostics.boundary_roughness(net, X, n) for n in (200, 201))
    assert diagnostics.boundary_roughness(net, X) == one != other


def test_gradient_norms_leave_the_gradients_of_the_network_as_they_are():
    net = nn.mlp(2, 3, 2)
    _, grads = net.loss_and_grad([[1.0], [2.0]], [0])
    before = grads.copy()
    diagnostics.gradient_norms(net, [[5.0], [-1.0]], [1])
    np.testing.assert_array_equal(net.grads, before)
