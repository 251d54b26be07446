"""Optimisers: a few steps by hand."""

import copy

import numpy as np
import pytest

import nnlib as nn

OPTIMIZERS = [nn.SGD(0.1), nn.SGD(0.1, momentum=0.9), nn.RMSProp(0.1), nn.Adam(0.1)]

WORKED = {
    # p = 1; v = 2, 0.5*2 + 1 = 2, 0.5*2 - 3 = -2; p = 1 - 0.2, - 0.2, + 0.2
    "momentum": (nn.SGD(lr=0.1, momentum=0.5), [2.0, 1.0, -3.0], [0.8, 0.6, 0.8]),
    "plain": (nn.SGD(lr=0.1), [2.0, 1.0, -3.0], [0.8, 0.7, 1.0]),
    # s = 0.25*16 = 4, step 0.1*4/2 = 0.2; s = 0.75*4 + 0.25*52 = 16 with g = sqrt(52), step sqrt(52)/40
    "rmsprop": (
        nn.RMSProp(lr=0.1, rho=0.75, eps=1e-12), [4.0, 52**0.5], [0.8, 0.8 - 52**0.5 / 40],
    ),
    # eps is added to the root: s = 1, root 1, + 1 = 2; step 0.5 * 2/2
    "rmsprop, eps": (nn.RMSProp(lr=0.5, rho=0.75, eps=1.0), [2.0], [0.5]),
    # t=1: m = 0.5*4 / (1 - 0.5) = 4, s = 0.25*16 / (1 - 0.75) = 16, step 0.1 * 4/4;
    # t=2: m = (0.5*2 + 0.5*(-4)) / (1 - 0.25) = -4/3, s = (0.75*4 + 0.25*16) / (1 - 0.5625) = 16,
    #      step 0.1 * (-4/3) / 4 = -1/30
    "adam": (nn.Adam(lr=0.1, betas=(0.5, 0.75), eps=1e-12), [4.0, -4.0], [0.9, 0.9 + 1 / 30]),
    # a square that overflows in float32: as for every constant gradient, each step is lr
    "adam, huge": (nn.Adam(lr=0.1), [1e20, 1e20, 1e20], [0.9, 0.8, 0.7]),
    "rmsprop, huge": (nn.RMSProp(lr=0.1, rho=0.75), [-1e30, -1e30], [1.2, 1.2 + 0.1 / 0.4375**0.5]),
    "adam, zero": (nn.Adam(lr=0.1, eps=1e-50), [0.0, 0.0], [1.0, 1.0]),  # an eps that float32 rounds to 0
    "rmsprop, zero": (nn.RMSProp(lr=0.1, eps=1e-50), [0.0], [1.0]),
    # eps is added to the corrected root: 0.1 * 4 / (4 + 4)
    "adam, eps": (nn.Adam(lr=0.1, betas=(0.5, 0.75), eps=4.0), [4.0], [0.95]),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(1,), (2, 3)])
@pytest.mark.parametrize("name", WORKED)
def test_worked(name, shape, dtype):
    optimizer, gradients, wanted = WORKED[name]
    optimizer = copy.deepcopy(optimizer)
    params = np.ones(shape, dtype)
    for gradient, value in zip(gradients, wanted, strict=True):
        grads = np.full(shape, gradient, dtype)
        assert optimizer.step(params, grads) is None  # in place
        np.testing.assert_allclose(params, value, rtol=1e-6)
        np.testing.assert_array_equal(grads, np.asarray(gradient, dtype))  # not used up
        assert params.dtype == dtype


def test_defaults():
    """PyTorch's, where a reader would look them up."""
    assert (nn.SGD(1).momentum, nn.RMSProp().lr, nn.RMSProp().rho, nn.RMSProp().eps) == (
        0,
        0.01,
        0.99,
        1e-8,
    )
    assert (nn.Adam().lr, nn.Adam().betas, nn.Adam().eps) == (0.001, (0.9, 0.999), 1e-8)


@pytest.mark.parametrize(
    "kind", [lambda: nn.SGD(0.1, 0.9), lambda: nn.RMSProp(0.1), lambda: nn.Adam(0.1)]
)
def test_coordinates_are_independent(kind):
    """One vector of three numbers moves like three vectors of one."""
    rng = np.random.default_rng(0)
    together, alone = rng.normal(size=3), []
    gradients = rng.normal(size=(5, 3))
    for k in range(3):
        optimizer, p = kind(), together[k : k + 1].copy()
        for g in gradients:
            optimizer.step(p, g[k : k + 1].copy())
        alone.append(p[0])
    optimizer = kind()
    for g in gradients:
        optimizer.step(together, g)
    np.testing.assert_allclose(together, alone, rtol=1e-14)


@pytest.mark.parametrize("shape", [(150_001,), (2, 100_000), (131_072,)])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_a_long_vector_moves_like_its_pieces(optimizer, shape):
    """A step cuts it at each 65,536th number; these pieces are shorter."""
    rng = np.random.default_rng(0)
    together, gradients = rng.normal(size=shape), rng.normal(size=(3, *shape))
    starts = range(0, shape[-1], 5000)
    pieces = [(optimizer.fresh(), together[..., i : i + 5000].copy()) for i in starts]
    whole = optimizer.fresh()
    for g in gradients:
        whole.step(together, g)
        for (one, p), i in zip(pieces, starts, strict=True):
            one.step(p, g[..., i : i + 5000])
    np.testing.assert_array_equal(together, np.concatenate([p for _, p in pieces], axis=-1))


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_descends(optimizer):
    p = np.array([3.0, -2.0])
    for _ in range(200):
        optimizer.step(p, 2 * p)
    assert np.abs(p).max() < 0.15
    assert repr(optimizer).startswith(f"{type(optimizer).__name__}(lr=0.1")


def test_the_first_step_of_adam_is_lr_whatever_the_gradient():
    """Both means are corrected by what one step leaves out: m / (1 - b1) = g, s / (1 - b2) = g**2."""
    p = np.array([1.0, 1.0])
    nn.Adam(lr=0.1).step(p, np.array([5.0, -0.01]))
    np.testing.assert_allclose(p, [0.9, 1.1], rtol=1e-6)


@pytest.mark.parametrize("kind", [nn.Adam, nn.RMSProp])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_gradient_whose_square_overflows_moves_like_any_other_and_disturbs_no_other(kind, dtype):
    huge = float(np.finfo(dtype).max) ** 0.75
    one, other, p = kind(0.1), kind(0.1), np.ones((2, 3), dtype)
    alone = p[1].copy()
    for k in range(3):
        one.step(p, np.array([[huge, -huge, 0], [1, 2, k]], dtype))
        other.step(alone, np.array([1, 2, k], dtype))
    np.testing.assert_array_equal(p[1], alone)
    np.testing.assert_allclose(p[0], [alone[0], 2 - alone[0], 1], rtol=1e-6)
    with np.errstate(invalid="ignore"):
        one.step(p, np.full((2, 3), np.inf, dtype))  # no number, so that fit notices that training diverged
    assert np.isnan(p).all()


def test_a_refused_step_leaves_nothing_behind_and_a_wider_vector_is_not_rounded():
    optimizer, p = nn.SGD(0.1, momentum=0.9), np.ones(4, "float32")
    with pytest.raises(ValueError, match=r"shape \(3,\), got \(3,\) and \(4,\)"):
        optimizer.step(np.zeros(3), np.zeros(4))
    optimizer.step(p, np.full(4, 1 / 3, "float32"))
    wide = np.ones(4)
    optimizer.step(wide, np.full(4, 1 / 3))
    np.testing.assert_allclose(wide, 1 - 0.1 * (0.9 * float(np.float32(1 / 3)) + 1 / 3), rtol=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_a_single_number_is_a_vector_of_one(optimizer):
    one, vector = np.array(1.0), np.ones(1)
    for params in one, vector:
        fresh = optimizer.fresh()
        for grad in 0.5, -2.0:
            fresh.step(params, np.full_like(params, grad))
    assert one == vector[0] != 1


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize(("dtype", "other", "grad"), [
    ("float32", "float64", 1e30), ("float32", "float16", 300), ("float64", "float32", 1e30),
    ("float64", "float16", 0.1)])
def test_gradients_of_another_precision(optimizer, dtype, other, grad):
    one, same = np.ones(2, dtype), np.ones(2, dtype)
    grads = np.full(2, grad, other)
    optimizer.fresh().step(one, grads)
    optimizer.fresh().step(same, grads.astype(dtype))
    np.testing.assert_array_equal(one, same)
    assert one.dtype == dtype
    assert (grads == np.full(2, grad, other)).all()
