"""A network: layers in a row, forward pass and backpropagation, all parameters in one flat vector."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ._common import checks, files
from ._common.buffers import NotInNetwork, PerThread, blocks, zeros
from ._common.checks import Array
from ._common.docstrings import raises
from ._common.files import BadFile
from .layers import KINDS, Dropout, GaussianNoise, Layer, Linear, Maxout, ReLU, assign
from .losses import CrossEntropy, Loss

TILE = 1024  # columns evaluated at once, so that the output of a layer stays in the cache


@raises("there is no layer, sizes do not fit, or a layer is already part of a network")
class Network:
    """Layers in a row, for one network or for R of the same shape at once.

    ``params`` is a flat array and every layer's ``W``, ``b`` is a view into it; ``grads`` has the same
    layout. With ``networks=R`` everything but the input gains a leading axis of length R. Any number of
    threads may use a network at once; each has ``grads`` of its own, and `fit` admits one at a time.

    Parameters
    ----------
    *layers : Layer
        A layer cannot be shared between networks.
    rng : int or numpy.random.Generator
        Source of the initial weights. Network r starts from the same weights for every stack size R.
    dtype : {"float64", "float32"}
    networks : int, optional

    Attributes
    ----------
    params, grads : ndarray, (P,) or (R, P)
    networks : int or None
        R, or None for a single network without the extra axis.
    n_params, n_neurons, n_layers : int
        Of one network P, its parameters; its units, and layers that have them, without the input.

    Examples
    --------
    >>> net = Network(Linear(3, 4), ReLU(), Linear(4, 2))
    >>> net.n_params, net.n_neurons, net(np.ones((3, 5))).shape
    (26, 6, (2, 5))
    """

    def __init__(self, *layers: Layer, rng: int | np.random.Generator = 0, dtype: DTypeLike = "float64",
                 networks: int | None = None) -> None:
        if not layers or not all(isinstance(layer, Layer) for layer in layers):
            raise ValueError(f"Network expected one or more layers, got {layers!r}. "
                             "Write nn.Network(nn.Linear(3, 4), nn.ReLU()).")
        stack_shape = () if networks is None else (checks.whole_number("Network networks", networks),)
        source = checks.as_generator(rng)
        if stack_shape and not any(layer.weight_names for layer in layers):
            raise ValueError(f"Network expected layers with weights for a stack, got {layers!r}. Leave out `networks`.")
        self._bind(layers, zeros((*stack_shape, _connect(layers)), checks.as_float_type(dtype, "Network")))
        for r in np.ndindex(*stack_shape):
            for layer in layers:
                for name, value in layer.start(source).items():
                    layer.views[name][r] = value

    def _bind(self, layers: tuple[Layer, ...], params: Array) -> None:
        """Take over the parameters, and give each layer its views into the two vectors."""
        self.layers, self._params = layers, params
        self.networks: int | None = params.shape[0] if params.ndim == 2 else None
        self.n_params = params.shape[-1]
        self.n_neurons = sum(layer.n_out or 0 for layer in layers)
        self.n_layers = sum(layer.n_out is not None for layer in layers)
        # Until used, they cost nothing: threads that only predict need no gradients.
        own = self.own = PerThread(partial(zeros, params.shape, params.dtype))
        self._weights: list[slice] = []
        start = 0
        for layer in layers:
            places = []
            for name, shape in layer.shapes().items():
                where = slice(start, start := start + math.prod(shape))
                places.append((name, where, (*params.shape[:-1], *shape)))
                if name in layer.weight_names:
                    self._weights.append(where)
            layer.views = _views(params, places)
            layer.own = PerThread(lambda places=places: _views(own.buffers.grads, places))  # type: ignore[misc]
        self._first = next((i for i, layer in enumerate(layers) if layer.views), len(layers))  # with parameters
        sized = [layer for layer in layers if layer.n_in] or layers[:1]  # the widths of the others are None
        self.n_in, self.n_out, self._entry = sized[0].n_in, sized[-1].n_out, repr(sized[0])

    @property
    def params(self) -> Array:
        """Every parameter in one array, (P,) or (R, P); assigning to it copies, so that the views stay."""
        return self._params

    @params.setter
    def params(self, values: ArrayLike) -> None:
        assign(self._params, values, "params")

    @property
    def grads(self) -> Array:
        """The gradient of every parameter, in the layout of `params`; each thread has a vector of its own."""
        grads: Array = self.own.buffers.grads
        return grads

    def weights(self, vector: Array | None = None) -> list[Array]:
        """The parameters that L2 shrinks, or their places in `grads`, as flat views, layer by layer: (n,) or (R, n)."""
        return [(self.params if vector is None else vector)[..., where] for where in self._weights]

    def name_of(self, index: int) -> str:
        """The layer, array and place of parameter `index` of the flat vector, e.g. ``layer 0 W[3, 2]``."""
        offset = checks.whole_number("name_of index", index, low=0)
        for i, layer in enumerate(self.layers):
            for name, shape in layer.shapes().items():
                if offset < math.prod(shape):
                    return f"layer {i} {name}[{', '.join(map(str, np.unravel_index(offset, shape)))}]"
                offset -= math.prod(shape)
        raise ValueError(f"name_of expected an index below {self.n_params}, got {index}. "
                         f"Choose one from 0 to {self.n_params - 1}.")

    def __getitem__(self, index: int) -> Any:
        return self.layers[index]

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __repr__(self) -> str:
        return f"Network({', '.join(map(repr, self.layers))})"

    def __str__(self) -> str:
        rows = [("layer", "parameters", "count")]
        for layer in self.layers:
            shapes = layer.shapes()
            text = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items())
            rows.append((repr(layer), text, f"{sum(map(math.prod, shapes.values())):,}"))
        units = f"{checks.counted(self.n_layers, 'layer')}, {checks.counted(self.n_neurons, 'neuron')}"
        rows.append((units, "", f"{self.n_params:,}"))
        wide = [max(len(row[k]) for row in rows) for k in range(3)]
        lines = [f"{a:{wide[0]}}  {b:{wide[1]}}  {c:>{wide[2]}}" for a, b, c in rows]
        if self.networks:
            lines.append(f"{checks.counted(self.networks, 'network')} of this shape")
        return "\n".join(lines)

    def __call__(self, X: ArrayLike) -> Array:
        """Scores (C, N), or (R, C, N), of a batch X (D, N) without noise; ValueError if X is no such batch."""
        return self.evaluate(self.check_batch(X))

    def check_batch(self, X: ArrayLike) -> Array:
        """Check X and convert it to the network's dtype: (D, N), finite."""
        return checks.as_batch(X, self.n_in, self.params.dtype, self._entry)

    def check_data(self, X: ArrayLike, y: ArrayLike, loss: Loss) -> tuple[Array, Any]:
        """Check X as above, and convert the targets y to the form that `loss` computes with."""
        X = self.check_batch(X)
        if not isinstance(loss, Loss):
            raise ValueError(f"loss expected a loss such as nn.CrossEntropy(), got {loss!r}. "
                             "Make one, with parentheses: nn.CrossEntropy().")
        targets: Any = loss.targets(y, self.n_out or X.shape[0], X.shape[1])
        for own in self.params, self.grads:  # which training changes
            X, targets = (np.array(data) if np.may_share_memory(data, own) else data for data in (X, targets))
        return X, targets

    def evaluate(self, X: Array) -> Array:
        """Scores of checked input, tile by tile, in a new array."""
        with np.errstate(under="ignore"):
            tiles = [self.forward(X[:, i : i + TILE]).copy() for i in range(0, X.shape[1], TILE)]
        return np.concatenate(tiles, axis=-1)

    def forward(self, X: Array, rng: np.random.Generator | None = None) -> Array:
        """Scores of checked input in a buffer that the next call overwrites; noisy layers take noise from `rng`."""
        for layer in self.layers:
            X = layer.forward(X, rng)
        return X

    def loss_and_grad(self, X: ArrayLike, y: ArrayLike, loss: Loss = CrossEntropy(),  # noqa: B008 (stateless)
                      l2: float = 0.0) -> tuple[Any, Array]:
        """The loss, a float or (R,), and its gradient with respect to every parameter, (P,) or (R, P), without noise.

        X is (D, N), y (N,) integer labels, or (C, N) real targets for MSE. `l2` adds ``0.5 * l2 * sum(W**2)`` over
        the weights, not over the biases. The gradient is ``net.grads``: the next call in the same thread overwrites it.
        Raises ValueError if X, y or l2 are not as described, or the loss is NaN or infinite.

        Examples
        --------
        >>> net = mlp(2, 3, 2)
        >>> value, grads = net.loss_and_grad([[0.0], [0.0]], [1])
        >>> round(value, 4), grads.shape
        (0.6931, (17,))
        """
        X, y = self.check_data(X, y, loss)
        with np.errstate(all="ignore"):
            value = self.backpropagate(X, y, loss, checks.real_number("l2", l2, 0))
        return checks.finite(value, "loss_and_grad loss"), self.grads

    def backpropagate(self, X: Array, y: Any, loss: Loss, l2: float, rng: np.random.Generator | None = None) -> Any:
        """The loss of checked input; fills `grads`."""
        mine = self.own.buffers
        value, d = loss.evaluate(self.forward(X, rng), y, mine)
        for i in range(len(self.layers) - 1, self._first - 1, -1):
            d = self.layers[i].backward(d, i > self._first)  # type: ignore[assignment]
        if l2:
            for where in self._weights:
                for w, grad in blocks(self.params[..., where], mine.grads[..., where]):
                    shrink = np.multiply(w, l2, out=mine.get("shrink", w.shape, w.dtype))
                    grad += shrink
                    value = value + 0.5 * np.vecdot(shrink, w)
        return value if self.networks else float(value)

    def select(self, which: int | slice) -> Network:
        """Network `which` of a stack (or a slice of it), sharing this one's parameters.

        Examples
        --------
        >>> stack = mlp(2, 3, 2, networks=5)
        >>> np.shares_memory(stack.params, stack.select(4).params)
        True
        """
        if self.networks is None:
            raise ValueError("select expected a stack of networks, got a single one. Use the network itself.")
        number = isinstance(which, Integral) and not isinstance(which, bool) and -self.networks <= which < self.networks
        if not number and not (isinstance(which, slice) and range(self.networks)[which]):
            raise ValueError(f"select expected a number or a slice for a stack of {self.networks}, got {which!r}. "
                             f"Choose an index from {-self.networks} to {self.networks - 1}.")
        return _assemble(self._plan(), self.params[which])

    def copy(self, dtype: DTypeLike | None = None) -> Network:
        """An independent network with the same layers and parameters."""
        kind = self.params.dtype if dtype is None else checks.as_float_type(dtype, "copy")
        if kind.itemsize < self.params.itemsize:
            checks.as_floats(self.params, kind, "copy params")
        return _assemble(self._plan(), self.params.astype(kind))

    def __reduce__(self) -> tuple[Any, ...]:  # so that the layers of a copy are views into its own vector
        return _assemble, (self._plan(), self.params)

    def _plan(self) -> list[list[Any]]:
        """Class and settings of every layer."""
        return [[type(layer), layer.settings()] for layer in self.layers]

    def save(self, path: files.PathLike) -> None:
        """Write layers and parameters to one .npz, complete or not at all; ValueError if its folder does not exist."""
        if own := [layer for layer in self.layers if type(layer) not in KINDS.values()]:
            raise ValueError(f"net.save expected layers of nnlib, which nn.load knows, got {own[0]}. Keep the network "
                             "with pickle.dump.")
        text = np.array(json.dumps([[kind.__name__, settings] for kind, settings in self._plan()]))
        files.write_whole(path, lambda file: np.savez(file, architecture=text, params=self.params))


def load(path: files.PathLike) -> Network:
    """Read the network that ``net.save(path)`` wrote, bit for bit; nothing in the file is executed or unpickled.

    Raises
    ------
    BadFile (a ValueError)
        If the file is a folder or truncated, was not written by ``save`` or does not describe a network.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import tempfile
    >>> net = mlp(2, 3, 2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     net.save(f"{folder}/net.npz")
    ...     print((load(f"{folder}/net.npz").params == net.params).all())
    True
    """
    path = files.as_path(path, "load")
    try:
        arrays = files.read_arrays(path, {"architecture", "params"})
        architecture = json.loads(str(arrays["architecture"][()]))
        if not isinstance(architecture, list) or not architecture:
            raise BadFile("no layers")
        return _assemble(architecture, arrays["params"])
    except (FileNotFoundError, PermissionError):
        raise
    except Exception as problem:  # whatever a hostile file leads to
        raise BadFile(f"load expected an .npz file written by net.save in {str(path)!r}, got a broken or foreign file "
                      f"({problem}). Save the network again, or check that this is the right file.") from None


def mlp(*sizes: int, activation: Callable[..., Layer] = ReLU, dropout: float = 0.0, input_noise: float = 0.0,
        rng: int | np.random.Generator = 0, dtype: DTypeLike = "float64", networks: int | None = None) -> Network:
    """A fully connected network: Linear layers of the given sizes with an activation between them.

    Parameters
    ----------
    *sizes : int
        Inputs, hidden units of each layer, outputs.
    activation : layer class
        Called without arguments for each hidden layer; ``nn.Maxout`` replaces the hidden Linear layers. Weights start
        at the scale that suits it: Xavier for Sigmoid and Tanh, else He.
    dropout : float in [0, 1)
        Probability that training drops a hidden unit.
    input_noise : float
        Standard deviation of the noise that training adds to the inputs.
    rng, dtype, networks
        As for Network.

    Examples
    --------
    >>> print(mlp(3, 4, 1))
    layer                parameters    count
    Linear(3, 4)         W 4×3, b 4×1     16
    ReLU()                                 0
    Linear(4, 1)         W 1×4, b 1×1      5
    2 layers, 5 neurons                   21
    """
    if len(sizes) < 2:
        raise ValueError(f"mlp expected at least inputs and outputs, got sizes {sizes}. Write e.g. nn.mlp(3, 4, 2).")
    try:
        made = Maxout(1, 1) if activation is Maxout else activation()
    except TypeError:
        made = None
    if not isinstance(made, Layer):
        raise ValueError(f"mlp expected a layer class as activation, got {activation!r}. "
                         "Write nn.ReLU, not nn.relu or nn.ReLU().")
    init = getattr(made, "init", "he")
    layers: list[Layer] = [GaussianNoise(input_noise)] if input_noise else []
    for n_in, n_out in pairwise(sizes[:-1]):
        layers += [Maxout(n_in, n_out)] if activation is Maxout else [Linear(n_in, n_out, init), activation()]
        layers += [Dropout(dropout)] if dropout else []
    layers.append(Linear(sizes[-2], sizes[-1], init))
    return Network(*layers, rng=rng, dtype=dtype, networks=networks)


raises("there are fewer than two sizes or an argument is out of range")(mlp)


def check_network(net: Any) -> Network:
    """`net`, if it is a network."""
    if not isinstance(net, Network):
        raise ValueError(f"net expected a network such as nn.mlp(2, 20, 3), got {type(net).__name__}. "
                         "It comes first, as in nn.fit(net, X, y).")
    return net


def _connect(layers: tuple[Layer, ...]) -> int:
    """Connect the layers, if they fit together, and return their number of parameters."""
    width: int | None = None
    for i, layer in enumerate(layers):
        if not isinstance(layer.views, NotInNetwork) or layer in layers[:i]:
            raise ValueError(f"Network expected layers of its own, got {layer}, which is already in use. "
                             "Make a new layer for each place.")
        width = layer.connect(width)
    return sum(math.prod(shape) for layer in layers for shape in layer.shapes().values())


def _views(vector: Array, places: list[tuple[str, slice, tuple[int, ...]]]) -> dict[str, Array]:
    """The arrays of one layer inside a vector, by name."""
    return {name: vector[..., where].reshape(shape) for name, where, shape in places}


def _assemble(architecture: list[list[Any]], params: Array) -> Network:
    """A network around an existing parameter vector."""
    kinds = [kind if isinstance(kind, type) else checks.one_of("layer", kind, KINDS) for kind, _ in architecture]
    layers = tuple(kind(**settings) for kind, (_, settings) in zip(kinds, architecture, strict=True))
    wanted = _connect(layers)
    fits = params.ndim in ((1, 2) if wanted else (1,)) and params.shape[-1] == wanted and 0 not in params.shape[:-1]
    if not fits or params.dtype not in (np.float32, np.float64):
        raise ValueError(f"the layers expected {wanted} float32 or float64 parameters, got {params.dtype} "
                         f"{params.shape}. Use the parameters of a network of the same shape.")
    net = Network.__new__(Network)
    # Around a memory map that may not be written (joblib's, say), no network could be trained.
    net._bind(layers, np.asarray(params) if params.flags.writeable else np.array(params))
    return net
