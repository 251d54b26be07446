"""A fingerprint: a hash that differs between functions, or settings, that may give different results."""

import copyreg
import hashlib
from collections.abc import Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any


def fingerprint(value: Any, above: tuple[int, ...] = ()) -> str:
    """A hash of code and of data to the last bit, the same in every process; what cannot be pickled has none."""
    if type(value) in (type(None), type(...), bool, int, float, complex, str, bytes):
        parts = [repr(value)]
    elif id(value) in above:
        parts = [str(above.index(id(value)))]
    else:
        parts = [fingerprint(part, (*above, id(value))) for part in _parts(value)]
    if isinstance(value, set | frozenset):
        parts.sort()
    return hashlib.sha256("\n".join([type(value).__qualname__, *parts]).encode()).hexdigest()


def _parts(value: Any) -> Any:
    if isinstance(value, ModuleType | type):
        return getattr(value, "__module__", ""), getattr(value, "__qualname__", value.__name__)
    if isinstance(value, MethodType):
        return value.__func__, value.__self__
    if isinstance(value, FunctionType):
        closure = [cell.cell_contents for cell in value.__closure__ or ()]
        return value.__code__, value.__defaults__, value.__kwdefaults__, closure, vars(value)
    if isinstance(value, CodeType):
        names = value.co_varnames[: value.co_argcount + value.co_kwonlyargcount], value.co_names, value.co_freevars
        return value.co_code, value.co_consts, value.co_exceptiontable, names
    if type(value) in (tuple, list, set, frozenset):
        return value
    reduce: Any = copyreg.dispatch_table.get(type(value), lambda value: value.__reduce_ex__(4))
    made = reduce(value)
    if isinstance(made, str):  # found by its name; decorators such as lru_cache keep the function itself
        return value.__module__, made, getattr(value, "__wrapped__", None)
    rest = [list(part) if isinstance(part, Iterator) else part for part in made[1:]]
    return made[0].__qualname__, rest, type(value).__call__ if callable(value) else None
