"""Arrays that are not plain, and networks that travel: right, or refused with a sentence."""

import copy
import multiprocessing
import pickle

import joblib
import numpy as np
import pytest

import nnlib as nn

rng = np.random.default_rng(0)
X = rng.normal(size=(3, 12)).astype("float16").astype(float)  # exact in every dtype below
Y = np.arange(12) % 2
REST = ["float32", "float64", ">f4", ">f8", "float16", "longdouble"]


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def mapped(a, path):
    np.save(path, a)
    return np.load(path, mmap_mode="r")


class Sub(np.ndarray):
    """A subclass whose products would be something else."""

    def __array_ufunc__(self, *args, **kwargs):
        raise AssertionError("a subclass came through")


ODD = {
    "read-only": read_only,
    "Fortran": np.asfortranarray,
    "negative strides": lambda a: a[..., ::-1].copy()[..., ::-1],
    "every second": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "subclass": lambda a: a.copy().view(Sub),
    "list": lambda a: a.tolist(),
    "masked nowhere": lambda a: np.ma.array(a),
    "record field": lambda a: np.rec.fromarrays([a]).f0,
    "other byte order": lambda a: a.astype(a.dtype.newbyteorder("S")),
    "broadcast": lambda a: np.broadcast_to(a, a.shape),
    "memory map": None,
}


def given(name, a, tmp_path):
    return mapped(a, tmp_path / f"{a.ndim}.npy") if name == "memory map" else ODD[name](a)


@pytest.mark.parametrize("name", ODD)
def test_data(name, tmp_path):
    plain, odd = nn.mlp(3, 4, 2), nn.mlp(3, 4, 2)
    x, y = given(name, X, tmp_path), given(name, Y, tmp_path)
    wanted, found = (
        nn.fit(net, *data, epochs=3, batch_size=5, validation=data, patience=2).loss
        for net, data in ((plain, (X, Y)), (odd, (x, y)))
    )
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(odd.params, plain.params)
    np.testing.assert_array_equal(odd(x), plain(X))
    assert nn.accuracy(odd, x, y) == nn.accuracy(plain, X, Y)
    assert type(odd(x)) is type(nn.sigmoid(x)) is type(odd.loss_and_grad(x, y)[1]) is np.ndarray
    np.testing.assert_array_equal(nn.sigmoid(x), nn.sigmoid(X))
    assert nn.MSE()(x, x) == 0
    odd[0].W = given(name, X[:, :4].T.copy(), tmp_path)
    np.testing.assert_array_equal(odd[0].W, X[:, :4].T)


@pytest.mark.parametrize("dtype", REST)
def test_every_float(dtype):
    net, f = nn.mlp(3, 4, 2), nn.gelu
    np.testing.assert_array_equal(net(X.astype(dtype)), net(X))
    assert f(X.astype(dtype)).dtype == ("float32" if dtype in ("float32",) else "float64")
    np.testing.assert_allclose(f.derivative(X.astype(dtype)), f.derivative(X), rtol=1e-6)


@pytest.mark.parametrize(
    "zero", [5, 0.5, np.float32(2), np.array(2), np.array(-1.5, ">f8"), np.array(3, "uint64")]
)
def test_numbers_without_axes(zero):
    assert np.shape(nn.tanh(zero)) == np.shape(nn.tanh.derivative(zero)) == ()
    assert nn.tanh(zero) == pytest.approx(np.tanh(float(zero)), rel=1e-6)


def test_optimizers_take_any_strides():
    wide, g = np.ones((4, 6)), np.ones((4, 3))
    nn.SGD(0.5).step(wide[:, ::2], g)
    np.testing.assert_array_equal(wide, np.tile([0.5, 1], (4, 3)))


def through_joblib(net, tmp_path):
    joblib.dump(net, tmp_path / "net.joblib")
    return joblib.load(tmp_path / "net.joblib", mmap_mode="r")


TRAVEL = {
    "pickle": lambda net, _: pickle.loads(pickle.dumps(net)),
    "pickle, oldest": lambda net, _: pickle.loads(pickle.dumps(net, 2)),
    "copy": lambda net, _: copy.copy(net),
    "deepcopy": lambda net, _: copy.deepcopy(net),
    "net.copy": lambda net, _: net.copy(),
    "joblib": through_joblib,
}


@pytest.mark.parametrize("networks", [None, 3])
@pytest.mark.parametrize("name", TRAVEL)
def test_a_network_travels(name, networks, tmp_path):
    net = nn.mlp(3, 300, 2, networks=networks)
    nn.predict(net, X)
    other = TRAVEL[name](net, tmp_path)
    np.testing.assert_array_equal(other(X), net(X))
    if name == "copy":  # a shallow one shares the parameters
        assert np.shares_memory(other.params, net.params)
        return
    losses = [nn.fit(one, X, Y, epochs=2).loss for one in (other, net)]
    np.testing.assert_array_equal(*losses)
    np.testing.assert_array_equal(other.params, net.params)
    assert not np.shares_memory(other.params, net.params)
    assert np.shares_memory(other[0].W, other.params)


def trained(net):
    """What another process makes of a network."""
    before = net(X)
    return before, nn.fit(net, X, Y, epochs=2).loss, net


def assert_trained(found, net):
    before, loss, other = found
    np.testing.assert_array_equal(before, net(X))
    again = net.copy()
    np.testing.assert_array_equal(loss, nn.fit(again, X, Y, epochs=2).loss)
    np.testing.assert_array_equal(other.params, again.params)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_network_in_another_process(method):
    net = nn.mlp(3, 20, 2, activation=nn.PReLU)
    net(X)
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    with multiprocessing.get_context(method).Pool(1) as pool:
        assert_trained(pool.apply_async(trained, (net,)).get(120), net)


def test_joblib_maps_a_large_network_into_its_workers():
    net = nn.mlp(3, 40_000, 2)  # beyond 1 MB joblib hands on a read-only memory map
    for found in joblib.Parallel(n_jobs=2)(joblib.delayed(trained)(net) for _ in range(2)):
        assert_trained(found, net)


def test_other_things_travel():
    for f in (nn.sigmoid, nn.prelu):
        assert pickle.loads(pickle.dumps(f)) is copy.deepcopy(f) is f
    history = nn.fit(nn.mlp(3, 4, 2), X, Y, epochs=2)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(history)).loss, history.loss)
    with pytest.raises(nn.Diverged) as caught:
        nn.fit(nn.mlp(3, 1), X * 1e200, X[:1], nn.MSE())
    other = pickle.loads(pickle.dumps(caught.value))
    assert (str(other), other.epochs, len(other.history.loss)) == (str(caught.value), {0: 0}, 1)
