"""Losses: values and gradients by hand, large scores, and what must not change them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import nnlib as nn
from nnlib._common.buffers import Buffers

LN2, LN3 = math.log(2), math.log(3)
CLASSIFIERS = [nn.CrossEntropy(), nn.Hinge()]
LOSSES = [*CLASSIFIERS, nn.MSE()]
FLOATS = ["float32", "float64"]
untimed = settings(deadline=None, max_examples=50)

WORKED = {
    # softmax of (ln 3, 0) is (3/4, 1/4), of (0, 0) halves; labels 0 and 1:
    # -(ln 3/4 + ln 1/2) / 2 = ln(8/3) / 2; gradient (p - onehot) / 2
    "cross-entropy": (
        nn.CrossEntropy(), [[LN3, 0.0], [0.0, 0.0]], [0, 1],
        math.log(8 / 3) / 2, [[-1 / 8, 1 / 4], [1 / 8, -1 / 4]],
    ),
    # three equal scores: each class has 1/3
    "cross-entropy, 3 classes": (
        nn.CrossEntropy(), [[5.0], [5.0], [5.0]], [2], LN3, [[1 / 3], [1 / 3], [-2 / 3]],
    ),
    # one row: p(1) = sigmoid(ln 3) = 3/4; label 0 costs -ln 1/4, label 1 -ln 3/4: mean ln(16/3) / 2
    "cross-entropy, one row": (
        nn.CrossEntropy(), [[LN3, LN3]], [0, 1], math.log(16 / 3) / 2, [[3 / 8, -1 / 8]],
    ),
    # scores (3, 2.5, 0), label 0: margins 0.5 and -2 -> 0.5; scores (0, 2, 1), label 0: 3 and 2 -> 5;
    # mean 2.75. One violation and two; each counts 1/2.
    "hinge": (
        nn.Hinge(), [[3.0, 0.0], [2.5, 2.0], [0.0, 1.0]], [0, 0],
        2.75, [[-0.5, -1.0], [0.5, 0.5], [0.0, 0.5]],
    ),
    # one row s against 0: label 1 costs max(0, 1 - s) = 0.75, label 0 max(0, 1 + s) = 1.25,
    # and s = 4 with label 1 nothing; mean 2/3
    "hinge, one row": (
        nn.Hinge(), [[0.25, 0.25, 4.0]], [1, 0, 1], 2 / 3, [[-1 / 3, 1 / 3, 0.0]],
    ),
    # a margin of exactly 1 is kept: no cost, no gradient
    "hinge, at the margin": (nn.Hinge(), [[2.0], [1.0]], [0], 0.0, [[0.0], [0.0]]),
    # errors 1, -2, 0, 3: (1 + 4 + 0 + 9) / 4, gradient 2 e / 4
    "squares": (
        nn.MSE(), [[1.0, 0.0], [5.0, 3.0]], [[0.0, 2.0], [5.0, 0.0]],
        3.5, [[0.5, -1.0], [0.0, 1.5]],
    ),
    # targets (N,) for one row: errors 2 and -1, mean 2.5
    "squares, one row": (nn.MSE(), [[2.0, 0.0]], [0.0, 1.0], 2.5, [[2.0, -1.0]]),
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", WORKED)
def test_worked(name, dtype):
    loss, scores, y, wanted, gradient = WORKED[name]
    scores = np.array(scores, dtype)
    before = scores.copy()
    value, found = loss.value_and_grad(scores, y)
    assert isinstance(value, float)
    assert value == loss(scores, y) == pytest.approx(wanted, rel=1e-6)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, gradient, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(scores, before)
    stack = np.stack([scores, scores + 1, scores])  # as the scores of three networks
    values, grads = loss.value_and_grad(stack, y)
    assert values.shape == (3,)
    assert values[0] == values[2] == pytest.approx(value, rel=1e-6)
    np.testing.assert_allclose(grads[::2], [gradient] * 2, rtol=1e-6, atol=1e-7)


# --- scores of +-1e4 and beyond: right 0.0, wrong 2e4 (hinge one more)

BIG = 1e4
EXTREMES = {  # scores, label, cross-entropy, hinge, cross-entropy gradient
    "right": ([BIG, -BIG], 0, 0.0, 0.0, [0, 0]),
    "wrong": ([BIG, -BIG], 1, 2 * BIG, 2 * BIG + 1, [1, -1]),
    "all high": ([BIG, BIG], 1, LN2, 1.0, [0.5, -0.5]),
    "all low": ([-BIG, -BIG], 0, LN2, 1.0, [-0.5, 0.5]),
    "one row, right": ([BIG], 1, 0.0, 0.0, [0]),
    "one row, wrong": ([-BIG], 1, BIG, BIG + 1, [-1]),
    "one row, wrong the other way": ([BIG], 0, BIG, BIG + 1, [1]),
}


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", EXTREMES)
def test_large_scores(name, dtype):
    scores, y, entropy, margin, gradient = EXTREMES[name]
    column = np.array(scores, dtype)[:, None]
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        value, found = nn.CrossEntropy().value_and_grad(column, [y])
        assert value == pytest.approx(entropy, rel=1e-6)
        np.testing.assert_allclose(found[:, 0], gradient, atol=1e-7)
        assert nn.Hinge()(column, [y]) == pytest.approx(margin, rel=1e-6)
        squares, slope = nn.MSE().value_and_grad(column, np.zeros((len(scores), 1)))
        assert squares == pytest.approx(BIG**2, rel=1e-6)
        np.testing.assert_allclose(slope[:, 0], 2 * np.array(scores) / len(scores), rtol=1e-6)


SURE = {  # right answers whose probability rounds to 1: scores, labels; loss and gradient to 60 digits, rounded
    "two classes": ("float64", [[40.0], [0.0]], [0], 4.248354255291589e-18, [[-1], [1]]),
    "the last digit of 1": ("float64", [[36.0], [0.0]], [0], 2.3195228302435691e-16, [[-1], [1]]),
    "float32": ("float32", [[18.0], [0.0]], [0], 1.522997962873649e-08, [[-1], [1]]),
    "float32, far": ("float32", [[40.0], [0.0]], [0], 4.248354255291589e-18, [[-1], [1]]),
    "one row": ("float64", [[50.0, -50.0]], [1, 0], 1.9287498479639178e-22, [[-0.5, 0.5]]),
    "three classes": ("float64", [[-1.0], [60.0], [0.0]], [1], 1.1977851048689036e-26,
                      [[0.2689414213699951], [-1], [0.7310585786300049]]),
}


@pytest.mark.parametrize("name", SURE)
def test_a_confident_right_answer_still_has_a_loss_and_a_gradient(name):
    dtype, scores, y, wanted, slope = SURE[name]
    value, grad = nn.CrossEntropy().value_and_grad(np.array(scores, dtype), y)
    assert value == pytest.approx(wanted, rel=2e-7 if dtype == "float32" else 1e-14, abs=0)
    np.testing.assert_allclose(grad, wanted * np.array(slope), rtol=1e-6 if dtype == "float32" else 1e-14)
    assert grad.dtype == dtype
    values, grads = nn.CrossEntropy().value_and_grad(np.array([np.zeros_like(scores), scores], dtype), y)
    assert values[1] == pytest.approx(value, rel=2e-7, abs=0)
    np.testing.assert_allclose(grads[1], grad, rtol=2e-7)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_a_network_without_a_finite_loss_does_not_change_a_digit_of_its_neighbours(loss, dtype):
    rng = np.random.default_rng(0)
    scores, y = rng.normal(size=(16, 3, 40)).astype(dtype), rng.integers(0, 3, 40)
    targets = np.eye(3)[:, y] if isinstance(loss, nn.MSE) else y
    values, grads = loss.evaluate(scores, targets, Buffers())
    values, grads = values.copy(), grads.copy()
    scores[0] *= np.finfo(dtype).max / 8
    with np.errstate(over="ignore", invalid="ignore"):
        found, slopes = loss.evaluate(scores, targets, Buffers())
    np.testing.assert_array_equal(found[1:], values[1:])
    np.testing.assert_array_equal(slopes[1:], grads[1:])


@pytest.mark.parametrize("loss", CLASSIFIERS, ids=repr)
def test_enormous_scores_stay_finite(loss):
    for far in (1e30, 1e300):
        value, gradient = loss.value_and_grad([[far, -far], [-far, far]], [0, 0])
        assert value == pytest.approx(far, rel=1e-12)  # 2 far for one sample of two
        assert np.isfinite(gradient).all()


# --- invariances

numbers = st.floats(-50, 50, width=32)


@st.composite
def scored(draw, loss=None):
    """A loss, scores (C, N) or (R, C, N), and targets."""
    loss = loss or draw(st.sampled_from(LOSSES))
    c, n = draw(st.integers(1, 5)), draw(st.integers(1, 7))
    lead = draw(st.sampled_from([(), (1,), (3,)]))
    scores = draw(arrays("float64", (*lead, c, n), elements=numbers))
    if isinstance(loss, nn.MSE):
        return loss, scores, draw(arrays("float64", (c, n), elements=numbers))
    return loss, scores, draw(arrays("int64", n, elements=st.integers(0, max(c, 2) - 1)))


@untimed
@given(scored(), st.randoms(use_true_random=False))
def test_order_of_samples_is_nothing(case, random):
    loss, scores, y = case
    order = random.sample(range(scores.shape[-1]), scores.shape[-1])
    value, gradient = loss.value_and_grad(scores, y)
    again, moved = loss.value_and_grad(scores[..., order], y[..., order])
    np.testing.assert_allclose(again, value, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(moved, gradient[..., order], rtol=1e-12, atol=1e-12)


@untimed
@given(scored(), st.randoms(use_true_random=False))
def test_names_of_classes_are_nothing(case, random):
    loss, scores, y = case
    c = scores.shape[-2]
    if c == 1:  # one row: exchanging the classes turns the score's sign
        flipped = (-scores, -y if isinstance(loss, nn.MSE) else 1 - y)
        value, gradient = loss.value_and_grad(scores, y)
        again, moved = loss.value_and_grad(*flipped)
        moved = -moved
    else:
        new = random.sample(range(c), c)  # class new[k] is now called k
        renamed = y[new] if isinstance(loss, nn.MSE) else np.argsort(new)[y]
        value, gradient = loss.value_and_grad(scores, y)
        again, moved = loss.value_and_grad(scores[..., new, :], renamed)
        gradient = gradient[..., new, :]
    np.testing.assert_allclose(again, value, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(moved, gradient, rtol=1e-12, atol=1e-12)


@untimed
@given(st.sampled_from(CLASSIFIERS).flatmap(scored), st.floats(-1e3, 1e3))
def test_only_differences_of_scores_count(case, constant):
    loss, scores, y = case
    if scores.shape[-2] == 1:
        return
    value, gradient = loss.value_and_grad(scores, y)
    again, moved = loss.value_and_grad(scores + constant, y)
    np.testing.assert_allclose(again, value, rtol=1e-9, atol=1e-9)
    if isinstance(loss, nn.CrossEntropy):  # hinge has kinks: a last digit may cross one
        np.testing.assert_allclose(moved, gradient, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(gradient.sum(axis=-2), 0, atol=1e-12)  # what that means for slopes


@untimed
@given(st.sampled_from(CLASSIFIERS).flatmap(scored))
def test_one_row_is_two_with_a_zero(case):
    loss, scores, y = case
    s, y = scores[..., :1, :], np.minimum(y, 1)
    value, gradient = loss.value_and_grad(s, y)
    pair = loss.value_and_grad(np.concatenate([np.zeros_like(s), s], axis=-2), y)
    np.testing.assert_allclose(value, pair[0], rtol=1e-12)
    np.testing.assert_allclose(gradient, pair[1][..., 1:, :], rtol=1e-12)


@untimed
@given(scored(), st.data())
def test_parts_of_a_batch_add_up(case, data):
    loss, scores, y = case
    n = scores.shape[-1]
    cut = data.draw(st.integers(0, n))
    parts = [p for p in (slice(0, cut), slice(cut, n)) if p.stop > p.start]
    value, gradient = loss.value_and_grad(scores, y)
    share = [(p.stop - p.start) / n for p in parts]
    found = [loss.value_and_grad(scores[..., p], y[..., p]) for p in parts]
    mean = sum(w * v for w, (v, _) in zip(share, found, strict=True))
    np.testing.assert_allclose(mean, value, rtol=1e-12, atol=1e-12)
    side = [w * g for w, (_, g) in zip(share, found, strict=True)]
    np.testing.assert_allclose(np.concatenate(side, axis=-1), gradient, rtol=1e-12, atol=1e-12)


@untimed
@given(scored(nn.MSE()), st.floats(0.1, 10))
def test_squares_scale(case, k):
    loss, scores, y = case
    value, gradient = loss.value_and_grad(scores, y)
    again, scaled = loss.value_and_grad(k * scores, k * y)
    np.testing.assert_allclose(again, k**2 * value, rtol=1e-9)
    np.testing.assert_allclose(scaled, k * gradient, rtol=1e-9, atol=1e-12)


@untimed
@given(st.sampled_from(CLASSIFIERS).flatmap(scored))
def test_losses_are_not_negative(case):
    loss, scores, y = case
    assert np.all(loss(scores, y) >= -1e-12)


@pytest.mark.parametrize("kind", ["uint8", "int8", "int32", "uint64"])
def test_any_integer_type_is_a_label(kind):
    for loss in CLASSIFIERS:
        s = [[0.0, 1.0], [2.0, 0.5]]
        assert loss(s, np.array([1, 0], kind)) == loss(s, [1, 0])


def test_repr():
    assert [repr(loss) for loss in LOSSES] == ["CrossEntropy()", "Hinge()", "MSE()"]


def test_a_small_loss_in_single_precision():
    """There a sum of 1 and what the wrong classes add has lost most of its digits."""
    for lead in np.arange(8, 40, 0.1, dtype=np.float32):
        scores = np.array([[lead], [0]], np.float32)
        value, grad = nn.CrossEntropy().value_and_grad(scores, [0])
        wanted, slopes = nn.CrossEntropy().value_and_grad(scores.astype(float), [0])
        np.testing.assert_allclose([value, *grad[:, 0]], [wanted, *slopes[:, 0]], rtol=0.005)
        values, grads = nn.CrossEntropy().value_and_grad(np.stack([scores, 0 * scores]), [0])
        np.testing.assert_allclose([values[0], *grads[0, :, 0]], [wanted, *slopes[:, 0]], rtol=0.005)
