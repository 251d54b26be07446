"""Points in the plane, digits and the split: worked values, properties, messages."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from nnlib import datasets

POINTS = {
    "spirals": datasets.spirals,
    "circles": datasets.circles,
    "moons": datasets.moons,
    "blobs": datasets.blobs,
}
MANY = {"spirals": datasets.spirals, "blobs": datasets.blobs}
every = pytest.mark.parametrize("name", POINTS)
many = pytest.mark.parametrize("name", MANY)
untimed = settings(deadline=None)  # a busy machine is no failure
seeds = st.integers(0, 2**32)


def in_order(X, y):
    """Samples sorted by class, then by coordinates: rows of (class, x, y)."""
    table = np.column_stack([y, X.T]).round(12) + 0.0
    return table[np.lexsort(table.T[::-1])]


# --- worked by hand: with 4 samples of 2 classes the places along each class are 1/4 and 3/4


def test_spirals_worked():
    # Arm 0: t = 1/4 at the angle 1.5 pi / 4 = 3 pi / 8, t = 3/4 at 9 pi / 8; arm 1 half a turn on.
    near = 0.25 * np.array([np.cos(3 * np.pi / 8), np.sin(3 * np.pi / 8)])
    far = 0.75 * np.array([np.cos(9 * np.pi / 8), np.sin(9 * np.pi / 8)])
    wanted = np.array([near, far, -near, -far]).T
    X, y = datasets.spirals(4, noise=0, classes=2)
    np.testing.assert_allclose(in_order(X, y), in_order(wanted, [0, 0, 1, 1]), atol=1e-12)


def test_circles_worked():
    # Quarter turns: t = 1/4 is the top and t = 3/4 the bottom; the inner circle is half as large.
    X, y = datasets.circles(4, noise=0)
    wanted = [[0, 0, -1], [0, 0, 1], [1, 0, -0.5], [1, 0, 0.5]]
    np.testing.assert_allclose(in_order(X, y), wanted, atol=1e-12)


def test_moons_worked():
    # t = 1/4 and 3/4 are the angles pi/4 and 3 pi/4, where cos = +-h and sin = h.
    h = np.sqrt(0.5)
    X, y = datasets.moons(4, noise=0)
    wanted = [[0, -h, h], [0, h, h], [1, 1 - h, 0.5 - h], [1, 1 + h, 0.5 - h]]
    np.testing.assert_allclose(in_order(X, y), wanted, atol=1e-12)


def test_blobs_worked():
    X, y = datasets.blobs(4, noise=0, classes=4)
    wanted = [[0, 2, 0], [1, 0, 2], [2, -2, 0], [3, 0, -2]]
    np.testing.assert_allclose(in_order(X, y), wanted, atol=1e-12)


# --- what holds for any arguments


@every
@untimed
@given(n=st.integers(3, 200), noise=st.floats(0, 10), seed=seeds)
def test_shape_kind_and_balance(name, n, noise, seed):
    X, y = POINTS[name](n, noise, seed)
    assert (X.shape, y.shape) == ((2, n), (n,))
    assert (X.dtype, y.dtype) == (np.float64, np.int64)
    assert X.flags.f_contiguous
    assert np.isfinite(X).all()
    sizes = np.bincount(y)
    assert len(sizes) == (3 if name in MANY else 2)
    assert sizes.max() - sizes.min() <= 1


@every
@untimed
@given(seed=seeds)
def test_same_seed_same_bits_and_a_generator_goes_on(name, seed):
    first, again = POINTS[name](20, rng=seed), POINTS[name](20, rng=seed)
    rng = np.random.default_rng(seed)
    same, other = POINTS[name](20, rng=rng), POINTS[name](20, rng=rng)
    for a, b, c in zip(first, again, same, strict=True):
        assert a.tobytes() == b.tobytes() == c.tobytes()
    assert first[0].tobytes() != other[0].tobytes()


@every
def test_order_is_random_and_independent_of_global_state(name):
    np.random.seed(0)
    before = np.random.get_state()[1].tobytes()
    orders = {POINTS[name](50, rng=seed)[1].tobytes() for seed in range(5)}
    assert len(orders) == 5
    assert np.random.get_state()[1].tobytes() == before


@every
@untimed
@given(n=st.integers(3, 60), seed=seeds)
def test_without_noise_the_seed_changes_the_order_only(name, n, seed):
    np.testing.assert_allclose(
        in_order(*POINTS[name](n, 0, seed)), in_order(*POINTS[name](n, 0, 0)), atol=1e-12
    )


@many
@untimed
@given(classes=st.integers(2, 12), extra=st.integers(0, 30))
def test_any_number_of_classes(name, classes, extra):
    _, y = MANY[name](classes + extra, classes=classes)
    sizes = np.bincount(y, minlength=classes)
    assert len(sizes) == classes
    assert sizes.min() >= 1


@untimed
@given(n=st.integers(3, 100), noise=st.floats(0, 5), seed=seeds)
def test_spiral_noise_turns_points_and_keeps_their_distance(n, noise, seed):
    X, y = datasets.spirals(n, noise, seed)
    for c in range(3):
        radius = np.sort(np.hypot(*X[:, y == c]))
        np.testing.assert_allclose(radius, (np.arange(len(radius)) + 0.5) / len(radius))


@untimed
@given(noise=st.floats(0.01, 2), seed=seeds)
def test_spiral_noise_is_the_deviation_of_the_angle(noise, seed):
    # The same seed gives the same order, so the two sets differ by the noise alone.
    clean, y = datasets.spirals(4000, 0, seed)
    noisy, y_noisy = datasets.spirals(4000, noise / 10, seed)
    turn = np.angle((noisy[0] + 1j * noisy[1]) / (clean[0] + 1j * clean[1]))
    np.testing.assert_array_equal(y, y_noisy)
    assert turn.std() == pytest.approx(noise / 10, rel=0.1)  # 9 standard errors


@pytest.mark.parametrize("name", ["circles", "moons", "blobs"])
@untimed
@given(noise=st.floats(0.01, 2), seed=seeds)
def test_noise_is_the_deviation_of_each_coordinate(name, noise, seed):
    difference = POINTS[name](4000, noise, seed)[0] - POINTS[name](4000, 0, seed)[0]
    assert difference.std(axis=1) == pytest.approx([noise, noise], rel=0.1)
    assert abs(np.corrcoef(difference)[0, 1]) < 0.15


def test_two_circles_of_four():
    """Eighths of a turn, from the middle of the first quarter on; radius 1 and a half."""
    X, y = datasets.circles(8, noise=0)
    corner = np.array([[1, -1, -1, 1], [1, 1, -1, -1]]) / np.sqrt(2)
    for kind, radius in ((0, 1), (1, 0.5)):
        places = X[:, y == kind]
        order = np.argsort(np.arctan2(*places[::-1]) % (2 * np.pi))
        np.testing.assert_allclose(places[:, order], radius * corner, atol=1e-12)


NOISES = {"spirals": 0.2, "circles": 0.1, "moons": 0.1, "blobs": 0.5}


@pytest.mark.parametrize(("name", "noise"), NOISES.items())
def test_as_documented_without_arguments(name, noise):
    for found, wanted in zip(POINTS[name](), POINTS[name](n=300, noise=noise, rng=0), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_split_as_documented_without_arguments():
    X, y = np.arange(20.0)[None], np.arange(20)
    default, said = datasets.train_test_split(X, y), datasets.train_test_split(X, y, test=0.2, rng=0)
    for found, wanted in zip(default, said, strict=True):
        np.testing.assert_array_equal(found, wanted)


# --- digits


def test_digits_equal_scikit_learn():
    X, y = datasets.digits()
    theirs = load_digits()
    np.testing.assert_array_equal(X, theirs.data.T / 16)
    np.testing.assert_array_equal(X[:, 5].reshape(8, 8), theirs.images[5] / 16)
    np.testing.assert_array_equal(y, theirs.target)
    assert (X.shape, y.shape) == ((64, 1797), (1797,))
    assert (X.dtype, y.dtype) == (np.float64, np.int64)
    assert (X.min(), X.max()) == (0, 1)
    assert X.flags.f_contiguous


def test_digits_can_be_written_to_and_read_again():
    X, y = datasets.digits()
    X[:], y[:] = 7, 7
    X, y = datasets.digits()
    assert X.max() == 1
    assert y[0] == 0


def test_digits_are_small_and_attributed():
    folder = Path(datasets.__file__).parent
    assert (folder / "digits.npz").stat().st_size < 100_000
    text = (folder / "README.md").read_text(encoding="utf-8")
    for words in ("Alpaydin", "Kaynak", "UCI Machine", "10.24432/C50P49", "CC BY 4.0", "Changes"):
        assert words in text


# --- train_test_split


@untimed
@given(
    n=st.integers(2, 60),
    test=st.floats(0.01, 0.99),
    seed=seeds,
    kind=st.sampled_from(["float32", "float64", "int64", "uint8"]),
    order=st.sampled_from("CF"),
)
def test_split_deals_every_sample_once(n, test, seed, kind, order):
    wanted = round(n * test)
    assume(0 < wanted < n)
    X = np.array([np.arange(n), np.arange(n) + 100], dtype=kind, order=order)
    labels, targets = np.arange(n), np.array([np.arange(n), -np.arange(n)], np.float32)
    X_train, X_test, y_train, y_test = datasets.train_test_split(X, labels, test, seed)
    assert X_test.shape == (2, wanted)
    np.testing.assert_array_equal(X_train[0], y_train)  # labels went with their samples
    np.testing.assert_array_equal(X_test[0], y_test)
    np.testing.assert_array_equal(X_test[1], y_test + 100)
    np.testing.assert_array_equal(np.sort(np.concatenate([y_train, y_test])), labels)
    *_, t_train, t_test = datasets.train_test_split(X, targets, test, seed)
    np.testing.assert_array_equal(t_train, [y_train, -y_train])
    np.testing.assert_array_equal(t_test, [y_test, -y_test])
    for part in (X_train, X_test):
        assert part.dtype == kind
        assert part.flags.f_contiguous
        assert not np.shares_memory(part, X)
    assert (y_train.dtype, t_train.dtype) == (labels.dtype, np.float32)
    assert t_train.flags.f_contiguous


def test_split_shares_and_default():
    # A fifth of ten is two; half of five, 2.5, is rounded to the even 2.
    X = np.zeros((3, 10))
    assert datasets.train_test_split(X, np.arange(10))[1].shape == (3, 2)
    assert datasets.train_test_split(X[:, :5], np.arange(5), test=0.5)[1].shape == (3, 2)


@untimed
@given(seed=seeds)
def test_split_same_seed_same_parts(seed):
    X, y = np.arange(40.0)[None], np.arange(40)
    first = datasets.train_test_split(X, y, rng=seed)
    again = datasets.train_test_split(X, y, rng=np.random.default_rng(seed))
    for a, b in zip(first, again, strict=True):
        assert a.tobytes() == b.tobytes()


def test_split_deals_at_random():
    X, y = np.arange(40.0)[None], np.arange(40)
    tests = [set(datasets.train_test_split(X, y, rng=seed)[3].tolist()) for seed in range(200)]
    often = [sum(i in part for part in tests) for i in range(40)]
    assert min(often) >= 15  # 40 of 200 expected, standard deviation 5.7
    assert max(often) <= 65


def test_split_takes_lists():
    X_train, X_test, *_ = datasets.train_test_split([[1, 2, 3, 4]], [0, 1, 0, 1], test=0.25)
    assert (X_train.shape, X_test.shape) == ((1, 3), (1, 1))
