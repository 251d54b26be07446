"""What the questions of `activations` draw: for each, a function that returns its values."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import nnlib as nn

from .bank import short

LETTERS = "ABC"


def _row(numbers: np.ndarray) -> str:
    return ", ".join(f"{number}" for number in numbers)


def _lettered(rng: np.random.Generator, names: tuple[str, ...]) -> dict[str, str]:
    """A letter for each of the names, in an order that is drawn."""
    return dict(zip(rng.permutation(names).tolist(), LETTERS, strict=True))


def _axes(width: float = 5.6, height: float = 3.6) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    ax = figure.subplots()
    ax.spines[["top", "right"]].set_visible(False)
    return figure, ax


def sigmoid_slope(rng: np.random.Generator) -> dict:
    y = rng.choice([0.7, 0.75, 0.8, 0.85, 0.9])
    z = np.log(y / (1 - y))
    return {"y": short(y), "slope": short(nn.sigmoid.derivative(z)), "at": short(nn.sigmoid.derivative(y)),
            "square": short(1 - y**2), "rest": short(1 - y)}


def sigmoid_curve(rng: np.random.Generator) -> dict:
    f, other = [(nn.sigmoid, nn.tanh), (nn.tanh, nn.sigmoid)][rng.integers(2)]
    z = np.linspace(-6, 6, 241)
    lines = {"right": f.derivative(z), "other": other.derivative(z), "signed": np.gradient(f.derivative(z), z)}
    letters = _lettered(rng, tuple(lines))
    figure, ax = _axes()
    ax.plot(z, f(z), color="black", linewidth=2, label=nn.plot.both("函数 | the function"))
    for (name, letter), style in zip(letters.items(), ("--", "-.", ":"), strict=True):
        ax.plot(z, lines[name], style, color=nn.plot.COLORS[LETTERS.index(letter)], linewidth=2, label=letter)
    ax.set(xlabel="$z$", ylim=(-1.1, 1.1))
    ax.grid(alpha=0.3)
    ax.legend(loc="upper left")
    return {"figure": figure, "name": f.__name__, "top": short(f.derivative(0.0), 2), **letters}


def saturation_chain(rng: np.random.Generator) -> dict:
    w, layers = int(rng.integers(2, 4)), int(rng.integers(3, 6))
    slope = nn.sigmoid.derivative(0.0)
    factors = np.full(layers - 1, w * slope)
    return {"w": w, "layers": layers, "steps": layers - 1, "delta": short(factors.prod()),
            "long": short(factors.prod() * w * slope), "bare": short(slope ** (layers - 1)),
            "added": short(factors.sum())}


def saturation_depth(rng: np.random.Generator) -> dict:
    X, y = rng.standard_normal((20, 100)), rng.integers(5, size=100)
    lines = {}
    for name, activation, times in (("sigmoid", nn.Sigmoid, 1), ("tanh", nn.Tanh, 1), ("doubled", nn.ReLU, 2)):
        net = nn.mlp(20, *[40] * 6, 5, activation=activation, rng=int(rng.integers(1000)))
        for layer in net[::2]:
            layer.W *= times
        lines[name] = nn.diagnostics.gradient_norms(net, X, y)
    letters = _lettered(rng, tuple(lines))
    figure, ax = _axes()
    for name, letter in letters.items():
        k = LETTERS.index(letter)
        ax.plot(range(1, 8), lines[name], color=nn.plot.COLORS[k], marker=nn.plot.MARKERS[k], label=letter)
    ax.set(xlabel=nn.plot.both("层 | layer"), ylabel=nn.plot.both("梯度的长度 | gradient norm"), yscale="log")
    ax.legend()
    return {"figure": figure, **letters}


def tanh_from_sigmoid(rng: np.random.Generator) -> dict:
    y = rng.choice([0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9])
    a = np.log(y / (1 - y)) / 2
    return {"y": short(y), "tanh": short(nn.tanh(a)), "half": short(y - 0.5), "twice": short(2 * y)}


def relu_back(rng: np.random.Generator) -> dict:
    while True:
        z, g = (rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], 4) for _ in range(2))
        sums = [(g * nn.relu.derivative(z)).sum(), g.sum(), (g * nn.relu(z)).sum(), nn.relu(z).sum()]
        if len({*sums}) == 4 and 0 < np.sum(z > 0) < 4:
            break
    right, all_of_it, value, forward = map(short, sums)
    return {"z": _row(z), "g": _row(g), "delta": right, "all": all_of_it, "value": value, "forward": forward}


def cost_step(rng: np.random.Generator) -> dict:
    percent, times = int(rng.choice([4, 5, 8, 10])), int(rng.integers(3, 6))
    shares = np.array([100 - percent, percent]) / 100
    return {"percent": percent, "times": times, "step": short(shares @ [1, times]),
            "added": short(1 + shares[1] * times)}


def dying_line(rng: np.random.Generator) -> dict:
    angle, radius = rng.uniform(0, 2 * np.pi, (2, 60))
    points = np.sqrt(radius / (2 * np.pi)) * [np.cos(angle), np.sin(angle)]
    turn = rng.uniform(0, 2 * np.pi) + np.array([0, -0.5, 1.3])
    W, b = np.column_stack([np.cos(turn), np.sin(turn)]), np.array([-1.35, 1.35, 0.15])
    fires = (W @ points + b[:, None] > 0).mean(axis=1)
    letters = _lettered(rng, tuple("dead" if share == 0 else "always" if share == 1 else "some" for share in fires))
    names = ("dead", "always", "some")
    figure, ax = _axes(4.6, 4.4)
    ax.scatter(*points, s=14, color="0.6")
    for name, w, bias, end in zip(names, W, b, (1.4, 1.4, 2), strict=True):
        color = nn.plot.COLORS[LETTERS.index(letters[name])]
        foot, along = -bias * w, np.array([-w[1], w[0]])
        ax.axline(foot, foot + along, color=color, linewidth=2)
        for place in (-0.8, 0.8):
            start = foot + place * along
            ax.annotate("", start + 0.45 * w, start, arrowprops={"arrowstyle": "-|>", "color": color, "linewidth": 2})
        ax.text(*(foot + end * along - 0.2 * w), letters[name], color=color, fontsize=15, ha="center", va="center")
    ax.set(xlim=(-2.3, 2.3), ylim=(-2.3, 2.3), aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    return {"figure": figure, **letters}


def leaky_back(rng: np.random.Generator) -> dict:
    alpha = rng.choice([0.01, 0.05, 0.1, 0.2])
    z, g = -int(rng.integers(2, 10)), int(rng.integers(2, 10))
    return {"alpha": short(alpha), "z": z, "g": g, "delta": short(g * nn.leaky_relu.derivative(z, alpha=alpha)),
            "value": short(nn.leaky_relu(z, alpha=alpha))}


def leaky_alpha(rng: np.random.Generator) -> dict:
    while True:
        z, g = (rng.choice([-4, -3, -2, -1, 1, 2, 3, 4], 4) for _ in range(2))
        change = nn.prelu(z, alpha=1.0) - nn.prelu(z, alpha=0.0)  # the unit is linear in α
        sums = [g @ change, g @ z, g[z < 0].sum(), change.sum()]
        if len({*map(float, sums)}) == 4 and 0 < np.sum(z > 0) < 3:
            break
    right, every, slopes, values = map(short, sums)
    return {"z": _row(z), "g": _row(g), "right": right, "every": every, "slopes": slopes, "values": values}


def maxout_value(rng: np.random.Generator) -> dict:
    unit = nn.Network(nn.Maxout(1, 1), rng=0)
    while True:
        w, b, x = rng.integers(-4, 5, 2), rng.integers(-4, 5, 2), int(rng.choice([-3, -2, 2, 3]))
        pieces = w * x + b
        if pieces.max() < 0 and pieces[0] != pieces[1] and w.all():
            break
    unit[0].W, unit[0].b = w.reshape(2, 1, 1).astype(float), b.reshape(2, 1, 1).astype(float)
    return {"w1": w[0], "w2": w[1], "b1": b[0], "b2": b[1], "x": x, "h": short(unit(np.array([[float(x)]]))[0, 0]),
            "low": short(pieces.min()), "sum": short(pieces.sum())}


def maxout_count(rng: np.random.Generator) -> dict:
    n_in, units = int(rng.choice([10, 20, 30, 64])), int(rng.choice([5, 8, 12, 50]))
    k = int(rng.integers(2, 5))
    net = nn.Network(nn.Maxout(n_in, units, pieces=k), rng=0)
    weights = net[0].W.size
    return {"inputs": n_in, "units": units, "pieces": k, "count": net.n_params, "one": n_in * units + units,
            "weights": weights, "bias": weights + units}


def smooth_curve(rng: np.random.Generator) -> dict:
    z = np.linspace(-5, 2, 141)
    lines = {"silu": nn.silu(z), "elu": nn.elu(z), "leaky": nn.leaky_relu(z, alpha=0.1)}
    letters = _lettered(rng, tuple(lines))
    figure, ax = _axes()
    for name, letter in letters.items():
        k = LETTERS.index(letter)
        ax.plot(z, lines[name], ("-", "--", ":")[k], color=nn.plot.COLORS[k], linewidth=2, label=letter)
    ax.set(xlabel="$z$", ylabel=nn.plot.both("输出 | output"))
    ax.grid(alpha=0.3)
    ax.legend()
    return {"figure": figure, **letters}


def smooth_silu(rng: np.random.Generator) -> dict:
    z = int(rng.choice([-4, -3, -2, 2, 3, 4]))
    gate = nn.sigmoid(z)
    return {"z": z, "gate": short(gate), "silu": short(nn.silu(z)), "relu": short(nn.relu(z)),
            "sum": short(z + gate)}


def init_he(rng: np.random.Generator) -> dict:
    n_in, n_out = (int(n) for n in rng.choice([32, 50, 72, 128, 200], 2, replace=False))
    return {"inputs": n_in, "units": n_out, "he": short(np.sqrt(2 / n_in)), "variance": short(2 / n_in),
            "plain": short(np.sqrt(1 / n_in)), "xavier": short(np.sqrt(2 / (n_in + n_out)))}


def choice_errors(rng: np.random.Generator) -> dict:
    d, s, t = rng.choice([4, 5, 6, 7, 8, 9]) / 10, *(rng.integers(4, 11, 2) / 10)
    errors = np.array([s, t]) / np.sqrt(12)
    return {"difference": d, "s": s, "t": t, "right": short(d / np.hypot(*errors), 2),
            "runs": short(d / np.hypot(s, t), 2), "added": short(d / errors.sum(), 2)}
