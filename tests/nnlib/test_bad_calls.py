"""Every bad call: the error says what was expected, what it got and what to do, and doing that works.

The messages are typed once, in nnlib. A row names who complains and what it got (… stands for anything
between), and how to follow the advice. No `raise` of a ValueError in nnlib may be without a row.
"""

import ast
import copy
import io
import json
import os
import re
import tarfile
import threading
import traceback
import zipfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from functools import partial
from hashlib import md5
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import NamedTuple
from unittest import mock

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.sparse import csr_array

import nnlib as nn
from nnlib import datasets, diagnostics, plot
from nnlib.datasets import cifar
from nnlib.layers import Elementwise

X, Y = np.arange(12.0).reshape(3, 4) / 12, np.array([0, 1, 0, 1])
X.flags.writeable = Y.flags.writeable = False  # a call that changes them fails
NAN, INF = float("nan"), float("inf")
NO_REPAIR = "the remedy is another call, or outside of Python"


class Row(NamedTuple):
    call: object  # takes the bad argument, and has to take the repaired one
    bad: object
    text: str  # how the message begins: who complains … what it got
    repair: object  # code of the message, to run on the bad argument; a function that follows it; NO_REPAIR
    right: object = None  # what the repaired argument has to equal
    error: type = ValueError


def fontless(key):
    with mock.patch("nnlib.plot.style.FONTS", ["No Such Font"]):
        plot.language(key)


def to(value):
    return lambda bad: value


def net(**options):
    return nn.mlp(3, 4, 2, **options)


def changed(values, value):
    values = np.array(values, dtype=object if isinstance(value, str) else None)
    values.flat[1] = value
    return values


CLEANED = "np.where(np.isfinite(x), x, 0)"
ONE_EACH, NAMES = ". Give one class number per sample of X", ". For names use"
NUMBERS_ONLY = [  # bad, what it got, repair, right
    (changed(X, NAN), "1 NaN or infinite values out of 12", CLEANED, changed(X, 0)),
    (changed(changed(X, INF)[::-1], -INF), "2 NaN or infinite values out of 12", CLEANED),
    (np.full((3, 4), "a"), "dtype <U1. Replace all", to(X)),
    (X.astype(str).tolist(), "dtype <U", "np.asarray(x, float)", X),
    (X + 1j, "dtype complex128", "np.real(x)", X),
    (X - 1j * X, "dtype complex128", "np.abs(x)", X * 2**0.5),
    (X.astype(object), "dtype object", "np.asarray(x, float)", X),
    (changed(X, "a"), "dtype object. Replace all", to(X)),
    ([[1, None]] * 3, "dtype object. Replace all", to(X)),
    (np.zeros((3, 4), "M8[s]"), "dtype datetime64[s]", "np.asarray(x, float)"),
    ([[1, 2], [3], [4]], "rows of different lengths", to(X)),
    (None, "None", to(X)),
    (csr_array(X), "a sparse csr_array", lambda x: x.toarray(), X),
    (np.ma.masked_less(X, 0.3), "4 masked entries", "np.ma.filled(x, 0)", np.where(X < 0.3, 0, X)),
    ([*np.ma.masked_less(X, 0.3)], "4 masked entries", lambda x: [np.ma.filled(row, 0) for row in x],
     np.where(X < 0.3, 0, X)),
    ([[np.ma.masked, *row[1:]] for row in X.tolist()], "3 masked entries", to(X)),
    ([[10**400] * 4] * 3, "dtype object. Replace all", to(X)),
    (np.full((3, 4), "1e4000", "longdouble"), "1e+4000. Use x / np.max(np.abs(x)).", "x / np.max(np.abs(x))"),
]
INPUTS = [
    *NUMBERS_ONLY,
    (X[:, 0], "(3,)", "np.array(x)[..., None]", X[:, :1]),
    (X[:, 0].tolist(), "(3,)", "np.array(x)[..., None]", X[:, :1]),
    (np.zeros(5), "(5,). Give one row per input and one column per sample", to(X)),
    (X.T, "(4, 3)", "np.transpose(x)", X),
    (X.T.tolist(), "(4, 3)", "np.transpose(x)", X),
    (np.zeros((5, 2)), "(5, 2). Give one row per input and one column per sample, or build", lambda x: x[:3]),
    (np.zeros((1, 3, 2)), "(1, 3, 2)", "np.squeeze(x)"),
    (5.0, "()", to(X)),
    (X[:, :0], "an empty batch of shape (3, 0)", to(X)),
]
LABELS = [
    (Y.astype(float), "dtype float64", "np.asarray(y, int)", Y),
    (Y.astype(float).tolist(), "dtype float64", "np.asarray(y, int)", Y),
    (Y.astype(object), f"dtype object{NAMES}", "np.asarray(y, int)", Y),
    (Y == 1, "dtype bool", "np.asarray(y, int)", Y),
    *((bad, f"dtype {kind}{NAMES}", to(Y)) for bad, kind in (
        *((bad, "float64") for bad in (Y + 0.5, Y + NAN, Y + INF, Y * 1e30)), (Y + 0j, "complex128"),
        (changed(Y, "b"), "object"))),
    *((bad, f"dtype {bad.dtype}{NAMES}", "classes, y = np.unique(y, return_inverse=True)", Y) for bad in (
        np.array(list("abab")), np.array(list("abab"), object), np.array([b"a", b"b"] * 2, object), Y.astype("M8[D]"))),
    (5 * Y, "0 to 5. Number", "classes, y = np.unique(y, return_inverse=True)", Y),
    (Y - [3, 0, 0, 0], "-3 to 1. Number them from 0", to(Y)),
    (Y - 1, "-1 to 0", lambda y: np.unique(y, return_inverse=True)[1], Y),
    (Y + 1, "1 to 2", lambda y: np.unique(y, return_inverse=True)[1], Y),
    (np.eye(2, dtype=int)[:, Y], "(2, 4)", "np.argmax(y, axis=0)", Y),
    (np.eye(2)[Y].tolist(), "(4, 2)", "np.argmax(y, axis=1)", Y),
    (np.eye(4)[Y], f"(4, 4){ONE_EACH}", "np.argmax(y, axis=1)", Y),
    (np.full((2, 4), 0.5), f"(2, 4){ONE_EACH}", to(Y)),
    (Y[:, None], "(4, 1)", "np.ravel(x)", Y),
    (Y[None].tolist(), "(1, 4)", "np.ravel(x)", Y),
    *((bad, f"{bad.shape}{ONE_EACH}", to(Y)) for bad in (Y[:3], Y.reshape(2, 2), np.eye(2)[Y[:2]])),
    (1, f"(){ONE_EACH}", to(Y)),
    (None, "None", to(Y)),
    (csr_array(Y[None]), "a sparse csr_array", lambda y: y.toarray().ravel(), Y),
    (np.ma.array(Y, mask=[1, 0, 0, 0]), "1 masked", lambda y: np.ma.filled(y, 0), Y),
    ([np.ma.masked, 1, 0, 1], "1 masked", lambda y: [int(np.ma.filled(one, 0)) for one in y], Y),
    ([[0], [1, 2], [3], [4]], "rows of different lengths", to(Y)),
]
POINTS = ["spirals", "circles", "moons", "blobs"]
NOT_NUMBERS = [NAN, "0.1", None, True, 1j, [0.5], np.array([0.5]), np.array(0.5), Decimal("0.5"), 10**400,
               np.timedelta64(1)]
INTERVALS = {  # what is outside, and whose arguments are inside
    "[0, 1)": ([1, 1.0, -0.1], [
        "Dropout p", "LeakyReLU alpha", "leaky_relu alpha", "SGD momentum", "RMSProp rho", "Adam betas",
        "playground dropout"]),
    "(0, inf)": ([0, 0.0, -1, INF], [
        "SGD lr", "RMSProp lr", "Adam lr", "RMSProp eps", "Adam eps", "check_gradients eps",
        "playground lr"]),
    "[0, inf)": ([-1e-9, INF], ["GaussianNoise std", "fit l2", "l2", "playground l2", "playground noise"]),
    "[0, 1e+300)": ([-1e-9, INF, 1e308], [f"{name} noise" for name in POINTS]),
    "(0, 1)": ([0, 1, -0.5], ["saturated_units below", "train_test_split test"]),
    "(-inf, inf)": ([INF, -INF], ["Neuron bias"]),
}
WHOLE = {  # from which number on, and whose arguments
    1: ["Linear n_in", "Linear n_out", "Maxout n_in", "Maxout n_out", "Network networks", "fit epochs",
        "fit batch_size", "fit patience", "fit workers", "decision_image size",
        "playground batch", "playground epochs", "playground speed"],
    2: ["Maxout pieces", "boundary_roughness resolution", "region_count resolution", "circles n", "moons n",
        "spirals classes", "blobs classes"],
    3: ["spirals n", "blobs n"],
}
NOT_WHOLE = [0, -1, 1.5, "3", None, True, NAN, [3], 1j, Fraction(5, 2), np.timedelta64(3)]
MAY_BE_NONE = {"Network networks", "fit batch_size", "fit patience", "fit workers"}
FLAT_NET, DATA = {"net": nn.mlp(2, 2), "X": X[:2]}, {"net": net(), "X": X, "y": Y}
OTHERS = {  # the other arguments of whom a message names
    "Linear": {"n_in": 3, "n_out": 4}, "Maxout": {"n_in": 3, "n_out": 4}, "SGD": {"lr": 0.1},
    "leaky_relu": {"z": X}, "Neuron": {"weights": [1.0]}, "train_test_split": {"X": X, "y": Y},
    "fit": {**DATA, "validation": (X, Y)}, "check_gradients": DATA, "decision_image": FLAT_NET,
    "boundary_roughness": FLAT_NET, "region_count": FLAT_NET, "saturated_units": {"net": net(), "X": X},
}
NAMED = {  # messages that do not name a function and its argument
    "Adam betas": lambda beta: nn.Adam(betas=(0.9, beta)), "l2": lambda l2: net().loss_and_grad(X, Y, l2=l2),
    "Network networks": lambda networks: net(networks=networks), "Network rng": lambda rng: net(rng=rng),
    **{f"playground {name}": lambda value, name=name: nn.playground(**{name: value})
       for name in ("lr", "l2", "dropout", "noise", "batch", "epochs", "speed", "seed", "patience")},
}


def taker(name):
    """A call of the function with the argument that a message names, say "fit epochs"."""
    if name in NAMED:
        return NAMED[name]
    owner, argument = name.split()
    rooms = {**vars(plot), **vars(diagnostics), **vars(datasets), **vars(nn)}
    return lambda value: rooms[owner](**{**OTHERS.get(owner, {}), argument: value})


TAKE_INPUT = [
    net(networks=3), lambda X: net().loss_and_grad(X, Y), lambda X: nn.fit(net(), X, Y),
    lambda Xv: nn.fit(net(), X, Y, validation=(Xv, Y)), lambda X: nn.predict(net(), X),
    lambda X: nn.check_gradients(net(), X, Y), lambda X: diagnostics.dead_units(net(), X),
]
TAKE_LABELS = {
    lambda y: nn.CrossEntropy()(X, y): "CrossEntropy", lambda y: nn.Hinge()(X[:1], y): "Hinge",
    lambda y: nn.fit(net(), X, y): "CrossEntropy", lambda y: nn.accuracy(net(), X, y): "accuracy",
    lambda y: nn.fit(net(), X, Y, validation=(X, y)): "CrossEntropy",
    lambda y: nn.check_gradients(net(), X, y): "CrossEntropy",
    lambda y: diagnostics.gradient_norms(net(), X, y): "CrossEntropy",
    lambda y: plot.decision_regions(nn.mlp(2, 2), X[:2], y): "a picture of regions",
}
TAKE_NETWORK = [
    *(lambda net, f=f: f(net, X[:2], Y) for f in (
        nn.fit, nn.accuracy, nn.check_gradients, diagnostics.gradient_norms, plot.decision_regions)),
    *(lambda net, f=f: f(net, X[:2]) for f in (
        nn.predict, diagnostics.dead_units, diagnostics.saturated_units, diagnostics.boundary_roughness)),
]


def tables():
    yield from (Row(net(), bad, f"Linear(3, 4)…got {got}", *more) for bad, got, *more in INPUTS)
    yield from (Row(call, X.T, "Linear(3, 4)…got (4, 3)", "np.transpose(x)", X) for call in TAKE_INPUT)
    for bad, got, *more in LABELS:
        yield Row(lambda y: net().loss_and_grad(X, y), bad, f"CrossEntropy…got {got}", *more)
    for call, who in TAKE_LABELS.items():
        yield Row(call, Y[:, None], f"{who}…got (4, 1)", "np.ravel(x)", Y)
    for call, bad in product(TAKE_NETWORK, (X, None, nn.mlp, nn.Linear(3, 4))):
        yield Row(call, bad, f"net…got {type(bad).__name__}", to(nn.mlp(2, 3, 2)))
    for bad, got, *more in NUMBERS_ONLY:
        yield Row(nn.sigmoid, bad, f"sigmoid expected…got {got}", *more)
        yield Row(lambda scores: nn.MSE()(scores, X), bad, f"MSE scores…got {got}", *more)
        yield Row(lambda y: nn.MSE()(X, y), bad, f"MSE targets…got {got}", *more)
    for f in (kind.function for kind in Elementwise.__subclasses__()):
        for call, who in (f, f.__name__), (f.derivative, f"{f.__name__}.derivative"):
            yield Row(call, [NAN, 1.0], f"{who} expected…got 1 NaN", CLEANED, [0.0, 1.0])
    for interval, (outside, names) in INTERVALS.items():
        for name, bad in product(names, [*outside, *NOT_NUMBERS]):
            yield Row(taker(name), bad, f"{name} expected a number in {interval}, got {bad!r}. Give a float", to(0.5))
    for low, names in WHOLE.items():
        for name, bad in product(names, [low - 1, *NOT_WHOLE]):
            if bad is not None or name not in MAY_BE_NONE:
                yield Row(taker(name), bad, f"{name} expected…at least {low}, got {bad!r}", str(low), low)
    for name in ["Network", "fit", "train_test_split", *POINTS]:
        for bad in [-1, 0.5, None, "0", True, NAN, np.random.RandomState(0), [1]]:
            yield Row(taker(f"{name} rng"), bad, f"rng expected…got {bad!r}", "1", 1)
        for bad in [None, np.random.SeedSequence(1), np.random.PCG64(1), np.random.RandomState(0)]:
            yield Row(taker(f"{name} rng"), bad, f"rng expected…got {bad!r}", "np.random.default_rng(x)")


def view(hidden):
    """Forgets to return what it drew."""


def made(path):
    Path(path).parent.mkdir(parents=True)
    return path


def save_over(mode):
    """Save to a file that exists."""
    with TemporaryDirectory() as folder:
        (path := Path(folder, "net.npz")).touch()
        path.chmod(mode)
        net().save(path)


def saved_in(folder):
    net().save(f"{folder}/net.npz")
    return f"{folder}/net.npz"


def net32():
    return nn.mlp(3, 1, dtype="float32")


def frozen(value):
    getattr(value, "params", value).flags.writeable = False
    return value


def placed(layer):
    return nn.Network(layer)[0]


def forwarded(layer):
    fresh = placed(type(layer)(**layer.settings()))
    fresh.forward(X)
    return fresh


class TrainsAgain(nn.CrossEntropy):
    """A loss that trains the network in whose training it is used."""

    def __init__(self, net):
        self.net = net

    def evaluate(self, scores, y, buffers):
        nn.fit(self.net, X, Y, epochs=1)
        return super().evaluate(scores, y, buffers)


def steps(pairs):
    optimizer = nn.SGD(0.1)
    for params, grads in pairs:
        optimizer.step(params, grads)


def run_on_a_network(code):
    exec(code, {"net": net(), "np": np})


def spoiled(value=NAN, **options):
    """A network that was changed past the checks."""
    fresh = nn.mlp(2, 3, 2, **options)
    fresh.params[:] = value
    return fresh


def floats(pairs):
    return [(np.array(params, float), np.array(grads, float)) for params, grads in pairs]


def sweep(grid, run=lambda **settings: 1, **options):
    return nn.sweep(run, grid, ThreadPoolExecutor(1), progress=False, **options)


def resumed(rows):
    """A sweep whose checkpoint holds these lines below the first."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "rows")
        sweep({"a": [1]}, checkpoint=path)
        path.write_text(path.read_text().splitlines(keepends=True)[0] + rows)
        return sweep({"a": [1]}, checkpoint=path)


def npy(values):
    np.save(file := io.BytesIO(), values)
    return file.getvalue()


def saved(*layers, params=(1.0, 1.0)):
    return {"architecture": npy(json.dumps(layers)), "params": npy(params)}


def load(arrays):
    """Read an archive of these arrays; `how` is its compression."""
    arrays = {"how": zipfile.ZIP_STORED, **arrays}
    with TemporaryDirectory() as folder:
        with zipfile.ZipFile(path := f"{folder}/net.npz", "w", arrays.pop("how")) as archive:
            for name, content in arrays.items():
                archive.writestr(f"{name}.npy", content)
        return nn.load(path)


def cifar10(arguments):
    """Read a folder with one file, or none, while one image is the whole test part."""
    patches = {"content": None, "name": "test_batch.bin", "_IMAGES": 1, **arguments}
    content, name = patches.pop("content"), patches.pop("name")
    with TemporaryDirectory() as folder, mock.patch.multiple(cifar, **patches):
        if content is not None:
            Path(folder, name).write_bytes(content)
        return datasets.cifar10("test", folder)


def no_download(problem):
    tools = SimpleNamespace(HTTPDownloader=mock.Mock(), retrieve=mock.Mock(side_effect=problem))
    return {"_pooch": lambda: tools}


with tarfile.open(fileobj=(file := io.BytesIO()), mode="w:gz") as tar:
    tar.addfile(tarfile.TarInfo("readme"))
TAR = {"content": file.getvalue(), "name": cifar._ARCHIVE}
IMAGE, LINEAR = {"content": bytes(3073)}, ["Linear", {"n_in": 1, "n_out": 1}]
STACK, NO_WEIGHTS, ONE, THREE = net(networks=3), nn.Network(nn.ReLU()), np.ones(2), np.ones(3)
SPLIT, HIDDEN = "train_test_split expected", {"hidden": [1]}
SINGLES = {  # call: rows of bad, text, repair, right, error
    lambda init: nn.Linear(3, 4, init): [("magic", "Linear init…he, xavier, got 'magic'", to("he"))],
    lambda init: nn.Maxout(3, 4, 2, init): [(None, "Maxout init…he, xavier, got None", to("xavier"))],
    lambda layer: layer.W: [
        (nn.Linear(3, 4), "a layer…its W…got a layer", lambda layer: nn.Network(layer)[0])],
    lambda layer: layer.forward(X): [
        (bad, "a layer…got a layer", lambda layer: nn.Network(nn.Linear(3, 3), layer)[-1])
        for bad in (nn.Linear(3, 4), nn.Maxout(3, 4), nn.PReLU())],
    lambda layer: layer.backward(X): [
        (bad, f"{bad!r}.backward expected a forward pass…got none", forwarded)
        for bad in (*map(placed, [nn.Linear(3, 3), nn.Maxout(3, 3)]), nn.ReLU(), nn.Dropout(0.5))],
    lambda layer: layer.alpha: [
        (nn.PReLU(), "a layer…its alpha…got a layer", lambda layer: nn.Network(nn.Linear(3, 4), layer)[1])],
    lambda W: setattr(net()[0], "W", W): [
        (np.ones((3, 4)), "Linear(3, 4).W expected shape (4, 3), got (3, 4)", "np.transpose(x)"),
        (np.ones((4, 5)), "Linear(3, 4).W expected shape (4, 3), got (4, 5). Give", to(1.0)),
        (np.ones((1, 4, 3)), "Linear(3, 4).W…got (1, 4, 3)", "np.squeeze(x)"),
        ("0.5", "Linear(3, 4).W…got dtype <U3", "np.asarray(x, float)", 0.5),
        (NAN, "Linear(3, 4).W…got 1 NaN or infinite values out of 1", CLEANED, 0)],
    lambda W: setattr(net(networks=2)[0], "W", W): [
        (np.ones((4, 3)), "Linear(3, 4).W…(2, 4, 3), got (4, 3)", "np.broadcast_to(x, (2, 4, 3))")],
    lambda b: setattr(net()[0], "b", b): [
        (np.ones(4), "Linear(3, 4).b expected shape (4, 1), got (4,)", "np.array(x)[..., None]"),
        (np.ones((1, 4)), "Linear(3, 4).b…got (1, 4)", "np.transpose(x)")],
    lambda b: setattr(net(networks=2)[0], "b", b): [
        (X[:2], "Linear(3, 4).b expected shape (2, 4, 1), got (2, 4)", "np.array(x)[..., None]", X[:2, :, None])],
    lambda b: setattr(nn.Network(nn.Maxout(3, 4))[0], "b", b): [
        (X[:2], "Maxout(3, 4).b expected shape (2, 4, 1), got (2, 4)", "np.array(x)[..., None]", X[:2, :, None]),
        (np.ones((4, 1)), "Maxout(3, 4).b…got (4, 1)", "np.broadcast_to(x, (2, 4, 1))")],
    lambda net: setattr(net[0], "W", 1e300): [
        (net(dtype="float32"), "Linear(3, 4).W expected…3.4e+38…got 1e+300", "net.copy('float64')")],
    lambda params: setattr(net(), "params", params): [
        (np.ones(5), "params expected shape (26,), got (5,)", to(1.0)),
        (np.full(26, NAN), "params…got 26 NaN", CLEANED, np.zeros(26))],
    net(dtype="float32"): [(1e300 * X, "Linear…3.4e+38…got 9.2e+299", "x / np.max(np.abs(x))", X * 12 / 11)],
    lambda layers: nn.Network(*layers): [
        ([nn.Linear(3, 4), nn.Linear(5, 2)], "Linear(5, 2) expected 5 inputs, got 4", lambda ls: [ls[0]]),
        ([nn.PReLU()], "PReLU()…got none", lambda layers: [nn.Linear(3, 4), *layers]),
        ([*nn.Network(nn.Linear(3, 4))], "Network…got Linear(3, 4)", lambda layers: [nn.Linear(3, 4)]),
        ([nn.ReLU()] * 2, "Network…got ReLU()", lambda layers: [nn.ReLU(), nn.ReLU()]),
        *(([*nn.Network(bad)], f"Network…got {bad!r}, which is already in use", lambda layers: [nn.ReLU()])
          for bad in (nn.ReLU(), nn.Dropout(0.5), nn.GaussianNoise(0.1), nn.Sigmoid())),
        ([[nn.Linear(3, 4)]], "Network…got ([Linear(3, 4)],)", lambda layers: layers[0]),
        *((bad, f"Network…got {got}", lambda bad: [nn.Linear(3, 4), nn.ReLU()])
          for bad, got in (([], "()"), ([nn.ReLU], "(<class"), ([nn.relu], "(<activation relu>,)")))],
    lambda dtype: net(dtype=dtype): [
        (bad, f"Network expected dtype float32 or float64, got {bad!r}", to("float32"))
        for bad in (int, "float16", ">f8", "double precision")],
    lambda networks: nn.Network(nn.ReLU(), networks=networks): [
        (3, "Network expected layers with weights for a stack, got (ReLU(),)", to(None))],
    lambda dtype: spoiled(1e39).copy(dtype): [
        ("float32", "copy params expected numbers up to 3.4e+38…got 1e+39", to("float64"))],
    run_on_a_network: [
        ("net.params += np.nan", "params expected…got NaN or infinity from a change in place",
         to("net.params = net.params + 1")),
        ("net[0].W *= np.inf", "Linear(3, 4).W expected…in place", to("net[0].W = 2 * net[0].W"))],
    **{lambda net, f=f: f(net, X[:2]): [
        (bad, "…expected finite numbers, got NaN or infinity. Give", to(nn.mlp(2, 3, 2)))
        for bad in (spoiled(), spoiled(networks=2), spoiled(INF, dtype="float32"))] for f in (
            nn.predict, diagnostics.dead_units, diagnostics.saturated_units, diagnostics.boundary_roughness,
            diagnostics.region_count, lambda net, X: nn.accuracy(net, X, Y), lambda net, X: net.loss_and_grad(X, Y),
            lambda net, X: nn.check_gradients(net, X, Y), lambda net, X: diagnostics.gradient_norms(net, X, Y))},
    lambda scores: nn.MSE()(scores, np.zeros((2, 4))): [
        (np.full((2, 4), 1e200), "MSE loss expected finite numbers, got NaN", "x / np.max(np.abs(x))")],
    lambda y: net32().loss_and_grad(X, y, nn.MSE()): [
        (np.full((1, 4), 1e39), "loss_and_grad loss…got NaN or infinity…targets", "x / np.max(np.abs(x))")],
    lambda y: nn.fit(net32(), X, y, nn.MSE()): [
        (np.full((1, 4), 1e39), "fit…scale the inputs, the targets", lambda y: y / 1e39, None, nn.Diverged)],
    lambda dtype: net().copy(dtype): [(int, "copy expected dtype…got <class 'int'>", to("float64"))],
    lambda net: net.select(0): [(net(), "select…got a single one. Use the network itself", NO_REPAIR)],
    STACK.select: [
        (bad, f"select…of 3, got {bad}. Choose an index from -3 to 2", to(2))
        for bad in (3, -4, slice(3, 9), 1.5, True)],
    nn.load: [(bad, f"load expected a path, got {bad!r}", lambda bad: saved_in(".")) for bad in (0, None)],
    net().name_of: [
        (-1, "name_of index…got -1", "1"),
        *((bad, f"name_of…below 26, got {bad}. Choose one from 0 to 25", to(25)) for bad in (26, 99))],
    net().save: [
        (None, "Writing expected a path, got None", to("net.npz")),
        ("no/such/net.npz", "Writing expected…in an existing folder, …got 'no/such/net.npz'. Create", made),
        (".", "Writing expected a file…got the folder '.'. Create", lambda folder: f"{folder}/net.npz")],
    lambda sizes: nn.mlp(*sizes): [
        *((bad, f"mlp…got sizes {bad}", to((3, 4, 2))) for bad in ((), (3,), ([3, 4, 2],))),
        ((3, 0, 2), "Linear n_out…got 0", to((3, 1, 2)))],
    lambda activation: net(activation=activation): [
        (bad, f"mlp…got {bad!r}", "nn.ReLU") for bad in (nn.ReLU(), nn.tanh, np.tanh, "relu", nn.Dropout)],
    lambda p: net(dropout=p): [(1, "Dropout p…got 1", to(0.5))],
    lambda std: net(input_noise=std): [(-1, "GaussianNoise std…got -1", to(0.5))],
    NO_WEIGHTS: [(THREE, "ReLU() expected input of shape (D, N)…got (3,)", "np.array(x)[..., None]"),
                 (np.zeros((0, 3)), "ReLU()…got an empty batch of shape (0, 3)", to(X))],
    nn.mlp(1, 2): [(Y, "Linear(1, 2)…got (4,)", "np.array(x)[None, :]", Y[None])],
    lambda loss: nn.fit(net(), X, Y, loss): [
        (bad, f"loss…got {bad!r}", "nn.CrossEntropy()") for bad in (nn.Hinge, "hinge", nn.SGD(0.1))],
    lambda optimizer: nn.fit(net(), X, Y, optimizer=optimizer): [
        (bad, f"optimizer…got {bad!r}", "nn.SGD(lr=0.1)") for bad in (nn.Adam, "sgd")],
    lambda options: nn.fit(net(), X, Y, **options): [
        ({"validation": X}, "fit validation…got ndarray", to({"validation": (X, Y)})),
        ({"patience": 3}, "fit validation…patience, got NoneType", to({"patience": 3, "validation": (X, Y)}))],
    lambda lr: nn.fit(nn.mlp(3, 1), 1e3 * X, X[:1], nn.MSE(), nn.SGD(lr), epochs=99): [
        (1e6, "fit…got NaN or infinity…1e+06. Lower the learning rate", to(1e-7), None, nn.Diverged)],
    lambda betas: nn.Adam(betas=betas): [
        (bad, f"Adam betas…got {bad!r}", "(0.9, 0.999)") for bad in (0.9, (0.9, 0.9, 0.9))],
    lambda net: nn.fit(net, X, Y, epochs=1): [
        (frozen(net()), "fit expected…got read-only parameters. Use", "net.copy()")],
    lambda net: nn.fit(net, X, Y, TrainsAgain(net), epochs=1): [
        (net(), "fit expected…got one in training", NO_REPAIR)],
    steps: [([(frozen(np.ones(2)), ONE)], "SGD expected params…that may change, got array([1., 1.])", floats),
            ([(ONE, THREE)], "SGD…shape (2,), got (2,) and (3,)", to([(np.ones(2), ONE)])),
            ([(THREE, 0 * THREE), (ONE, ONE)], "SGD…shape (3,), got (2,) and (2,)", lambda pairs: pairs[1:]),
            ([([1.0, 2.0], ONE)], "SGD expected params…got [1.0, 2.0]", floats),
            ([(ONE, [1, 2])], "SGD expected grads…got [1, 2]", floats)],
    nn.Neuron: [([[1.0]], "Neuron expected weights of shape (D,), got (1, 1)", lambda w: w[0]),
                ([], "Neuron expected weights of shape (D,), got (0,)", to([1.0])),
                ([NAN], "Neuron weights…got 1 NaN", CLEANED, [0.0])],
    nn.Neuron([1, 2]).forward: [([1], "Neuron expected inputs…(2,) or (2, N), got (1,)", to([1, 2])),
                                ([NAN, 1], "Neuron inputs…got 1 NaN", CLEANED, [0.0, 1.0])],
    lambda net: diagnostics.dead_units(net, X): [
        (nn.mlp(3, 2), "diagnostics…got Network(Linear(3, 2))", to(net())),
        (net(activation=nn.Maxout), "diagnostics…which Maxout is not, got Network(Maxout(", to(net()))],
    lambda net: diagnostics.gradient_norms(net, X, Y): [(NO_WEIGHTS, "gradient_norms…got none", to(net()))],
    lambda net: nn.check_gradients(net, X, Y): [(NO_WEIGHTS, "check_gradients…got none", to(net()))],
    lambda n: diagnostics.boundary_roughness(nn.mlp(n, 2), X[:n]): [(3, "…2 inputs, got 3", to(2))],
    **{lambda alpha, f=f: f(X[:2], alpha=alpha): [
        *((bad, "prelu expected alpha…(2, 4), got shape (2,)…shape (2, 1)", to(np.ones((2, 1))))
          for bad in ([0.1, 0.2], ONE)),
        *((bad, f"prelu alpha expected…got {got}", to(0.1))
          for bad, got in (("a", "dtype <U1"), (None, "None"), (NAN, "1 NaN")))]
        for f in (nn.prelu, nn.prelu.derivative)},
    lambda scores: nn.Hinge()(scores, Y[:np.shape(scores)[-1]]): [
        ([1.0, 2.0], "Hinge…got (2,)", "np.array(scores)[:, None]"),
        (np.zeros((1, 1, 2, 4)), "Hinge…got (1, 1, 2, 4)", lambda s: s[0]),
        (np.zeros((3, 0)), "Hinge…got (3, 0)", to(X))],
    lambda y: net().loss_and_grad(X, y, nn.MSE()): [
        (X[:2].T, "MSE…shape (2, 4), got (4, 2)", "np.transpose(x)"),
        (Y, "MSE…shape (2, 4), got (4,)", lambda y: np.eye(2)[:, y])],
    save_over: [(0o444, "Writing expected…folder, got '…net.npz', read-only. Create", to(0o644))],
    lambda net: net.save("net"): [
        (nn.Network(type(own.__name__, (own,), {})()), f"net.save…of nnlib…got {own.__name__}", to(net()))
        for own in (nn.ReLU, nn.Tanh)],
    lambda options: nn.explore(**{"draw": view, **options}): [
        ({"draw": "draw", **HIDDEN}, "explore expected a function that draws…got 'draw' and hidden", to(HIDDEN)),
        ({}, "explore…got <function view…and none: ", "hidden=[1, 3, 20]"),
        ({"draw": max, "x": [1]}, "explore expected a function that draws…got <built-in", to(HIDDEN)),
        ({"width": [1]}, "explore…got <function view…and width: missing", to(HIDDEN)),
        *(({**HIDDEN, what: {"l2": "λ"}}, "explore…: labels, start or aside name {'l2'}…draw, labels={", to(HIDDEN))
          for what in ("labels", "start")),
        *(({**HIDDEN, what: ["units"]}, "explore expected a function that draws…and hidden: ", to(HIDDEN))
          for what in ("labels", "start")),
        ({**HIDDEN, "start": {"hidden": 7}}, "explore…start of hidden…[1], got 7", to({"hidden": [1, 7]})),
        *(({"hidden": bad}, f"explore expected hidden…got {bad!r}", "hidden=[1, 3, 20]")
          for bad in (3, {"a": 1}, [], [1, "a"])),
        ({"hidden": [1, 2, 1]}, "explore…a list of different numbers or texts, got [1, 2, 1]", to({"hidden": [1, 2]})),
        ({"draw": lambda hidden=7: "", **HIDDEN}, "explore…start of…[1], got 7", to({"hidden": [1, 7]}))],
    lambda start: nn.playground(**start): [
        ({"speed": "fast"}, "playground speed expected a whole number of at least 1, got 'fast'", to({"speed": 3})),
        *(({name: -1}, f"playground {name} expected…of at least 0, got -1", to({name: 0})) for name in (
            "seed", "patience")),
        *(({name: 9}, f"explore expected the start of {name}…got 9", to({name: 1})) for name in ("paint", "twenty")),
        ({"depth": 3}, "playground expected one of activation, …, got 'depth'", to({"sizes": "8, 8"}))],
    lambda values: nn.explore(view, hidden=values).choices(): [
        (range(65), "a page…64 views…got 65", lambda values: values[:64])],
    lambda draw: nn.explore(draw, hidden=[1]).frame([0]): [
        (view, "view…got None", to(lambda hidden: plt.figure()))],
    lambda data: datasets.train_test_split(*data): [
        ((X, np.eye(3)), f"{SPLIT}…y of shape (N,) or (C, N), got (3, 4) and (3, 3). Samples", to((X, Y))),
        ((X[0], Y), f"{SPLIT} X…got (4,)", lambda data: (data[0][None, :], Y)),
        ((X.T, Y), f"{SPLIT}…got (4, 3) and (4,)…np.array(X).T", lambda data: (data[0].T, Y)),
        ((X, X.T), f"{SPLIT}…and (4, 3)…np.array(y).T", lambda data: (X, data[1].T)),
        ((X, Y, 0.9), "train_test_split…got 0 to train on and 4 to test on", lambda data: (*data[:2], 0.5)),
        ((X, None), "train_test_split y…got None", to((X, Y))), (([[1], []], Y), "…X…got rows", to((X, Y)))],
    lambda arguments: datasets.cifar10(*arguments): [
        (("valid", "here"), "cifar10 split…got 'valid'", NO_REPAIR),
        (("test", 3), "cifar10 root…got 3", NO_REPAIR),
        (("test", "here", False), "cifar10…test_batch.bin in here, got neither", NO_REPAIR)],
    lambda id: nn.exercises.check(id, np.tanh): [
        (bad, f"exercises.check id…three-layers, got {bad!r}", to("tanh")) for bad in ("tahn", ["tanh"])],
    lambda variant: nn.exercises.check("collapse", lambda *args: args, variant): [
        (4, "exercises.check variant…below 4 for collapse, got 4", to(3)),
        *((bad, f"exercises.check variant…got {bad!r}", to(0)) for bad in (-1, 1.0, "1"))],
    lambda answer: nn.exercises.check("tanh", answer): [(0.5, "exercises.check…tanh, got 0.5", to(np.tanh))],
    lambda run: sweep({"a": [1]}, run): [(3, "sweep…got 3", to(lambda a: a))],
    lambda executor: nn.sweep(lambda a: a, {"a": [1]}, executor, progress=False): [
        (bad, f"sweep expected…an executor…and {bad!r}", to(ThreadPoolExecutor(1))) for bad in (4, "4")],
    sweep: [({"a": [1, 1, 2], "b": [1]}, "sweep…got 1 repeated", to({"a": [1, 2], "b": [1]})),
            *((bad, f"sweep…got {bad!r}", to({"a": [1]}))
              for bad in ({}, {"a": []}, [{"a": 1}, {}], 3, {"a": 3}, [{1: 2}], {1: [2]}, {"a": "relu"}, {"a": b"ab"},
                          {"a": {"b": 1}})),
            *((bad, f"sweep…none with the name error…got {bad!r}", to({"noise": [1]}))
              for bad in ({"error": [1]}, [{"a": 1}, {"error": 1}]))],
    lambda grid: sweep(grid, checkpoint="rows"): [
        ({"a": [view]}, "sweep…got {'a': <func", to({"a": [1]})),
        ({"a": [(1, 2), [1, 2]]}, "sweep expected settings that differ in JSON, got 1", to({"a": [(1, 2)]}))],
    lambda kind: sweep({"a": [1]}, partial(lambda a, b: a, b=kind()), checkpoint="rows"): [
        (threading.Lock, "sweep with a checkpoint expected…got functools.partial", to(int))],
    lambda path: sweep({"a": [1]}, checkpoint=path): [
        *((bad, f"Writing expected a file in an existing folder, got …{bad!r}. Create", repair)
          for bad, repair in (("no/rows", made), (".", to("rows")))),
        (3, "sweep checkpoint expected a path, got 3", to("rows")),
        (__file__, "sweep…got one that…", to("rows"), None, nn.BadFile)],
    lambda changed: plot.decision_regions(**{**FLAT_NET, "y": Y, **changed}): [
        (bad, f"a picture of regions expected…{text}", repair) for bad, text, repair in (
        ({"net": nn.mlp(2, 2, networks=4)}, "got 4 and 2. Select", lambda bad: {"net": bad["net"].select(0)}),
        ({"net": net(), "X": X}, "2 inputs, got 3", to({})),
        ({"net": nn.mlp(2, 9)}, "at most 8 classes, got 1 and 9", to({"net": nn.mlp(2, 8)})),
        ({"X": np.array([X[0], 0 * Y + 1])}, "got only [-0.…, 1.0] to [0.…, 1.0]", to({})),
        ({"y": 2 * Y}, "for 2 classes, got 0 to 2", to({})))],
    lambda options: nn.check_gradients(spoiled(0.5), X[:2], Y, l2=0.1, **options): [
        ({"eps": bad}, f"check_gradients expected an eps…got {bad:g}", "eps=1e-05") for bad in (1e-300, 1e200, 1e308)],
    plot.activation: [(bad, f"plot.activation expected functions…got {str(bad)[:9]}", to(nn.relu))
                      for bad in (nn.ReLU, [], [np.tanh])],
    lambda lim: plot.activation(nn.relu, lim): [
        *((bad, f"plot.activation expected lim…got {bad}", "(-6, 6)")
          for bad in ((3, -3), 6, (-1e308, 1e308), ((-1, 1),), (1, 2, 3, 4))),
        ((-1, INF), "plot.activation lim…got 1 NaN", to((-1, 1)))],
    plot.network: [(nn.Linear(3, 4), "plot.network…got Linear(3, 4)", "nn.Network(nn.Linear(3, 4))"),
                   (NO_WEIGHTS, "plot.network…got Network(", lambda net: nn.Network(nn.Linear(3, 4)))],
    lambda net: plot.graph(net, [[1.0], [2.0]], [1]): [
        *((bad, f"plot.graph expected one Network…got {bad!r}", to(nn.mlp(2, 2, 2)))
          for bad in (nn.Linear(2, 2), nn.mlp(2, 2, networks=2), nn.mlp(2, 2, 2, dropout=0.5),
                      nn.mlp(2, 2, 2, activation=nn.Maxout))),
        (nn.mlp(2, 5, 2), "plot.graph expected at most 4 units…, got Network(", "nn.mlp(2, 2, 2)")],
    lambda x: plot.graph(nn.mlp(2, 2), x, [0] * np.shape(x)[1]): [
        (X[:2], "plot.graph expected at most 4 units in a layer and 1 sample, got Network(…and 4", "X[:, :1]")],
    lambda step: plot.graph(nn.mlp(2, 2), X[:2, :1], [0], step=step): [
        *((bad, f"plot.graph step expected a number in [0, 17), got {bad}", to(16)) for bad in (-1, 17)),
        ("3", "plot.graph step…got '3'", to(3))],
    plot.history: [([1.0, 0.5], "plot.history…got [1.0, 0.5]", lambda h: nn.fit(net(), X, Y))],
    plot.language: [("fr", "plot.language expected 'zh' or 'en', got 'fr'", to("en"))],
    fontless: [("zh", "plot.language expected a Chinese font, one of No Such Font, got none", to("en"))],
    plot.both: [("权重 $w$ | weight $w$", "plot.both expected words…got '权重 $w$", to("权重 w | weight w"))],
    plot.neuron: [("here", "plot.neuron…got 'here'", lambda ax: plt.subplots()[1])],
    lambda y: plot.curves([1, 2], {"a": y}): [
        (np.ma.array([1, 2], mask=[0, 1]), "curves 'a'…got 1 masked", lambda y: np.ma.filled(y, 0)),
        *((bad, f"curves 'a' expected real numbers, got dtype {np.array(bad).dtype}. {how}", repair)
          for bad, how, repair in (
              ([1j, 2], "Take", "np.real(x)"), (["a", "b"], "Replace", to([1, 2])),
              ([1, None], "Replace", to([1, NAN])),
              *((bad, "Replace", "np.asarray(x, float)") for bad in (["1", "2"], np.zeros(2, "M8[s]"))))),
        ([1], "curves…'a' of shape (2,) or (2, R), got (1,)", to([1, 2])),
        (np.ones((1, 2, 3)), "curves…got (1, 2, 3)", lambda y: y[0])],
    lambda x: plot.curves(x, {"a": [1, 2]}): [
        ([[1, 2]], "curves expected x…got (1, 2)", "np.ravel(x)", [1, 2])],
    lambda y: plot.distributions({"a": y}): [
        *((bad, f"distributions expected 'a'…got {np.shape(bad)}", to([1.0])) for bad in ([], [[1.0]])),
        ([NAN], "distributions 'a'…got 1 NaN", CLEANED, [0.0])],
    lambda path: plot.descent(np.add, {"p": path}): [
        ([1.0, 2.0], "descent expected 'p'…got (2,)", lambda path: [path])],
    **{lambda groups, draw=draw: draw(groups): [
        (bad, f"plot.{name} expected a dict from labels to values, got {type(bad).__name__}", to({"a": [[1, 2]] * 2}))
        for bad in ([1, 2], np.ones(2), None)] for name, draw in (
            ("curves", lambda lines: plot.curves([1, 2], lines)),
            ("descent", lambda paths: plot.descent(np.add, paths)))},
    plot.distributions: [([1, 2], "plot.distributions expected a dict…got list", lambda y: {"a": y})],
    lambda loss: plot.descent(loss, {"p": [[1, 2]]}): [
        *((bad, f"descent expected a function loss(w1, w2)…and {shape}", to(np.add))
          for bad, shape in ((3, "()"), (lambda w1, w2: 3, "()"), (lambda w1, w2: w1[0], "(100,)"))),
        (lambda w1, w2: w1 * 1j, "descent loss expected real numbers, got dtype complex128", to(np.add))],
    lambda lim: plot.descent(np.add, {"p": [[1, 2]]}, lim): [
        (bad, f"plot.descent expected lim as 4 numbers…got {bad}", "(-1, 1, -1, 1)")
        for bad in (3, (-1, 1), (-1, 1, 1, -1), (-1e308, 1e308, 0, 1), ((-1, 1), (-1, 1)))],
    cifar10: [(no_download(OSError("no network")), "cifar10…got OSError('no network')", to(IMAGE))],
}
BAD_FILES = {  # the same for files with a wrong content
    nn.load: [(__file__, f"load…{__file__!r}, got a broken or foreign file", NO_REPAIR),
              (".", "load…'.', got a broken or foreign file ([Errno 21] Is a directory", saved_in)],
    load: [(bad, f"load…got {got}", to(saved(LINEAR))) for bad, got in (
        ({}, "a broken or foreign file (entries [])"), (saved(), "a broken or foreign file (no layers)"),
        ({**saved(LINEAR), "how": zipfile.ZIP_DEFLATED}, "a broken or foreign file (a compressed"),
        ({**saved(LINEAR), "params": npy(ONE)[:-8]}, "a broken or foreign file (8 bytes for"),
        (saved(LINEAR, params=THREE), "a broken or foreign file (the layers expected 2…got float64 (3,)"))],
    resumed: [(f"{bad}\n", f"sweep expected a row on line 2…got {bad!r}", to(""))
              for bad in ("[broken", "5", '["key", 5]', '[["key"], {}]', '{"a": 1, "b": 2}')],
    cifar10: [(bad, f"cifar10 expected…got {got}", to(IMAGE)) for bad, got in (
        ({"content": bytes(9)}, "9"), ({"content": b"x" * 3073}, "120"), (TAR, "…with md5"),
        ({**TAR, "_MD5": md5(TAR["content"]).hexdigest()}, "an archive without them"),
        (no_download(ValueError("other hash.")), "another file: other hash."))],
}
ROWS = [*tables(), *(Row(call, *row) for call, rows in SINGLES.items() for row in rows),
        *(Row(call, *row, None, nn.BadFile) for call, rows in BAD_FILES.items() for row in rows)]
FORM = re.compile(r"\S.* expected .+, got .+\. [A-Z].+\.", re.DOTALL)


def complaint(row):
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(ValueError) as caught:  # noqa: PT011 (see below)
        row.call(row.bad)
    assert FORM.fullmatch(str(caught.value))
    return caught.value


def repaired(row, message):
    """The bad argument after the advice was followed."""
    bad = copy.deepcopy(row.bad)
    if callable(row.repair):
        return row.repair(bad)
    assert row.repair in message.partition(", got ")[2]
    names = {"np": np, "nn": nn, **dict.fromkeys(("x", "X", "y", "scores", "layer", "net"), bad)}
    if re.match(r"[\w, ]+ = ", row.repair):
        exec(row.repair, names)
        return names["y"]
    return eval(f"dict({row.repair})" if re.match(r"\w+=", row.repair) else row.repair, names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text.partition(" at 0x")[0][:70])
def test_complaint(row, tmp_path, monkeypatch):
    """The right error; nothing is changed, begun or left open; and following the advice helps."""
    monkeypatch.chdir(tmp_path)
    before = repr(row.bad)
    problem = complaint(row)
    assert re.match(re.escape(row.text).replace("…", ".*"), str(problem), re.DOTALL)
    assert type(problem) is row.error
    assert repr(row.bad) == before
    assert not os.listdir()
    assert not plt.get_fignums()
    if row.repair is not NO_REPAIR:
        good = repaired(row, str(problem))
        if row.right is not None:
            np.testing.assert_allclose(good, row.right)
        row.call(good)
        plt.close("all")


def raises():
    """File, first and last line of every `raise` of a ValueError, or of a kind of it, in nnlib."""
    kinds, names = [ValueError], set()
    while kinds:
        names.add((kind := kinds.pop()).__name__)
        kinds += kind.__subclasses__()
    for path in Path(nn.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and node.exc:
                made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if ast.unparse(made).rpartition(".")[2] in names:
                    yield str(path), node.lineno, node.end_lineno


def test_no_complaint_is_left_out(tmp_path, monkeypatch):
    """Every `raise` is reached by some row."""
    monkeypatch.chdir(tmp_path)
    reached = set()
    for problem in map(complaint, ROWS):
        while problem:
            reached |= {(f.filename, f.lineno) for f in traceback.extract_tb(problem.__traceback__)}
            problem = problem.__context__
    found = list(raises())
    assert len({Path(path).parent for path, *_ in found}) > 3  # the search goes into the folders
    assert not [
        f"{path}:{first}" for path, first, last in found
        if reached.isdisjoint((path, line) for line in range(first, last + 1))
    ]


GOOD = [  # the edges of what is allowed
    lambda: nn.Dropout(0), lambda: nn.Dropout(np.nextafter(1, 0)), lambda: nn.GaussianNoise(0),
    lambda: nn.Linear(np.int64(3), np.uint8(4)), lambda: nn.Dropout(np.float32(0.5)),
    lambda: nn.SGD(Fraction(1, 10), momentum=0), lambda: net(rng=2**200), NO_WEIGHTS.copy,
    lambda: net()(X.tolist()), lambda: net()(X.astype("float16")), lambda: setattr(net()[0], "W", 0),
    lambda: net().loss_and_grad(X, Y.astype("uint8")), lambda: net().loss_and_grad(X, Y.tolist()),
    lambda: net().loss_and_grad(X, np.zeros(4, int)),  # one class only
    lambda: nn.mlp(3, 1).loss_and_grad(X, X[0], loss=nn.MSE()),
    lambda: nn.mlp(3, 1).loss_and_grad(X, Y[None], loss=nn.MSE()),
    lambda: nn.fit(net(), X, Y, batch_size=10**9, validation=[X, Y]),
    lambda: net(activation=lambda: nn.LeakyReLU(0.3)),
]


@pytest.mark.parametrize("call", GOOD)
def test_no_complaint(call):
    call()


def test_nothing_happens_to_a_network_that_complains():
    kept = (one := net()).params.copy()
    for X_bad, y_bad, l2 in (X.T, Y, 0), (X, Y, -1), (X, Y + 5, 0):
        with pytest.raises(ValueError, match=r"expected .*, got "):
            nn.fit(one, X_bad, y_bad, l2=l2)
    np.testing.assert_array_equal(one.params, kept)


@pytest.mark.parametrize("call", [
    *(lambda rng, options=options: nn.fit(net(), X, Y, rng=rng, **options)
      for options in ({"l2": -1}, {"batch_size": 0}, {"epochs": 0}, {"workers": 0}, {"patience": 1},
                      {"patience": 0, "validation": (X, Y)})),
    lambda rng: nn.fit(frozen(net()), X, Y, rng=rng), lambda rng: net(rng=rng, dtype=int),
    lambda rng: net(rng=rng, networks=0), lambda rng: nn.Network(nn.Linear(3, 4), nn.Linear(3, 4), rng=rng),
    *(lambda rng, name=name: getattr(datasets, name)(9, noise=-1, rng=rng) for name in POINTS),
    lambda rng: datasets.train_test_split(X, Y, test=0.01, rng=rng)])
def test_a_call_that_complains_draws_from_no_generator(call):
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"expected .*, got "):
        call(rng)
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state
