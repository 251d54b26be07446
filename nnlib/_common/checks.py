"""Checks of arguments: each error says what was expected, what it got and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[np.floating[Any]]
T = TypeVar("T")


def as_array(values: ArrayLike, what: str) -> NDArray[Any]:
    """`values` as an array, unless they are missing, sparse or ragged."""
    if values is None:
        problem = "None. Give an array; a function without `return` gives None."
    elif hasattr(values, "toarray"):
        problem = f"a sparse {type(values).__name__}. Use its .toarray()."
    elif masked := _masked(values):
        problem = (f"{masked} masked entries. Replace them in each masked array, np.ma.filled(x, 0), "
                   "or leave out the samples that hold them.")
    else:
        try:
            return np.asarray(values)
        except ValueError:
            problem = "rows of different lengths. Give every row the same length."
    raise ValueError(f"{what} expected numbers in a regular array, got {problem}")


def _masked(values: Any) -> int:
    """How many entries of an array, or of arrays in a list, are masked."""
    if isinstance(values, list | tuple) and not {*map(type, values)} <= {int, float}:  # NumPy would unmask them
        return sum(map(_masked, values))
    return int(np.ma.getmaskarray(values).sum()) if isinstance(values, np.ma.MaskedArray) else 0


def as_floats(values: ArrayLike, dtype: DTypeLike | None, what: str, finite: bool = True) -> Array:
    """`values` as finite floats, of the given dtype or, without one, in the precision that they have."""
    array = as_array(values, what)
    if array.dtype.kind not in "fiub":
        remedy = ("Take np.real(x), or np.abs(x) for its size" if array.dtype.kind == "c" else
                  "Replace all that is not a number, then use np.asarray(x, float)")
        raise ValueError(f"{what} expected real numbers, got dtype {array.dtype}. {remedy}.")
    if dtype is None:
        dtype = array.dtype if array.dtype in (np.float32, np.float64) else np.float64
    with np.errstate(over="ignore", invalid="ignore"):  # a sum is 4x cheaper than isfinite().all()
        floats = array.astype(dtype, copy=False)
        suspicious = finite and not np.isfinite(floats.sum())
    if suspicious and not np.isfinite(floats).all():
        bad = np.count_nonzero(~np.isfinite(array))
        if not bad:
            wider = ", or a network in float64: net.copy('float64')" if floats.dtype == np.float32 else ""
            largest = np.format_float_scientific(np.abs(array).max(), 1, trim="-")  # a longdouble has no {:g}
            raise ValueError(f"{what} expected numbers up to {np.finfo(floats.dtype).max:.2g}, the largest "
                             f"{floats.dtype}, got {largest}. Use x / np.max(np.abs(x)){wider}.")
        raise ValueError(f"{what} expected finite numbers, got {bad} NaN or infinite values out of {array.size}. "
                         "Leave out the samples that hold them, or replace them, e.g. np.where(np.isfinite(x), x, 0).")
    return floats


def finite(result: Any, what: str) -> Any:
    """`result`, which was computed from checked input, unless it is NaN or infinite."""
    if not np.isfinite(result).all():
        raise ValueError(f"{what} expected finite numbers, got NaN or infinity. Give the network smaller, finite "
                         "parameters, or scale its inputs and targets, e.g. x / np.max(np.abs(x)).")
    return result


def to_shape(array: NDArray[Any], shape: tuple[int | None, ...], otherwise: str) -> str:
    """How to give an array that shape, in which None is any length; `otherwise` if it takes more than one step."""
    single = array.squeeze()
    ways = {"np.transpose(x)": array.T, "np.ravel(x)": array.ravel() if single.ndim < 2 else array,
            "np.squeeze(x)": single, "np.array(x)[..., None]": array[..., None], "np.array(x)[None, :]": array[None]}
    for code, changed in ways.items():
        if changed.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape, changed.shape, strict=True)):
            return f"Use {code}."
    return otherwise


def as_batch(X: ArrayLike, n_in: int | None, dtype: DTypeLike, what: str) -> Array:
    """`X` as a non-empty (n_in, N) array of finite floats."""
    array = as_array(X, f"{what} input")
    if array.ndim != 2 or n_in not in (None, array.shape[0]):
        otherwise = "Give one row per input and one column per sample, or build a network for other inputs."
        how = to_shape(array, (n_in, None), otherwise)
        raise ValueError(f"{what} expected input of shape ({n_in or 'D'}, N) for N samples, got {array.shape}. {how}")
    if 0 in array.shape:
        raise ValueError(f"{what} expected at least one sample, got an empty batch of shape {array.shape}. "
                         "Check how the samples were selected.")
    return as_floats(array, dtype, f"{what} input")


def as_labels(y: ArrayLike, n_samples: int, n_classes: int, what: str) -> NDArray[np.integer[Any]]:
    """`y` as N whole numbers from 0 to n_classes - 1."""
    array = as_array(y, f"{what} labels")
    if array.shape != (n_samples,):
        otherwise = ("Give one class number per sample of X; for one-hot columns np.argmax(y, axis=0), for rows "
                     "np.argmax(y, axis=1); for real targets train with nn.MSE().")
        raise ValueError(f"{what} expected labels of shape ({n_samples},), one per sample, got {array.shape}. "
                         f"{to_shape(array, (n_samples,), otherwise)}")
    numbered = "classes, y = np.unique(y, return_inverse=True)"
    if array.dtype.kind not in "iu":
        whole = array.dtype.kind in "bf" and abs(array).max() < 2**31 and (array % 1 == 0).all()
        remedy = ("Use np.asarray(y, int)" if whole else f"For names use {numbered}; for whole numbers "
                  "np.asarray(y, int); for real targets train with nn.MSE()")
        raise ValueError(f"{what} expected integer labels, got dtype {array.dtype}. {remedy}.")
    low, high = int(array.min()), int(array.max())
    if low < 0 or high >= n_classes:
        raise ValueError(f"{what} expected labels from 0 to {n_classes - 1} for {n_classes} classes, got {low} to "
                         f"{high}. Number them from 0: {numbered}; for more classes the last layer needs more outputs.")
    return array


def whole_number(name: str, value: Any, low: int = 1) -> int:
    """`value` as an int of at least `low`."""
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, Integral) or value < low:
        raise ValueError(f"{name} expected a whole number of at least {low}, got {value!r}. "
                         f"Give an int such as {max(low, 1)}.")
    return int(value)


def real_number(name: str, value: Any, low: float, high: float = np.inf, open_low: bool = False) -> float:
    """`value` as a float in [low, high), or (low, high) with `open_low`."""
    right_type = isinstance(value, Real) and not isinstance(value, bool | np.timedelta64)
    try:
        real = float(value) if right_type else np.nan
    except OverflowError:  # a whole number beyond every float
        real = np.nan
    if not low <= real < high or (open_low and real == low):
        raise ValueError(f"{name} expected a number in {'(' if open_low else '['}{low:g}, {high:g}), got {value!r}. "
                         "Give a float in that interval.")
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
    """`known[value]`, or an error that lists the known names."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} expected one of {', '.join(sorted(known))}, got {value!r}. Check the spelling.")
    return known[value]


def counted(n: int, noun: str) -> str:
    """A number and its noun: ``1 layer``, ``2 layers``."""
    return f"{n:,} {noun}{'s' * (n != 1)}"


def as_generator(rng: int | np.random.Generator) -> np.random.Generator:
    """`rng` as a Generator: an int is a seed, a Generator is used as it is."""
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or isinstance(rng, np.random.SeedSequence | np.random.BitGenerator | np.random.RandomState):
        raise ValueError(f"rng expected a seed or a numpy.random.Generator, got {rng!r}. "
                         "Give an int such as 1, or np.random.default_rng(x).")
    return np.random.default_rng(whole_number("rng", rng, low=0))
