"""Every complaint: what was expected, what came, what to do. One row each, and no `raise` without a row."""

import ast
import re
import traceback
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import nnlib as nn
from nnlib import diagnostics

X, Y = np.arange(12.0).reshape(3, 4) / 12, np.array([0, 1, 0, 1])
NAN, INF = float("nan"), float("inf")


def net(**options):
    return nn.mlp(3, 4, 2, **options)


def changed(values, value):
    values = np.array(values, dtype=object if isinstance(value, str) else None)
    values.flat[1] = value
    return values


def view(hidden):
    """Forgets to return what it drew."""


LINEAR = "Linear(3, 4)"
INPUTS = {  # what is handed in as X, and what the message says came, and the remedy
    "1-D": (X[:, 0], "input of shape (3, N), got (3,)", "For one sample use x[:, None]."),
    "1-D, other length": (
        np.zeros(5),
        "input of shape (3, N), got (5,)",
        "For one sample use x[:, None].",
    ),
    "transposed": (X.T, "input of shape (3, N), got (4, 3)", "Samples are columns: use X.T."),
    "other rows": (np.zeros((5, 2)), "input of shape (3, N), got (5, 2)", "one column a sample"),
    "3-D": (np.zeros((1, 3, 2)), "input of shape (3, N), got (1, 3, 2)", "Samples are columns"),
    "number": (5.0, "input of shape (3, N), got ()", "Samples are columns"),
    "nothing": (None, "input of shape (3, N), got ()", "Samples are columns"),
    "empty": (X[:, :0], "at least one sample, got an empty batch of shape (3, 0)", "Check how"),
    "NaN": (
        changed(X, NAN),
        "finite numbers, got 1 NaN or infinite values out of 12",
        "np.nan_to_num",
    ),
    "inf": (changed(X, INF), "finite numbers, got 1 NaN or infinite", "Clean the data"),
    "both infinities": (changed(changed(X, INF)[::-1], -INF), "got 2 NaN or infinite", "Clean"),
    "strings": (np.full((3, 4), "a"), "real numbers, got dtype <U1", ".astype(float)"),
    "complex": (X + 1j, "real numbers, got dtype complex128", ".astype(float)"),
    "objects": (changed(X, "a"), "real numbers, got dtype object", "Convert it"),
    "dates": (np.zeros((3, 4), "M8[s]"), "real numbers, got dtype datetime64[s]", "Convert it"),
    "ragged": ([[1, 2], [3], [4]], "numbers in a regular array, got", "the same length"),
}
LABELS = {
    "float": (Y.astype(float), "integer labels, got dtype float64", "y.astype(int)"),
    "bool": (Y == 1, "integer labels, got dtype bool", "y.astype(int)"),
    "strings": (["a"] * 4, "integer labels, got dtype <U1", "y.astype(int)"),
    "negative": (Y - 1, "labels from 0 to 1 for 2 classes, got -1 to 0", "Count classes from 0"),
    "too large": (Y + 1, "labels from 0 to 1 for 2 classes, got 1 to 2", "more outputs"),
    "one-hot": (
        np.eye(2, dtype=int)[:, Y],
        "labels of shape (4,), one a sample, got (2, 4)",
        "np.argmax",
    ),
    "too few": (Y[:3], "labels of shape (4,), one a sample, got (3,)", "class numbers"),
    "column": (Y[:, None], "labels of shape (4,), one a sample, got (4, 1)", "class numbers"),
    "row": (Y[None], "labels of shape (4,), one a sample, got (1, 4)", "class numbers"),
    "number": (1, "labels of shape (4,), one a sample, got ()", "class numbers"),
    "nothing": (None, "labels of shape (4,), one a sample, got ()", "class numbers"),
    "ragged": ([[0], [1, 2], [3], [4]], "numbers in a regular array, got", "the same length"),
}
TARGETS = {
    "transposed": (X[:2].T, "targets of shape (2, 4), got (4, 2)", "Samples are columns"),
    "labels": (Y, "targets of shape (2, 4), got (4,)", "one row an output"),
    "NaN": (changed(X[:2], NAN), "finite numbers, got 1 NaN", "Clean the data"),
    "strings": (np.full((2, 4), "a"), "real numbers, got dtype <U1", "Convert it"),
    "complex": (X[:2] * 1j, "real numbers, got dtype complex128", "Convert it"),
    "ragged": ([[1, 2, 3, 4], [1]], "numbers in a regular array", "the same length"),
}
SCORES = {
    "1-D": ([1.0, 2.0], "scores of shape (C, N) or (R, C, N), got (2,)", "scores[:, None]"),
    "4-D": (
        np.zeros((1, 1, 2, 4)),
        "scores of shape (C, N) or (R, C, N), got (1, 1, 2, 4)",
        "columns",
    ),
    "no samples": (np.zeros((2, 0)), "scores of shape (C, N) or (R, C, N), got (2, 0)", "columns"),
    "no classes": (np.zeros((0, 4)), "scores of shape (C, N) or (R, C, N), got (0, 4)", "columns"),
    "NaN": (changed(np.zeros((2, 4)), NAN), "finite numbers, got 1 NaN", "Clean the data"),
    "inf": (
        changed(np.zeros((2, 4)), INF),
        "finite numbers, got 1 NaN or infinite",
        "Clean the data",
    ),
    "strings": ([["a"] * 4] * 2, "real numbers, got dtype <U1", "Convert it"),
}

# Numbers: names in the message, how to hand one in, good interval, values outside.
OUTSIDE = {
    "[0, 1)": [1, 1.0, -0.1, NAN, INF, "0.5", None, True, 1j, [0.5], np.array([0.5])],
    "(0, inf)": [0, 0.0, -1, NAN, INF, "0.1", None, True, 1j, [0.1], 10**400],
    "[0, inf)": [-1e-9, NAN, INF, "0.1", None, False, 1j, [0.1], 10**400],
    "(0, 1)": [0, 1, -0.5, NAN, "0.1", None, True],
    "(-inf, inf)": [NAN, INF, -INF, "0.1", None, True, [0.1], [1.0, 2.0]],
}
NUMBERS = {
    "Dropout p": (nn.Dropout, "[0, 1)"),
    "LeakyReLU alpha": (nn.LeakyReLU, "[0, 1)"),
    "leaky_relu alpha": (lambda a: nn.leaky_relu([1.0, -1.0], alpha=a), "[0, 1)"),
    "GaussianNoise std": (nn.GaussianNoise, "[0, inf)"),
    "SGD lr": (nn.SGD, "(0, inf)"),
    "RMSProp lr": (nn.RMSProp, "(0, inf)"),
    "Adam lr": (nn.Adam, "(0, inf)"),
    "SGD momentum": (lambda m: nn.SGD(0.1, momentum=m), "[0, 1)"),
    "RMSProp rho": (lambda rho: nn.RMSProp(rho=rho), "[0, 1)"),
    "Adam betas": (lambda beta: nn.Adam(betas=(0.9, beta)), "[0, 1)"),
    "RMSProp eps": (lambda eps: nn.RMSProp(eps=eps), "(0, inf)"),
    "Adam eps": (lambda eps: nn.Adam(eps=eps), "(0, inf)"),
    "fit l2": (lambda l2: nn.fit(net(), X, Y, l2=l2), "[0, inf)"),
    "l2": (lambda l2: net().loss_and_grad(X, Y, l2=l2), "[0, inf)"),
    "check_gradients eps": (lambda eps: nn.check_gradients(net(), X, Y, eps=eps), "(0, inf)"),
    "saturated_units below": (lambda b: diagnostics.saturated_units(net(), X, below=b), "(0, 1)"),
    "Neuron bias": (lambda b: nn.Neuron([1.0], b), "(-inf, inf)"),
}
FRACTIONS = [0, -1, 1.5, "3", None, True, NAN, [3], 1j, Fraction(5, 2)]
WHOLE = {
    "Linear n_in": (lambda n: nn.Linear(n, 4), 1),
    "Linear n_out": (lambda n: nn.Linear(3, n), 1),
    "Maxout n_in": (lambda n: nn.Maxout(n, 4), 1),
    "Maxout n_out": (lambda n: nn.Maxout(4, n), 1),
    "Maxout pieces": (lambda n: nn.Maxout(3, 4, pieces=n), 2),
    "Network networks": (lambda n: net(networks=n), 1),
    "fit epochs": (lambda n: nn.fit(net(), X, Y, epochs=n), 1),
    "fit batch_size": (lambda n: nn.fit(net(), X, Y, batch_size=n), 1),
    "fit patience": (
        lambda n: nn.fit(net(), X, Y, validation=(X, Y), patience=n), 1
    ),
    "fit workers": (lambda n: nn.fit(net(), X, Y, epochs=1, workers=n), 1),
    "resolution": (lambda n: diagnostics.boundary_roughness(nn.mlp(2, 2), X[:2], resolution=n), 2),
}  # fmt: skip
OPTIONAL = {
    "Network networks",
    "fit batch_size",
    "fit patience",
    "fit workers",
}  # None has a meaning
RNGS = [-1, 0.5, None, "0", True, NAN, np.random.RandomState(0), [1]]
TAKE_RNG = {
    "Network": lambda rng: net(rng=rng),
    "fit": lambda rng: nn.fit(net(), X, Y, epochs=1, rng=rng),
}


def used_layer():
    layer = nn.Linear(3, 4)
    nn.Network(layer)
    return nn.Network(layer)


def twice():
    layer = nn.ReLU()
    return nn.Network(nn.Linear(3, 4), layer, nn.Linear(4, 4), layer)


def assign(name, value, **options):
    def call():
        setattr(net(**options)[0], name, value)

    return call


def set_params(value):
    net().params = value


def step(optimizer, *pairs):
    def call():
        for params, grads in pairs:
            optimizer().step(params, grads)

    return call


def diverge():
    wide = nn.mlp(3, 1)
    nn.fit(wide, 1e3 * X, np.ones((1, 4)), loss=nn.MSE(), optimizer=nn.SGD(1e6), epochs=99)


STACK = {"networks": 3}
ONE = np.ones(2)
ONCE = nn.SGD(0.1)
CALLS = {  # call, what was expected and came, what to do
    "init": (lambda: nn.Linear(3, 4, init="magic"),
        "Linear init expected one of he, xavier, got 'magic'", "spelling"),
    "init, Maxout": (lambda: nn.Maxout(3, 4, init=None),
        "Maxout init expected one of he, xavier, got None", "spell"),
    "layer alone, W": (lambda: nn.Linear(3, 4).W,
        "Linear(3, 4) expected to be in a network before its W is used, got a layer on its own",
        "nn.Network(layer)"),
    "layer alone, alpha": (lambda: nn.PReLU().alpha,
        "PReLU() expected to be in a network before its alpha", "Build"),
    "set on a layer alone": (lambda: setattr(nn.Linear(3, 4), "b", 0),
        "before its b is used", "Build one first"),
    "W transposed": (assign("W", np.ones((3, 4))),
        "Linear(3, 4).W expected shape (4, 3), got (3, 4)", "transpose"),
    "W flat": (assign("W", np.ones(12)),
        "Linear(3, 4).W expected shape (4, 3), got (12,)", "Reshape"),
    "b flat": (assign("b", np.ones(4)),
        "Linear(3, 4).b expected shape (4, 1), got (4,)", "Reshape"),
    "W of one for a stack": (assign("W", np.ones((4, 3)), networks=2),
        "expected shape (2, 4, 3), got (4, 3)", "Res"),
    "W of text": (assign("W", "a"),
        "Linear(3, 4).W expected real numbers, got dtype <U1", "Convert it"),
    "W complex": (assign("W", 1j),
        "Linear(3, 4).W expected real numbers, got dtype complex128", "Convert it"),
    "W NaN": (assign("W", NAN),
        "Linear(3, 4).W expected finite numbers, got 1 NaN", "Clean the data"),
    "params, wrong length": (lambda: set_params(np.ones(5)),
        "params expected shape (26,), got (5,)", "as many"),
    "params, NaN": (lambda: set_params(np.full(26, NAN)),
        "expected finite numbers, got 26 NaN", "Clean"),
    "sizes that do not fit": (lambda: nn.Network(nn.Linear(3, 4), nn.Linear(5, 2)),
        "Linear(5, 2) expected 5 inputs, got 4 from the layer before", "equal"),
    "sizes that do not fit, Maxout": (
        lambda: nn.Network(nn.Linear(3, 4), nn.ReLU(), nn.Maxout(5, 2)),
        "Maxout(5, 2) expected 5 inputs, got 4",
        "equal"),
    "PReLU first": (lambda: nn.Network(nn.PReLU(), nn.Linear(3, 4)),
        "PReLU() expected a layer before it that fixes the number of units, got none",
        "Linear layer first"),
    "layer of another network": (used_layer,
        "expected layers of its own, got Linear(3, 4), which is already in use",
        "Make a new layer"),
    "layer twice": (twice,
        "expected layers of its own, got ReLU(), which is already in use", "Make a new layer"),
    "no layers": (nn.Network, "Network expected one or more layers, got ()", "Write nn.Network("),
    "class of a layer": (lambda: nn.Network(nn.Linear(3, 4), nn.ReLU),
        "Network expected one or more layers, got (Linear(3, 4), <class 'nnlib.layers.ReLU'>)",
        "Write"),
    "list of layers": (lambda: nn.Network([nn.Linear(3, 4)]),
        "one or more layers, got ([Linear(3, 4)],)", "Write"),
    "function for a layer": (lambda: nn.Network(nn.Linear(3, 4), nn.relu),
        "got (Linear(3, 4), <activation relu>)", "W"),
    "dtype int": (lambda: net(dtype=int),
        "Network expected dtype float32 or float64, got <class 'int'>", "one of the"),
    "dtype half": (lambda: net(dtype="float16"),
        "expected dtype float32 or float64, got 'float16'", "Choose one"),
    "dtype swapped": (lambda: net(dtype=">f8"),
        "expected dtype float32 or float64, got '>f8'", "Choose one"),
    "dtype unknown": (lambda: net(dtype="double precision"),
        "got 'double precision'", "Choose one of the two"),
    "copy to int": (lambda: net().copy(dtype=int),
        "copy expected dtype float32 or float64, got", "Choose one"),
    "select of one": (lambda: net().select(0),
        "select expected a stack of networks, got a single one", "itself"),
    "select past the end": (lambda: net(**STACK).select(3),
        "expected a network from 0 to 2, got 3", "Choose one"),
    "select nothing": (lambda: net(**STACK).select(slice(3, 9)),
        "from 0 to 2, got slice(3, 9, None)", "Choose one"),
    "select a fraction": (lambda: net(**STACK).select(1.5),
        "a number or a slice, got 1.5", "Write net.select(0)"),
    "select a flag": (lambda: net(**STACK).select(True),
        "a number or a slice, got True", "Write net.select(0)"),
    "name past the end": (lambda: net().name_of(26),
        "expected an index below 26, got one past it", "Count from 0"),
    "save, no folder": (lambda: net().save("no/such/net.npz"),
        "save expected an existing folder, got no/such", "Create"),
    "save to a folder": (lambda: net().save("."),
        "save expected the path of a file, got the folder .", "file name"),
    "mlp without sizes": (nn.mlp,
        "mlp expected at least inputs and outputs, got sizes ()", "nn.mlp(3, 4, 2)"),
    "mlp, one size": (lambda: nn.mlp(3),
        "mlp expected at least inputs and outputs, got sizes (3,)", "Write"),
    "mlp, list of sizes": (lambda: nn.mlp([3, 4, 2]),
        "inputs and outputs, got sizes ([3, 4, 2],)", "Write"),
    "mlp, size 0": (lambda: nn.mlp(3, 0, 2),
        "Linear n_out expected a whole number of at least 1, got 0", "Give"),
    "mlp, instance": (lambda: net(activation=nn.ReLU()),
        "a layer class as activation, got ReLU()", "Write nn.ReLU"),
    "mlp, function": (lambda: net(activation=nn.tanh),
        "layer class as activation, got <activation tanh>", "nn.ReLU"),
    "mlp, ufunc": (lambda: net(activation=np.tanh),
        "layer class as activation, got <ufunc 'tanh'>", "nn.ReLU"),
    "mlp, name": (lambda: net(activation="relu"),
        "a layer class as activation, got 'relu'", "Write nn.ReLU"),
    "mlp, layer with arguments": (lambda: net(activation=nn.Dropout),
        "a layer class as activation, got", "nn.ReLU"),
    "mlp, dropout": (lambda: net(dropout=1),
        "Dropout p expected a number in [0, 1), got 1", "inside that interval"),
    "mlp, input_noise": (lambda: net(input_noise=-1),
        "GaussianNoise std expected a number in [0, inf), got -1", "ins"),
    "no rows at all": (lambda: nn.Network(nn.ReLU())(np.zeros((0, 3))),
        "at least one sample, got an empty batch", "C"),
    "loss class": (lambda: net().loss_and_grad(X, Y, loss=nn.Hinge),
        "a loss such as nn.CrossEntropy(), got", "brackets"),
    "loss name": (lambda: net().loss_and_grad(X, Y, loss="hinge"),
        "a loss such as nn.CrossEntropy(), got 'hinge'", "M"),
    "fit, loss class": (lambda: nn.fit(net(), X, Y, loss=nn.MSE),
        "a loss such as nn.CrossEntropy(), got", "brackets"),
    "fit, optimizer class": (lambda: nn.fit(net(), X, Y, optimizer=nn.Adam),
        "one such as nn.SGD(lr=0.1), got", "Mind"),
    "fit, optimizer name": (lambda: nn.fit(net(), X, Y, optimizer="sgd"),
        "nn.SGD(lr=0.1), got 'sgd'", "brackets"),
    "fit, validation alone": (lambda: nn.fit(net(), X, Y, validation=X),
        "a pair (Xv, yv), got ndarray", "validation=("),
    "fit, validation of three": (lambda: nn.fit(net(), X, Y, validation=(X, Y, 1)),
        "a pair (Xv, yv), got tuple", "Wri"),
    "fit, validation turned": (lambda: nn.fit(net(), X, Y, validation=(X.T, Y)),
        "shape (3, N), got (4, 3)", "use X.T"),
    "fit, validation labels": (lambda: nn.fit(net(), X, Y, validation=(X, Y + 1)),
        "0 to 1 for 2 classes, got 1", "more"),
    "fit, patience alone": (lambda: nn.fit(net(), X, Y, patience=3),
        "patience expected validation data, got none", "Give validation=(Xv, yv)"),
    "fit diverges": (diverge,
        "fit expected finite losses, got NaN or infinity in epoch", "Lower the learning rate"),
    "betas, one": (lambda: nn.Adam(betas=0.9),
        "Adam betas expected two numbers, got 0.9", "(0.9, 0.999)"),
    "betas, three": (lambda: nn.Adam(betas=(0.9, 0.9, 0.9)),
        "expected two numbers, got (0.9, 0.9, 0.9)", "(0.9, 0.999)"),
    "step, lengths": (step(lambda: nn.SGD(0.1), (ONE, np.ones(3))),
        "of shape (2,), got (2,) and (3,)", "new optimiser"),
    "step, other vector": (step(lambda: ONCE, (ONE, ONE), (np.ones(3), np.ones(3))),
        "of shape (2,), got (3,)", "new opt"),
    "step, list": (step(lambda: nn.Adam(), ([1.0], [1.0])),
        "params as an array of floats, got [1.0]", "np.asarray"),
    "step, integers": (step(lambda: nn.Adam(), (ONE, np.ones(2, int))),
        "grads as an array of floats, got", "np.asarray"),
    "weights, 2-D": (lambda: nn.Neuron([[1.0]]),
        "Neuron expected weights of shape (D,), got (1, 1)", "an input"),
    "weights, none": (lambda: nn.Neuron([]),
        "Neuron expected weights of shape (D,), got (0,)", "one number an input"),
    "weights, NaN": (lambda: nn.Neuron([NAN]),
        "Neuron weights expected finite numbers, got 1 NaN", "Clean"),
    "weights, text": (lambda: nn.Neuron(["a"]),
        "Neuron weights expected real numbers, got dtype <U1", "Convert"),
    "inputs, length": (lambda: nn.Neuron([1, 2]).forward([1]),
        "inputs of shape (2,) or (2, N), got (1,)", "a weight"),
    "inputs, 3-D": (lambda: nn.Neuron([1, 2]).forward(np.ones((2, 1, 1))),
        "(2,) or (2, N), got (2, 1, 1)", "a weight"),
    "inputs, NaN": (lambda: nn.Neuron([1]).forward([NAN]),
        "Neuron inputs expected finite numbers, got 1 NaN", "Clean"),
    "no activation": (lambda: diagnostics.dead_units(nn.mlp(3, 2), X),
        "activation layers such as ReLU, got none", "die"),
    "only maxout": (lambda: diagnostics.saturated_units(net(activation=nn.Maxout), X),
        "got only Maxout", "saturate"),
    "no weights": (lambda: diagnostics.gradient_norms(nn.Network(nn.ReLU()), X, Y),
        "with weights, got none", "Linear"),
    "three inputs": (lambda: diagnostics.boundary_roughness(net(), X),
        "a network with 2 inputs, got 3", "two features"),
    "nothing to check": (lambda: nn.check_gradients(nn.Network(nn.ReLU()), X, Y),
        "with parameters, got none", "Linear"),
    "prelu alpha": (lambda: nn.prelu(np.ones(4), alpha=np.ones((5, 1))),
        "broadcast against shape (4,), got (5, 1)", "row"),
    "explore, no function": (lambda: nn.explore("draw", hidden=[1]),
        "a function that draws, got 'draw'", "Define one"),
    "explore, no control": (lambda: nn.explore(view),
        "at least one control, got none", "Add one"),
    "explore, another argument": (lambda: nn.explore(view, width=[1]),
        "each argument of view(hidden), got width", "agree"),
    "explore, one too many": (lambda: nn.explore(view, hidden=[1], l2=[0]),
        "each argument of view(hidden), got hidden, l2", "agree"),
    "explore, a label too many": (lambda: nn.explore(view, {"l2": "λ"}, hidden=[1]),
        "labels of its controls hidden, got one for l2", "Correct the name"),
    "explore, a number": (lambda: nn.explore(view, hidden=3),
        "a list of numbers or of texts, got 3", "hidden=[1, 3, 20]"),
    "explore, a text": (lambda: nn.explore(view, hidden="abc"),
        "a list of numbers or of texts, got 'abc'", "hidden=[1, 3, 20]"),
    "explore, no values": (lambda: nn.explore(view, hidden=[]),
        "a list of numbers or of texts, got []", "hidden=[1, 3, 20]"),
    "explore, mixed values": (lambda: nn.explore(view, hidden=[1, "a"]),
        "a list of numbers or of texts, got [1, 'a']", "hidden=[1, 3, 20]"),
    "explore, a value twice": (lambda: nn.explore(view, hidden=[1, 2, 1]),
        "each value of hidden once, got [1, 2, 1]", "Leave the repeated ones out"),
    "explore, another default": (lambda: nn.explore(lambda hidden=7: "", hidden=[1, 2]),
        "got 7", "Offer it too"),
    "explore, too many views for a page": (lambda: nn.explore(view, hidden=range(65)).choices(),
        "at most 64 views of an explorer, got 65", "Offer fewer values"),
    "explore, nothing drawn": (lambda: nn.explore(view, hidden=[1]).frame([0]),
        "view expected to return a matplotlib Figure, a text, or both, got None", "return figure"),
    "load, not a network": (lambda: nn.load(Path(__file__)),
        "expected an .npz file written by net.save in", "Save the"),
    "load, a folder": (lambda: nn.load("."),
        "expected an .npz file written by net.save in", "Save the network again"),
}  # fmt: skip
TAKE_INPUT = {
    "net(X)": lambda X: net()(X),
    "stack(X)": lambda X: net(**STACK)(X),
    "loss_and_grad": lambda X: net().loss_and_grad(X, Y),
    "fit": lambda X: nn.fit(net(), X, Y),
    "predict": lambda X: nn.predict(net(), X),
    "check_gradients": lambda X: nn.check_gradients(net(), X, Y),
    "dead_units": lambda X: diagnostics.dead_units(net(), X),
}
TAKE_LABELS = {
    "CrossEntropy": lambda y: net().loss_and_grad(X, y),
    "Hinge": lambda y: net().loss_and_grad(X, y, loss=nn.Hinge()),
    "CrossEntropy of scores": lambda y: nn.CrossEntropy()(np.zeros((2, 4)), y),
    "one row of scores": lambda y: nn.Hinge()(np.zeros((1, 4)), y),
    "fit": lambda y: nn.fit(net(), X, y),
    "validation": lambda y: nn.fit(net(), X, Y, validation=(X, y)),
    "accuracy": lambda y: nn.accuracy(net(), X, y),
    "check_gradients": lambda y: nn.check_gradients(net(), X, y),
    "gradient_norms": lambda y: diagnostics.gradient_norms(net(), X, y),
}
FUNCTIONS = [nn.sigmoid, nn.tanh, nn.relu, nn.leaky_relu, nn.prelu, nn.elu, nn.gelu, nn.silu]
ELEMENTS = {
    k: v
    for k, v in INPUTS.items()
    if k in ("NaN", "inf", "strings", "complex", "objects", "ragged")
}


def rows():
    """All complaints as (name, call, what was expected and came, what to do)."""
    yield from ((name, *row) for name, row in CALLS.items())
    for who, call in TAKE_INPUT.items():
        for name, (bad, came, remedy) in INPUTS.items():
            yield f"{who}, {name}", lambda call=call, bad=bad: call(bad), came, remedy
    for who, call in TAKE_LABELS.items():
        for name, (bad, came, remedy) in LABELS.items():
            yield f"{who}, labels {name}", lambda call=call, bad=bad: call(bad), came, remedy
    for name, (bad, came, remedy) in TARGETS.items():
        yield (
            f"MSE, {name}",
            lambda bad=bad: net().loss_and_grad(X, bad, loss=nn.MSE()),
            came,
            remedy,
        )
    for loss in (nn.CrossEntropy(), nn.Hinge(), nn.MSE()):
        for name, (bad, came, remedy) in SCORES.items():
            yield f"{loss}, {name}", lambda loss=loss, bad=bad: loss(bad, Y), came, remedy
    for f in FUNCTIONS:
        for name, (bad, came, remedy) in ELEMENTS.items():
            yield (
                f"{f}, {name}",
                lambda f=f, bad=bad: f(bad),
                f"{f.__name__} expected {came}",
                remedy,
            )
            slope = f.derivative
            text = f"{f.__name__}.derivative expected {came}"
            yield f"{f}.derivative, {name}", lambda slope=slope, bad=bad: slope(bad), text, remedy
    for name, (call, interval) in NUMBERS.items():
        for bad in OUTSIDE[interval]:
            text = f"{name} expected a number in {interval}, got {bad!r}"
            remedy = "inside that interval"
            yield f"{name} = {str(bad)[:9]}", lambda call=call, bad=bad: call(bad), text, remedy
    for name, (call, low) in WHOLE.items():
        for bad in [low - 1, *FRACTIONS]:
            if bad is None and name in OPTIONAL:
                continue
            text = f"{name} expected a whole number of at least {low}, got {bad!r}"
            yield (
                f"{name} = {bad}",
                lambda call=call, bad=bad: call(bad),
                text,
                "Give an int such as",
            )
    for who, call in TAKE_RNG.items():
        for bad in RNGS:
            text = f"rng expected a whole number of at least 0, got {bad!r}"
            yield f"{who}, rng {bad}", lambda call=call, bad=bad: call(bad), text, "Give an int"


ROWS = list(rows())


def complaint(call):
    with pytest.raises(ValueError, match=r"(?s)\bexpected\b.*[,(] ?got .*\. ") as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("call", "came", "remedy"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_complaint(call, came, remedy):
    text = str(complaint(call))
    _, found, after = text.partition(came)
    assert found, text
    assert remedy in after, text
    assert re.search(r"[.)]$", text), text


def raise_lines(module):
    """First and last line of every `raise SomeError(...)` in the source."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        made = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Name):
            yield made.func.id, node.lineno, node.end_lineno


TESTED_HERE = [
    "activations", "diagnostics", "errors", "explore", "gradcheck", "layers", "losses", "network", "neuron",
    "optim", "prediction", "stopping", "training",
]  # fmt: skip


def test_no_complaint_is_left_out():
    """Every `raise` of these modules is behind some row of the table."""
    source = Path(nn.__file__).parent
    reached = set()
    for _, call, _, _ in ROWS:
        problem = complaint(call)
        while problem:
            for frame in traceback.extract_tb(problem.__traceback__):
                reached.add((Path(frame.filename).name, frame.lineno))
            problem = problem.__context__
    missing = [
        f"{name}.py:{first} raise {error}"
        for name in TESTED_HERE
        for error, first, last in raise_lines(source / f"{name}.py")
        if not any((f"{name}.py", line) in reached for line in range(first, last + 1))
        # what a loaded file can do wrong is the business of test_files.py
        and not (
            name == "network" and error in ("BadFile", "ValueError") and _inside_load(source, first)
        )
    ]
    assert not missing


def _inside_load(source, line):
    tree = ast.parse((source / "network.py").read_text(encoding="utf-8"))
    loads = [
        n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in ("load", "_assemble")
    ]
    return any(f.lineno <= line <= f.end_lineno for f in loads)


GOOD = {  # the edges of what is allowed
    "p = 0": lambda: nn.Dropout(0),
    "p just below 1": lambda: nn.Dropout(np.nextafter(1, 0)),
    "std = 0": lambda: nn.GaussianNoise(0),
    "momentum = 0": lambda: nn.SGD(0.1, momentum=0),
    "NumPy integers": lambda: nn.Linear(np.int64(3), np.uint8(4)),
    "NumPy numbers": lambda: [nn.Dropout(np.float32(0.5)), nn.SGD(np.float64(1))],
    "fraction": lambda: nn.SGD(Fraction(1, 10)),
    "a list as batch": lambda: net()(X.tolist()),
    "half precision input": lambda: net()(X.astype("float16")),
    "unsigned labels": lambda: net().loss_and_grad(X, Y.astype("uint8")),
    "list of labels": lambda: net().loss_and_grad(X, Y.tolist()),
    "one class seen": lambda: net().loss_and_grad(X, np.zeros(4, int)),
    "row of targets": lambda: nn.mlp(3, 1).loss_and_grad(X, X[0], loss=nn.MSE()),
    "integer targets": lambda: nn.mlp(3, 1).loss_and_grad(X, Y[None], loss=nn.MSE()),
    "batch larger than the data": lambda: nn.fit(net(), X, Y, batch_size=10**9, epochs=1),
    "a huge seed": lambda: net(rng=2**200),
    "W of one number": assign("W", 0),
    "validation as a list": lambda: nn.fit(net(), X, Y, validation=[X, Y], epochs=1),
    "activation with settings": lambda: net(activation=lambda: nn.LeakyReLU(0.3)),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_no_complaint(name):
    GOOD[name]()


def test_numbers_too_large_for_single_precision():
    with np.errstate(over="raise"):
        message = str(complaint(lambda: net(dtype="float32")(np.full((3, 2), 1e300))))
    assert "finite" in message


def test_nothing_happens_to_a_network_that_complains():
    one = net()
    kept = one.params.copy()
    for bad in (
        lambda: nn.fit(one, X.T, Y),
        lambda: nn.fit(one, X, Y, l2=-1),
        lambda: nn.fit(one, X, Y + 5),
    ):
        complaint(bad)
    np.testing.assert_array_equal(one.params, kept)
