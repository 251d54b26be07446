"""Layers: each turns a batch of columns into another and sends gradients back.

A layer owns no parameters: its network hands it views into one flat vector. `forward(x, rng)` works on (n_in, N), or
(R, n_in, N) for R networks at once; it adds noise only when it is handed a generator. `backward(dy)` fills the
gradients of the layer's parameters and returns the gradient of its input. The arrays that they return belong to the
layer, whose next call in the same thread overwrites them: copy what you keep.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

import numpy as np

from . import activations
from ._common import checks
from ._common.buffers import Buffers, NotInNetwork, PerThread, ones
from ._common.checks import Array
from ._common.docstrings import raises
from ._common.products import product
from .activations import Activation

signature = cache(inspect.signature)  # to find it takes longer than to copy a small network
INITS = {  # standard deviation of the weights from the number of inputs and outputs
    "he": lambda n_in, n_out: (2 / n_in) ** 0.5,
    "xavier": lambda n_in, n_out: (2 / (n_in + n_out)) ** 0.5,
}


def parameter(name: str) -> Any:
    """An array of a layer inside its network's vector; assigning to it copies into that vector."""
    return property(lambda layer: layer.views[name],
                    lambda layer, value: assign(layer.views[name], value, f"{layer}.{name}"))


def assign(view: Array, value: Any, what: str) -> None:
    """Copy `value` into a view of parameters."""
    if value is view and not np.isfinite(view).all():  # as after W *= np.inf
        raise ValueError(f"{what} expected finite numbers, got NaN or infinity from a change in place, which cannot be "
                         "undone. Assign other values; written as W = W + x, a bad change is refused beforehand.")
    new = checks.as_floats(value, view.dtype, what)
    if new.shape not in ((), view.shape):
        otherwise = (f"Use np.broadcast_to(x, {view.shape}), the same for each."
                     if new.shape == view.shape[1:] else "Give an array of that shape, or one number for all.")
        raise ValueError(f"{what} expected shape {view.shape}, got {new.shape}. "
                         f"{checks.to_shape(new, view.shape, otherwise)}")
    view[...] = new


class Layer:
    """What every layer has in common: its settings, its views, and each thread's scratch arrays."""

    weight_names: ClassVar[tuple[str, ...]] = ()  # the parameters that L2 shrinks
    n_in: int | None = None
    n_out: int | None = None
    forward: Callable[..., Array]  # (x, rng=None)
    backward: Callable[..., Array | None]  # (dy, need_dx=True)

    def __init__(self) -> None:
        self.views: dict[str, Array] = NotInNetwork()
        self.own = PerThread()

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients of the parameters, by name, as the last backward pass of this thread left them."""
        grads: dict[str, Array] = self.own.buffers.grads
        return grads

    def after_forward(self) -> Buffers:
        """This thread's buffers, in which its last forward pass left what `backward` needs."""
        mine = self.own.buffers
        if mine.x is None:
            raise ValueError(f"{self}.backward expected a forward pass before it, got none. Call forward(x) first.")
        return mine

    def settings(self) -> dict[str, Any]:
        """The arguments that make an equal layer."""
        return {name: getattr(self, name) for name in signature(type(self)).parameters}  # type: ignore[arg-type]

    def __repr__(self) -> str:
        known = signature(type(self)).parameters  # type: ignore[arg-type]
        arguments = [repr(value) if known[name].default is known[name].empty else f"{name}={value!r}"
                     for name, value in self.settings().items() if value != known[name].default]
        return f"{type(self).__name__}({', '.join(arguments)})"

    def connect(self, n_in: int | None) -> int | None:
        """Take the width of the layer before (None: any) and give this layer's own."""
        return n_in

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Parameter shapes by name, in the order of the flat vector."""
        return {}

    def start(self, rng: np.random.Generator) -> dict[str, Any]:
        """Fresh values for the parameters of one network."""
        return {}


@raises("a size is not a whole number of at least 1, or `init` is unknown")
class Linear(Layer):
    """A fully connected layer: ``W @ X + b``.

    Shape: input (n_in, N) to output (n_out, N); ``W`` (n_out, n_in), ``b`` (n_out, 1); with R networks
    each but the network's input has a leading axis of length R.

    The initial weights are normal; their standard deviation is sqrt(2 / n_in) with `init` "he", and
    sqrt(2 / (n_in + n_out)) with "xavier". Biases start at 0.

    Gradients: ``dW = dY @ X.T``, ``db = sum over samples of dY``, ``dX = W.T @ dY``.
    Source: He et al. (2015), Glorot & Bengio (2010) for the initial scales.

    Examples
    --------
    >>> from nnlib import Network
    >>> net = Network(Linear(2, 1))
    >>> net[0].W, net[0].b = [[1.0, 2.0]], 0.5
    >>> print(net([[3.0], [4.0]]))
    [[11.5]]
    """

    weight_names = ("W",)
    n_in: int
    n_out: int
    W, b = parameter("W"), parameter("b")

    def __init__(self, n_in: int, n_out: int, init: str = "he") -> None:
        super().__init__()
        name = type(self).__name__
        self.n_in = checks.whole_number(f"{name} n_in", n_in)
        self.n_out = checks.whole_number(f"{name} n_out", n_out)
        self._std = checks.one_of(f"{name} init", init, INITS)(self.n_in, self.n_out)
        self.init = init

    def connect(self, n_in: int | None) -> int | None:
        if n_in not in (None, self.n_in):
            raise ValueError(f"{self} expected {self.n_in} inputs, got {n_in} from the layer before. "
                             "Make the two numbers equal.")
        return self.n_out

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {"W": (self.n_out, self.n_in), "b": (self.n_out, 1)}

    def start(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"W": rng.standard_normal(self.shapes()["W"]) * self._std, "b": 0.0}

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        mine, W = self.own.buffers, self.views["W"]
        mine.x = x
        if W.ndim > x.ndim:  # a batch shared by many: rows make their many small products 1.2x faster
            x = mine.get("x", x.shape, x.dtype)
            x[...] = mine.x
        y: Array = product(W, x, out=mine.get("y", (*W.shape[:-1], x.shape[-1]), W.dtype))
        y += self.views["b"]
        return y

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        mine, W = self.after_forward(), self.views["W"]
        product(dy, mine.x.mT, out=mine.grads["W"])
        product(dy, ones(dy.shape[-1], dy.dtype), out=mine.grads["b"])
        if not need_dx:
            return None
        dx = mine.get("dx", (*W.shape[:-2], W.shape[-1], dy.shape[-1]), W.dtype)
        # For one unit NumPy's matmul does without BLAS, which is 3x slower.
        return (np.multiply if self.n_out == 1 else product)(W.mT, dy, out=dx)


@raises("a size is not a whole number, `pieces` is below 2, or `init` is unknown")
class Maxout(Linear):
    """Units that give the largest of several weighted sums: ``max(W[0] @ X + b[0], W[1] @ X + b[1], ...)``.

    Shape: input (n_in, N) to output (n_out, N); ``W`` (pieces, n_out, n_in), ``b`` (pieces, n_out, 1).
    Each of the `pieces`, at least 2, has its own weights, so parameters multiply; `init` is as for Linear.

    The gradient goes to the piece that won (the first of equals). Source: Goodfellow et al. (2013).

    Examples
    --------
    >>> from nnlib import Network
    >>> net = Network(Maxout(1, 1))
    >>> net[0].W, net[0].b = [[[0.0]], [[1.0]]], 0.0
    >>> print(net([[-2.0, 3.0]]))
    [[0. 3.]]
    """

    def __init__(self, n_in: int, n_out: int, pieces: int = 2, init: str = "he") -> None:
        super().__init__(n_in, n_out, init)
        self.pieces = checks.whole_number("Maxout pieces", pieces, low=2)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: (self.pieces, *shape) for name, shape in super().shapes().items()}

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        mine = self.own.buffers
        z = mine.z = super().forward(x[..., None, :, :])
        y: Array = np.maximum.reduce(z, axis=-3, out=mine.get("most", (*z.shape[:-3], *z.shape[-2:]), z.dtype))
        mine.y = y
        return y

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        mine = self.after_forward()
        dz = mine.get("dz", mine.z.shape, mine.z.dtype)
        free = mine.get("free", dy.shape, bool)
        won = mine.get("won", dy.shape, bool)
        free[...] = True
        for k in range(self.pieces):
            np.equal(mine.z[..., k, :, :], mine.y, out=won)
            won &= free
            free ^= won
            np.multiply(dy, won, out=dz[..., k, :, :])
        parts = super().backward(dz, need_dx)
        if parts is None:
            return None
        return np.add.reduce(parts, axis=-3, out=mine.get("sum", (*parts.shape[:-3], *parts.shape[-2:]), parts.dtype))


class Elementwise(Layer):
    """A layer that applies one activation function to every number."""

    function: ClassVar[Activation]
    init: ClassVar[str] = "he"  # what suits the Linear layer before
    _arguments: Any = {}  # of the function, besides its input

    def __init_subclass__(cls) -> None:
        cls.__doc__ = cls.__doc__ or f"`{cls.function.__name__}` as a layer. Shape: any to the same."

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        mine = self.own.buffers
        mine.x, out = x, mine.get("y", x.shape, x.dtype)
        y = mine.y = self.function.value(x, out, **self._arguments)
        return y

    def slope(self) -> Array:
        """The derivative at the last input, to the last digits."""
        return self.function.both(self.after_forward().x, **self._arguments)[1]

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        mine = self.after_forward()
        dx = mine.get("dx", dy.shape, dy.dtype)
        self.function.slope(mine.x, mine.y, dx, mine, **self._arguments)
        dx *= dy
        return dx


class Sigmoid(Elementwise):
    function, init = activations.sigmoid, "xavier"


class Tanh(Elementwise):
    function, init = activations.tanh, "xavier"


class ReLU(Elementwise):
    function = activations.relu


class LeakyReLU(Elementwise):
    """`leaky_relu` as a layer with slope `alpha` in [0, 1) below 0. Shape: any to the same."""

    function, _arguments = activations.leaky_relu, property(lambda layer: {"alpha": layer.alpha})

    def __init__(self, alpha: float = 0.01) -> None:
        super().__init__()
        self.alpha = checks.real_number("LeakyReLU alpha", alpha, 0, 1)


@raises("no layer before it says how many units there are")
class PReLU(Elementwise):
    """`prelu` as a layer: one learned slope ``alpha`` per unit, (n, 1), from 0.25; L2 leaves it alone.

    Shape: any to the same. Gradient ``dalpha = sum over samples of dY * min(X, 0)``.
    Source: He, Zhang, Ren & Sun (2015).
    """

    function, _arguments = activations.prelu, LeakyReLU._arguments
    alpha = parameter("alpha")

    def connect(self, n_in: int | None) -> int | None:
        if n_in is None:
            raise ValueError("PReLU() expected a layer before it that fixes the number of units, got none. "
                             "Put a Linear layer first.")
        self.units = n_in
        return n_in

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {"alpha": (self.units, 1)}

    def start(self, rng: np.random.Generator) -> dict[str, Any]:
        return {"alpha": 0.25}

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        mine = self.after_forward()
        below = np.minimum(mine.x, 0, out=mine.get("below", mine.x.shape, mine.x.dtype))
        below *= dy
        np.add.reduce(below, axis=-1, keepdims=True, out=mine.grads["alpha"])
        return super().backward(dy)


class ELU(Elementwise):
    function = activations.elu


class GELU(Elementwise):
    function = activations.gelu


class SiLU(Elementwise):
    function = activations.silu


@raises("`p` is outside [0, 1)")
class Dropout(Layer):
    """Inverted dropout: in training, zero each number with probability `p` and divide the rest by 1 - p.

    Shape: any to the same. Without a generator (prediction) it changes nothing. As in PyTorch, `p` in [0, 1) is the
    probability to drop; a float32 network rounds it, above 1 - 2**-25 to 1.

    The division keeps the expected output equal to the input. Source: Srivastava et al. (2014).
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = checks.real_number("Dropout p", p, 0, 1)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        mine = self.own.buffers
        mine.x = x
        if rng is None or self.p == 0:
            mine.mask = None
            return x
        mask = mine.mask = mine.get("mask", x.shape, x.dtype)
        rng.random(out=mask, dtype=mask.dtype.type)
        np.greater_equal(mask, self.p, out=mask)
        mask *= 1 / (1 - self.p)
        y: Array = np.multiply(x, mask, out=mine.get("y", x.shape, x.dtype))
        return y

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        mine = self.after_forward()
        if mine.mask is None:
            return dy
        dx: Array = np.multiply(dy, mine.mask, out=mine.get("dx", dy.shape, dy.dtype))
        return dx


@raises("`std` is negative or not finite")
class GaussianNoise(Layer):
    """Add normal noise in training. Shape: any to the same. Without a generator it changes nothing.

    The noise has the standard deviation `std`, at least 0, in the units of the input. Networks that share
    their input share its noise.

    Source: Bishop (1995), Training with noise is equivalent to Tikhonov regularization.
    """

    def __init__(self, std: float) -> None:
        super().__init__()
        self.std = checks.real_number("GaussianNoise std", std, 0)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        if rng is None or self.std == 0:
            return x
        noisy = self.own.buffers.get("y", x.shape, x.dtype)
        rng.standard_normal(out=noisy, dtype=noisy.dtype.type)
        noisy *= self.std
        noisy += x
        return noisy

    def backward(self, dy: Array, need_dx: bool = True) -> Array | None:
        return dy


_ALL = Linear, Maxout, Sigmoid, Tanh, ReLU, LeakyReLU, PReLU, ELU, GELU, SiLU, Dropout, GaussianNoise
KINDS: dict[str, type[Layer]] = {kind.__name__: kind for kind in _ALL}
