"""What crosses to a student's process and back: plain values, the same on both sides, and nothing else."""

import array
from collections import deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.sandbox import channel
from nnlib.exercises.judging import difference, plain

NUMBERS = st.sampled_from([np.dtype(name) for name in ("bool", "int8", "uint16", "int64", "float32", "f8")])
ARRAYS = arrays.arrays(NUMBERS, arrays.array_shapes(min_dims=0, max_side=4))
PLAIN = st.none() | st.booleans() | st.integers(-(2**64) + 1, 2**64 - 1) | st.floats() | st.text() | ARRAYS
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
            a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and (a == b or (a != a and b != b))


def crossed(value):
    """A value after its way through the channel."""
    frame = channel.pack({"value": channel.encode(value)})
    return channel.decode(channel.unpack(frame, channel.MAX_ITEMS)["value"])


@given(VALUES)
def test_values_come_out_as_they_went_in(value):
    assert same(value, crossed(value))


@pytest.mark.parametrize(("value", "name"), [
    (object(), "object"), ({1, 2}, "set"), (b"bytes", "bytes"), (1j, "complex"), (10**5000, "int"), (-2**65, "int"),
    (np.array(["a"]), "ndarray"), (lambda: 0, "object"), (np.array([object()])[0], "object"),
    (np.datetime64("2020"), "datetime64"), (np.zeros(2, complex), "ndarray"), ((n for n in "ab"), "object"),
    (type("told_0.123", (), {})(), "object"), (type("testing", (), {})(), "object"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_anything_else_tells_a_known_type_alone(value, name):
    whole = crossed({"key": [1, value], "other": 2.5})
    assert (type(whole["key"][1]).__name__, vars(whole["key"][1])) == (name, {})
    assert (whole["key"][0], whole["other"]) == (1, 2.5)
    assert difference(whole["key"][1], 1.0, 1e-6).endswith(f"return real numbers, not {name}")


class Own:
    def __array__(self, dtype=None, copy=None):
        return np.array([1.5, 2.5])


@pytest.mark.parametrize("value", [
    np.array([1.5, 2.5], np.longdouble), np.array([1.5, 2.5], ">f8"), np.array([1.5, 2.5], ">f4"), Own(),
    array.array("d", [1.5, 2.5]), memoryview(np.array([1.5, 2.5])), np.ma.array([1.5, 2.5]), deque([1.5, 2.5]),
    np.longdouble(1.5), np.array([1, 2], ">i2"), np.array([1, 2], ">u8"), range(3),
    np.array([True, False]), np.array([[1, 2], [3, 4]]).T,
], ids=lambda value: type(value).__name__)
def test_what_numpy_takes_for_numbers_crosses_as_numbers(value):
    np.testing.assert_array_equal(crossed({"key": value})["key"], np.asarray(value))


@pytest.mark.parametrize(("value", "read"), [
    (np.array([np.ones(2), np.ones((2, 2)), None], object), [np.ones(2), np.ones((2, 2)), None]),
    (np.array([1.5, "a", Fraction(1, 2)], object), [1.5, "a", 0.5]), (deque([None, 2]), [None, 2]),
    (np.array("dead"), "dead"), (np.array("dead", object), "dead"), (np.where(True, "rate", "fine"), "rate"),
    (Fraction(1, 4), 0.25), (Decimal("0.25"), 0.25), (np.array(Fraction(1, 4)), 0.25),
    ({"a": (deque([1, 2]), [array.array("d", [1.5])])}, {"a": (np.array([1, 2]), [np.array([1.5])])}),
    (np.ma.array([[1, 2]]), np.array([[1, 2]])), (array.array("d"), np.array([])), (None, None), (True, True),
], ids=str)
def test_other_forms_of_values_are_read_alike_in_the_notebook_and_by_the_grader(value, read):
    for one in (plain(value), crossed(value)):
        assert type(one) in (type(read), np.bool_)
        np.testing.assert_equal(one, read)


@pytest.mark.parametrize("value", [Fraction(10**400), {1}, b"bytes", 1j, deque([[1], [1, 2]]), np.array(["a"])])
def test_what_is_no_value_stays_as_it_is_in_the_notebook(value):
    assert plain(value) is value


def test_a_key_that_is_no_text_costs_no_other_entry():
    assert crossed({1: 2, "a": 3, (): 4}) == {"#0": 2, "a": 3, "#2": 4}


VALUE, ARRAY, SHAPE = "not a value", "not an array", "not a shape"


@pytest.mark.parametrize(("encoded", "why"), [
    ([1], VALUE), ({}, VALUE), ({"list": 1}, VALUE), ({"dict": [1]}, VALUE), ({"pickle": "gASVAA=="}, VALUE),
    ({"list": [], "dict": {}}, VALUE), ({"list": {}}, VALUE), ({"tuple": {}}, VALUE), ({"array": 1}, ARRAY),
    ({"array": ["<f8", [2]]}, ARRAY), ({"array": ["|O", [1], "AAAAAAAAAAA="]}, ARRAY),
    ({"array": [["<f8"], [0], ""]}, ARRAY), ({"array": ["<f8", [0], None]}, ARRAY),
    ({"array": ["<f8", 0, ""]}, ARRAY), ({"array": ["<f8", [0] * 9, ""]}, ARRAY),
    ({"array": ["<f8", [1], "?"]}, ARRAY), ({"array": ["<f8", [1], "AAAA!AAAAAAA="]}, ARRAY),
    ({"array": ["<f8", [-1], ""]}, SHAPE), ({"array": ["<f8", [1.0], "AAAAAAAAAAA="]}, SHAPE),
    ({"array": ["<f8", [True], "AAAAAAAAAAA="]}, SHAPE), ({"array": ["<f8", [2**40], ""]}, SHAPE),
    ({"array": ["<f8", [channel.MAX_FRAME, 0], ""]}, SHAPE),
    ({"array": ["<f8", [2], "AAAA"]}, ARRAY), ({"array": ["<f8", [1], "AAAA"]}, ARRAY),
    ({"array": ["<f8", [], ""]}, ARRAY), ({"array": ["<f8", [0] + [2**23] * 4, ""]}, ARRAY),
    ({"other": 5}, VALUE), ({"other": ["set"]}, VALUE),
    ("x" * (channel.MAX_TEXT + 1), "a text too long"),
    ({"list": ["x" * (channel.MAX_TEXT + 1)]}, "a text too long"),
], ids=lambda encoded: str(encoded)[:30])
def test_what_was_forged_is_refused(encoded, why):
    with pytest.raises(channel.Unfit) as caught:
        channel.decode(encoded)
    assert str(caught.value) == why


@pytest.mark.parametrize("encoded", [
    "x" * channel.MAX_TEXT, {"list": [0] * channel.MAX_ITEMS}, {"array": ["<f8", [0], ""]},
    {"array": ["|b1", [1] * 8, "AQ=="]}, {"array": ["<f8", [channel.MAX_FRAME - 1, 0], ""]},
], ids=lambda encoded: str(encoded)[:30])
def test_the_largest_that_crosses(encoded):
    channel.decode(encoded)


@pytest.mark.parametrize(("wrap", "wrap_encoded"), [
    (lambda x: [x], lambda x: {"list": [x]}), (lambda x: (x,), lambda x: {"tuple": [x]}),
    (lambda x: {"key": x}, lambda x: {"dict": {"key": x}}),
], ids=["list", "tuple", "dict"])
def test_eight_levels_and_no_more(wrap, wrap_encoded):
    value = encoded = 5
    for _ in range(8):
        value, encoded = wrap(value), wrap_encoded(encoded)
    assert channel.encode(value) == encoded
    assert channel.decode(encoded) == value
    for call in (lambda: channel.encode(wrap(value)), lambda: channel.decode(wrap_encoded(encoded))):
        with pytest.raises(channel.Unfit, match=r"^nested too deep$"):
            call()


@pytest.mark.parametrize(("body", "why"), [
    (b"[" * 1_000_000, "not JSON"),
    (b"[" + b"0," * (channel.MAX_ITEMS + 1) + b"0]", "too many items"),
    (b"{", "not JSON"), (b"\xff", "not JSON"), (b"[1]", "not a message"),
], ids=range(5))
def test_what_is_no_message(body, why):
    with pytest.raises(channel.Unfit) as caught:
        channel.unpack(body, channel.MAX_ITEMS)
    assert str(caught.value) == why


def test_a_frame_is_one_line_and_not_too_long():
    """One of just 16 MB fits."""
    assert channel.pack({"a": "\n"}) == b'{"a": "\\n"}\n'
    room = channel.MAX_FRAME - len('{"a": ""}\n')
    assert len(channel.pack({"a": "x" * room})) == channel.MAX_FRAME
    with pytest.raises(channel.Unfit, match=r"^too large$"):
        channel.pack({"a": "x" * (room + 1)})
