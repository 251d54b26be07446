"""BLAS held to one thread while our own threads or processes share the cores."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any


def one_blas_thread() -> AbstractContextManager[Any]:
    """Limit BLAS at once, until the context ends; without threadpoolctl nothing changes, only slower."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return nullcontext()
    return threadpool_limits(1)  # type: ignore[no-any-return]
