"""One network in many threads: every call gives, bit for bit, what it gives alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import nnlib as nn
from nnlib import diagnostics, plot

THREADS, CALLS = 8, 2000
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(2, 2500)), rng.integers(0, 3, 2500)
NETS = {
    "one": nn.mlp(2, 30, 3),
    "stack": nn.mlp(2, 8, 3, activation=nn.PReLU, networks=3, dtype="float32"),
    "every kind": nn.Network(
        nn.GaussianNoise(0.1),
        nn.Linear(2, 9),
        nn.Sigmoid(),
        nn.Maxout(9, 9),
        nn.Tanh(),
        nn.Linear(9, 9),
        nn.GELU(),
        nn.Dropout(0.5),
        nn.SiLU(),
        nn.LeakyReLU(),
        nn.PReLU(),
        nn.ELU(),
        nn.Linear(9, 3),
    ),
}


def part(k):
    """Batches of different sizes, some of more than one tile."""
    first = 13 * k % 1000
    return slice(first, first + 1 + 97 * k % 600 + 800 * (k % 8 == 0))


def gradients(net, k):
    value, grads = net.loss_and_grad(X[:, part(k)], Y[part(k)], l2=0.1)
    first = next(layer for layer in net if layer.grads)
    return np.append(value, grads), first.grads["W"].copy(), net.grads.copy()


def by_layers(net, k):
    y = net.forward(X[:, part(k)]).copy()
    return y, net[-1].backward(y).copy()


CALLED = {
    "net(X)": lambda net, k: net(X[:, part(k)]),
    "predict": lambda net, k: nn.predict(net, X[:, part(k)]),
    "accuracy": lambda net, k: nn.accuracy(net, X[:, part(k)], Y[part(k)]),
    "loss_and_grad": gradients,
    "forward and backward": by_layers,
    "dead_units": lambda net, k: diagnostics.dead_units(net, X[:, part(k)]),
    "saturated_units": lambda net, k: diagnostics.saturated_units(net, X[:, part(k)]),
    "gradient_norms": lambda net, k: diagnostics.gradient_norms(net, X[:, part(k)], Y[part(k)]),
    "check_gradients": lambda net, k: (
        nn.check_gradients(net, X[:, k % 50 : k % 50 + 2], Y[k % 50 : k % 50 + 2]).worst
    ),
}


def in_threads(call, n, threads=THREADS):
    """The results of call(0) … call(n - 1), made by threads that start together."""
    barrier = threading.Barrier(threads)
    with ThreadPoolExecutor(threads, initializer=barrier.wait) as pool:
        return list(pool.map(call, range(n)))


def assert_same(alone, found):
    for one, other in zip(
        *(all_of if isinstance(all_of, tuple) else (all_of,) for all_of in (alone, found)), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", CALLED)
@pytest.mark.parametrize("kind", NETS)
def test_a_call(name, kind):
    n = 4 if name == "check_gradients" else 12
    alone = [CALLED[name](NETS[kind], k) for k in range(n)]
    for k, found in enumerate(in_threads(lambda k: CALLED[name](NETS[kind], k % n), 4 * n)):
        assert_same(alone[k % n], found)


def test_stress():
    """2,000 calls on 8 threads, of everything that only reads a network."""
    calls = [
        (call, net) for name, call in CALLED.items() if name != "check_gradients" for net in NETS.values()
    ]

    def one(k):
        call, net = calls[k % len(calls)]
        return call(net, k % 120)

    alone = [one(k) for k in range(120)]  # 24 calls in 5 batches each
    for k, found in enumerate(in_threads(lambda k: one(k % 120), CALLS)):
        assert_same(alone[k % 120], found)


def test_pictures_and_a_style_that_stays():
    net, points, labels = nn.mlp(2, 5, 3), X[:, :20], Y[:20]
    alone, style = plot.decision_image(net, points, labels), dict(plt.rcParams)

    def draw(k):
        figure = plot.decision_regions(net, points, labels, resolution=30)
        with pytest.raises(ValueError, match="expected"):
            plot.network(net, ax=3)
        return plot.decision_image(net, points, labels), figure.axes[0].images[0].get_array(), figure

    for image, grid, figure in in_threads(draw, 16, 4):
        assert image == alone
        assert grid.shape == (90, 90)
        assert plt.fignum_exists(figure.number)  # nobody has closed it
    plt.close("all")
    assert dict(plt.rcParams) == style


def test_a_sweep_on_threads_shares_a_network():
    net = NETS["one"]

    def run(k):
        return {
            "right": nn.accuracy(net, X[:, part(k)], Y[part(k)]),
            "loss": net.loss_and_grad(X[:, part(k)], Y[part(k)])[0],
        }

    alone = [run(k) for k in range(200)]
    rows = nn.sweep(run, {"k": range(200)}, ThreadPoolExecutor(THREADS), progress=False)
    assert rows == [{"k": k, **one, "error": None} for k, one in enumerate(alone)]


def test_training_in_other_threads():
    """Networks of their own, and the networks of one stack, at the same time as in turn."""

    def train(net):
        return nn.fit(net, X[:, :300], Y[:300], epochs=3).loss

    stack = nn.mlp(2, 8, 3, networks=16)
    wanted = [train(stack.select(r).copy()) for r in range(16)]
    found = in_threads(lambda r: train(stack.select(r)), 16)
    np.testing.assert_array_equal(found, wanted)


class Waiting(nn.CrossEntropy):
    """Lets another thread go on in the middle of training."""

    def __init__(self):
        self.started, self.go = threading.Event(), threading.Event()

    def evaluate(self, scores, y, buffers):
        self.started.set()
        assert self.go.wait(60)
        return super().evaluate(scores, y, buffers)


@pytest.mark.parametrize(
    "second", [lambda net: net, lambda net: net.select(1), lambda net: net.select(slice(0, 2))]
)
def test_only_one_call_may_train_a_network(second):
    stack, loss = nn.mlp(2, 8, 3, networks=3), Waiting()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(nn.fit, stack, X, Y, loss=loss, epochs=1)
        try:
            assert loss.started.wait(60)
            before = stack.params.copy()
            with pytest.raises(ValueError, match=r"got one in training\. Wait"):
                nn.fit(second(stack), X, Y, epochs=1)
            np.testing.assert_array_equal(stack.params, before)
            assert nn.accuracy(stack, X, Y).shape == (3,)  # reading is allowed
            nn.fit(second(stack).copy(), X, Y, epochs=1)
        finally:
            loss.go.set()
        first.result(60)
    nn.fit(second(stack), X, Y, epochs=1)  # and afterwards it is free again


def interrupt_twice(loss):
    """Ctrl-C in the middle of a training step, and again before it has ended."""
    assert loss.started.wait(60)
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)
    loss.go.set()


def test_an_interrupted_fit_leaves_no_thread_that_trains():
    stack, loss = nn.mlp(2, 8, 3, networks=130), Waiting()
    threading.Thread(target=interrupt_twice, args=[loss]).start()
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        nn.fit(stack, X, Y, loss=loss, epochs=10**6, workers=2)
    assert loss.go.is_set()
    assert threading.active_count() <= before
    nn.fit(stack, X[:, :9], Y[:9], epochs=1)


class FailsForOne(nn.CrossEntropy):
    """131 networks are trained in chunks of 43, 44 and 44."""

    def evaluate(self, scores, y, buffers):
        if len(scores) == 44:
            raise RuntimeError("44 networks")
        return super().evaluate(scores, y, buffers)


def test_an_error_in_one_chunk_ends_the_others():
    with pytest.raises(RuntimeError, match="44 networks"):
        nn.fit(nn.mlp(2, 8, 3, networks=131), X[:, :9], Y[:9], FailsForOne(), epochs=10**9, workers=3)


def test_gradients_of_a_thread_are_its_own():
    net = nn.mlp(2, 3, 3)
    mine = net.loss_and_grad(X, Y)[1]
    kept = mine.copy()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(lambda: net.loss_and_grad(X[:, :5], Y[:5])[1]).result()
        assert not pool.submit(lambda: net.copy().grads.any()).result()
    np.testing.assert_array_equal(mine, kept)
    assert net.grads is mine
    assert not np.shares_memory(mine, other)


CHILD = """
import os, signal, sys, threading, matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import nnlib as nn
from nnlib import plot
from tests.nnlib.test_threads import Waiting, X, Y
stack, loss = nn.mlp(2, 8, 3, networks=3), Waiting()
threading.Thread(target=nn.fit, args=[stack, X, Y, loss], kwargs={"epochs": 1}).start()
drawn = threading.Event()
def draw():
    while not loss.go.is_set():
        plt.close(plot.decision_regions(nn.mlp(2, 3), X, Y))
        drawn.set()
threading.Thread(target=draw).start()
assert loss.started.wait(60) and drawn.wait(60)
codes = []
for _ in range(3):
    if not (child := os.fork()):
        signal.alarm(30)
        try:
            nn.fit(stack, X[:, :9], Y[:9], epochs=1)
            plot.activation(nn.relu)
        except BaseException as problem:
            print(problem, flush=True)
            os._exit(1)
        os._exit(0)
    codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
loss.go.set()
sys.exit(any(codes))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_trains_and_draws_though_a_thread_of_its_parent_did():
    found = subprocess.run([sys.executable, "-W", "ignore", "-c", CHILD], timeout=120, capture_output=True, text=True,
                           cwd=Path(nn.__file__).parents[1])
    assert (found.returncode, found.stdout) == (0, "")
