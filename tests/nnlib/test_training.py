"""Training: against loops written out here, one among many, the same bits, divergence."""

import copy
import inspect
import tracemalloc
import warnings
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context

import numpy as np
import pytest

import nnlib as nn
from nnlib import layers
from nnlib._common.threads import one_blas_thread, start_worker

FLOATS = ["float32", "float64"]


def problem(n=50, seed=0):
    """Two classes that overlap, 3 features."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    return rng.normal(size=(3, n)) + 0.8 * y, y


def quiet(rng=0, **options):
    """A network without noise."""
    return nn.Network(
        nn.Linear(3, 6), nn.Tanh(), nn.Maxout(6, 4), nn.PReLU(), nn.Linear(4, 2), rng=rng, **options
    )


def noisy(**options):
    return nn.mlp(3, 6, 2, dropout=0.3, input_noise=0.2, rng=5, **options)


class Spy(layers.Layer):
    """Remembers the batches of training, which alone come with a generator."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x, rng=None):
        if rng is not None:
            self.seen.append(x.copy())
        return x

    def backward(self, dy, need_dx=True):
        return dy


def spied(X, y, batch_size, epochs, **options):
    """The column numbers of every minibatch, and what was trained."""
    net = nn.Network(Spy(), nn.Linear(3, 2))
    history = nn.fit(net, X, y, batch_size=batch_size, epochs=epochs, **options)
    columns = {column.tobytes(): i for i, column in enumerate(X.T)}
    return [[columns[c.tobytes()] for c in part.T] for part in net[0].seen], net, history


# --- what is trained on


@pytest.mark.parametrize(
    ("n", "batch_size", "sizes"),
    [
        (10, 4, [4, 4, 2]),
        (10, 5, [5, 5]),
        (10, 10, [10]),
        (10, 128, [10]),
        (10, None, [10]),
        (3, 2, [2, 1]),
        (1, 1, [1]),
        (4, 1, [1, 1, 1, 1]),
    ],
)
def test_every_sample_once_an_epoch(n, batch_size, sizes):
    X, y = problem(n)
    parts, _, _ = spied(X, y, batch_size, epochs=3)
    assert [len(part) for part in parts] == 3 * sizes
    for epoch in range(3):
        seen = [*chain(*parts[epoch * len(sizes) : (epoch + 1) * len(sizes)])]
        assert sorted(seen) == list(range(n))


def test_every_epoch_is_shuffled_anew():
    parts, _, _ = spied(*problem(30), batch_size=10, epochs=4)
    orders = [[*chain(*parts[3 * k : 3 * k + 3])] for k in range(4)]
    assert all(order != sorted(order) for order in orders)
    assert len({tuple(order) for order in orders}) == 4


def softmax_regression(W, b, X, y, l2):
    """Loss and gradients, from the formulas."""
    s = W @ X + b
    p = np.exp(s - s.max(axis=0))
    p /= p.sum(axis=0)
    loss = -np.log(p[y, np.arange(len(y))]).mean() + 0.5 * l2 * (W**2).sum()
    p[y, np.arange(len(y))] -= 1
    return loss, p @ X.T / len(y) + l2 * W, p.mean(axis=1, keepdims=True)


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_equals_a_loop_by_hand(batch_size, l2):
    """Gradient descent with momentum 0.9 on the batches that fit took, 25 epochs."""
    X, y = problem()
    options = {"optimizer": nn.SGD(0.2, momentum=0.9), "l2": l2}
    parts, net, history = spied(X, y, batch_size, epochs=25, **options)
    start = nn.Network(nn.Linear(3, 2))
    W, b = start[0].W.copy(), start[0].b.copy()
    vW, vb = np.zeros_like(W), np.zeros_like(b)
    per_epoch = len(parts) // 25
    for epoch in range(25):
        mean = 0.0
        for part in parts[epoch * per_epoch : (epoch + 1) * per_epoch]:
            loss, dW, db = softmax_regression(W, b, X[:, part], y[part], l2)
            vW, vb = 0.9 * vW + dW, 0.9 * vb + db
            W, b = W - 0.2 * vW, b - 0.2 * vb
            mean += loss * len(part) / 50
        assert history.loss[epoch] == pytest.approx(mean, rel=1e-10)
        right = ((W @ X + b).argmax(axis=0) == y).mean()
        assert history.accuracy[epoch] == right
    np.testing.assert_allclose(net[1].W, W, rtol=1e-9)
    np.testing.assert_allclose(net[1].b, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n", [300, 600])
@pytest.mark.parametrize("n_validation", [300, 600])
def test_equals_the_steps_of_the_network_bit_for_bit(n, n_validation):
    """Although fit makes NumPy's buffers smaller: those of rows of 300 and of 600 samples hold 512 numbers."""
    X, y = problem(n)
    X, validation, loss, epochs = np.asfortranarray(X), problem(n_validation, 1), nn.CrossEntropy(), 5
    net, wanted = quiet(), quiet()
    optimizer, losses, val_losses = nn.Adam(0.05), [], []
    before = np.getbufsize()
    history = nn.fit(net, X, y, loss, optimizer, epochs=epochs, batch_size=None, validation=validation)
    assert np.getbufsize() == before
    for _ in range(epochs):
        value, grads = wanted.loss_and_grad(X, y, loss)
        optimizer.step(wanted.params, grads)
        losses.append(value)
        val_losses.append(loss(wanted(validation[0]), validation[1]))
    np.testing.assert_array_equal(net.params, wanted.params)
    np.testing.assert_array_equal(history.loss, losses)
    np.testing.assert_array_equal(history.val_loss, val_losses)


# --- history


def test_what_is_not_said_is_as_the_contract_says():
    said = {name: one.default for name, one in inspect.signature(nn.fit).parameters.items()}
    assert {"epochs": 20, "batch_size": 128, "l2": 0.0, "patience": None, "rng": 0}.items() <= said.items()


@pytest.mark.parametrize("networks", [None, 3])
def test_history(networks):
    """Each entry measured again on a network trained just so far."""
    (X, y), (Xv, yv) = problem(), problem(20, seed=1)
    options = {"batch_size": 16, "l2": 0.01, "loss": nn.Hinge(), "validation": (Xv, yv)}
    history = nn.fit(noisy(networks=networks), X, y, epochs=4, **options)
    for values in (history.loss, history.accuracy, history.val_loss, history.val_accuracy):
        assert values.shape == ((4,) if networks is None else (4, networks))
        assert values.dtype.kind == "f"
    assert np.all(history.best_epoch == 3)
    assert np.shape(history.best_epoch) == (() if networks is None else (networks,))
    for epochs in (1, 2, 3, 4):
        net = noisy(networks=networks)
        nn.fit(net, X, y, epochs=epochs, **options)
        np.testing.assert_allclose(history.accuracy[epochs - 1], nn.accuracy(net, X, y), rtol=1e-12)
        np.testing.assert_allclose(
            history.val_accuracy[epochs - 1], nn.accuracy(net, Xv, yv), rtol=1e-12
        )
        np.testing.assert_allclose(
            history.val_loss[epochs - 1], nn.Hinge()(net(Xv), yv), rtol=1e-10
        )


@pytest.mark.parametrize("networks", [None, 3])
def test_what_is_not_measured_is_empty(networks):
    X, y = problem()
    history = nn.fit(quiet(networks=networks), X, y, epochs=2, measure_accuracy=False)
    assert len(history.loss) == 2
    assert history.accuracy.size == history.val_loss.size == history.val_accuracy.size == 0
    squares = nn.fit(
        quiet(networks=networks), X, X[:2], loss=nn.MSE(), epochs=2, validation=(X, X[:2])
    )  # no classes
    assert squares.accuracy.size == squares.val_accuracy.size == 0
    assert len(squares.val_loss) == 2


def test_measuring_changes_nothing():
    X, y = problem()
    nets = [noisy(), noisy(), noisy()]
    nn.fit(nets[0], X, y, epochs=3)
    nn.fit(nets[1], X, y, epochs=3, measure_accuracy=False)
    nn.fit(nets[2], X, y, epochs=3, validation=problem(9, seed=2), progress=True)
    np.testing.assert_array_equal(nets[0].params, nets[1].params)
    np.testing.assert_array_equal(nets[0].params, nets[2].params)


@pytest.mark.parametrize("loss", [nn.CrossEntropy(), nn.Hinge(), nn.MSE()], ids=repr)
@pytest.mark.parametrize(
    "optimizer", [nn.SGD(0.05, 0.9), nn.RMSProp(0.01), nn.Adam(0.01)], ids=repr
)
def test_learns(loss, optimizer):
    X, y = problem()
    targets = np.stack([y == 0, y == 1]).astype(float) if isinstance(loss, nn.MSE) else y
    net = quiet()
    history = nn.fit(net, X, targets, loss=loss, optimizer=optimizer, epochs=60, batch_size=10)
    assert history.loss[-1] < 0.7 * history.loss[0]
    assert nn.accuracy(net, X, y) > 0.8


# --- one among many


@pytest.mark.parametrize("networks", [5, 150])
@pytest.mark.parametrize("dtype", FLOATS)
def test_trained_in_a_stack_as_alone(networks, dtype):
    """150 networks take several chunks, here 3."""
    (X, y), validation = problem(), problem(20, seed=1)
    options = {"epochs": 3, "batch_size": 16, "l2": 0.01, "optimizer": nn.Adam(0.01)}
    options["validation"] = validation
    stack = quiet(networks=networks, dtype=dtype)
    alone = [stack.select(r).copy() for r in range(networks)]
    together = nn.fit(stack, X, y, **options)
    close = {"rtol": 1e-3, "atol": 1e-4} if dtype == "float32" else {"rtol": 1e-12, "atol": 1e-12}
    assert stack.params.dtype == dtype
    for r in {0, 4, networks // 2, networks - 1}:
        history = nn.fit(alone[r], X, y, **options)
        np.testing.assert_allclose(stack.params[r], alone[r].params, **close)
        for name in ("loss", "val_loss"):
            np.testing.assert_allclose(
                getattr(together, name)[:, r], getattr(history, name), **close
            )
        if dtype == "float64":
            np.testing.assert_array_equal(together.accuracy[:, r], history.accuracy)
            np.testing.assert_array_equal(together.val_accuracy[:, r], history.val_accuracy)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("networks", [5, 150])
def test_workers_do_not_matter(networks, dtype):
    X, y = problem()
    found = []
    for workers in (1, 2, 3, None):
        net = noisy(networks=networks, dtype=dtype)
        history = nn.fit(net, X, y, epochs=3, batch_size=16, workers=workers)
        found.append((net.params, history.loss, history.accuracy))
    for other in found[1:]:
        for first, second in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(first, second)


def test_chunks_have_their_own_noise():
    """Networks that start alike part ways under dropout, also across chunks."""
    X, y = problem()
    net = noisy(networks=150)
    net.params[...] = net.params[0]
    nn.fit(net, X, y, epochs=1)
    assert len({row.tobytes() for row in net.params}) == 150


def test_memory_grows_with_the_chunk_and_not_with_the_stack():
    X, y = np.ones((2, 1500)), np.arange(1500) % 2
    peaks = []
    for networks in (128, 512):  # 2 chunks of 64, and 8
        net = nn.mlp(2, 20, 2, networks=networks, dtype="float32")
        tracemalloc.start()
        nn.fit(net, X, y, epochs=1, batch_size=None, workers=1, measure_accuracy=False)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


# --- the same bits, and nothing else touched


def trained(rng, **options):
    net = noisy()
    nn.fit(net, *problem(), epochs=2, batch_size=16, rng=rng, **options)
    return net.params


def test_rng():
    np.testing.assert_array_equal(trained(3), trained(3))
    np.testing.assert_array_equal(trained(3), trained(np.random.default_rng(3)))
    np.testing.assert_array_equal(trained(0), trained(np.int64(0)))
    assert (trained(3) != trained(4)).any()
    source = np.random.default_rng(3)
    assert (trained(source) != trained(source)).any()  # a generator moves on
    state = np.random.get_state()[1].copy()
    trained(3)
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_rng_is_0_by_default():
    net = noisy()
    nn.fit(net, *problem(), epochs=2, batch_size=16)
    np.testing.assert_array_equal(net.params, trained(0))


def test_noise_and_order_are_separate():
    """Dropout in a network does not change which samples come when."""
    X, y = problem(20)
    plain, _, _ = spied(X, y, 6, 2)
    net = nn.Network(Spy(), nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 2))
    nn.fit(net, X, y, batch_size=6, epochs=2)
    columns = {column.tobytes(): i for i, column in enumerate(X.T)}
    assert [[columns[c.tobytes()] for c in part.T] for part in net[0].seen] == plain


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("batch_size", [16, None])
def test_data_is_left_alone(dtype, order, batch_size):
    X, y = problem()
    X = np.asarray(X, dtype=dtype, order=order)
    kept = X.copy(), y.copy()
    net = noisy(dtype=dtype)
    X.flags.writeable = y.flags.writeable = False
    nn.fit(net, X, y, epochs=2, batch_size=batch_size, validation=(X, y), patience=1)
    np.testing.assert_array_equal(X, kept[0])
    np.testing.assert_array_equal(y, kept[1])
    assert net.params.dtype == net.grads.dtype == dtype


def test_layout_of_data_is_nothing():
    X, y = problem()
    nets = [noisy() for _ in range(4)]
    wide = np.zeros((6, 100))
    wide[::2, ::2] = X
    for net, same in zip(nets, (X, np.asfortranarray(X), wide[::2, ::2], X.tolist()), strict=True):
        nn.fit(net, same, y.tolist() if same is X else y, epochs=2, batch_size=16)
        np.testing.assert_array_equal(net.params, nets[0].params)


@pytest.mark.parametrize(
    "optimizer", [nn.SGD(0.05, 0.9), nn.RMSProp(0.01), nn.Adam(0.01)], ids=repr
)
def test_optimizer_is_left_alone_and_starts_fresh(optimizer):
    """fit works on a copy without the memory of former steps."""
    first = trained(0, optimizer=optimizer)
    before = copy.deepcopy(vars(optimizer))
    np.testing.assert_array_equal(trained(0, optimizer=optimizer), first)
    assert repr(vars(optimizer)) == repr(before)
    used = copy.deepcopy(optimizer)
    for _ in range(5):
        used.step(np.ones_like(first), np.full_like(first, 3.0))
    np.testing.assert_array_equal(trained(0, optimizer=used), first)


def test_training_goes_on_from_where_it_was():
    """fit changes the network it is given: two calls are not one from the start."""
    net, (X, y) = quiet(), problem()
    losses = np.concatenate([nn.fit(net, X, y, epochs=5).loss for _ in range(4)])
    assert losses[-1] < losses[5] < losses[0]


# --- divergence


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_network_that_diverges_keeps_the_parameters_from_before_that_epoch(dtype):
    X, _ = problem()
    T = X[:1] * 3
    options = {"loss": nn.MSE(), "optimizer": nn.SGD(lr=40.0), "batch_size": None}

    def linear():
        return nn.Network(nn.Linear(3, 4), nn.Linear(4, 1), dtype=dtype)

    net, again = linear(), linear()
    message = r"infinity in epoch (\d+) with learning rate 40\. Lower the learning rate"
    with pytest.raises(nn.Diverged, match=message) as caught:
        nn.fit(net, X, T, epochs=500, **options)
    epoch = caught.value.epochs[0]
    assert f"in epoch {epoch} " in str(caught.value)
    nn.fit(again, X, T, epochs=epoch, **options)
    np.testing.assert_array_equal(net.params, again.params)
    with pytest.raises(nn.Diverged):
        nn.fit(again, X, T, epochs=1, **options)
    assert issubclass(nn.Diverged, ValueError)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("patience", [None, 200])
@pytest.mark.parametrize(("networks", "wild"), [
    (3, {1: 1e3}), (150, {0: 1e100, 77: 1e3, 149: 30.0}), (2, {0: 1e3, 1: 1e9}),
])
def test_a_stack_says_which_networks_diverged_and_trains_the_others(networks, wild, patience, workers):
    """Each network of the stack ends as it would alone; here they differ in the scale of their weights."""
    X, _ = problem()
    T = X[:1] * 3
    options = {"loss": nn.MSE(), "optimizer": nn.SGD(lr=0.01), "batch_size": None, "epochs": 40,
               "validation": (X, T), "patience": patience, "workers": workers}
    net = nn.Network(nn.Linear(3, 4), nn.Linear(4, 1), networks=networks)
    net.params *= 0.1
    for r, scale in wild.items():
        net.params[r] += scale
    alone = net.copy()
    with pytest.raises(nn.Diverged) as caught:
        nn.fit(net, X, T, **options)
    assert set(caught.value.epochs) == set(wild)
    assert len(set(caught.value.epochs.values())) > 1 or networks == 3
    for r in {*wild, networks - 1}:
        one = nn.Network(nn.Linear(3, 4), nn.Linear(4, 1))
        one.params[:] = alone.params[r]
        if r in wild:
            with pytest.raises(nn.Diverged) as single:
                nn.fit(one, X, T, **options)
            assert single.value.epochs[0] == caught.value.epochs[r]
            assert f"network {r} in epoch {caught.value.epochs[r]}" in str(caught.value)
        else:
            nn.fit(one, X, T, **options)
        np.testing.assert_allclose(net.params[r], one.params, rtol=1e-12)
    assert np.isfinite(net.params).all()


def test_divergence_is_one_error_without_warnings():
    """Also where the scores overflow an epoch before the parameters do."""
    net = nn.Network(nn.Linear(1, 1), nn.Linear(1, 1))
    net[0].W, net[1].W = -9.0, 9.0
    X, y = np.ones((1, 1)), np.zeros((1, 1))
    options = {"loss": nn.MSE(), "optimizer": nn.SGD(0.02), "validation": (X, y)}
    before = np.getbufsize()
    with warnings.catch_warnings(action="error"), pytest.raises(nn.Diverged):
        nn.fit(net, X, y, epochs=30, **options)
    assert np.getbufsize() == before


BAD_VALIDATION = {  # a loss, and validation data with which it is infinite or NaN in every epoch
    "squares beyond float64": (nn.MSE(), "float64", np.ones((1, 4)), 1e200),
    "scores beyond float32": (nn.CrossEntropy(), "float32", np.full((1, 4), 3e38), 1),
}


@pytest.mark.parametrize("patience", [None, 3])
@pytest.mark.parametrize("networks", [None, 3])
@pytest.mark.parametrize("name", BAD_VALIDATION)
def test_a_validation_loss_that_is_never_finite_is_divergence(name, networks, patience):
    loss, dtype, Xv, target = BAD_VALIDATION[name]
    net = nn.Network(nn.Linear(1, 2 if loss.classifies else 1), dtype=dtype, networks=networks)
    net[0].W = 9.0
    before = net.params.copy()
    X, y = np.ones((1, 4)), np.zeros(4, int if loss.classifies else float)
    yv = np.full(4, target, y.dtype)
    with pytest.raises(nn.Diverged, match=r"epoch 0.*scale the inputs, the targets and the validation data") as caught:
        nn.fit(net, X, y, loss=loss, epochs=9, validation=(Xv, yv), patience=patience)
    assert caught.value.epochs == dict.fromkeys(range(networks or 1), 0)
    np.testing.assert_array_equal(net.params, before)
    assert np.all(caught.value.history.best_epoch == -1)
    assert np.shape(caught.value.history.best_epoch) == (() if networks is None else (networks,))


class Scripted(nn.MSE):
    """Gives the validation losses of a script, epoch by epoch; the training loss is as ever."""

    def __init__(self, script):
        self.script = iter(np.asarray(script, float))

    def evaluate(self, scores, y, buffers):
        value, grad = super().evaluate(scores, y, buffers)
        return (next(self.script), grad) if scores.shape[-1] == 7 else (value, grad)


@pytest.mark.parametrize(("script", "best", "diverged"), [  # of three networks, by epoch
    ([[3, 3, 3], [2, np.nan, 2], [1, 1, 3], [4, 1, 1]], [2, 0, 3], {1: 1}),
    ([[np.inf, 3, 3], [2, 2, np.nan], [1, 1, 1], [4, 4, 4]], [-1, 2, 0], {0: 0, 2: 1}),
    ([[1, 3, 3], [2, 2, 2], [3, -np.inf, 1], [np.nan, 1, 0]], [0, 1, 3], {1: 2}),  # the first had stopped
])
def test_validation_losses_that_are_not_finite_in_some_of_a_stack(script, best, diverged):
    rng = np.random.default_rng(0)
    data, validation = ((rng.normal(size=(2, n)), np.zeros((1, n))) for n in (5, 7))
    so_far = []
    for epochs in range(5):
        net = nn.Network(nn.Linear(2, 1), networks=3)
        if epochs:
            nn.fit(net, *data, nn.MSE(), epochs=epochs)
        so_far.append(net.params)
    net = nn.Network(nn.Linear(2, 1), networks=3)
    with pytest.raises(nn.Diverged) as caught:
        nn.fit(net, *data, Scripted(script), epochs=4, validation=validation, patience=2)
    history = caught.value.history
    assert caught.value.epochs == diverged
    assert history.best_epoch.tolist() == best
    for r, epoch in diverged.items():
        assert f"network {r} in epoch {epoch}" in str(caught.value)
        for measured in (history.loss, history.val_loss):
            assert np.isfinite(measured[:epoch, r]).all()
            assert np.isnan(measured[epoch:, r]).all()
    for r in range(3):
        np.testing.assert_allclose(net.params[r], so_far[history.best_epoch[r] + 1][r], rtol=1e-12)


@pytest.mark.parametrize("networks", [None, 150])
def test_the_history_of_training_that_went_wrong_is_in_the_error(networks):
    X, _ = problem()
    net = nn.Network(nn.Linear(3, 4), nn.Linear(4, 1), networks=networks)
    net.params *= 0.1
    options = {"loss": nn.MSE(), "optimizer": nn.SGD(0.01), "batch_size": None, "validation": (X, X[:1])}
    good = nn.fit(net.copy(), X, X[:1], epochs=8, **options)
    net.params[77 if networks else ...] += 3e2
    with pytest.raises(nn.Diverged) as caught:
        nn.fit(net, X, X[:1], epochs=8, **options)
    history = caught.value.history
    if networks:
        others = np.arange(networks) != 77
        for name in ("loss", "val_loss", "best_epoch"):
            found, wanted = (getattr(h, name)[..., others] for h in (history, good))
            np.testing.assert_allclose(found, wanted, rtol=1e-12)
    epoch, = caught.value.epochs.values()
    assert epoch > 0
    lost = history.loss[:, 77] if networks else history.loss
    assert np.isfinite(lost[:epoch]).all()
    assert np.isnan(lost[epoch:]).all()


# --- progress


@pytest.mark.parametrize("networks", [None, 150])
def test_progress_bar(networks, capsys):
    X, y = problem()
    nn.fit(noisy(networks=networks), X, y, epochs=3)
    assert capsys.readouterr() == ("", "")
    nn.fit(noisy(networks=networks), X, y, epochs=3, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "100%" in err
    assert "3/3" in err or "9/9" in err  # epochs, of each of the three chunks
    assert "epoch" in err


def blas_threads():
    return {pool["num_threads"] for pool in pytest.importorskip("threadpoolctl").threadpool_info()}


def test_a_worker_has_one_blas_thread_for_good():
    with pytest.importorskip("threadpoolctl").threadpool_limits(2):
        assert blas_threads() == {2}
        with ProcessPoolExecutor(1, get_context("fork"), initializer=start_worker) as pool:
            assert pool.submit(blas_threads).result() == {1}


def test_one_blas_thread_and_then_as_before():
    threadpoolctl, threads = pytest.importorskip("threadpoolctl"), blas_threads
    with threadpoolctl.threadpool_limits(2):
        before = threads()
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == before
        first, second = one_blas_thread(), one_blas_thread()
        first.__enter__()
        second.__enter__()  # in another thread, say
        first.__exit__(None, None, None)
        assert threads() == {1}
        second.__exit__(None, None, None)
        assert threads() == before


def test_data_that_are_views_of_the_parameters_are_those_from_before():
    """Training would change them under its own eyes."""
    eye, found = np.eye(2), []
    for own in (lambda view: view, np.copy):
        net = nn.mlp(2, 2, 2)
        found.append([
            nn.fit(net, eye, [0, 1], validation=(own(net[0].W), [0, 1]), epochs=3).val_loss,
            nn.fit(net, own(net[0].W.T), [0, 1], batch_size=1, epochs=3).loss,
            nn.fit(net, own(net[0].W), [0, 1], batch_size=None, epochs=3).loss,
            nn.fit(net, eye, own(net[0].W), nn.MSE(), batch_size=1, epochs=3).loss, net.params,
        ])
    for with_views, with_copies in zip(*found, strict=True):
        np.testing.assert_array_equal(with_views, with_copies)
