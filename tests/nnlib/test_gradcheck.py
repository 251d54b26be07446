"""The gradient check itself: does it find what it is there to find?"""

import numpy as np
import pytest

import nnlib as nn


def problem(networks=None, dtype="float64"):
    rng = np.random.default_rng(0)
    net = nn.mlp(3, 4, 2, activation=nn.Tanh, dropout=0.5, rng=1, networks=networks, dtype=dtype)
    return net, rng.normal(size=(3, 6)), rng.integers(0, 2, 6)


@pytest.mark.parametrize("networks", [None, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_right_gradients_pass(networks, dtype):
    net, X, y = problem(networks, dtype)
    kept = net.params.copy()
    check = nn.check_gradients(net, X, y, loss=nn.CrossEntropy(), l2=0.1)
    assert check.max_relative_error < 1e-8  # in double precision, whatever the network's
    assert check.n_forward == 2 * 26
    assert check.analytic.shape == check.numeric.shape == net.params.shape
    assert check.analytic.dtype == "float64"
    np.testing.assert_array_equal(net.params, kept)
    assert not net.grads.any()


@pytest.mark.parametrize(
    "wrong",
    [lambda dx: 1.01 * dx, lambda dx: -dx, lambda dx: dx + 1e-4, lambda dx: 0 * dx],
    ids=["scale", "sign", "offset", "zero"],
)
def test_wrong_gradients_are_found(wrong, monkeypatch):
    net, X, y = problem()
    right = nn.Tanh.backward
    monkeypatch.setattr(
        nn.Tanh, "backward", lambda self, dy, need_dx=True: wrong(right(self, dy, need_dx))
    )
    check = nn.check_gradients(net, X, y)
    assert check.max_relative_error > 1e-5
    difference = np.abs(check.analytic - check.numeric)
    assert check.max_relative_error == pytest.approx(
        difference.max() / max(np.abs(check.analytic).max(), np.abs(check.numeric).max())
    )
    k = difference.argmax()
    assert check.worst.startswith(f"{net.name_of(k)}: ")  # where, and both numbers
    assert f"{check.analytic[k]:.8g}" in check.worst
    assert f"{check.numeric[k]:.8g}" in check.worst
    assert "layer 0" in check.worst


def test_l2_is_checked_too(monkeypatch):
    net, X, y = problem()
    right = nn.Network.backpropagate

    def forgets_the_half(self, X, y, loss, l2, rng=None):
        return right(self, X, y, loss, 2 * l2, rng)

    monkeypatch.setattr(nn.Network, "backpropagate", forgets_the_half)
    assert nn.check_gradients(net, X, y, l2=0.0).max_relative_error < 1e-8
    assert nn.check_gradients(net, X, y, l2=0.5).max_relative_error > 0.1


def test_flat_is_no_error():
    net = nn.mlp(2, 2)
    net.params[...] = 0
    check = nn.check_gradients(net, [[0.0], [0.0]], [[0.0], [0.0]], loss=nn.MSE())
    assert check.max_relative_error == 0


def test_eps():
    net, X, y = problem()
    rough = nn.check_gradients(net, X, y, eps=0.1).max_relative_error
    fine = nn.check_gradients(net, X, y, eps=0.01).max_relative_error
    assert rough / fine == pytest.approx(100, rel=0.2)  # the error of central differences is eps**2


def test_each_network_of_a_stack_is_judged_by_its_own_gradients():
    """The second stands at a kink; the first has gradients that are a million times as large."""
    net = nn.Network(nn.Linear(1, 1), nn.ReLU(), nn.Linear(1, 1), networks=2)
    net.params = [[1, 0.5, 1e6, 0], [1, -1, 1, 0]]
    both, second = (nn.check_gradients(one, [[1.0]], [[3.0]], nn.MSE()) for one in (net, net.select(1)))
    assert both.max_relative_error == second.max_relative_error == pytest.approx(0.5, rel=1e-3)
    assert both.worst == f"network 1 {second.worst}"


def test_large_parameters_are_not_blamed_for_the_rounding_of_the_step():
    """All is exact here but the step, which in a number as large as this becomes a multiple of 2**-22."""
    net = nn.Network(nn.Linear(1, 1))
    net[0].W = 2.0**30
    check = nn.check_gradients(net, [[2.0**-30]], [[1 - 2.0**-20]], nn.MSE(), eps=0.0100001)
    np.testing.assert_allclose(check.numeric, check.analytic, rtol=1e-8)
