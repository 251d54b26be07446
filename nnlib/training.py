"""Training: minibatches, history, early stopping; one network, or many in chunks on threads."""

from __future__ import annotations

import copy
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._common import checks
from ._common.buffers import Buffers
from ._common.checks import Array
from ._common.progress import bar
from ._common.threads import lock, one_blas_thread
from .losses import CrossEntropy, Loss
from .network import Network, check_network
from .optim import SGD, Optimizer
from .prediction import share_right
from .stopping import EarlyStopping

# At most so many networks are trained together. Smaller chunks make two threads contend for the interpreter:
# with 16 networks per chunk, 64-50-10 trains 1.5 times slower.
CHUNK = 64
CHUNK_PARAMETERS = 2**18  # at most so many parameters, to keep activations in the cache: 1.1x at 64-500-10
# To add a bias to short rows, NumPy joins them by copies until they have so many numbers. With its own limit, 8192,
# the step of a small network takes 1.1x as long; stacks, of many short rows, gain nothing.
JOINED = 512
_IN_TRAINING: dict[tuple[int, int], Array] = {}  # by process, because a fork has none of the threads that train
_LOCK = lock()
PER_EPOCH = "loss", "accuracy", "val_loss", "val_accuracy"  # of `History`


@dataclass
class History:
    """What `fit` measured: arrays with one entry per epoch, (epochs,) or (epochs, R); empty if not measured.

    Attributes
    ----------
    loss : mean loss of the epoch's minibatches, L2 included, as training saw them
    accuracy : share of right answers on the training data after the epoch, without noise
    val_loss, val_accuracy : the same on the validation data after the epoch, without L2
    best_epoch : the epoch (from 0) whose parameters the network has: the last one, or with
        `patience` the one with the lowest val_loss; the one before it diverged, -1 for the start; an int, or (R,)

    A network that has diverged has NaN from that epoch on, one that early stopping has ended from the next.
    """

    loss: Array
    accuracy: Array
    val_loss: Array
    val_accuracy: Array
    best_epoch: Any


class Diverged(ValueError):
    """A training loss, a validation loss or a parameter became NaN or infinite.

    `epochs` is a dict from each network that diverged (0 for a single one) to the epoch in which it did, `history` what
    `fit` would have returned: the losses up to then, and of the networks that did not diverge.
    """

    epochs: dict[int, int]
    history: History


@dataclass
class _Task:
    """The arguments of one `fit`, checked, and shared by all its chunks."""

    rows: Array  # (N, D): a sample is contiguous, so that selecting a minibatch is one copy
    y: Any
    loss: Loss
    optimizer: Optimizer
    l2: float
    batch_size: int
    epochs: int = 0
    validation: Sequence[Any] = ()
    patience: int | None = None
    measure_accuracy: bool = False
    tick: Callable[[], Any] = bool
    stop: threading.Event = field(default_factory=threading.Event)  # the call has ended: threads leave their chunks


def fit(net: Network, X: ArrayLike, y: ArrayLike, loss: Loss = CrossEntropy(),  # noqa: B008 (stateless)
        optimizer: Optimizer = SGD(lr=0.1, momentum=0.9),  # noqa: B008 (copied before use)
        l2: float = 0.0, epochs: int = 20, batch_size: int | None = 128,
        validation: tuple[ArrayLike, ArrayLike] | None = None, patience: int | None = None,
        rng: int | np.random.Generator = 0, progress: bool = False, measure_accuracy: bool = True,
        workers: int | None = None) -> History:
    """Train `net` in place by minibatch gradient descent.

    Source: Robbins & Monro (1951); early stopping: Prechelt (1998).

    Parameters
    ----------
    net : Network
        A stack of R networks is trained in chunks of at most 64 that see the same minibatches.
    X : (D, N)
        Fastest as Fortran-ordered array of the network's dtype: then no copy is made.
    y : (N,) integer labels, or (C, N) real targets for MSE
    loss, optimizer, l2
        `fit` starts from a fresh copy of the optimiser; `l2` as in ``net.loss_and_grad``.
    epochs, batch_size : int
        The last minibatch of an epoch may be smaller; a batch_size of None is the whole batch.
    validation : (Xv, yv), optional
    patience : int, optional
        Stop after so many epochs without a lower validation loss, and restore the best parameters.
    rng : int or numpy.random.Generator
        Source of the shuffling and of noise. The same rng gives the same result, bit for bit.
    progress : bool
        Show a tqdm bar, if tqdm is installed.
    measure_accuracy : bool
        False saves the pass over the training data after each epoch.
    workers : int, optional
        Threads for a stack; by default one per core. Results do not depend on it.

    Raises
    ------
    Diverged (a ValueError)
        If a loss, also on validation data, or a parameter becomes NaN or infinite. A network that diverges
        gets the parameters back that it had before that epoch, with `patience` too, and learns no more; the
        other networks of a stack are trained to the end. The error's `history` keeps what was measured.
    ValueError
        If an argument is not as described, or another call of `fit` is training the same parameters.

    Examples
    --------
    >>> from nnlib import datasets, mlp
    >>> X, y = datasets.blobs(n=90, noise=0.2, rng=0)
    >>> history = fit(mlp(2, 8, 3), X, y, epochs=30)
    >>> print(round(history.accuracy[-1], 2))
    1.0
    """
    X, targets = check_network(net).check_data(X, y, loss)
    n = X.shape[1]
    if validation is not None or patience is not None:
        if not isinstance(validation, tuple | list) or len(validation) != 2:
            raise ValueError("fit validation expected a pair (Xv, yv), without which there is no patience, got "
                             f"{type(validation).__name__}. Write validation=(Xv, yv).")
        validation = net.check_data(*validation, loss)
    if not isinstance(optimizer, Optimizer):
        raise ValueError(f"optimizer expected one such as nn.SGD(lr=0.1), got {optimizer!r}. "
                         "Make one, with parentheses: nn.SGD(lr=0.1).")
    epochs = checks.whole_number("fit epochs", epochs)
    if workers is None:
        workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    checks.whole_number("fit workers", workers)
    with bar(progress, epochs * len(chunks_of(net)), "epoch") as shown, _alone(net):
        task = _Task(
            np.ascontiguousarray(X.T), targets, loss, optimizer, checks.real_number("fit l2", l2, 0),
            n if batch_size is None else min(n, checks.whole_number("fit batch_size", batch_size)), epochs,
            patience=None if patience is None else checks.whole_number("fit patience", patience),
            validation=validation or (), measure_accuracy=measure_accuracy and loss.classifies, tick=shown.update)
        runs = [partial(_train, task, net, *chunk) for chunk in _chunks(net, rng)]  # only now `rng` is drawn from
        histories, ends = zip(*_run_all(runs, workers, task.stop), strict=True)
    history, diverged = _join(list(histories), net), np.concatenate([np.atleast_1d(end) for end in ends])
    if np.isfinite(diverged).any():
        raise _divergence(diverged, net, optimizer.lr, history)
    return history


def steps(net: Network, X: ArrayLike, y: ArrayLike, loss: Loss, optimizer: Optimizer, l2: float, batch_size: int,
          rng: int | np.random.Generator) -> Iterator[None]:
    """Train as `fit` does, bit for bit, but one minibatch per ``next``, without end, and diverging unnoticed."""
    X, targets = net.check_data(X, y, loss)
    task = _Task(np.ascontiguousarray(X.T), targets, loss, optimizer, l2, min(batch_size, X.shape[1]))
    chunks = [(net if part is None else net.select(part), optimizer.fresh(), Buffers(), *sources)
              for part, *sources in _chunks(net, rng)]
    while True:
        for _ in zip(*[_epoch(task, *chunk) for chunk in chunks], strict=True):
            yield


@contextmanager
def _alone(net: Network) -> Iterator[None]:
    """Keep other calls of `fit` away from these parameters; threads that only predict may go on."""
    if not net.params.flags.writeable:
        raise ValueError("fit expected a network to change, got read-only parameters. Use net.copy().")
    key = os.getpid(), id(net)
    with _LOCK:
        if any(np.shares_memory(net.params, other) for (pid, _), other in _IN_TRAINING.items() if pid == key[0]):
            raise ValueError("fit expected a network that no other call trains, got one in training. "
                             "Wait for the other call, or train a copy: net.copy().")
        _IN_TRAINING[key] = net.params
    try:
        yield
    finally:
        with _LOCK:  # another thread may be looking through them
            del _IN_TRAINING[key]


def chunks_of(net: Network) -> list[slice | None]:
    """Cut a stack by its shape alone: results depend on the chunk's size in their last digits."""
    if net.networks is None:
        return [None]
    size = max(1, min(CHUNK, CHUNK_PARAMETERS // max(net.n_params, 1)))
    count = -(-net.networks // size)
    ends = [net.networks * k // count for k in range(count + 1)]  # as equal as can be
    return [slice(a, b) for a, b in pairwise(ends)]


def _chunks(net: Network, rng: int | np.random.Generator) -> list[tuple[Any, np.random.Generator, Any]]:
    """Each chunk's place, its own copy of the generator that shuffles for all of them, and the source of its noise."""
    parts = chunks_of(net)
    seeds = checks.as_generator(rng).integers(2**63, size=1 + len(parts))
    shuffling, *noise = map(np.random.default_rng, seeds)
    return [(part, copy.deepcopy(shuffling), source) for part, source in zip(parts, noise, strict=True)]


def _divergence(diverged: Array, net: Network, lr: float, history: History) -> Diverged:
    """The error that says which networks diverged; `diverged` (R,) holds the epochs, NaN for the others."""
    epochs = {int(r): int(diverged[r]) for r in np.flatnonzero(np.isfinite(diverged))}
    where = f"in epoch {epochs.get(0)}"
    if net.networks is not None:
        first = [f"network {r} in epoch {epoch}" for r, epoch in list(epochs.items())[:5]]
        where = f"in {len(epochs)} of {net.networks} networks ({', '.join(first)}{', ...' * (len(epochs) > 5)})"
    error = Diverged(f"fit expected finite losses, got NaN or infinity {where} with learning rate {lr:g}. Lower the "
                     "learning rate, or scale the inputs, the targets and the validation data; a network that diverged "
                     "has the parameters from before that epoch, any other is trained to the end.")
    error.epochs, error.history = epochs, history
    return error


def _run_all(runs: Sequence[Callable[[], Any]], workers: int, stop: threading.Event) -> list[Any]:
    """The results of the calls `runs`, made on threads if there are several; all of them have ended afterwards."""
    if len(runs) == 1 or workers == 1 or sys.platform == "emscripten":  # browsers have no threads
        return [run() for run in runs]
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    pool, futures = ThreadPoolExecutor(workers), []
    begin = threading.Event()  # no thread trains that an interrupt could make us forget
    with one_blas_thread():
        try:
            futures = [pool.submit(lambda run: begin.wait() and run(), run) for run in runs]
            begin.set()
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()  # an error of one ends the others
            return [future.result() for future in futures]
        finally:
            while not (stop.is_set() and all(future.done() for future in futures)):
                with suppress(KeyboardInterrupt):  # a second one must not leave while threads train
                    stop.set()
                    begin.set()
                    wait(futures)
            pool.shutdown()


def _epoch(task: _Task, net: Network, optimizer: Optimizer, buffers: Buffers, shuffling: np.random.Generator,
           noise: np.random.Generator) -> Iterator[Any]:
    """Take the steps of one epoch; each gives its share of the epoch's loss."""
    (n, width), size = task.rows.shape, task.batch_size
    order = shuffling.permutation(n) if size < n else None
    for start in range(0, n, size):
        X, y = task.rows, task.y
        if order is not None:
            picked = order[start : start + size]
            rows = buffers.get("X", (len(picked), width), X.dtype)
            X = np.take(X, picked, axis=0, out=rows, mode="clip")  # "raise" would make a copy first
            y = np.take(y, picked, axis=-1, out=buffers.get("y", (*y.shape[:-1], len(picked)), y.dtype), mode="clip")
        if task.stop.is_set():
            raise InterruptedError
        loss = net.backpropagate(X.T, y, task.loss, task.l2, noise) * (len(X) / n)
        optimizer.step(net.params, net.grads)
        yield loss


def _train(task: _Task, net: Network, part: slice | None, shuffling: np.random.Generator,
           noise: np.random.Generator) -> tuple[History, Array]:
    """Train a network, or one chunk of a stack; the second result: when each network diverged, else NaN."""
    net = net if part is None else net.select(part)  # here, so that its arrays end with its training
    optimizer, buffers = task.optimizer.fresh(), Buffers()
    log: dict[str, list[Any]] = {name: [] for name in PER_EPOCH}
    stopper = EarlyStopping(net, task.patience) if task.patience else None
    diverged = np.full(net.params.shape[:-1], np.nan)
    finished, some = np.zeros(net.params.shape[:-1], bool), False  # diverged, or stopped early; are there any?
    before = np.empty_like(net.params)
    with np.errstate(all="ignore"):  # divergence has its own error
        if net.networks is None:
            np.setbufsize(JOINED)  # until the end of this block
        for epoch in range(task.epochs):
            before[...] = net.params
            total: Any = 0.0
            for loss in _epoch(task, net, optimizer, buffers, shuffling, noise):
                total = total + loss
            measured = {"loss": total, **_measure(task, net, buffers)}
            val_loss = measured.get("val_loss", 0.0)
            if not (np.isfinite(total + val_loss).all() and np.isfinite(net.params).all()):
                fine = np.isfinite(total) & np.isfinite(val_loss) & np.isfinite(net.params).all(axis=-1)
                diverged[~finished & ~fine] = epoch
                finished, some = finished | np.isfinite(diverged), True
            if some:
                net.params[finished] = before[finished]
            for name, value in measured.items():
                log[name].append(np.where(finished, np.nan, value) if some else value)
            if stopper:
                stopper.update(epoch, log["val_loss"][-1])
                stopper.restore(stopper.done & ~finished)
                finished = finished | stopper.done
                some = bool(finished.any())
            task.tick()
            if some and finished.all():
                break
    best = np.full(net.params.shape[:-1], epoch)
    if stopper:
        stopper.restore(~np.isfinite(diverged))
        best = stopper.best_epoch
    best = np.where(np.isfinite(diverged), diverged - 1, best).astype(int)
    return History(**{name: np.array(rows) for name, rows in log.items()},
                   best_epoch=best if best.ndim else int(best)), diverged


def _measure(task: _Task, net: Network, buffers: Buffers) -> dict[str, Any]:
    """What is measured after an epoch besides the training loss, by the names of `History`."""
    now = {}
    if task.measure_accuracy:
        now["accuracy"] = share_right(net.evaluate(task.rows.T), task.y)
    if task.validation:
        X, y = task.validation
        scores = net.evaluate(X)
        now["val_loss"] = task.loss.evaluate(scores, y, buffers)[0]
        if task.loss.classifies:
            now["val_accuracy"] = share_right(scores, y)
    return now


def _join(histories: list[History], net: Network) -> History:
    """Chunks side by side: (epochs, R); chunks that stopped early are filled up with NaN."""
    if net.networks is None:
        return histories[0]
    longest = max(len(h.loss) for h in histories)

    def beside(name: str) -> Array:
        parts = [np.pad(part, ((0, longest - len(part)), (0, 0)), constant_values=np.nan)
                 for h in histories if (part := getattr(h, name)).size]
        return np.concatenate(parts, axis=1, dtype=float) if parts else np.empty(0)

    return History(**{name: beside(name) for name in PER_EPOCH},
                   best_epoch=np.concatenate([h.best_epoch for h in histories]))
