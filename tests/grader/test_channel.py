"""What crosses to a student's process and back: plain values, the same on both sides, and nothing else."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader import channel

NUMBERS = st.sampled_from([np.dtype(name) for name in ("bool", "int8", "uint16", "int64", "float32", "f8")])
ARRAYS = arrays.arrays(NUMBERS, arrays.array_shapes(min_dims=0, max_side=4))
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ARRAYS
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3)
    | st.lists(inner, max_size=3).map(tuple)
    | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def same(a, b):
    if isinstance(a, np.ndarray | np.generic):
        return np.asarray(b).dtype == a.dtype and np.shape(b) == a.shape and np.array_equal(
            a, b, equal_nan=a.dtype.kind == "f")  # fmt: skip
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and (a == b or (a != a and b != b))


@given(VALUES)
def test_values_come_out_as_they_went_in(value):
    frame = channel.pack({"value": channel.encode(value)})
    assert same(value, channel.decode(channel.unpack(frame[channel.HEAD.size:])["value"]))


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j, np.array([object()]), np.array(["a"]),
                                   {1: 2}, lambda: 0, np.datetime64("2020"), np.zeros(2, complex)],
                         ids=lambda value: type(value).__name__)  # fmt: skip
def test_anything_else_is_refused_before_it_leaves(value):
    with pytest.raises(channel.Unfit):
        channel.encode([value])


@pytest.mark.parametrize("told", [
    [1], {}, {"list": 1}, {"dict": [1]}, {"pickle": "gASVAA=="}, {"list": [], "dict": {}}, {"array": 1},
    {"array": ["<f8", [2], "AAAA"]}, {"array": ["|O", [1], "AAAAAAAAAAA="]}, {"array": ["<f8", [-1], ""]},
    {"array": ["<f8", [2**40], ""]}, {"array": ["<f8", [1.0], "AAAAAAAAAAA="]}, {"array": ["<f8", [1], "?"]},
    {"array": [["<f8"], [0], ""]}, {"array": ["<f8", [0] + [2**23] * 4, ""]}, {"array": ["<f8", [1], "AAAA"]},
    {"list": [0] * (channel.MAX_ITEMS + 1)}, "x" * (channel.MAX_TEXT + 1),
], ids=lambda told: str(told)[:30])  # fmt: skip
def test_what_was_forged_is_refused(told):
    with pytest.raises(channel.Unfit):
        channel.decode(told)


def test_no_nesting_is_too_deep_to_refuse():
    deep = json.loads('{"list": [' * 50 + "]}" * 50)
    with pytest.raises(channel.Unfit, match="deep"):
        channel.decode(deep)
    with pytest.raises(channel.Unfit, match="JSON"):
        channel.unpack(b"[" * 1_000_000)
    with pytest.raises(channel.Unfit, match="message"):
        channel.unpack(b"[1]")
    with pytest.raises(channel.Unfit, match="large"):
        channel.pack({"value": "x" * (channel.MAX_FRAME + 1)})
