"""A fingerprint: a hash that differs between functions, or settings, that may give different results."""

import copyreg
import hashlib
from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any


def fingerprint(value: Any, above: tuple[int, ...] = ()) -> str:
    """A hash of code and of data to the last bit, never of a `repr`, which rounds, cuts short and holds addresses.

    It is the same in every process. What cannot be pickled has none: it raises whatever its class raises.
    Of code that a function calls, only what its closure holds takes part.
    """
    if type(value) in (type(None), type(...), bool, int, float, complex, str, bytes):
        parts = [repr(value).encode()]
    elif id(value) in above:
        parts = [b"%d" % above.index(id(value))]
    else:
        parts = [fingerprint(part, (*above, id(value))).encode() for part in _parts(value)]
        if isinstance(value, set | frozenset | dict):
            parts = sorted(parts)
    return hashlib.sha256(b"\n".join([type(value).__qualname__.encode(), *parts])).hexdigest()


def _parts(value: Any) -> Any:
    """What a value is made of."""
    if isinstance(value, ModuleType):
        return [value.__name__]
    if isinstance(value, type):
        return value.__module__, value.__qualname__
    if isinstance(value, MethodType):
        return value.__func__, value.__self__, _own(type(value.__self__))
    if isinstance(value, FunctionType):
        closure = [cell.cell_contents for cell in value.__closure__ or ()]
        return value.__code__, value.__defaults__, value.__kwdefaults__, closure, vars(value)
    if isinstance(value, CodeType):
        names = value.co_varnames[: value.co_argcount + value.co_kwonlyargcount], value.co_names, value.co_freevars
        return value.co_code, value.co_consts, value.co_exceptiontable, names
    if type(value) in (tuple, list, set, frozenset):
        return value
    if type(value) is dict:
        return value.items()
    reduce = copyreg.dispatch_table.get(type(value))
    made = reduce(value) if reduce else value.__reduce_ex__(4)
    own = _own(type(value)) if callable(value) else ()
    if isinstance(made, str):  # found by its name; decorators such as lru_cache keep the function itself
        return value.__module__, made, getattr(value, "__wrapped__", None)
    how, *rest = made
    return how.__qualname__, own, *(list(part) if isinstance(part, Iterator) else part for part in rest)


def _own(kind: type) -> list[Any]:
    """What stands in the body of a class whose objects are called, and of its bases: functions and data."""
    body = [pair for base in kind.__mro__ for pair in vars(base).items()]
    found = [(name, getattr(member, "__func__", getattr(member, "fget", member))) for name, member in body]
    return [(name, member) for name, member in found
            if isinstance(member, FunctionType) or not name.startswith(("__", "_abc_"))]
