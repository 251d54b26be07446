"""Points in the plane, the handwritten digits, and a split into training and test data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._common.checks import as_array, as_generator, real_number, whole_number
from .._common.docstrings import raises, with_sections

Points = tuple[NDArray[np.float64], NDArray[np.int64]]

SECTIONS = """\
Parameters
----------
n : int
    Number of samples, at least one per class; class sizes differ by one at most.
noise : float
    Standard deviation, 0 or more, of the normal noise :math:`\\varepsilon` in each coordinate (of `spirals`: in
    the angle, in radians).
rng : int or numpy.random.Generator
    Seed or source of the order and the noise.

Returns
-------
X : (2, n) float64
    Coordinates; without noise, each is in [-2, 2].
y : (n,) int64
    Classes from 0 on, in random order.

Raises
------
ValueError
    If a parameter is outside its range.

"""  # what the docstrings of the four families have in common


def _drawn(what: str, n: Any, noise: Any, rng: Any, classes: Any = 2,
           axes: int = 2) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Each sample's place along its class's curve, evenly spaced in (0, 1), its class, and its (n, axes) noise."""
    classes = whole_number(f"{what} classes", classes, low=2)
    n, noise = whole_number(f"{what} n", n, low=classes), real_number(f"{what} noise", noise, 0, 1e300)
    rng = as_generator(rng)
    i = rng.permutation(n)  # in random order, so that any slice of the samples holds every class
    y = i % classes
    in_class = (n - 1 - y) // classes + 1
    return (i // classes + 0.5) / in_class, y, noise * rng.standard_normal((n, axes))


@with_sections(SECTIONS)
def spirals(n: int = 300, noise: float = 0.2, rng: int | np.random.Generator = 0, classes: int = 3) -> Points:
    r"""Points on spiral arms that all start at the origin, one arm for each of 2 or more `classes`.

    A sample of class c at place t along its arm, with t evenly spaced in (0, 1), lies at

    .. math:: x = (t \cos a, t \sin a), \qquad a = 2 \pi c / \mathrm{classes} + 1.5 \pi t + \varepsilon

    No line separates them, and whatever the noise, they lie inside the unit circle. Source: a relative of the two
    spirals of K. J. Lang and M. J. Witbrock, *Learning to tell two spirals apart*, 1988 Connectionist Models Summer
    School.

    Examples
    --------
    >>> X, y = spirals(6, noise=0)
    >>> np.sort(np.hypot(*X)).round(2)  # two places on each of three arms
    array([0.25, 0.25, 0.25, 0.75, 0.75, 0.75])
    """
    t, y, error = _drawn("spirals", n, noise, rng, classes, axes=1)
    angle = 2 * np.pi * y / classes + 1.5 * np.pi * t + error[:, 0]
    return np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1).T, y


@with_sections(SECTIONS)
def circles(n: int = 300, noise: float = 0.1, rng: int | np.random.Generator = 0) -> Points:
    r"""Points on two circles around the origin, class 0 on the outer and class 1 on the inner one.

    A sample at place t along its circle, with t evenly spaced in (0, 1), lies at

    .. math:: x = r (\cos 2 \pi t, \sin 2 \pi t) + \varepsilon, \qquad r = 1 \text{ or } 1/2

    Source: the shape is that of scikit-learn's ``make_circles``.

    Examples
    --------
    >>> X, y = circles(40, noise=0)
    >>> np.hypot(*X[:, y == 0]).mean().round(6), np.hypot(*X[:, y == 1]).mean().round(6)
    (np.float64(1.0), np.float64(0.5))
    """
    t, y, error = _drawn("circles", n, noise, rng)
    angle, radius = 2 * np.pi * t, np.where(y == 0, 1.0, 0.5)
    return (np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1) + error).T, y


@with_sections(SECTIONS)
def moons(n: int = 300, noise: float = 0.1, rng: int | np.random.Generator = 0) -> Points:
    r"""Points on two interleaving half circles, one per class.

    A sample at place t along its half circle, with t evenly spaced in (0, 1), lies at

    .. math::
        x = (\cos \pi t, \sin \pi t) + \varepsilon \text{ for class 0}, \qquad
        x = (1 - \cos \pi t, 1/2 - \sin \pi t) + \varepsilon \text{ for class 1}

    Source: the shape is that of scikit-learn's ``make_moons``.

    Examples
    --------
    >>> X, y = moons(2, noise=0)  # the top of one moon and the bottom of the other
    >>> X[:, y == 0].ravel().round(6), X[:, y == 1].ravel().round(6)
    (array([0., 1.]), array([ 1. , -0.5]))
    """
    t, y, error = _drawn("moons", n, noise, rng)
    across, up = np.cos(np.pi * t), np.sin(np.pi * t)
    X = np.stack([np.where(y == 0, across, 1 - across), np.where(y == 0, up, 0.5 - up)], axis=1)
    return (X + error).T, y


@with_sections(SECTIONS)
def blobs(n: int = 300, noise: float = 0.5, rng: int | np.random.Generator = 0, classes: int = 3) -> Points:
    r"""Round clouds of points, one for each of 2 or more `classes`, centred evenly on a circle of radius 2.

    A sample of class c lies at

    .. math:: x = 2 (\cos a, \sin a) + \varepsilon, \qquad a = 2 \pi c / \mathrm{classes}

    Source: the textbook mixture of Gaussians with equal covariance, for which a linear classifier is the best there is.

    Examples
    --------
    >>> X, y = blobs(300, noise=0, classes=4)
    >>> np.unique(X.T[y == 1].round(6), axis=0)  # the second of four centres
    array([[0., 2.]])
    """
    _, y, error = _drawn("blobs", n, noise, rng, classes)
    angle = 2 * np.pi * y / classes
    return (2 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + error).T, y


def digits() -> Points:
    """1,797 real handwritten digits, 8 by 8 pixels each.

    Source: the test part of *Optical Recognition of Handwritten Digits*, E. Alpaydin and C. Kaynak (1998), UCI Machine
    Learning Repository, doi:10.24432/C50P49, CC BY 4.0; it comes with the package.

    Returns
    -------
    X : (64, 1797) float64
        Ink from 0 (none) to 1 (full) in steps of 1/16; ``X[:, i].reshape(8, 8)`` is image i, its top line first.
    y : (1797,) int64
        The digit, 0 to 9.

    Examples
    --------
    >>> X, y = digits()
    >>> X.shape, y[:5]
    ((64, 1797), array([0, 1, 2, 3, 4]))
    >>> (16 * X[:, 1]).astype(int).reshape(8, 8)[0]  # the upper line of a 1
    array([ 0,  0,  0, 12, 13,  5,  0,  0])
    """
    with np.load(Path(__file__).with_name("digits.npz")) as stored:
        return (stored["pixels"] / 16).T, stored["labels"].astype(np.int64)


@raises("the shapes do not fit, `test` is outside (0, 1), or a part would be empty")
def train_test_split(X: ArrayLike, y: ArrayLike, test: float = 0.2, rng: int | np.random.Generator = 0,
                     ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Deal samples, the columns of X (D, N) and y (N,) or (C, N), at random into a part to train on and one to test on.

    `test`, in (0, 1), is the share of the samples to test on; their number ``test * N`` is rounded. `rng` is the seed
    or the source of the order. X_train, X_test, y_train and y_test, which it gives, are copies of the same kinds of
    numbers; every sample is in one part and only there. Source: M. Stone, *Cross-validatory choice and assessment of
    statistical predictions*, 1974, on why a fit is judged on samples it has not seen.

    Examples
    --------
    >>> X_train, X_test, y_train, y_test = train_test_split(*digits(), test=0.25)
    >>> X_train.shape, X_test.shape, y_train.shape, y_test.shape
    ((64, 1348), (64, 449), (1348,), (449,))
    """
    X, y = as_array(X, "train_test_split X"), as_array(y, "train_test_split y")
    if X.ndim != 2 or y.ndim not in (1, 2) or y.shape[-1] != (n := X.shape[1]):
        raise ValueError(f"train_test_split expected X of shape (D, N) and y of shape (N,) or (C, N), got {X.shape} "
                         f"and {y.shape}. Samples are columns: transpose rows, np.array(X).T or np.array(y).T; for a "
                         "single input use np.array(X)[None, :].")
    n_test = round(n * real_number("train_test_split test", test, 0, 1, open_low=True))
    if not 0 < n_test < n:
        raise ValueError(f"train_test_split expected at least one sample in each part, got {n - n_test} to train on "
                         f"and {n_test} to test on from {n} samples. Give more samples or another test share.")
    order = as_generator(rng).permutation(n)
    parts = order[n_test:], order[:n_test]
    X_train, X_test, y_train, y_test = (np.take(whole.T, part, axis=0).T for whole in (X, y) for part in parts)
    return X_train, X_test, y_train, y_test
