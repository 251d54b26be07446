"""The narrow channel between the tests and a student's process: plain values as JSON, never pickle.

These values may be sent: None, booleans, numbers, strings, lists, tuples, dicts with string keys and arrays of
real numbers, as `nnlib.exercises.judging.plain` reads them. Anything else arrives as an object of its type's name, for
the tests to judge. The student's process loads this file, too: it imports the standard library and NumPy alone.
"""

import base64
import builtins
import contextlib
import json

import numpy as np

MAX_FRAME = 16 << 20  # bytes of one message
MAX_DEPTH, MAX_ITEMS, MAX_TEXT = 8, 40_000, 10_000  # items of a whole reply
WIDEST = {"b": bool, "i": np.int64, "u": np.uint64, "f": np.float64}
# Names of types, which alone are told of anything else: a student can make up a name that tells what was asked.
TYPES = {name for names in map(vars, (np, np.linalg, builtins)) for name in names if isinstance(names[name], type)}
DTYPES = {np.dtype(code).str for code in "?efdbhiqBHIQ"}  # of booleans, floats and whole numbers


class Unfit(ValueError):
    """A value that may not be sent."""


def encode(value, depth=0):
    """`value` in a form that JSON can hold."""
    if depth > MAX_DEPTH:
        raise Unfit("nested too deep")
    if isinstance(value, int) and value.bit_length() > 64:  # NumPy takes it for no number; JSON may not write it
        return {"other": "int"}
    if value is None or isinstance(value, bool | int | float | str):
        return value.item() if isinstance(value, np.generic) else value
    if isinstance(value, list | tuple):
        return {"list" if isinstance(value, list) else "tuple": [encode(entry, depth + 1) for entry in value]}
    if isinstance(value, dict):
        return {"dict": {key if isinstance(key, str) else f"#{number}": encode(entry, depth + 1)
                         for number, (key, entry) in enumerate(value.items())}}
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        array = np.asarray(value)
        if array.dtype.kind in WIDEST:
            array = array if array.dtype.str in DTYPES else array.astype(WIDEST[array.dtype.kind])
            return {"array": [array.dtype.str, list(array.shape), base64.b64encode(array.tobytes()).decode()]}
        if array.dtype.kind == "O" or (isinstance(value, np.ndarray) and not array.ndim):
            return encode(inside, depth + 1) if (inside := array.tolist()) is not value else float(value)
    return {"other": type(value).__name__}


def decode(encoded, depth=0):
    """The value that `encode` wrote; `Unfit` for anything else."""
    if depth > MAX_DEPTH:
        raise Unfit("nested too deep")
    if isinstance(encoded, str) and len(encoded) > MAX_TEXT:
        raise Unfit("a text too long")
    if encoded is None or isinstance(encoded, bool | int | float | str):
        return encoded
    if not isinstance(encoded, dict) or len(encoded) != 1:
        raise Unfit("not a value")
    ((kind, inside),) = encoded.items()
    match kind, inside:
        case "list", list():
            return [decode(entry, depth + 1) for entry in inside]
        case "tuple", list():
            return tuple(decode(entry, depth + 1) for entry in inside)
        case "dict", dict():
            return {key: decode(entry, depth + 1) for key, entry in inside.items()}
        case "array", [str(dtype), [*shape], str(text)] if dtype in DTYPES and len(shape) <= 8:
            if not all(type(n) is int and 0 <= n < MAX_FRAME for n in shape):
                raise Unfit("not a shape")
            with contextlib.suppress(ValueError):  # its size is not the one it claims, or is impossible
                return np.frombuffer(base64.b64decode(text, validate=True), dtype).reshape(shape).copy()[()]
        case "other", str():
            return type(inside if inside in TYPES else "object", (), {})()
    raise Unfit("not an array" if kind == "array" else "not a value")


def pack(message):
    """The bytes of one frame, a line, that holds a message, a dict of encoded values."""
    frame = json.dumps(message).encode() + b"\n"
    if len(frame) > MAX_FRAME:
        raise Unfit("too large")
    return frame


def unpack(frame, most=MAX_FRAME):
    """The message in one frame, with at most so many items."""
    if frame.count(b",") > most:  # before they cost the grader time
        raise Unfit("too many items")
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError):
        raise Unfit("not JSON") from None
    if not isinstance(message, dict):
        raise Unfit("not a message")
    return message
