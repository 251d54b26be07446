"""BLAS limited to one thread, in threads and processes of ours that already use every core."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def lock() -> Any:
    """A lock for which a fork waits, so that the new process finds it free and what it protects in order."""
    made = threading.RLock()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=made.acquire, after_in_parent=made.release, after_in_child=made.release)
    return made


_LOCK = lock()
_limits: list[Any] = []  # one entry per user; the first holds what to restore after the last


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS while any thread needs it; without threadpoolctl results are the same, only slower."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        yield
        return
    with _LOCK:
        _limits.append(_limits[0] if _limits else threadpool_limits(1))
    try:
        yield
    finally:
        with _LOCK:
            limit = _limits.pop()
            if not _limits:
                limit.restore_original_limits()


def start_worker() -> None:
    """Limit BLAS to one thread, and end when the process that started this one ends, even if it was killed."""
    import multiprocessing  # only processes that start others wait for it

    parent: Any = multiprocessing.parent_process()
    limit = one_blas_thread()
    limit.__enter__()

    def watch(_: Any) -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, args=[limit], daemon=True).start()  # a limit that nobody holds is lifted
