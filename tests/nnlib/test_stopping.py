"""Early stopping: the rule recomputed from a run that never stops."""

import numpy as np
import pytest

import nnlib as nn


def problem():
    """Few samples with a third of the labels wrong: validation loss falls, then rises."""
    rng = np.random.default_rng(2)
    X, Xv = rng.normal(size=(2, 4, 24))
    y, yv = (X[0] > 0).astype(int), (Xv[0] > 0).astype(int)
    y[:8] = 1 - y[:8]
    return X, y, (Xv, yv)


def net(networks=None, dtype="float64"):
    return nn.mlp(4, 12, 2, rng=1, networks=networks, dtype=dtype)


OPTIONS = {"optimizer": nn.SGD(0.3, 0.9), "batch_size": 6, "rng": 4}


def run(one, epochs, **options):
    X, y, validation = problem()
    return nn.fit(one, X, y, epochs=epochs, validation=validation, **OPTIONS, **options)


def rule(losses, patience):
    """Best epoch, and how many epochs were run."""
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch + 1


@pytest.mark.parametrize("patience", [1, 2, 5, 50])
def test_one_network(patience):
    losses = run(net(), 25).val_loss
    best, ran = rule(losses, patience)
    stopped = net()
    history = run(stopped, 25, patience=patience)
    assert history.best_epoch == best
    assert isinstance(history.best_epoch, int)
    np.testing.assert_array_equal(history.val_loss, losses[:ran])
    assert len(history.loss) == len(history.accuracy) == len(history.val_accuracy) == ran
    _, _, (Xv, yv) = problem()
    assert nn.CrossEntropy()(stopped(Xv), yv) == pytest.approx(losses[best], rel=1e-12)
    so_far = net()
    run(so_far, best + 1)
    np.testing.assert_array_equal(stopped.params, so_far.params)


@pytest.mark.parametrize("networks", [3, 20])
@pytest.mark.parametrize("patience", [1, 3])
def test_each_network_of_a_stack(networks, patience):
    losses = run(net(networks), 25).val_loss
    stopped = net(networks)
    history = run(stopped, 25, patience=patience)
    best, ran = np.array([rule(column, patience) for column in losses.T]).T
    np.testing.assert_array_equal(history.best_epoch, best)
    assert history.best_epoch.dtype.kind == "i"
    assert len(set(ran)) > 1  # they stop at different times,
    assert len(history.val_loss) == ran.max()  # the last one ends it,
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        found = getattr(history, name)
        for r in range(networks):  # and who has stopped has no more entries
            assert np.isfinite(found[: ran[r], r]).all()
            assert np.isnan(found[ran[r] :, r]).all()
    _, _, (Xv, yv) = problem()
    restored = nn.CrossEntropy()(stopped(Xv), yv)
    np.testing.assert_allclose(restored, losses[best, np.arange(networks)], rtol=1e-12)


def test_problem_is_a_real_one():
    """The best epoch is inside, so that restoring and stopping are put to the test."""
    losses = run(net(), 25).val_loss
    assert 1 <= losses.argmin() <= 20
    assert losses[-1] > 1.05 * losses.min()


def test_without_patience_the_last_parameters_stay():
    one, far = net(), net()
    history = run(one, 10)
    run(far, 10, patience=100)
    assert history.best_epoch == 9
    _, _, (Xv, yv) = problem()
    assert nn.CrossEntropy()(one(Xv), yv) == pytest.approx(history.val_loss[-1], rel=1e-12)
    assert nn.CrossEntropy()(far(Xv), yv) == pytest.approx(history.val_loss.min(), rel=1e-12)


def test_equal_loss_is_no_progress():
    """A network that cannot move never gets lower than its first epoch."""
    still = nn.Network(nn.Linear(4, 2))
    before = still.params.copy()
    X, y, validation = problem()
    options = {"optimizer": nn.SGD(1e-300), "validation": validation, "patience": 4}
    history = nn.fit(still, X, y, epochs=50, **options)
    assert history.best_epoch == 0
    assert len(history.loss) == 5
    np.testing.assert_allclose(still.params, before, atol=1e-290)


def test_a_finished_network_cannot_spoil_the_stack():
    """The first of two would diverge, but its best parameters are safe and the other trains on."""
    pair = nn.Network(nn.Linear(1, 1), nn.Linear(1, 1), networks=2)
    pair[0].W, pair[1].W = np.array([[[4.0]], [[0.5]]]), np.array([[[4.0]], [[0.5]]])
    X, y = np.ones((1, 1)), np.zeros((1, 1))
    options = {"loss": nn.MSE(), "optimizer": nn.SGD(0.02), "epochs": 30, "validation": (X, y)}
    alone = pair.select(0).copy()
    alone[0].W, alone[1].W = -9.0, 9.0
    with pytest.raises(nn.Diverged):
        nn.fit(alone, X, y, **options)
    pair[0].W[0], pair[1].W[0] = -9, 9
    history = nn.fit(pair, X, y, patience=1, **options)
    best = pair.select(0)(X) ** 2
    assert best == pytest.approx(history.val_loss[0, 0])
    np.testing.assert_array_equal(history.best_epoch, [0, 29])
