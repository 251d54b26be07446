"""What the questions of `intro` draw: for each, a function that returns its values."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

import nnlib as nn


def _fixed(number: float, digits: int) -> str:
    """A number as an answer is written, without the sign of a negative zero."""
    return f"{round(float(number), digits) + 0:.{digits}f}"


def _apart(right: float, *wrong: float, least: float) -> bool:
    """Whether all these numbers differ by at least so much."""
    numbers = np.sort([right, *wrong])
    return bool(np.diff(numbers).min() >= least)


def image_numbers(rng: np.random.Generator) -> dict:
    height, width = (int(side) for side in rng.choice(np.arange(8, 41, 4), 2, replace=False))
    image = np.zeros((height, width, 3))
    return {"height": height, "width": width, "numbers": image.size, "pixels": height * width}


def two_layer_shape(rng: np.random.Generator) -> dict:
    net = nn.mlp(int(rng.integers(200, 800)), int(rng.integers(20, 90)), int(rng.integers(4, 12)))
    (M, D), (C, _) = net[0].W.shape, net[2].W.shape
    return {"D": D, "M": M, "C": C}


def two_layer_value(rng: np.random.Generator) -> dict:
    while True:
        z, w = rng.choice([-4, -3, -2, 2, 3, 4], (2, 3))
        bent = np.maximum(0, z)
        results = [int(w @ bent), int(w @ z), int(w @ abs(z)), int(bent.sum())]
        if bent.any() and (z < 0).any() and _apart(*results, least=1):
            names = ("right", "linear", "absolute", "unweighted")
            asked = ("z1", "z2", "z3", "w1", "w2", "w3")
            return dict(zip(asked, (*z, *w), strict=True)) | dict(zip(names, results, strict=True))


def bend_corners(rng: np.random.Generator) -> dict:
    x = np.linspace(-3, 3, 601)[None]
    while True:
        units = int(rng.integers(3, 6))
        net = nn.mlp(1, units, 1)
        places = np.sort(rng.uniform(-2.5, 2.5, units))
        sides = rng.choice([-1.0, 1.0], units)
        net[0].W, net[0].b = sides[:, None], (-sides * places)[:, None]
        net[2].W = rng.choice([-1, 1], (1, units)) * rng.uniform(0.8, 1.6, (1, units))
        on = net[0].W @ x + net[0].b > 0
        corners = int(np.diff(on, axis=1).any(axis=0).sum())
        rises = np.diff(net(x)[0])
        turns = int((rises[1:] * rises[:-1] < -1e-9).sum())  # a flat piece is not quite flat
        angles = np.arctan(0.6 * rises / np.ptp(net(x)) * x.size)  # as they look in the picture
        bends = abs(np.diff(angles[np.searchsorted(x[0], [-2.99, *(places + 0.05)])]))
        if np.diff(places).min() > 0.7 and 0 < turns < corners == units and bends.min() > 0.25:
            break
    with plt.rc_context(nn.plot.STYLE):
        figure = Figure(figsize=(5, 3), layout="constrained")
        ax = figure.subplots()
        ax.plot(x[0], net(x)[0], linewidth=2.5)
        ax.set(xlabel=nn.plot.both("输入 | input"), ylabel=nn.plot.both("输出 | output"))
    return {"figure": figure, "corners": corners, "pieces": corners + 1, "turns": turns}


def three_layer_parameters(rng: np.random.Generator) -> dict:
    D, M, C = int(rng.integers(6, 21)), int(rng.integers(5, 13)), int(rng.integers(2, 6))
    net = nn.mlp(D, M, C)
    weights = net[0].W.size + net[2].W.size
    return {"D": D, "M": M, "C": C, "right": net.n_params, "weights": weights, "inputs": net.n_params + D}


def _probabilities(rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Three probabilities of two decimals, and a class that is not the likeliest."""
    while True:
        p = np.round(rng.dirichlet((2, 2, 2)), 2)
        p[2] = np.round(1 - p[0] - p[1], 2)
        label = int(rng.integers(3))
        if 0.1 <= p[label] <= 0.4 and p.min() >= 0.05 and p.max() >= 0.45:
            return p, label


def sgd_cross_entropy(rng: np.random.Generator) -> dict:
    while True:
        p, label = _probabilities(rng)
        right = nn.CrossEntropy()(np.log(p)[:, None], [label])
        wrong = -np.log(p.max()), 1 - p[label], -np.log10(p[label])
        if _apart(right, *wrong, least=0.03):
            break
    names = ("largest", "missing", "tens")
    return ({f"p{k}": _fixed(p[k], 2) for k in range(3)} | {"label": label, "right": _fixed(right, 3)}
            | {name: _fixed(number, 3) for name, number in zip(names, wrong, strict=True)})


def sgd_rates(rng: np.random.Generator) -> dict:
    curvature, start = np.array([1.0, 10.0]), np.array([-1.6, rng.choice([-1, 1]) * rng.uniform(1.0, 1.5)])
    rates = rng.uniform(0.015, 0.025), rng.uniform(0.09, 0.1), rng.uniform(0.175, 0.185)
    places = rng.permutation(3)
    with plt.rc_context(nn.plot.STYLE):
        figure = Figure(figsize=(6.6, 2.5), layout="constrained")
        for ax, which, letter in zip(figure.subplots(1, 3, sharey=True), places, "ABC", strict=True):
            path = [start]
            for _ in range(12):
                path.append(path[-1] - rates[which] * curvature * path[-1])
            nn.plot.descent(lambda w1, w2: w1**2 + 10 * w2**2, {letter: path}, (-2, 2, -2, 2), ax)
            ax.plot(0, 0, "k*", markersize=12)
            ax.get_legend().remove()
            ax.set(title=letter, xticks=(-1, 0, 1))  # at the ends they would meet
            ax.label_outer()
    letters = {name: "ABC"[list(places).index(which)] for which, name in enumerate(("small", "middle", "large"))}
    return letters | {"figure": figure}


def numbers_weight(rng: np.random.Generator) -> dict:
    net = nn.Network(nn.Linear(1, 1))
    while True:
        value, weight, red = rng.integers((2, 3, 2), (10, 16, 10)) / 10 * (1, *rng.choice([-1, 1], 2))
        net[0].W = [[weight]]
        net[0].forward(np.array([[value]]))
        back = net[0].backward(np.array([[red]])).item()
        right = net[0].grads["W"].item()
        if _apart(right, back, value * weight, red, least=0.04):
            return {"value": value, "weight": weight, "red": red, "right": _fixed(right, 2), "back": _fixed(back, 2),
                    "forward": _fixed(value * weight, 2)}


def numbers_paths(rng: np.random.Generator) -> dict:
    net = nn.mlp(2, 2, 2, activation=nn.Sigmoid)
    while True:
        for layer in (net[0], net[2]):
            layer.W = rng.choice([-1, 1], (2, 2)) * rng.integers(3, 16, (2, 2)) / 10
            layer.b = rng.integers(-5, 6, (2, 1)) / 10
        point, label = rng.choice([-1.0, 1.0], (2, 1)), rng.integers(2, size=1)
        _, red = nn.CrossEntropy().value_and_grad(net(point), label)
        red = red.copy()
        net[2].forward(net[1].forward(net[0].forward(point)))
        back, W = net[2].backward(red)[0, 0], net[2].W
        wrong = (W[0] @ red).item(), W[0, 0] * red[0, 0], red.sum()
        if 0.2 < abs(red[0, 0]) < 0.8 and _apart(back, *wrong, least=0.08):
            break
    figure = Figure(figsize=(6.6, 3.1), layout="constrained")
    nn.plot.graph(net, point, label, step=20, ax=figure.subplots())
    return {"figure": figure, "right": _fixed(back, 2)} | {
        name: _fixed(number, 2) for name, number in zip(("row", "one", "plain"), wrong, strict=True)}


def matrices_jacobian(rng: np.random.Generator) -> dict:
    C, M = int(rng.integers(2, 6)), int(rng.integers(6, 12))
    jacobian = np.einsum("ki,j->kij", np.eye(C), rng.uniform(0.1, 0.9, M))
    return {"C": C, "M": M, "right": np.count_nonzero(jacobian), "all": jacobian.size, "one": M}


def backprop_code_delta(rng: np.random.Generator) -> dict:
    while True:
        p, label = _probabilities(rng)
        loss, delta = nn.CrossEntropy().value_and_grad(np.log(p)[:, None], [label])
        right, wrong = delta[label, 0], (p[label], 1 - p[label], loss)
        if _apart(right, *wrong, least=0.03):
            break
    return ({f"p{k}": _fixed(p[k], 2) for k in range(3)} | {"label": label, "right": _fixed(right, 2)}
            | {name: _fixed(number, 2) for name, number in zip(("alone", "turned", "loss"), wrong, strict=True)})


def gradcheck_passes(rng: np.random.Generator) -> dict:
    D, M, C = int(rng.integers(4, 8)), int(rng.integers(3, 7)), int(rng.integers(2, 5))
    net = nn.mlp(D, M, C, activation=nn.Sigmoid, rng=0)
    check = nn.check_gradients(net, rng.standard_normal((D, 3)), rng.integers(C, size=3), loss=nn.CrossEntropy())
    weights = net[0].W.size + net[2].W.size
    return {"D": D, "M": M, "C": C, "right": check.n_forward, "once": net.n_params, "weights": 2 * weights}


def gradcheck_small(rng: np.random.Generator) -> dict:
    steps, loss = np.logspace(-12, -1, 34), nn.CrossEntropy()
    while True:
        net = nn.mlp(3, 4, 2, activation=nn.Sigmoid, rng=rng)
        X, y = rng.standard_normal((3, 5)), rng.integers(2, size=5)
        i = int(rng.integers(12))
        slope = net.loss_and_grad(X, y, loss=loss)[1][i].item()

        def shifted(by: float, net: nn.Network = net, X: np.ndarray = X, y: np.ndarray = y, i: int = i) -> float:
            near = net.copy()
            near.params[i] += by
            return loss(near(X), y)

        errors = np.array([abs((shifted(step) - shifted(-step)) / (2 * step) - slope) for step in steps])
        turn = round(float(np.log10(steps[errors.argmin()])))
        if errors[:3].min() > 1e4 * errors.min() > 0 and errors[-1] > 1e5 * errors.min() and -6 <= turn <= -4:
            break
    figure = Figure(figsize=(5.6, 3.6), layout="constrained")
    nn.plot.curves(steps, {"中心差分 | central difference": errors}, xlabel="步长 ε | step ε", ylabel="误差 | error",
                   xlog=True, ylog=True, ax=figure.subplots())
    return {"figure": figure, "turn": turn}


def neuron_output(rng: np.random.Generator) -> dict:
    while True:
        weights, inputs = rng.integers(-4, 5, 2) / 2, rng.integers(-3, 4, 2)
        bias = rng.choice([-1, 1]) * rng.integers(5, 16) / 10
        neuron, unbiased = nn.Neuron(weights, bias), nn.Neuron(weights)
        right, wrong = neuron.forward(inputs), (weights @ inputs + bias, unbiased.forward(inputs))
        if weights.all() and inputs.all() and abs(wrong[0]) < 3 and _apart(right, *wrong, least=0.05):
            return {"w1": weights[0], "w2": weights[1], "x1": inputs[0], "x2": inputs[1], "b": bias,
                    "right": _fixed(right, 3), "sum": _fixed(wrong[0], 1), "unbiased": _fixed(wrong[1], 3)}


def one_neuron_hinge(rng: np.random.Generator) -> dict:
    score = -int(rng.integers(1, 10)) / 10
    losses = [nn.Hinge()([[score]], [label]) for label in (0, 1)]
    return {"s": score, "right": _fixed(losses[0], 1), "turned": _fixed(losses[1], 1)}


def one_neuron_lambda(rng: np.random.Generator) -> dict:
    X, y = nn.datasets.blobs(40, noise=0.3, rng=rng, classes=2)
    lambdas, letters, lines = (0.0, 0.01, 0.1), rng.permutation(["A", "B", "C"]), {}
    for l2, letter in zip(lambdas, letters, strict=True):
        w, b, norms = np.zeros(2), 0.0, [0.0]
        for _ in range(200):
            d = (nn.sigmoid(w @ X + b) - y) / len(y)
            w, b = w - 0.5 * (X @ d + l2 * w), b - 0.5 * d.sum()
            norms.append(float(np.linalg.norm(w)))
        lines[letter] = norms
    figure = Figure(figsize=(5.6, 3.4), layout="constrained")
    nn.plot.curves(np.arange(201), dict(sorted(lines.items())), xlabel="步 | step",
                   ylabel="权重向量的长度 | length of the weight vector", ax=figure.subplots())
    return {"figure": figure} | dict(zip(("none", "some", "much"), letters, strict=True))


def digits_steps(rng: np.random.Generator) -> dict:
    size = int(rng.choice([32, 40, 50, 64]))
    n = size * int(rng.integers(12, 30)) + int(rng.integers(5, size - 5))
    steps = np.arange(0, n, size)  # where each minibatch begins, as in nn.fit
    return {"n": n, "size": size, "right": len(steps), "whole": n // size, "each": n}
