"""What the questions of `architecture` draw: for each, a function that returns its values."""

from functools import reduce
from itertools import combinations, product

import numpy as np
from matplotlib.figure import Figure

import nnlib as nn


def _network(rng: np.random.Generator) -> tuple[nn.Network, dict]:
    """A network and what one might count in its diagram: no two of the numbers are equal."""
    while True:
        widths = rng.integers(2, 7, rng.integers(3, 5)).tolist()
        net = nn.mlp(*widths, rng=0)
        lines = sum(layer.W.size for layer in net[::2])
        counts = {"units": net.n_neurons, "circles": sum(widths), "lines": lines, "parameters": net.n_params,
                  "generous": lines + sum(widths)}
        if len({*counts.values()}) == len(counts):
            return net, {"columns": ", ".join(map(str, widths)), **counts}


def _diagram(net: nn.Network) -> Figure:
    """The diagram without the counts and shapes that nnlib writes beside it."""
    figure = Figure(figsize=(5.4, 4), layout="constrained")
    ax = figure.subplots()
    nn.plot.network(net, ax=ax)
    ax.set_title("")
    for text in [text for text in ax.texts if "×" in text.get_text()]:
        text.remove()
    return figure


def diagrams_units(rng: np.random.Generator) -> dict:
    net, counts = _network(rng)
    return {"figure": _diagram(net), **counts}


def size_diagram(rng: np.random.Generator) -> dict:
    net, counts = _network(rng)
    return {"figure": _diagram(net), **counts}


def explore_added(rng: np.random.Generator) -> dict:
    width = int(rng.integers(5, 41))
    shallow, deep = nn.mlp(3, width, width, 1, rng=0), nn.mlp(3, width, width, width, 1, rng=0)
    return {"width": width, "added": deep.n_params - shallow.n_params, "weights": width * width,
            "from_inputs": nn.mlp(3, width, rng=0).n_params}


def explore_widest(rng: np.random.Generator) -> dict:
    inputs, budget = int(rng.integers(3, 9)), int(rng.integers(3, 13)) * 100
    bare = budget // (inputs + 1)
    widest = next(width for width in range(bare, 0, -1) if nn.mlp(inputs, width, 1, rng=0).n_params <= budget)
    return {"inputs": inputs, "budget": budget, "widest": widest, "bare": bare, "first": budget // inputs}


def scale_kernel(rng: np.random.Generator) -> dict:
    side, before, kinds, size = (int(rng.choice(some)) for some in
                                 ([3, 5], [16, 32, 64], [48, 96, 128], [28, 32, 56]))
    parameters = nn.mlp(side * side * before, kinds, rng=0).n_params
    return {"side": side, "before": before, "kinds": kinds, "size": size, "parameters": parameters,
            "flat": nn.mlp(side * side, kinds, rng=0).n_params, "bare": side * side * before * kinds,
            "everywhere": parameters * size * size}


def scale_field(rng: np.random.Generator) -> dict:
    layers = int(rng.integers(3, 9))
    seen = reduce(np.convolve, layers * [np.ones(3)])
    return {"layers": layers, "seen": seen.size, "triple": 3 * layers, "power": 3**layers}


def forward_hand(rng: np.random.Generator) -> dict:
    net = nn.mlp(2, 2, 1, rng=0)
    while True:
        W1, b1, W2, x = (rng.integers(-3, 4, shape) for shape in ((2, 2), (2, 1), (1, 2), (2, 1)))
        b2 = rng.integers(1, 4, (1, 1))
        net[0].W, net[0].b, net[2].W, net[2].b = W1, b1, W2, b2
        sums = W1 @ x + b1
        found = {"score": net(x), "straight": W2 @ sums + b2, "bare": W2 @ np.maximum(0, W1 @ x) + b2,
                 "bent": np.maximum(0, net(x))}
        values = {name: int(value.item()) for name, value in found.items()}
        if len({*values.values()}) == 4 and sums.min() < 0 < sums.max() and W1.all() and W2.all() and x.all():
            break
    numbers = {"w11": W1[0, 0], "w12": W1[0, 1], "w21": W1[1, 0], "w22": W1[1, 1], "b11": b1[0, 0], "b12": b1[1, 0],
               "v1": W2[0, 0], "v2": W2[0, 1], "b2": b2[0, 0], "x1": x[0, 0], "x2": x[1, 0]}
    return values | {name: int(number) for name, number in numbers.items()}


def folds_idle(rng: np.random.Generator) -> dict:
    signs = np.array([[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1]])  # which way each unit grows
    net = nn.mlp(2, 5, 1, rng=0)
    net[0].W = signs
    while True:
        ends, point = rng.choice(np.arange(-2, 2.5, 0.5), 5), rng.choice(np.arange(-2.25, 2.5, 0.5), 2)
        net[0].b = -ends[:, None]
        sums = net[0].W @ point[:, None] + net[0].b
        idle = np.sum(np.maximum(0, sums) == 0)
        apart = ends[0] != -ends[1] and ends[2] != -ends[3] and abs(ends[4]) <= 1.5
        if apart and 0 < idle < 5 and abs(sums).min() > 0.2:
            break
    figure = Figure(figsize=(4.4, 4.2), layout="constrained")
    ax = figure.subplots()
    for j, (sign, end) in enumerate(zip(signs, ends, strict=True)):
        up = sign / np.linalg.norm(sign)  # into the half-plane
        along, foot = np.array([-up[1], up[0]]), sign * end / (sign @ sign)
        ax.fill(*np.transpose([foot - 9 * along, foot + 9 * along, foot + 9 * (along + up), foot + 9 * (up - along)]),
                color=nn.plot.TINTS[j], alpha=0.35)
        ax.plot(*np.transpose([foot - 9 * along, foot + 9 * along]), color=nn.plot.COLORS[j], linewidth=1.5)
        start = foot + (2.6 if j < 4 else 1.8) * along
        ax.annotate("", start + 0.5 * up, start,
                    arrowprops={"arrowstyle": "-|>", "color": nn.plot.COLORS[j], "linewidth": 2})
    ax.plot(*point, "ko")
    ax.annotate("P", point, textcoords="offset points", xytext=(5, 5))
    ax.set(aspect="equal", xlim=(-3, 3), ylim=(-3, 3), xlabel="$x_1$", ylabel="$x_2$")
    names = ["x₁ > {:g}", "x₁ < {:g}", "x₂ > {:g}", "x₂ < {:g}", "x₁ + x₂ > {:g}"]
    sides = "; ".join(name.format(end * (-1) ** (j in (1, 3)) + 0.0)
                      for j, (name, end) in enumerate(zip(names, ends, strict=True)))
    return {"figure": figure, "sides": sides, "p1": point[0], "p2": point[1], "idle": idle, "active": 5 - idle}


def folds_regions(rng: np.random.Generator) -> dict:
    count = int(rng.integers(3, 7))
    layer = nn.mlp(2, count, rng=0)[0]
    angles = (np.arange(count) + rng.uniform(0, 0.5, count)) * np.pi / count
    layer.W, layer.b = np.stack([np.cos(angles), np.sin(angles)], axis=1), rng.permutation(count)[:, None] + 1.0
    corners = [np.linalg.solve(layer.W[[*pair]], -layer.b[[*pair]]) for pair in combinations(range(count), 2)]
    near = [corner + 1e-7 * np.array([[np.cos(turn)], [np.sin(turn)]])  # each region has a corner
            for corner, turn in product(corners, np.linspace(0, 2 * np.pi, 48))]
    regions = np.unique(layer.W @ np.hstack(near) + layer.b > 0, axis=1).shape[1]
    return {"count": count, "regions": regions, "power": 2**count, "strips": count + 1, "double": 2 * count}


def power_bends(rng: np.random.Generator) -> dict:
    bends = int(rng.integers(2, 7))
    knots = np.sort(rng.choice(np.arange(1, 10), bends, replace=False))
    net = nn.mlp(1, bends, 1, rng=0)
    while True:
        slopes = rng.integers(-2, 3, bends)
        changes = np.diff(slopes, prepend=0)
        net[0].W, net[0].b, net[2].W, net[2].b = 1.0, -knots[:, None], changes[None], rng.integers(-1, 3)
        x = np.linspace(0, 10, 11)[None]
        heights = net(x)[0]
        if changes.all() and abs(heights).max() <= 6:
            break
    corners = np.concatenate([[0], knots, [10]])
    figure = Figure(figsize=(5, 3), layout="constrained")
    ax = figure.subplots()
    ax.plot(corners, heights[corners], color=nn.plot.COLORS[0], linewidth=2)
    ax.set(xlabel="$x$", ylabel=nn.plot.both("输出 | output"), xticks=range(11))
    ax.grid(alpha=0.3)
    units = np.count_nonzero(abs(np.diff(heights, 2)) > 1e-9)
    return {"figure": figure, "points": ", ".join(f"({x}, {heights[x]:.0f})" for x in corners),
            "units": units, "pieces": units + 1, "inner": units - 1}


def limits_cells(rng: np.random.Generator) -> dict:
    cuts, dimensions = int(rng.integers(5, 11)), int(rng.integers(3, 5))
    return {"cuts": cuts, "dimensions": dimensions, "cells": np.zeros(dimensions * [cuts]).size,
            "sum": cuts * dimensions, "swapped": dimensions**cuts}


def depth_teeth(rng: np.random.Generator) -> dict:
    net = nn.mlp(1, *int(rng.integers(3, 6)) * [2], 1, rng=0)
    for layer in net[::2]:
        layer.W = np.ones((2, 1)) if layer.n_in == 1 else layer.n_out * [[2.0, -4.0]]
        layer.b = np.zeros((1, 1)) if layer.n_out == 1 else [[0.0], [-0.5]]
    x = np.linspace(0, 1, 65)[None]
    figure = Figure(figsize=(5, 3), layout="constrained")
    ax = figure.subplots()
    ax.plot(x[0], net(x)[0], color=nn.plot.COLORS[0])
    ax.set(xlabel="$x$", ylabel=nn.plot.both("输出 | output"))
    peaks = np.count_nonzero(net(x) == 1)
    return {"figure": figure, "peaks": peaks, "pieces": 2 * peaks, "hidden": net.n_layers - 1}
