"""Networks: counts, views, scores tile by tile, copies, one among many."""

import copy
import pickle
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnlib as nn

FLOATS = ["float32", "float64"]
STACKS = [None, 1, 5]


def every_kind(**options):
    """A network with a layer of every kind."""
    layers = [
        nn.GaussianNoise(0.1), nn.Linear(3, 6), nn.Sigmoid(), nn.Linear(6, 6, init="xavier"), nn.Tanh(),
        nn.ReLU(), nn.Maxout(6, 5, pieces=3), nn.LeakyReLU(0.3), nn.PReLU(), nn.ELU(), nn.Dropout(0.4),
        nn.GELU(), nn.SiLU(), nn.Linear(5, 2),
    ]
    return nn.Network(*layers, **options)


def batch(n=7, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, n)), rng.integers(0, 2, n)


# --- counting

COUNTS = {  # parameters, neurons, layers
    "3-4-2": (nn.mlp(3, 4, 2), 26, 6, 2),  # (3*4 + 4) + (4*2 + 2)
    "3-4-4-1": (nn.mlp(3, 4, 4, 1), 41, 9, 3),  # 16 + 20 + 5
    "maxout": (nn.mlp(3, 4, 2, activation=nn.Maxout), 42, 6, 2),  # 2 * 16 + 10
    "prelu": (nn.mlp(3, 4, 2, activation=nn.PReLU), 30, 6, 2),  # 26 + a slope a hidden unit
    "linear": (nn.mlp(3072, 10), 30730, 10, 1),
    "noise": (nn.mlp(3, 4, 2, dropout=0.5, input_noise=0.1), 26, 6, 2),
    "stack": (nn.mlp(3, 4, 2, networks=7), 26, 6, 2),  # of each
    "no parameters": (nn.Network(nn.ReLU()), 0, 0, 0),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name):
    net, n_params, n_neurons, n_layers = COUNTS[name]
    assert (net.n_params, net.n_neurons, net.n_layers) == (n_params, n_neurons, n_layers)
    lead = () if net.networks is None else (net.networks,)
    assert net.params.shape == net.grads.shape == (*lead, n_params)
    assert f"{n_params:,}" in str(net).splitlines()[-1 if net.networks is None else -2]


def test_table():
    """12 + 4, 4, 2 * (8 + 2) parameters; columns as wide as their longest entry, counts to the right."""
    net = nn.Network(nn.Linear(3, 4), nn.PReLU(), nn.Maxout(4, 2), networks=2)
    assert str(net).splitlines() == [
        "layer                parameters        count",
        "Linear(3, 4)         W 4×3, b 4×1         16",
        "PReLU()              alpha 4×1             4",
        "Maxout(4, 2)         W 2×2×4, b 2×2×1     20",
        "2 layers, 6 neurons                       40",
        "2 networks of this shape",
    ]
    assert str(nn.mlp(99, 1000)).splitlines()[1] == "Linear(99, 1000)        W 1000×99, b 1000×1  100,000"
    assert repr(net) == "Network(Linear(3, 4), PReLU(), Maxout(4, 2))"
    assert str(nn.mlp(1, 1, networks=1)).splitlines()[2:] == [
        "1 layer, 1 neuron                    2", "1 network of this shape"]


def test_mlp_layout():
    hidden = "Linear(3, 4), ReLU(), Dropout(0.5), Linear(4, 5), ReLU(), Dropout(0.5)"
    text = f"[GaussianNoise(0.1), {hidden}, Linear(5, 2)]"
    assert repr(list(nn.mlp(3, 4, 5, 2, dropout=0.5, input_noise=0.1))) == text
    text = "[Maxout(3, 4), Dropout(0.5), Linear(4, 2)]"
    assert repr(list(nn.mlp(3, 4, 2, activation=nn.Maxout, dropout=0.5))) == text
    assert len(nn.mlp(3, 2)) == 1


@pytest.mark.parametrize("networks", STACKS)
def test_names_of_parameters(networks):
    net = every_kind(networks=networks)
    for k in range(net.n_params):
        net.params[...] = 0
        net.params[..., k] = 1
        (i, name, view) = next(
            (i, name, view)
            for i, layer in enumerate(net)
            for name, view in layer.views.items()
            if view.any()
        )
        where = np.argwhere(view if networks is None else view[0])[0]
        assert net.name_of(k) == f"layer {i} {name}[{', '.join(map(str, where))}]"


# --- one vector


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("networks", STACKS)
def test_views(networks, dtype):
    """Vector and layers are the same memory, both ways, in order, without gaps."""
    net = every_kind(networks=networks, dtype=dtype)
    lead = () if networks is None else (networks,)
    net.params[...] = np.arange(net.params.size).reshape(net.params.shape)
    shapes = {
        1: {"W": (6, 3), "b": (6, 1)}, 3: {"W": (6, 6), "b": (6, 1)}, 6: {"W": (3, 5, 6), "b": (3, 5, 1)},
        8: {"alpha": (5, 1)}, 13: {"W": (2, 5), "b": (2, 1)},
    }
    parts, grads = [], []
    for i, layer in enumerate(net):
        assert {name: view.shape[len(lead) :] for name, view in layer.views.items()} == shapes.get(
            i, {}
        )
        for name, view in layer.views.items():
            assert getattr(layer, name) is view
            assert view.dtype == layer.grads[name].dtype == dtype
            parts.append(view.reshape(*lead, -1))
            grads.append(layer.grads[name])
    np.testing.assert_array_equal(np.concatenate(parts, axis=-1), net.params)
    net[1].W = np.full((*lead, 6, 3), 7)
    net[1].b = -1
    net[13].W[..., 1, 4] = 99
    assert (net.params[..., :18] == 7).all()
    assert (net.params[..., 18:24] == -1).all()
    assert (net.params[..., -3] == 99).all()
    net.params += 1
    assert (net[1].W == 8).all()
    net[1].W += 1  # in place through the attribute
    assert (net.params[..., :18] == 9).all()
    net.grads[...] = 5
    assert all((g == 5).all() for g in grads)


def test_assignment_copies():
    net, W = nn.mlp(3, 4, 2), np.ones((4, 3))
    net[0].W = W
    W[...] = 5
    assert (net[0].W == 1).all()
    assert (net.params[:12] == 1).all()
    net[0].W = [[1, 2, 3]] * 4  # lists and whole numbers too
    assert net[0].W[2].tolist() == [1, 2, 3]


@pytest.mark.parametrize("networks", STACKS)
def test_assigning_the_whole_vector_keeps_the_views(networks):
    net, (X, y) = nn.mlp(3, 4, 2, networks=networks), batch()
    vector, grads = net.params, net.loss_and_grad(X, y)[1]
    wanted = vector - 0.1 * grads
    net.params = net.params - 0.1 * grads
    assert net.params is vector
    np.testing.assert_array_equal(net.params, wanted)
    lead = () if networks is None else (networks,)
    np.testing.assert_array_equal(net[0].W.reshape(*lead, -1), wanted[..., :12])


# --- scores


@pytest.mark.parametrize("networks", STACKS)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_scores_are_fresh_and_input_is_left_alone(networks, dtype, order):
    net = every_kind(networks=networks, dtype=dtype)
    X = np.asarray(batch()[0], dtype=dtype, order=order)
    before, other = X.copy(), batch(seed=1)[0].astype(dtype)
    scores = net(X)
    kept = scores.copy()
    net(other)
    net.loss_and_grad(other, batch()[1])
    np.testing.assert_array_equal(scores, kept)
    scores[...] = np.nan  # nor is it a buffer that a caller could spoil
    np.testing.assert_array_equal(net(X), kept)
    np.testing.assert_array_equal(X, before)
    lead = () if networks is None else (networks,)
    assert kept.shape == (*lead, 2, 7)
    assert kept.dtype == dtype


@pytest.mark.parametrize("layers", [[nn.Dropout(0.5)], [nn.ReLU(), nn.Dropout(0.5)]], ids=repr)
def test_scores_of_a_network_that_passes_its_input_on(layers):
    X, net = np.ones((2, 3)), nn.Network(*layers)
    scores = net(X)
    scores[...] = 5
    assert (X == 1).all()
    assert (net(X) == 1).all()


@pytest.mark.parametrize("n", [1023, 1024, 1025, 3000])
@pytest.mark.parametrize("networks", [None, 2])
def test_any_number_of_columns(n, networks):
    net, X = every_kind(networks=networks), batch(n)[0]
    scores = net(X)
    assert scores.shape[-1] == n
    alone = np.concatenate([net(X[:, i : i + 1]) for i in range(n)], axis=-1)
    np.testing.assert_allclose(scores, alone, rtol=1e-12, atol=1e-12)


def test_memory_layout_of_input_is_nothing():
    net, X = nn.mlp(3, 4, 2), batch(50)[0]
    wanted = net(X)
    wide = np.zeros((6, 100))
    wide[::2, ::2] = X
    for same in (np.asfortranarray(X), wide[::2, ::2], X[:, ::-1][:, ::-1], X.tolist()):
        np.testing.assert_allclose(net(same), wanted, rtol=1e-12)
    np.testing.assert_array_equal(net((X > 0).astype(int)), net((X > 0).astype(float)))
    np.testing.assert_array_equal(net(X > 0), net((X > 0).astype(float)))


# --- loss and gradient


@pytest.mark.parametrize("networks", STACKS)
def test_loss_and_grad(networks):
    """The loss is the loss of the scores plus half l2 times the squared weights; grads is net.grads."""
    net, (X, y) = every_kind(networks=networks), batch()
    squares = sum((w**2).sum(axis=-1) for w in net.weights())
    value, grads = net.loss_and_grad(X, y, loss=nn.Hinge(), l2=0.3)
    np.testing.assert_allclose(value, nn.Hinge()(net(X), y) + 0.15 * squares, rtol=1e-12)
    assert grads is net.grads
    assert isinstance(value, float) if networks is None else value.shape == (networks,)
    again = net.loss_and_grad(X, y, loss=nn.Hinge(), l2=0.3)[0]  # nothing accumulates
    np.testing.assert_array_equal(value, again)
    assert net.loss_and_grad(X, y)[0] is not None  # cross-entropy by default
    np.testing.assert_allclose(net.loss_and_grad(X, y)[0], nn.CrossEntropy()(net(X), y), rtol=1e-12)


def test_gradients_do_not_accumulate():
    net, (X, y) = every_kind(), batch()
    first = net.loss_and_grad(X, y, l2=0.1)[1].copy()
    net.loss_and_grad(*batch(seed=4), l2=0.5)
    np.testing.assert_array_equal(net.loss_and_grad(X, y, l2=0.1)[1], first)


@pytest.mark.parametrize("networks", [None, 2])
def test_l2_of_a_matrix_that_is_shrunk_in_pieces(networks):
    """At each 65,536th number."""
    net = nn.mlp(70_000, 2, 1, networks=networks)
    X, y = np.random.default_rng(0).normal(size=(70_000, 3)), [0, 1, 1]
    plain = net.loss_and_grad(X, y)[0]
    wanted = [layer.grads["W"] + 0.1 * layer.W for layer in (net[0], net[2])]
    value, _ = net.loss_and_grad(X, y, l2=0.1)
    squares = sum((w**2).sum(axis=-1) for w in net.weights())
    np.testing.assert_allclose(value, plain + 0.05 * squares, rtol=1e-12)
    for layer, dW in zip((net[0], net[2]), wanted, strict=True):
        np.testing.assert_array_equal(layer.grads["W"], dW)


def test_l2_by_hand():
    # W = (3, -4), b = 5, alpha = 0.25: 0.5 * 0.1 * 25 = 1.25; gradient 0.1 W, nothing else
    net = nn.Network(nn.Linear(2, 1), nn.PReLU())
    net[0].W, net[0].b = [[3.0, -4.0]], 5.0
    zero = net.loss_and_grad([[0.0], [0.0]], [[5.0]], loss=nn.MSE())
    assert zero[0] == 0
    assert not zero[1].any()
    value, grads = net.loss_and_grad([[0.0], [0.0]], [[5.0]], loss=nn.MSE(), l2=0.1)
    assert value == pytest.approx(1.25)
    np.testing.assert_allclose(grads, [0.3, -0.4, 0, 0])


@settings(deadline=None, max_examples=25)
@given(st.integers(2, 30), st.data())
def test_a_batch_is_the_mean_of_its_parts(n, data):
    net, (X, y) = every_kind(rng=3), batch(n)
    cut = data.draw(st.integers(1, n - 1))
    order = data.draw(st.permutations(range(n)))
    value, grads = net.loss_and_grad(X, y)
    grads = grads.copy()
    total, slope = 0.0, np.zeros_like(grads)
    for part in (order[:cut], order[cut:]):
        v, g = net.loss_and_grad(X[:, part], y[part])
        total, slope = total + v * len(part) / n, slope + g * len(part) / n
    assert total == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(slope, grads, rtol=1e-10, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(4)), st.sampled_from([nn.CrossEntropy(), nn.Hinge()]))
def test_names_of_classes_are_nothing(new, loss):
    net, rng = nn.mlp(3, 5, 4, rng=1), np.random.default_rng(0)
    X, y = rng.normal(size=(3, 9)), rng.integers(0, 4, 9)
    renamed = net.copy()
    renamed[2].W, renamed[2].b = net[2].W[new], net[2].b[new]
    value = net.loss_and_grad(X, y, loss=loss)[0]
    assert renamed.loss_and_grad(X, np.argsort(new)[y], loss=loss)[0] == pytest.approx(
        value, rel=1e-12
    )
    for name in ("W", "b"):
        moved = renamed[2].grads[name]
        np.testing.assert_allclose(moved, net[2].grads[name][new], rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(
            renamed[0].grads[name], net[0].grads[name], rtol=1e-10, atol=1e-13
        )


# --- one among many


@pytest.mark.parametrize("dtype", FLOATS)
def test_stack_is_its_networks(dtype):
    stack, (X, y) = every_kind(rng=3, networks=5, dtype=dtype), batch()
    values, grads = stack.loss_and_grad(X, y, l2=0.1)
    grads, scores = grads.copy(), stack(X)
    tight = {"rtol": 1e-5, "atol": 1e-6} if dtype == "float32" else {"rtol": 1e-11, "atol": 1e-13}
    for r in range(5):
        one = stack.select(r)
        assert one.networks is None
        value, gradient = one.loss_and_grad(X, y, l2=0.1)
        np.testing.assert_allclose(values[r], value, **tight)
        np.testing.assert_allclose(grads[r], gradient, **tight)
        np.testing.assert_allclose(scores[r], one(X), **tight)


def test_start_of_network_r_does_not_depend_on_how_many():
    many = every_kind(rng=4, networks=5).params
    np.testing.assert_array_equal(every_kind(rng=4).params, many[0])
    np.testing.assert_array_equal(every_kind(rng=4, networks=2).params, many[:2])
    assert len({row.tobytes() for row in many}) == 5


def test_rng():
    same = [every_kind(rng=r).params for r in (5, np.random.default_rng(5))]
    np.testing.assert_array_equal(*same)
    assert (every_kind(rng=6).params != same[0]).any()
    assert (every_kind().params == every_kind(rng=0).params).all()
    source = np.random.default_rng(5)
    assert (every_kind(rng=source).params != every_kind(rng=source).params).any()
    state = np.random.get_state()[1].copy()
    every_kind(rng=1)
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # global state is left alone


@pytest.mark.parametrize(
    "which", [0, 3, -5, slice(1, 4), slice(None, None, 2), slice(None, None, -1)], ids=str
)
def test_select_shares(which):
    stack, (X, y) = every_kind(networks=5), batch()
    part = stack.select(which)
    assert np.shares_memory(part.params, stack.params)
    assert part.networks == (None if isinstance(which, int) else len(range(5)[which]))
    part.params += 1
    part[1].W = 9.0
    np.testing.assert_array_equal(part.params, stack.params[which])
    assert (stack[1].W[which] == 9).all()
    before = stack.grads.copy()
    part.loss_and_grad(X, y)
    np.testing.assert_array_equal(stack.grads, before)


def from_file(net):
    with tempfile.TemporaryDirectory() as folder:
        net.save(Path(folder, "net.npz"))
        return nn.load(f"{folder}/net.npz")


COPIES = {
    "copy": lambda net: net.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "file": from_file,
}


@pytest.mark.parametrize("networks", STACKS)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", COPIES)
def test_copies_are_whole_and_apart(name, dtype, networks):
    net, (X, y) = every_kind(networks=networks, dtype=dtype), batch()
    net.params += np.random.default_rng(0).normal(0, 0.1, net.params.shape)  # biases and slopes, too
    kept, scores = net.params.copy(), net(X)
    other = COPIES[name](net)
    assert repr(other) == repr(net)
    assert other.params.dtype == dtype
    np.testing.assert_array_equal(other.params, kept)
    np.testing.assert_array_equal(other(X), scores)
    other.params += 1
    np.testing.assert_array_equal(other[13].b, net[13].b + 1)  # its views are its own vector's
    assert np.shares_memory(other[1].W, other.params)
    other.loss_and_grad(X, y)
    assert (other[1].grads["W"].ravel() == other.grads[..., :18].ravel()).all()
    np.testing.assert_array_equal(net.params, kept)
    assert not net.grads.any()


def test_copy_changes_precision():
    net = every_kind()
    assert net.copy(dtype="float32").params.dtype == "float32"
    np.testing.assert_allclose(net.copy(dtype="float32").params, net.params, rtol=1e-7)
    assert net.copy(dtype="float32").copy(dtype="float64").params.dtype == "float64"


@pytest.mark.parametrize("number", [np.uint8, np.int8])
def test_sizes_of_few_bits_start_like_any_others(number):
    """As `y.max() + 1` is, for labels that were read from a file."""
    for layer, *sizes in ((nn.Linear, 100, 120), (nn.Maxout, 100, 120)):
        few = nn.Network(layer(*map(number, sizes), init="xavier"))
        np.testing.assert_array_equal(few.params, nn.Network(layer(*sizes, init="xavier")).params)
    few = nn.mlp(2, 300, number(10), activation=nn.Tanh)
    np.testing.assert_array_equal(few.params, nn.mlp(2, 300, 10, activation=nn.Tanh).params)


@pytest.mark.parametrize("kind", [nn.Tanh, nn.Sigmoid, nn.ReLU])
def test_what_makes_an_activation_has_its_start(kind):
    np.testing.assert_array_equal(
        nn.mlp(2, 9, 2, activation=lambda: kind()).params, nn.mlp(2, 9, 2, activation=kind).params
    )


class Tanh(nn.Tanh):
    """A layer of one's own, with the name of one of ours."""

    def forward(self, x, rng=None):
        return super().forward(2 * x, rng)

    def backward(self, dy, need_dx=True):
        return 2 * super().backward(dy)


@pytest.mark.parametrize("again", [
    lambda net: net.copy(), copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_layer_of_ones_own_stays_one(again):
    X, y = np.random.default_rng(0).normal(size=(2, 9)), np.arange(9) % 2
    net = nn.Network(nn.Linear(2, 3), Tanh(), nn.Linear(3, 2))
    np.testing.assert_array_equal(again(net)(X), net(X))
    assert nn.check_gradients(net, X, y).max_relative_error < 1e-7
    stack = nn.Network(nn.Linear(2, 3), Tanh(), nn.Linear(3, 2), networks=3)
    np.testing.assert_array_equal(stack.select(1)(X), stack(X)[1])
    wanted = nn.fit(stack.select(0).copy(), X, y, epochs=2).loss
    np.testing.assert_allclose(nn.fit(again(stack), X, y, epochs=2).loss[:, 0], wanted, rtol=1e-12)


@pytest.mark.parametrize("vector", ["params", "grads"])
def test_data_that_lie_in_the_networks_own_vectors(vector):
    """They are taken as they were, and no call changes them below the feet of the next layer."""
    for start in 0, 9, 12:
        net, X, y = nn.mlp(3, 3, 2), np.random.default_rng(0).normal(size=(3, 2)), [0, 1]
        net.loss_and_grad(X, y)
        other, inside = net.copy(), getattr(net, vector)[start : start + 6].reshape(3, 2, order="F")
        outside = inside.copy()
        np.testing.assert_array_equal(
            nn.fit(net, inside, y, epochs=3).loss, nn.fit(other, outside, y, epochs=3).loss
        )
        other, outside = net.copy(), inside.copy()
        np.testing.assert_array_equal(net.loss_and_grad(inside, y)[1], other.loss_and_grad(outside, y)[1])


def test_strict_settings_of_numpy_stop_no_training():
    X, y = 300 * np.random.default_rng(0).normal(size=(2, 50)), np.arange(50) % 2
    for kind in nn.ReLU, nn.SiLU, nn.Maxout:
        net, same = nn.mlp(2, 9, 2, activation=kind), nn.mlp(2, 9, 2, activation=kind)
        wanted = nn.fit(same, X, y, optimizer=nn.Adam(), epochs=2).loss, nn.accuracy(same, X, y)
        with np.errstate(all="raise"):
            found = nn.fit(net, X, y, optimizer=nn.Adam(), epochs=2).loss, nn.accuracy(net, X, y)
            net.loss_and_grad(X, y)
            assert nn.CrossEntropy()([[0.0], [-800.0]], [0]) == 0
        np.testing.assert_array_equal(found[0], wanted[0])
        assert found[1] == wanted[1]
