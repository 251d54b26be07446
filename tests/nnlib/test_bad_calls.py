"""Every complaint: what was expected, what came, what to do. One row each, and no `raise` without a row.

A row holds the whole message; … stands for what is not ours to say.
"""

import ast
import os
import re
import traceback
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

import nnlib as nn
from nnlib import datasets, diagnostics, plot

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


COLUMNS = "Samples are columns: one column a sample, one row an"
CLEAN = "NaN or infinite values out of {}. Clean the data, e.g. with np.nan_to_num."
CONVERT = "Convert it, e.g. with .astype(float)."
RAGGED = "numbers in a regular array, got rows of different lengths. Give every row the same length."
INPUTS = {  # what is handed in as X, and what follows after "expected"
    "1-D": (X[:, 0], "input of shape (3, N), got (3,). For one sample use x[:, None]."),
    "1-D, other length": (np.zeros(5), "input of shape (3, N), got (5,). For one sample use x[:, None]."),
    "transposed": (X.T, "input of shape (3, N), got (4, 3). Samples are columns: use X.T."),
    "other rows": (np.zeros((5, 2)), f"input of shape (3, N), got (5, 2). {COLUMNS} input."),
    "3-D": (np.zeros((1, 3, 2)), f"input of shape (3, N), got (1, 3, 2). {COLUMNS} input."),
    "number": (5.0, f"input of shape (3, N), got (). {COLUMNS} input."),
    "nothing": (None, f"input of shape (3, N), got (). {COLUMNS} input."),
    "empty": (X[:, :0],
        "at least one sample, got an empty batch of shape (3, 0). Check how the samples were selected."),
    "NaN": (changed(X, NAN), f"finite numbers, got 1 {CLEAN.format(12)}"),
    "inf": (changed(X, INF), f"finite numbers, got 1 {CLEAN.format(12)}"),
    "both infinities": (changed(changed(X, INF)[::-1], -INF), f"finite numbers, got 2 {CLEAN.format(12)}"),
    "strings": (np.full((3, 4), "a"), f"real numbers, got dtype <U1. {CONVERT}"),
    "complex": (X + 1j, f"real numbers, got dtype complex128. {CONVERT}"),
    "objects": (changed(X, "a"), f"real numbers, got dtype object. {CONVERT}"),
    "dates": (np.zeros((3, 4), "M8[s]"), f"real numbers, got dtype datetime64[s]. {CONVERT}"),
    "ragged": ([[1, 2], [3], [4]], RAGGED),
}
WHOLE_LABELS = "Use y.astype(int) if they are whole numbers."
RANGE = "Count classes from 0, or give the last layer more outputs."
ONE_HOT = "Give class numbers, not one-hot columns; np.argmax(y, axis=0) converts."
LABELS = {
    "float": (Y.astype(float), f"integer labels, got dtype float64. {WHOLE_LABELS}"),
    "bool": (Y == 1, f"integer labels, got dtype bool. {WHOLE_LABELS}"),
    "strings": (["a"] * 4, f"integer labels, got dtype <U1. {WHOLE_LABELS}"),
    "negative": (Y - 1, f"labels from 0 to 1 for 2 classes, got -1 to 0. {RANGE}"),
    "too large": (Y + 1, f"labels from 0 to 1 for 2 classes, got 1 to 2. {RANGE}"),
    "one-hot": (np.eye(2, dtype=int)[:, Y], f"labels of shape (4,), one a sample, got (2, 4). {ONE_HOT}"),
    "too few": (Y[:3], f"labels of shape (4,), one a sample, got (3,). {ONE_HOT}"),
    "column": (Y[:, None], f"labels of shape (4,), one a sample, got (4, 1). {ONE_HOT}"),
    "row": (Y[None], f"labels of shape (4,), one a sample, got (1, 4). {ONE_HOT}"),
    "number": (1, f"labels of shape (4,), one a sample, got (). {ONE_HOT}"),
    "nothing": (None, f"labels of shape (4,), one a sample, got (). {ONE_HOT}"),
    "ragged": ([[0], [1, 2], [3], [4]], RAGGED),
}
TARGETS = {
    "transposed": (X[:2].T, f"targets of shape (2, 4), got (4, 2). {COLUMNS} output."),
    "labels": (Y, f"targets of shape (2, 4), got (4,). {COLUMNS} output."),
    "NaN": (changed(X[:2], NAN), f"finite numbers, got 1 {CLEAN.format(8)}"),
    "strings": (np.full((2, 4), "a"), f"real numbers, got dtype <U1. {CONVERT}"),
    "complex": (X[:2] * 1j, f"real numbers, got dtype complex128. {CONVERT}"),
    "ragged": ([[1, 2, 3, 4], [1]], RAGGED),
}
C_N = "scores of shape (C, N) or (R, C, N), got {}. Samples are columns; for one sample use scores[:, None]."
SCORES = {
    "1-D": ([1.0, 2.0], C_N.format((2,))),
    "4-D": (np.zeros((1, 1, 2, 4)), C_N.format((1, 1, 2, 4))),
    "no samples": (np.zeros((2, 0)), C_N.format((2, 0))),
    "no classes": (np.zeros((0, 4)), C_N.format((0, 4))),
    "NaN": (changed(np.zeros((2, 4)), NAN), f"finite numbers, got 1 {CLEAN.format(8)}"),
    "inf": (changed(np.zeros((2, 4)), INF), f"finite numbers, got 1 {CLEAN.format(8)}"),
    "strings": ([["a"] * 4] * 2, f"real numbers, got dtype <U1. {CONVERT}"),
}

# Numbers: names in the message, how to hand one in, good interval, values outside.
INSIDE, INT = "Choose a value inside that interval.", "Give an int such as"
OUTSIDE = {
    "[0, 1)": [1, 1.0, -0.1, NAN, INF, "0.5", None, True, 1j, [0.5], np.array([0.5])],
    "(0, inf)": [0, 0.0, -1, NAN, INF, "0.1", None, True, 1j, [0.1], 10**400],
    "[0, inf)": [-1e-9, NAN, INF, "0.1", None, False, 1j, [0.1], 10**400],
    "(0, 1)": [0, 1, -0.5, NAN, "0.1", None, True],
    "(-inf, inf)": [NAN, INF, -INF, "0.1", None, True, [0.1], [1.0, 2.0]],
}
POINTS = [datasets.spirals, datasets.circles, datasets.moons, datasets.blobs]
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
    "train_test_split test": (lambda share: datasets.train_test_split(X, Y, test=share), "(0, 1)"),
    **{f"{points.__name__} noise": (lambda noise, points=points: points(noise=noise), "[0, inf)")
       for points in POINTS},
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
    "spirals n": (datasets.spirals, 3),
    "circles n": (datasets.circles, 2),
    "moons n": (datasets.moons, 2),
    "blobs n": (lambda n: datasets.blobs(n, classes=5), 5),
    "spirals classes": (lambda n: datasets.spirals(classes=n), 2),
    "blobs classes": (lambda n: datasets.blobs(classes=n), 2),
    "decision_image size": (lambda n: plot.decision_image(nn.mlp(2, 2), X[:2], Y, size=n), 1),
}
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
    "train_test_split": lambda rng: datasets.train_test_split(X, Y, rng=rng),
    **{points.__name__: lambda rng, points=points: points(rng=rng) for points in POINTS},
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


def regions(**changed):
    arguments = {"net": nn.mlp(2, 3, 2), "X": [[0.0, 1.0], [0.0, 1.0]], "y": [0, 1], **changed}
    return lambda: plot.decision_regions(**arguments)


def sweep(grid, **options):
    return lambda: nn.sweep(pow, grid, progress=False, **options)


def split(X, y, **options):
    return lambda: datasets.train_test_split(X, y, **options)


STACK = {"networks": 3}
EXPLORE = "True, False, a range, or a list of numbers or of texts"
ONE = np.ones(2)
ONCE = nn.SGD(0.1)
CALLS = {  # call, message
    "init": (lambda: nn.Linear(3, 4, init="magic"),
        "Linear init expected one of he, xavier, got 'magic'. Check the spelling."),
    "init, Maxout": (lambda: nn.Maxout(3, 4, init=None),
        "Maxout init expected one of he, xavier, got None. Check the spelling."),
    "layer alone, W": (lambda: nn.Linear(3, 4).W,
        "Linear(3, 4) expected to be in a network before its W is used, got a layer on its own. "
        "Build one first: net = nn.Network(layer)."),
    "layer alone, alpha": (lambda: nn.PReLU().alpha,
        "PReLU() expected to be in a network before its alpha is used, got a layer on its own. "
        "Build one first: net = nn.Network(layer)."),
    "set on a layer alone": (lambda: setattr(nn.Linear(3, 4), "b", 0),
        "Linear(3, 4) expected to be in a network before its b is used, got a layer on its own. "
        "Build one first: net = nn.Network(layer)."),
    "W transposed": (assign("W", np.ones((3, 4))),
        "Linear(3, 4).W expected shape (4, 3), got (3, 4). Reshape or transpose the new value."),
    "W flat": (assign("W", np.ones(12)),
        "Linear(3, 4).W expected shape (4, 3), got (12,). Reshape or transpose the new value."),
    "b flat": (assign("b", np.ones(4)),
        "Linear(3, 4).b expected shape (4, 1), got (4,). Reshape or transpose the new value."),
    "W of one for a stack": (assign("W", np.ones((4, 3)), networks=2),
        "Linear(3, 4).W expected shape (2, 4, 3), got (4, 3). Reshape or transpose the new value."),
    "W of text": (assign("W", "a"),
        "Linear(3, 4).W expected real numbers, got dtype <U1. Convert it, e.g. with .astype(float)."),
    "W complex": (assign("W", 1j),
        "Linear(3, 4).W expected real numbers, got dtype complex128. Convert it, e.g. with "
        ".astype(float)."),
    "W NaN": (assign("W", NAN),
        "Linear(3, 4).W expected finite numbers, got 1 NaN or infinite values out of 1. Clean "
        "the data, e.g. with np.nan_to_num."),
    "params, wrong length": (lambda: set_params(np.ones(5)),
        "params expected shape (26,), got (5,). Give as many numbers as the network has parameters."),
    "params, NaN": (lambda: set_params(np.full(26, NAN)),
        "params expected finite numbers, got 26 NaN or infinite values out of 26. Clean the "
        "data, e.g. with np.nan_to_num."),
    "sizes that do not fit": (lambda: nn.Network(nn.Linear(3, 4), nn.Linear(5, 2)),
        "Linear(5, 2) expected 5 inputs, got 4 from the layer before. Make the two numbers equal."),
    "sizes that do not fit, Maxout": (
        lambda: nn.Network(nn.Linear(3, 4), nn.ReLU(), nn.Maxout(5, 2)),
        "Maxout(5, 2) expected 5 inputs, got 4 from the layer before. Make the two numbers equal."),
    "PReLU first": (lambda: nn.Network(nn.PReLU(), nn.Linear(3, 4)),
        "PReLU() expected a layer before it that fixes the number of units, got none. Put a "
        "Linear layer first."),
    "layer of another network": (used_layer,
        "Network expected layers of its own, got Linear(3, 4), which is already in use. Make a "
        "new layer for each place."),
    "layer twice": (twice,
        "Network expected layers of its own, got ReLU(), which is already in use. Make a new "
        "layer for each place."),
    "no layers": (nn.Network,
        "Network expected one or more layers, got (). Write nn.Network(nn.Linear(3, 4), nn.ReLU())."),
    "class of a layer": (lambda: nn.Network(nn.Linear(3, 4), nn.ReLU),
        "Network expected one or more layers, got (Linear(3, 4), <class 'nnlib.layers.ReLU'>). "
        "Write nn.Network(nn.Linear(3, 4), nn.ReLU())."),
    "list of layers": (lambda: nn.Network([nn.Linear(3, 4)]),
        "Network expected one or more layers, got ([Linear(3, 4)],). Write "
        "nn.Network(nn.Linear(3, 4), nn.ReLU())."),
    "function for a layer": (lambda: nn.Network(nn.Linear(3, 4), nn.relu),
        "Network expected one or more layers, got (Linear(3, 4), <activation relu>). Write "
        "nn.Network(nn.Linear(3, 4), nn.ReLU())."),
    "dtype int": (lambda: net(dtype=int),
        "Network expected dtype float32 or float64, got <class 'int'>. Choose one of the two."),
    "dtype half": (lambda: net(dtype="float16"),
        "Network expected dtype float32 or float64, got 'float16'. Choose one of the two."),
    "dtype swapped": (lambda: net(dtype=">f8"),
        "Network expected dtype float32 or float64, got '>f8'. Choose one of the two."),
    "dtype unknown": (lambda: net(dtype="double precision"),
        "Network expected dtype float32 or float64, got 'double precision'. Choose one of the two."),
    "copy to int": (lambda: net().copy(dtype=int),
        "copy expected dtype float32 or float64, got <class 'int'>. Choose one of the two."),
    "select of one": (lambda: net().select(0),
        "select expected a stack of networks, got a single one. Use the network itself."),
    "select past the end": (lambda: net(**STACK).select(3),
        "select expected a network from 0 to 2, got 3. Choose one inside."),
    "select nothing": (lambda: net(**STACK).select(slice(3, 9)),
        "select expected a network from 0 to 2, got slice(3, 9, None). Choose one inside."),
    "select a fraction": (lambda: net(**STACK).select(1.5),
        "select expected a number or a slice, got 1.5. Write net.select(0)."),
    "select a flag": (lambda: net(**STACK).select(True),
        "select expected a number or a slice, got True. Write net.select(0)."),
    "name before the start": (lambda: net().name_of(-1),
        "name_of index expected a whole number of at least 0, got -1. Give an int such as 1."),
    "name past the end": (lambda: net().name_of(26),
        "name_of expected an index below 26, got one past it. Count from 0."),
    "save, no folder": (lambda: net().save("no/such/net.npz"),
        "save expected an existing folder, got no/such. Create it first, or correct the path."),
    "save to a folder": (lambda: net().save("."),
        "save expected the path of a file, got the folder .. Add a file name."),
    "mlp without sizes": (nn.mlp,
        "mlp expected at least inputs and outputs, got sizes (). Write e.g. nn.mlp(3, 4, 2)."),
    "mlp, one size": (lambda: nn.mlp(3),
        "mlp expected at least inputs and outputs, got sizes (3,). Write e.g. nn.mlp(3, 4, 2)."),
    "mlp, list of sizes": (lambda: nn.mlp([3, 4, 2]),
        "mlp expected at least inputs and outputs, got sizes ([3, 4, 2],). Write e.g. nn.mlp(3, "
        "4, 2)."),
    "mlp, size 0": (lambda: nn.mlp(3, 0, 2),
        "Linear n_out expected a whole number of at least 1, got 0. Give an int such as 1."),
    "mlp, instance": (lambda: net(activation=nn.ReLU()),
        "mlp expected a layer class as activation, got ReLU(). Write nn.ReLU, not nn.relu or "
        "nn.ReLU()."),
    "mlp, function": (lambda: net(activation=nn.tanh),
        "mlp expected a layer class as activation, got <activation tanh>. Write nn.ReLU, not "
        "nn.relu or nn.ReLU()."),
    "mlp, ufunc": (lambda: net(activation=np.tanh),
        "mlp expected a layer class as activation, got <ufunc 'tanh'>. Write nn.ReLU, not "
        "nn.relu or nn.ReLU()."),
    "mlp, name": (lambda: net(activation="relu"),
        "mlp expected a layer class as activation, got 'relu'. Write nn.ReLU, not nn.relu or "
        "nn.ReLU()."),
    "mlp, layer with arguments": (lambda: net(activation=nn.Dropout),
        "mlp expected a layer class as activation, got <class 'nnlib.layers.Dropout'>. Write "
        "nn.ReLU, not nn.relu or nn.ReLU()."),
    "mlp, dropout": (lambda: net(dropout=1),
        "Dropout p expected a number in [0, 1), got 1. Choose a value inside that interval."),
    "mlp, input_noise": (lambda: net(input_noise=-1),
        "GaussianNoise std expected a number in [0, inf), got -1. Choose a value inside that "
        "interval."),
    "any number of rows, but a column each": (lambda: nn.Network(nn.ReLU())(np.zeros(3)),
        "ReLU() expected input of shape (D, N), got (3,). For one sample use x[:, None]."),
    "no rows at all": (lambda: nn.Network(nn.ReLU())(np.zeros((0, 3))),
        "ReLU() expected at least one sample, got an empty batch of shape (0, 3). Check how the "
        "samples were selected."),
    "loss class": (lambda: net().loss_and_grad(X, Y, loss=nn.Hinge),
        "loss expected a loss such as nn.CrossEntropy(), got <class 'nnlib.losses.Hinge'>. Mind "
        "the brackets."),
    "loss name": (lambda: net().loss_and_grad(X, Y, loss="hinge"),
        "loss expected a loss such as nn.CrossEntropy(), got 'hinge'. Mind the brackets."),
    "fit, loss class": (lambda: nn.fit(net(), X, Y, loss=nn.MSE),
        "loss expected a loss such as nn.CrossEntropy(), got <class 'nnlib.losses.MSE'>. Mind "
        "the brackets."),
    "fit, optimizer class": (lambda: nn.fit(net(), X, Y, optimizer=nn.Adam),
        "optimizer expected one such as nn.SGD(lr=0.1), got <class 'nnlib.optim.Adam'>. Mind the "
        "brackets."),
    "fit, optimizer name": (lambda: nn.fit(net(), X, Y, optimizer="sgd"),
        "optimizer expected one such as nn.SGD(lr=0.1), got 'sgd'. Mind the brackets."),
    "fit, validation alone": (lambda: nn.fit(net(), X, Y, validation=X),
        "fit validation expected a pair (Xv, yv), got ndarray. Write validation=(Xv, yv)."),
    "fit, validation of three": (lambda: nn.fit(net(), X, Y, validation=(X, Y, 1)),
        "fit validation expected a pair (Xv, yv), got tuple. Write validation=(Xv, yv)."),
    "fit, validation turned": (lambda: nn.fit(net(), X, Y, validation=(X.T, Y)),
        "Linear(3, 4) expected input of shape (3, N), got (4, 3). Samples are columns: use X.T."),
    "fit, validation labels": (lambda: nn.fit(net(), X, Y, validation=(X, Y + 1)),
        "CrossEntropy expected labels from 0 to 1 for 2 classes, got 1 to 2. Count classes from "
        "0, or give the last layer more outputs."),
    "fit, patience alone": (lambda: nn.fit(net(), X, Y, patience=3),
        "fit patience expected validation data, got none. Give validation=(Xv, yv)."),
    "fit diverges": (diverge,
        "fit expected finite losses, got NaN or infinity in epoch 13 with learning rate 1e+06. "
        "Lower the learning rate, or scale the inputs; the parameters are those before that epoch."),
    "betas, one": (lambda: nn.Adam(betas=0.9),
        "Adam betas expected two numbers, got 0.9. Give e.g. (0.9, 0.999)."),
    "betas, three": (lambda: nn.Adam(betas=(0.9, 0.9, 0.9)),
        "Adam betas expected two numbers, got (0.9, 0.9, 0.9). Give e.g. (0.9, 0.999)."),
    "step, lengths": (step(lambda: nn.SGD(0.1), (ONE, np.ones(3))),
        "SGD expected params and grads of shape (2,), got (2,) and (3,). Use a new optimiser for "
        "another network."),
    "step, other vector": (step(lambda: ONCE, (ONE, ONE), (np.ones(3), np.ones(3))),
        "SGD expected params and grads of shape (2,), got (3,) and (3,). Use a new optimiser for "
        "another network."),
    "step, list": (step(lambda: nn.Adam(), ([1.0], [1.0])),
        "Adam expected params as an array of floats, got [1.0]. Use np.asarray(..., dtype=float)."),
    "step, integers": (step(lambda: nn.Adam(), (ONE, np.ones(2, int))),
        "Adam expected grads as an array of floats, got array([1, 1]). Use np.asarray(..., "
        "dtype=float)."),
    "weights, 2-D": (lambda: nn.Neuron([[1.0]]),
        "Neuron expected weights of shape (D,), got (1, 1). Give one number an input."),
    "weights, none": (lambda: nn.Neuron([]),
        "Neuron expected weights of shape (D,), got (0,). Give one number an input."),
    "weights, NaN": (lambda: nn.Neuron([NAN]),
        "Neuron weights expected finite numbers, got 1 NaN or infinite values out of 1. Clean "
        "the data, e.g. with np.nan_to_num."),
    "weights, text": (lambda: nn.Neuron(["a"]),
        "Neuron weights expected real numbers, got dtype <U1. Convert it, e.g. with .astype(float)."),
    "inputs, length": (lambda: nn.Neuron([1, 2]).forward([1]),
        "Neuron expected inputs of shape (2,) or (2, N), got (1,). Give one number, or one row, "
        "a weight."),
    "inputs, 3-D": (lambda: nn.Neuron([1, 2]).forward(np.ones((2, 1, 1))),
        "Neuron expected inputs of shape (2,) or (2, N), got (2, 1, 1). Give one number, or one "
        "row, a weight."),
    "inputs, NaN": (lambda: nn.Neuron([1]).forward([NAN]),
        "Neuron inputs expected finite numbers, got 1 NaN or infinite values out of 1. Clean the "
        "data, e.g. with np.nan_to_num."),
    "no activation": (lambda: diagnostics.dead_units(nn.mlp(3, 2), X),
        "diagnostics expected a network with activation layers such as ReLU, got none. Units "
        "without such a function neither die nor saturate."),
    "only maxout": (lambda: diagnostics.saturated_units(net(activation=nn.Maxout), X),
        "diagnostics expected a network with activation layers such as ReLU, got only Maxout. "
        "Units without such a function neither die nor saturate."),
    "no weights": (lambda: diagnostics.gradient_norms(nn.Network(nn.ReLU()), X, Y),
        "gradient_norms expected a network with weights, got none. Add a Linear layer."),
    "three inputs": (lambda: diagnostics.boundary_roughness(net(), X),
        "a picture of regions expected a network with 2 inputs, got 3. Choose two features, or "
        "another plot."),
    "nothing to check": (lambda: nn.check_gradients(nn.Network(nn.ReLU()), X, Y),
        "check_gradients expected a network with parameters, got none. Add a Linear layer."),
    "prelu alpha": (lambda: nn.prelu(np.ones(4), alpha=np.ones((5, 1))),
        "prelu expected alpha to broadcast against shape (4,), got (5, 1). Give one slope, or "
        "one a row."),
    "explore, no function": (lambda: nn.explore("draw", hidden=[1]),
        "explore expected a function that draws, got 'draw'. Define one, say draw(hidden), and "
        "call explore(draw, hidden=[1, 3, 20])."),
    "explore, no control": (lambda: nn.explore(view),
        "explore expected at least one control, got none. Add one, say explore(draw, hidden=[1, "
        "3, 20])."),
    "explore, another argument": (lambda: nn.explore(view, width=[1]),
        "explore expected a control for each argument of view(hidden), got width: missing a "
        "required argument: 'hidden'. Make the two agree."),
    "explore, one too many": (lambda: nn.explore(view, hidden=[1], l2=[0]),
        "explore expected a control for each argument of view(hidden), got hidden, l2: got an "
        "unexpected keyword argument 'l2'. Make the two agree."),
    "explore, a label too many": (lambda: nn.explore(view, {"l2": "λ"}, hidden=[1]),
        "explore expected labels of its controls hidden, got one for l2. Correct the name."),
    "explore, a number": (lambda: nn.explore(view, hidden=3),
        "explore expected hidden to be True, False, a range, or a list of numbers or of texts, "
        "got 3. Write for example hidden=[1, 3, 20]."),
    "explore, a text": (lambda: nn.explore(view, hidden="abc"),
        "explore expected hidden to be True, False, a range, or a list of numbers or of texts, "
        "got 'abc'. Write for example hidden=[1, 3, 20]."),
    "explore, no values": (lambda: nn.explore(view, hidden=[]),
        "explore expected hidden to be True, False, a range, or a list of numbers or of texts, "
        "got []. Write for example hidden=[1, 3, 20]."),
    "explore, mixed values": (lambda: nn.explore(view, hidden=[1, "a"]),
        "explore expected hidden to be True, False, a range, or a list of numbers or of texts, "
        "got [1, 'a']. Write for example hidden=[1, 3, 20]."),
    "explore, a value twice": (lambda: nn.explore(view, hidden=[1, 2, 1]),
        "explore expected each value of hidden once, got [1, 2, 1]. Leave the repeated ones out."),
    "explore, another default": (lambda: nn.explore(lambda hidden=7: "", hidden=[1, 2]),
        "explore expected the draw function's default of hidden among [1, 2], got 7. Offer it "
        "too, or change the default."),
    "explore, too many views for a page": (lambda: nn.explore(view, hidden=range(65)).choices(),
        "a page expected at most 64 views of an explorer, got 65. Offer fewer values."),
    "explore, nothing drawn": (lambda: nn.explore(view, hidden=[1]).frame([0]),
        "view expected to return a matplotlib Figure, a text, or both, got None. End it with "
        "`return figure` or `return figure, text`."),
    "load, not a network": (lambda: nn.load(Path(__file__)),
        "load expected an .npz file written by net.save in …, got a broken or foreign file (File "
        "is not a zip file). Save the network again, or check that this is the right file."),
    "load, a folder": (lambda: nn.load("."),
        "load expected an .npz file written by net.save in ., got a broken or foreign file "
        "([Errno 21] Is a directory: '.'). Save the network again, or check that this is the "
        "right file."),
    "no classes but one-hot": (split(X, np.eye(3)),
        "train_test_split expected y of shape (4,) or (C, 4) for X of shape (3, 4), got (3, 3). "
        "Give one a sample."),
    "split, X flat": (split(np.zeros(4), np.zeros(4)),
        "train_test_split expected X of shape (D, N), one sample a column, got (4,). "
        "Reshape it; a single row of N numbers is x[None, :]."),
    "split, X turned": (split(np.zeros((4, 3)), np.zeros(4)),
        "train_test_split expected y of shape (3,) or (C, 3) for X of shape (4, 3), got (4,). "
        "Samples are columns: use X.T."),
    "split, y turned": (split(np.zeros((4, 3)), np.zeros((3, 1))),
        "train_test_split expected y of shape (3,) or (C, 3) for X of shape (4, 3), got (3, 1). "
        "Give one a sample."),
    "split, one label": (split(np.zeros((4, 3)), 1),
        "train_test_split expected y of shape (3,) or (C, 3) for X of shape (4, 3), got (). "
        "Give one a sample."),
    "split, nothing to test on": (split(np.zeros((4, 2)), np.zeros(2)),
        "train_test_split expected at least one sample in each part, got 2 to train on and 0 to test on from "
        "2 samples. Give more samples or another test share."),
    "split, nothing to train on": (split(np.zeros((1, 3)), np.zeros(3), test=0.9),
        "train_test_split expected at least one sample in each part, got 0 to train on and 3 to test on from "
        "3 samples. Give more samples or another test share."),
    "split, nothing": (split(np.zeros((4, 0)), np.zeros(0)),
        "train_test_split expected at least one sample in each part, got 0 to train on and 0 to test on from "
        "0 samples. Give more samples or another test share."),
    "split, ragged": (split([[1, 2], [1]], Y),
        f"train_test_split X expected {RAGGED}"),
    "split, ragged labels": (split(X, [[1, 2], [1]]),
        f"train_test_split y expected {RAGGED}"),
    "cifar10, split": (lambda: datasets.cifar10("valid", root="here"),
        "cifar10 split expected one of test, train, got 'valid'. Check the spelling."),
    "cifar10, root": (lambda: datasets.cifar10(root=3),
        "cifar10 root expected a path, got 3. Give a str or a pathlib.Path."),
    "cifar10, nothing there": (lambda: datasets.cifar10("test", root="here", download=False),
        "cifar10 expected cifar-10-binary.tar.gz or test_batch.bin in here, found neither. "
        "Correct root, or give a folder and download=True to fetch it (170 MB)."),
    "cifar10, nothing there to train on": (lambda: datasets.cifar10(root="here", download=False),
        "cifar10 expected cifar-10-binary.tar.gz or data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, "
        "data_batch_4.bin, data_batch_5.bin in here, found neither. "
        "Correct root, or give a folder and download=True to fetch it (170 MB)."),
    "exercise, unknown": (lambda: nn.exercises.check("sigmod", np.tanh),
        "exercises.check id expected one of backprop, budget, …, tanh, got 'sigmod'. Check the spelling."),
    "exercise, not hashable": (lambda: nn.exercises.check(["tanh"], np.tanh),
        "exercises.check id expected one of backprop, budget, …, tanh, got ['tanh']. Check the spelling."),
    "exercise, the value for the function": (lambda: nn.exercises.check("sigmoid-slope", 0.5),
        "exercises.check expected a function or class as answer to sigmoid-slope, got 0.5. Hand in the "
        "function itself, without brackets: check('sigmoid-slope', sigmoid_slope)."),
    "sweep, no function": (lambda: nn.sweep({"a": [1]}, pow),
        "sweep expected a function to call, got {'a': [1]}. Write sweep(run, grid)."),
    "sweep, no names": (sweep({}),
        "sweep expected a grid with at least one setting, got {}. Name what varies."),
    "sweep, no values": (sweep({"a": []}),
        "sweep expected a grid with at least one setting, got {'a': []}. Name what varies."),
    "sweep, a setting without names": (sweep([{"a": 1}, {}]),
        "sweep expected a grid with at least one setting, got [{'a': 1}, {}]. Name what varies."),
    "sweep, a number": (sweep(3),
        "sweep expected a grid as a dict of lists or a list of dicts, got 3. "
        'Write for example {"l2": [0, 0.1], "seed": range(5)}.'),
    "sweep, a number for a list": (sweep({"a": 3}),
        "sweep expected a grid as a dict of lists or a list of dicts, got {'a': 3}. "
        'Write for example {"l2": [0, 0.1], "seed": range(5)}.'),
    "sweep, doubles": (sweep({"a": [1, 1, 2, 2, 2], "b": [1]}),
        "sweep expected settings that differ, got 3 repeated. Add a seed to the grid, or remove doubles."),
    "sweep, settings that JSON cannot hold": (sweep({"a": [1, view]}, checkpoint="rows"),
        "sweep with a checkpoint expected settings that JSON can hold, got {'a': <function view at …>} "
        "(a function is no number, string, list or array). Use numbers, strings and lists."),
    "sweep, a checkpoint in no folder": (sweep({"a": [1]}, checkpoint="no/such/rows"),
        "sweep expected an existing folder for the checkpoint, got no/such. "
        "Create it first, or correct the path."),
    "sweep, a foreign checkpoint": (sweep({"a": [1]}, checkpoint=__file__),
        'sweep expected a checkpoint of {"sweep": "builtins.pow"} in …test_errors.py, got one that starts '
        "'…'. Give this sweep a file of its own."),
    "regions, a stack": (regions(net=nn.mlp(2, 2, networks=4)),
        "a picture of regions expected one network, got a stack of 4. Select one with net.select(r)."),
    "regions, three inputs": (regions(net=net(), X=X),
        "a picture of regions expected a network with 2 inputs, got 3. "
        "Choose two features, or another plot."),
    "regions, many classes": (regions(net=nn.mlp(2, 9)),
        "a picture of regions expected at most 8 classes, got 9. Join some of them, or draw a part."),
    "regions, one place": (regions(X=np.ones((2, 2))),
        "a picture of regions expected samples that differ in both inputs, "
        "got only [1.0, 1.0] to [1.0, 1.0]. Add samples."),
    "regions, in a row": (regions(X=[[0.0, 1.0], [3.0, 3.0]]),
        "a picture of regions expected samples that differ in both inputs, "
        "got only [-0.05…, 3.0] to [1.05…, 3.0]. Add samples."),
    "regions, samples turned": (regions(X=np.ones((3, 2))),
        "Linear(2, 3) expected input of shape (2, N), got (3, 2). Samples are columns: use X.T."),
    "regions, labels": (regions(y=[0]),
        f"a picture of regions expected labels of shape (2,), one a sample, got (1,). {ONE_HOT}"),
    "regions, classes": (regions(y=[0, 2]),
        f"a picture of regions expected labels from 0 to 1 for 2 classes, got 0 to 2. {RANGE}"),
    "regions, resolution": (regions(resolution=1),
        "resolution expected a whole number of at least 2, got 1. Give an int such as 2."),
    "plot.activation, layer": (lambda: plot.activation(nn.ReLU),
        "plot.activation expected functions such as nn.relu, got <class 'nnlib.layers.ReLU'>. "
        "They are written small; the layer nn.ReLU is another thing."),
    "plot.activation, none": (lambda: plot.activation([]),
        "plot.activation expected functions such as nn.relu, got []. "
        "They are written small; the layer nn.ReLU is another thing."),
    "plot.activation, ufunc": (lambda: plot.activation([nn.relu, np.tanh]),
        "plot.activation expected functions such as nn.relu, got [<activation relu>, <ufunc 'tanh'>]. "
        "They are written small; the layer nn.ReLU is another thing."),
    "plot.activation, turned ends": (lambda: plot.activation(nn.relu, (3, -3)),
        "plot.activation expected lim (low, high) with low < high, got (3, -3). Write (-6, 6)."),
    "plot.activation, one end": (lambda: plot.activation(nn.relu, 6),
        "plot.activation expected lim (low, high) with low < high, got 6. Write (-6, 6)."),
    "plot.activation, no end": (lambda: plot.activation(nn.relu, (0, INF)),
        f"plot.activation lim expected finite numbers, got 1 {CLEAN.format(2)}"),
    "plot.network, no units": (lambda: plot.network(nn.Network(nn.ReLU())),
        "plot.network expected a layer with units of its own, got Network(ReLU()). Start with nn.Linear."),
    "plot.network, layer": (lambda: plot.network(nn.Linear(3, 4)),
        "plot.network expected a Network, got Linear(3, 4). Wrap layers in nn.Network."),
    "plot.history, list": (lambda: plot.history([1.0, 0.5]),
        "plot.history expected what nn.fit returns, got [1.0, 0.5]. Write h = nn.fit(...)."),
    "plot.neuron, axes": (lambda: plot.neuron(ax="here"),
        "plot.neuron expected 1 matplotlib axes, got 'here'. "
        "Leave them out, or make them with plt.subplots."),
    "plot.curves, length": (lambda: plot.curves([1, 2], {"a": [1]}),
        "curves expected 'a' of shape (2,) or (2, R), got (1,). "
        "Give one value, or one row of repetitions, a point of x."),
    "plot.curves, 3-D": (lambda: plot.curves([1, 2], {"a": np.ones((1, 2, 3))}),
        "curves expected 'a' of shape (2,) or (2, R), got (1, 2, 3). "
        "Give one value, or one row of repetitions, a point of x."),
    "plot.curves, text": (lambda: plot.curves(["x"], {"a": [1]}),
        f"curves x expected real numbers, got dtype <U1. {CONVERT}"),
    "plot.distributions, none": (lambda: plot.distributions({"a": []}),
        "distributions expected 'a' of shape (R,), got (0,). Give one row of values."),
    "plot.distributions, 2-D": (lambda: plot.distributions({"a": [[1.0]]}),
        "distributions expected 'a' of shape (R,), got (1, 1). Give one row of values."),
    "plot.distributions, NaN": (lambda: plot.distributions({"a": [NAN]}),
        f"distributions 'a' expected finite numbers, got 1 {CLEAN.format(1)}"),
    "plot.descent, flat": (lambda: plot.descent(np.add, {"p": [1.0, 2.0]}),
        "descent expected 'p' of shape (steps, 2), got (2,). Stack the pairs (w1, w2)."),
}
TAKE_INPUT = {
    "net(X)": lambda X: net()(X),
    "stack(X)": lambda X: net(**STACK)(X),
    "loss_and_grad": lambda X: net().loss_and_grad(X, Y),
    "fit": lambda X: nn.fit(net(), X, Y),
    "predict": lambda X: nn.predict(net(), X),
    "check_gradients": lambda X: nn.check_gradients(net(), X, Y),
    "dead_units": lambda X: diagnostics.dead_units(net(), X),
}
TAKE_NETWORK = {
    "fit": lambda net: nn.fit(net, X, Y),
    "predict": lambda net: nn.predict(net, X),
    "accuracy": lambda net: nn.accuracy(net, X, Y),
    "check_gradients": lambda net: nn.check_gradients(net, X, Y),
    "dead_units": lambda net: diagnostics.dead_units(net, X),
    "saturated_units": lambda net: diagnostics.saturated_units(net, X),
    "gradient_norms": lambda net: diagnostics.gradient_norms(net, X, Y),
    "boundary_roughness": lambda net: diagnostics.boundary_roughness(net, X),
    "decision_regions": lambda net: plot.decision_regions(net, X, Y),
}
TAKE_LABELS = {  # who complains of them
    "loss_and_grad": ("CrossEntropy", lambda y: net().loss_and_grad(X, y)),
    "hinge": ("Hinge", lambda y: net().loss_and_grad(X, y, loss=nn.Hinge())),
    "scores": ("CrossEntropy", lambda y: nn.CrossEntropy()(np.zeros((2, 4)), y)),
    "one row of scores": ("Hinge", lambda y: nn.Hinge()(np.zeros((1, 4)), y)),
    "fit": ("CrossEntropy", lambda y: nn.fit(net(), X, y)),
    "validation": ("CrossEntropy", lambda y: nn.fit(net(), X, Y, validation=(X, y))),
    "accuracy": ("accuracy", lambda y: nn.accuracy(net(), X, y)),
    "check_gradients": ("CrossEntropy", lambda y: nn.check_gradients(net(), X, y)),
    "gradient_norms": ("CrossEntropy", lambda y: diagnostics.gradient_norms(net(), X, y)),
}
FUNCTIONS = [nn.sigmoid, nn.tanh, nn.relu, nn.leaky_relu, nn.prelu, nn.elu, nn.gelu, nn.silu]
ELEMENTS = {
    k: v
    for k, v in INPUTS.items()
    if k in ("NaN", "inf", "strings", "complex", "objects", "ragged")
}


def rows():
    """All complaints as (name, call, message)."""
    yield from ((name, *row) for name, row in CALLS.items())
    for (who, call), (name, (bad, text)) in product(TAKE_INPUT.items(), INPUTS.items()):
        yield f"{who}, {name}", partial(call, bad), f"Linear(3, 4)… expected {text}"
    for (where, (who, call)), (name, (bad, text)) in product(TAKE_LABELS.items(), LABELS.items()):
        yield f"{where}, labels {name}", partial(call, bad), f"{who}… expected {text}"
    for (who, call), bad in product(TAKE_NETWORK.items(), (X, None, nn.mlp, nn.Linear(3, 4))):
        came = f"net expected a network such as nn.mlp(2, 20, 3), got {type(bad).__name__}"
        yield f"{who} of {came}", partial(call, bad), f"{came}. It comes first, as in nn.fit(net, X, y)."
    for name, (bad, text) in TARGETS.items():
        call = partial(net().loss_and_grad, X, bad, loss=nn.MSE())
        yield f"MSE, {name}", call, f"MSE… expected {text}"
    for loss, (name, (bad, text)) in product((nn.CrossEntropy(), nn.Hinge(), nn.MSE()), SCORES.items()):
        yield f"{loss}, {name}", partial(loss, bad, Y), f"{type(loss).__name__}… expected {text}"
    for f, (name, (bad, text)) in product(FUNCTIONS, ELEMENTS.items()):
        for call, who in ((f, f.__name__), (f.derivative, f"{f.__name__}.derivative")):
            yield f"{who}, {name}", partial(call, bad), f"{who} expected {text}"
    for name, (call, interval) in NUMBERS.items():
        for bad in OUTSIDE[interval]:
            text = f"{name} expected a number in {interval}, got {bad!r}. {INSIDE}"
            yield f"{name} = {str(bad)[:9]}", partial(call, bad), text
    for name, (call, low) in WHOLE.items():
        for bad in [low - 1, *FRACTIONS]:
            if bad is None and name in OPTIONAL:
                continue
            text = f"{name} expected a whole number of at least {low}, got {bad!r}. {INT} {low}."
            yield f"{name} = {bad}", partial(call, bad), text
    for (who, call), bad in product(TAKE_RNG.items(), RNGS):
        text = f"rng expected a whole number of at least 0, got {bad!r}. {INT} 1."
        yield f"{who}, rng {bad}", partial(call, bad), text


ROWS = list(rows())
FORM = re.compile(r"\S.* expected .+, (got|found) .+\. [A-Z].+\.", re.DOTALL)
KINDS = {"fit diverges": nn.Diverged, "load, not a network": nn.BadFile, "load, a folder": nn.BadFile,
         "sweep, a foreign checkpoint": nn.BadFile}


def complaint(call):
    with pytest.raises(ValueError, match=FORM) as caught:
        call()
    return caught.value


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory):
    here, folder = os.getcwd(), tmp_path_factory.mktemp("empty")
    os.chdir(folder)
    yield folder
    os.chdir(here)


@pytest.mark.parametrize(("name", "call", "text"), ROWS, ids=[row[0] for row in ROWS])
def test_complaint(name, call, text, empty_folder):
    """The right error with the whole message; no file is begun and no figure left open."""
    assert FORM.fullmatch(text), "a row has all three: what was expected, what came, what to do"
    problem = complaint(call)
    assert re.fullmatch(re.escape(text).replace("…", ".*"), str(problem), re.DOTALL)
    assert type(problem) is KINDS.get(name, ValueError)
    assert not os.listdir(empty_folder)
    assert not plt.get_fignums()


def raise_lines(module):
    """First and last line of every `raise SomeError(...)` in the source."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        made = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Name):
            yield made.func.id, node.lineno, node.end_lineno


TESTED_HERE = [
    "activations", "charts", "datasets", "diagnostics", "diagrams", "errors", "exercises", "explore",
    "gradcheck", "layers", "losses", "network", "neuron", "optim", "prediction", "regions", "stopping",
    "style", "sweep", "training",
]


def test_no_complaint_is_left_out():
    """Every `raise` of these modules is behind some row of the table."""
    source = Path(nn.__file__).parent
    reached = set()
    for _, call, _ in ROWS:
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
}


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
