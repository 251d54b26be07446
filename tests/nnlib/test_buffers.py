"""Memory: a training step makes nothing that grows with the batch."""

import tracemalloc

import numpy as np
import pytest

import nnlib as nn
from nnlib._common.buffers import Buffers, ones, zeros
from nnlib.layers import KINDS

SMALL, LARGE = 2**14, 2**15  # beyond 8192 numbers NumPy's own casting buffers grow no more
ALLOWED = 4096  # bytes of small change; one flag per sample would be 2**14


def net_with(kind, n_out, **options):
    hidden = {
        "Linear": lambda: [nn.Linear(5, 8)],
        "Maxout": lambda: [nn.Maxout(5, 8, 3), nn.Maxout(8, 8)],
        "Dropout": lambda: [nn.Linear(5, 8), nn.Dropout(0.5)],
        "GaussianNoise": lambda: [nn.GaussianNoise(0.1), nn.Linear(5, 8)],
    }.get(kind, lambda: [nn.Linear(5, 8), getattr(nn, kind)()])()
    return nn.Network(*hidden, nn.Linear(8, n_out), **options)


def peak(net, loss, n, optimizer):
    """Bytes that the third step takes at its worst."""
    rng = np.random.default_rng(0)
    X = net.check_batch(rng.normal(size=(5, n)))
    y = loss.targets(
        rng.normal(size=(net.n_out, n)) if isinstance(loss, nn.MSE) else rng.integers(0, 2, n),
        net.n_out,
        n,
    )
    noise = np.random.default_rng(1)
    for _ in range(2):
        net.backpropagate(X, y, loss, 0.1, noise)
        optimizer.step(net.params, net.grads)
    tracemalloc.start()
    net.backpropagate(X, y, loss, 0.1, noise)
    optimizer.step(net.params, net.grads)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


OPTIMIZERS = [nn.SGD(0.1), nn.SGD(0.1, 0.9), nn.RMSProp(0.1), nn.Adam(0.1)]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("networks", [None, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_step_of_a_layer(kind, networks, dtype):
    net = net_with(kind, 3, networks=networks, dtype=dtype)
    small, large = (peak(net, nn.CrossEntropy(), n, nn.SGD(0.01, 0.9)) for n in (SMALL, LARGE))
    assert large - small < ALLOWED


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_out", [1, 16])
@pytest.mark.parametrize("networks", [None, 3])
@pytest.mark.parametrize("loss", [nn.CrossEntropy(), nn.Hinge(), nn.MSE()], ids=repr)
def test_step_of_a_loss(loss, networks, n_out, dtype):
    net = net_with("ReLU", n_out, networks=networks, dtype=dtype)
    small, large = (peak(net, loss, n, nn.Adam(0.01)) for n in (SMALL, LARGE))
    assert large - small < ALLOWED


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_optimizer_step(optimizer):
    p, g = np.ones((2, 200_000))
    optimizer.step(p, g)
    tracemalloc.start()
    optimizer.step(p, g)
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert highest < 100_000  # bytes; the vector has 1,600,000


def test_buffers():
    buffers = Buffers()
    first = buffers.get("a", (3, 4), "float64")
    assert buffers.get("a", (3, 4), "float64") is first
    assert first.flags.c_contiguous
    small = buffers.get("a", (2, 2), "float64")
    assert small.shape == (2, 2)
    assert small.flags.c_contiguous
    assert np.shares_memory(first, small)
    assert not np.shares_memory(first, buffers.get("b", (3, 4), "float64"))
    assert buffers.get("a", (5, 9), "float64").shape == (5, 9)
    assert buffers.get("a", (3, 4), "float32").dtype == "float32"
    assert not np.shares_memory(
        buffers.get("a", (3, 4), "float32"), buffers.get("a", (3, 4), "float64")
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "bool"])
@pytest.mark.parametrize("shape", [(), (1,), (3, 5), (2, 100, 300)])
def test_zeros_start_at_a_cache_line(shape, dtype):
    array = zeros(shape, dtype)
    assert array.shape == shape
    assert array.dtype == dtype
    assert array.flags.c_contiguous
    assert array.flags.writeable
    assert not array.any()
    assert array.ctypes.data % 64 == 0


def test_what_a_step_works_on_starts_at_a_cache_line():
    net, optimizer = net_with("ReLU", 3), nn.SGD(0.1, 0.9)
    optimizer.step(net.params, net.grads)
    state = optimizer._state.values()
    for array in (net.params, net.grads, *state, Buffers().get("y", (3, 5), "float64")):
        assert array.ctypes.data % 64 == 0


def test_batches_of_changing_size_do_not_disturb_each_other():
    """Long, short, long again: what is left in the buffers is never read."""
    rng = np.random.default_rng(0)
    for kind in KINDS:
        net = net_with(kind, 3)
        batches = [(rng.normal(size=(5, n)), rng.integers(0, 3, n)) for n in (9, 2, 9, 30, 1, 9)]
        for X, y in batches:
            value, grads = net.loss_and_grad(X, y)
            fresh = net_with(kind, 3)
            wanted, wanted_grads = fresh.loss_and_grad(X, y)
            assert value == wanted
            np.testing.assert_array_equal(grads, wanted_grads)


def test_a_column_of_ones_is_filled_once():
    assert ones(3, "float64") is ones(3, "float64")
    for n, dtype in ((2, "float64"), (3, "float64"), (3, "float32")):
        column = ones(n, dtype)
        assert column.dtype == dtype
        assert not column.flags.writeable
        np.testing.assert_array_equal(column, np.ones((n, 1)))
