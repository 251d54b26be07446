"""Checks of what callers hand in: each error says what was expected, what came, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[np.floating[Any]]
Labels = NDArray[np.integer[Any]]
T = TypeVar("T")


def as_array(values: ArrayLike, what: str) -> NDArray[Any]:
    """`values` as an array, unless they are ragged."""
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(
            f"{what} expected numbers in a regular array, got rows of different lengths. "
            "Give every row the same length."
        ) from None


def as_floats(values: ArrayLike, dtype: DTypeLike | None, what: str) -> Array:
    """`values` as finite floats; floats keep their precision unless `dtype` says otherwise."""
    array = as_array(values, what)
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"{what} expected real numbers, got dtype {array.dtype}. Convert it, e.g. with .astype(float)."
        )
    if dtype is None:
        dtype = array.dtype if array.dtype in (np.float32, np.float64) else np.float64
    with np.errstate(over="ignore", invalid="ignore"):  # a sum is 4x cheaper than isfinite().all()
        array = array.astype(dtype, copy=False)
        suspicious = not np.isfinite(array.sum())
    if suspicious and not np.isfinite(array).all():
        raise ValueError(
            f"{what} expected finite numbers, got {np.count_nonzero(~np.isfinite(array))} NaN or infinite "
            f"values out of {array.size}. Clean the data, e.g. with np.nan_to_num."
        )
    return array


def as_batch(X: ArrayLike, n_in: int | None, dtype: DTypeLike, what: str) -> Array:
    """`X` as a non-empty (n_in, N) array of finite floats."""
    array = as_array(X, what)
    rows = "D" if n_in is None else n_in
    if array.ndim != 2 or (n_in is not None and array.shape[0] != n_in):
        if array.shape in ((n_in,), (n_in, n_in)) or array.ndim == 1:
            remedy = "For one sample use x[:, None]."
        elif array.ndim == 2 and array.shape[1] == n_in:
            remedy = "Samples are columns: use X.T."
        else:
            remedy = "Samples are columns: one column a sample, one row an input."
        raise ValueError(f"{what} expected input of shape ({rows}, N), got {array.shape}. {remedy}")
    if 0 in array.shape:
        raise ValueError(
            f"{what} expected at least one sample, got an empty batch of shape {array.shape}. "
            "Check how the samples were selected."
        )
    return as_floats(array, dtype, f"{what} input")


def as_labels(y: ArrayLike, n_samples: int, n_classes: int, what: str) -> Labels:
    """`y` as N whole numbers from 0 to n_classes - 1."""
    array = as_array(y, f"{what} labels")
    if array.shape != (n_samples,):
        raise ValueError(
            f"{what} expected labels of shape ({n_samples},), one a sample, got {array.shape}. "
            "Give class numbers, not one-hot columns; np.argmax(y, axis=0) converts."
        )
    if array.dtype.kind not in "iu":
        raise ValueError(
            f"{what} expected integer labels, got dtype {array.dtype}. "
            "Use y.astype(int) if they are whole numbers."
        )
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= n_classes:
        raise ValueError(
            f"{what} expected labels from 0 to {n_classes - 1} for {n_classes} classes, got {low} to {high}. "
            "Count classes from 0, or give the last layer more outputs."
        )
    return array


def whole_number(name: str, value: Any, low: int = 1) -> int:
    """`value` as an int of at least `low`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
        raise ValueError(
            f"{name} expected a whole number of at least {low}, got {value!r}. "
            f"Give an int such as {max(low, 1)}."
        )
    return int(value)


def real_number(name: str, value: Any, low: float, high: float = np.inf, open_low: bool = False) -> float:
    """`value` as a float in [low, high), or (low, high) with `open_low`."""
    try:
        real = float(value) if isinstance(value, Real) and not isinstance(value, bool) else np.nan
    except OverflowError:  # a whole number beyond every float
        real = np.nan
    if not low <= real < high or (open_low and real == low):
        interval = f"{'(' if open_low else '['}{low:g}, {high:g})"
        raise ValueError(
            f"{name} expected a number in {interval}, got {value!r}. Choose a value inside that interval."
        )
    return real


def as_float_type(dtype: DTypeLike, what: str) -> np.dtype[Any]:
    """`dtype` as NumPy's float32 or float64."""
    try:
        kind = np.dtype(dtype)
    except TypeError:
        kind = None
    if kind not in (np.float32, np.float64):
        raise ValueError(f"{what} expected dtype float32 or float64, got {dtype!r}. Choose one of the two.")
    return kind


def one_of(name: str, value: str, known: Mapping[str, T]) -> T:
    """`known[value]`, or an error that lists what is known."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(
            f"{name} expected one of {', '.join(sorted(known))}, got {value!r}. Check the spelling."
        )
    return known[value]


def as_generator(rng: int | np.random.Generator) -> np.random.Generator:
    """`rng` as a Generator: an int is a seed, a Generator is used as it is."""
    if isinstance(rng, np.random.Generator):
        return rng
    return np.random.default_rng(whole_number("rng", rng, low=0))
