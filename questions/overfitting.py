"""What the questions of `overfitting` draw: for each, a function that returns its values."""

from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.polynomial import Chebyshev, Polynomial

import nnlib as nn
from nnlib.stopping import EarlyStopping

from .bank import short


def _axes(columns: int = 1, width: float = 5.6, height: float = 3.4) -> tuple[Figure, list[Axes]]:
    """A figure that pyplot does not keep, and its axes."""
    figure = Figure(figsize=(columns * width, height), layout="constrained")
    return figure, [*figure.subplots(1, columns, squeeze=False, sharey=True)[0]]


def gap(rng: np.random.Generator) -> dict:
    wrong, right = int(rng.integers(1, 4)), 20 * int(rng.integers(150, 166))
    train, test = np.arange(60) >= wrong, np.arange(4000) < right
    points = 100 * (train.mean() - test.mean())
    return {"wrong": wrong, "right": right, "gap": f"{points:.1f}", "reversed": f"{-points:.1f}",
            "missed": f"{100 * (1 - test.mean()):.1f}", "fraction": f"{points / 100:.3f}"}


def fits(rng: np.random.Generator) -> dict:
    degrees, grid = (1, 4, 13), np.linspace(0, 1, 400)
    truth = np.sin(2 * np.pi * grid)
    while True:  # until the points show what such fits do on average
        x = np.sort(rng.uniform(0, 1, 14))
        y = np.sin(2 * np.pi * x) + rng.normal(0, 0.3, 14)
        if np.diff(x).min() < 0.02:
            continue
        curves = [Chebyshev.fit(x, y, degree)(grid) for degree in degrees]
        inside = (grid >= x[0]) & (grid <= x[-1])
        stiff, good, wild = (np.mean((curve - truth)[inside] ** 2) for curve in curves)
        if 3 * good < stiff and 3 * good < wild and 1.8 < abs(curves[2][inside]).max() < 3:
            break
    letters = dict(zip(("line", "smooth", "wild"), rng.permutation(["A", "B", "C"]).tolist(), strict=True))
    figure, axes = _axes(3, 2.2, 2.4)
    for name, curve in zip(letters, curves, strict=True):
        ax = axes["ABC".index(letters[name])]
        ax.scatter(x, y, s=18, color=nn.plot.COLORS[0])
        ax.plot(grid[inside], curve[inside], color=nn.plot.COLORS[3])
        ax.set(ylim=(-3.1, 3.1), xlabel="$x$", title=letters[name])
    return letters | {"figure": figure}


def worst(rng: np.random.Generator) -> dict:
    settings = {"scattered": (0.86, 0.05), "steady": (0.83, 0.006), "low": (0.76, 0.006)}
    while True:
        tests = {name: np.minimum(rng.normal(*setting, 20), 0.94) for name, setting in settings.items()}
        lowest = {name: values.min() for name, values in tests.items()}
        if (lowest["steady"] - lowest["low"] > 0.02 and lowest["steady"] - lowest["scattered"] > 0.02
                and tests["scattered"].mean() > tests["steady"].mean() + 0.015):
            break
    letters = dict(zip(settings, rng.permutation(["A", "B", "C"]).tolist(), strict=True))
    groups = {letters[name]: tests[name] for name in sorted(letters, key=letters.__getitem__)}
    figure, (ax,) = _axes()
    nn.plot.distributions(groups, xlabel="设置 | setting", ylabel="测试准确率 | test accuracy", ax=ax)
    seen = {f"{measure}_{letter}": f"{getattr(values, measure)():.2f}"
            for letter, values in groups.items() for measure in ("min", "mean", "max")}
    return letters | seen | {"figure": figure}


def left_of_weight(rng: np.random.Generator) -> dict:
    h, l2 = (short(value) for value in rng.choice([0.01, 0.02, 0.05, 0.1, 0.2, 0.5], 2, replace=False))
    curvature, strength, star = float(h), float(l2), 1.0
    rows = np.sqrt([[curvature], [strength]])  # least squares: h (w - w*)^2 + l2 w^2
    left = np.linalg.lstsq(rows, rows[:, 0] * [star, 0], rcond=None)[0][0]
    mistakes = {"taken": 1 - left, "halved": curvature / (curvature + strength / 2), "step": 1 - strength}
    if min(abs(mistake - left) for mistake in mistakes.values()) < 0.02 or len(
            {f"{value:.3f}" for value in (left, *mistakes.values())}) < 4:
        return left_of_weight(rng)
    return {"h": h, "l2": l2, "left": f"{left:.3f}"} | {name: f"{value:.3f}" for name, value in mistakes.items()}


def convert(rng: np.random.Generator) -> dict:
    n, c = int(rng.choice([10, 20, 40, 50])), float(rng.choice([0.1, 0.2, 0.4, 0.5]))
    w = np.linspace(-1, 1, 9)
    l2 = 2 * Polynomial.fit(w, c * w**2 / n, 2).convert().coef[2]  # ours is half l2 times the square
    return {"n": n, "c": short(c), "l2": short(l2), "sum": short(2 * c), "half": short(c / n),
            "quarter": short(c / (2 * n))}


def inverted(rng: np.random.Generator) -> dict:
    p, h = float(rng.choice([0.2, 0.25, 0.4, 0.6, 0.75])), float(rng.choice([0.6, 1.2, 1.8, 2.4]))
    many = nn.Network(nn.Dropout(p)).forward(np.full((1, 50), h), rng=np.random.default_rng(0))
    return {"p": short(p), "h": short(h), "kept": short(many.max()), "same": short(h), "less": short(h * (1 - p)),
            "wrong": short(h / p)}


def softmax_mean(rng: np.random.Generator) -> dict:
    low, high = int(rng.integers(-2, 1)), int(rng.integers(4, 8))
    mean, test = nn.sigmoid(np.array([low, high], float)).mean(), nn.sigmoid(np.array([(low + high) / 2]))[0]
    return {"low": low, "high": high, "mean": f"{mean:.3f}", "test": f"{test:.3f}",
            "first": f"{nn.sigmoid(np.array([float(low)]))[0]:.3f}"}


def expected_error(rng: np.random.Generator) -> dict:
    while True:
        w, x, y = rng.choice([-2, -1, 1, 2], 2), rng.integers(-2, 3, 2), int(rng.choice([-1, 1]))
        sigma = float(rng.choice([0.2, 0.3, 0.4, 0.5]))
        signs = np.array([*product([-1, 1], repeat=2)])  # any noise of this deviation gives the same mean
        error = np.mean([(y - w @ (x + sigma * sign)) ** 2 for sign in signs])
        clean = (y - w @ x) ** 2
        wrong = clean, clean + sigma * (w @ w), clean + sigma**2
        if 0 < clean < 10 and len({short(value) for value in (error, *wrong)}) == 4:
            break
    names = dict(zip(("clean", "root", "alone"), map(short, wrong), strict=True))
    values = {"w1": w[0], "w2": w[1], "x1": x[0], "x2": x[1], "y": y}
    return values | {"sigma": short(sigma), "error": short(error)} | names


def patience(rng: np.random.Generator) -> dict:
    while True:
        wait, best = int(rng.integers(2, 4)), int(rng.integers(2, 5))
        losses = np.concatenate([0.9 - 0.1 * np.arange(best + 1), 0.95 - 0.1 * best + rng.choice([0.02, 0.05, 0.08], 4),
                                 [0.8 - 0.1 * best, 0.85 - 0.1 * best]]).round(2)
        watch = EarlyStopping(nn.mlp(1, 2), wait)
        for epoch, loss in enumerate(losses):
            watch.update(epoch, loss)
            if watch.done.all():
                break
        if losses.argmin() > epoch:  # the lowest of all comes after the end
            break
    said = [f"{loss:.2f}" for loss in losses]
    return {"losses": ", ".join(said), "chinese": "、".join(said),
            "patience": wait, "best": int(watch.best_epoch), "last": epoch, "later": int(losses.argmin())}


def valley(rng: np.random.Generator) -> dict:
    powers, low = np.arange(-6, 1), int(rng.integers(-4, -1))
    val = 0.33 + 0.11 * abs(powers - low) ** 1.3 + rng.uniform(0, 0.02, powers.size)
    rising = np.geomspace(0.02, val[low + 6] - 0.05, low + 7)  # a stronger penalty never lowers the training loss
    train = np.concatenate([rising, val[low + 7:] - 0.05 / np.arange(2, 2 - low)])
    figure, (ax,) = _axes()
    nn.plot.curves(10.0**powers, {"训练 | train": train, "验证 | validation": val}, xlog=True, ylog=True,
                   xlabel="强度 λ | strength λ", ylabel="损失 | loss", ax=ax)
    ax.set_xticks(10.0**powers)
    return {"best": low, "left": powers[0], "right": powers[-1], "figure": figure} | {
        f"{name}_{power + 6}": f"{loss:.2f}" for name, losses in (("train", train), ("val", val))
        for power, loss in zip(powers, losses, strict=True)}


def peak(rng: np.random.Generator) -> dict:
    n, ticks = int(rng.choice([30, 40, 60, 70])), (5, 10, 20, 50, 100, 200, 500)  # no tick tells the answer
    widths = np.array([3, 6, 12, 20, n - 4, n, n + 4, 2 * n, 4 * n, 10 * n])
    while True:
        true = rng.normal(size=8)
        X, X_test = rng.normal(size=(8, n)), rng.normal(size=(8, 300))
        target, errors = np.tanh(true @ X / 2) + rng.normal(0, 0.4, n), np.empty((widths.size, 5))
        for k, width in enumerate(widths):
            for run in range(5):
                W1 = rng.normal(size=(width, 8)) / 2
                w2 = target @ np.linalg.pinv(np.tanh(W1 @ X))
                errors[k, run] = np.mean((w2 @ np.tanh(W1 @ X_test) - np.tanh(true @ X_test / 2)) ** 2)
        middle = np.median(errors, axis=1)
        if middle.argmax() == 5 and middle[5] > 5 * middle[:4].max() and middle[-1] < middle[5] / 20:
            break
    figure, (ax,) = _axes()
    nn.plot.curves(widths, {"没有 L2 | no L2": errors}, xlabel="随机特征 | random features",
                   ylabel="测试误差 | test error", xlog=True, ylog=True, ax=ax)
    ax.set_xticks(ticks, [*map(str, ticks)])
    ax.minorticks_off()
    seen = {f"{name}_{k}": text for k, (width, error) in enumerate(zip(widths, middle, strict=True))
            for name, text in (("width", width), ("error", f"{error:.2g}" if error < 10 else f"{error:.0f}"))}
    return seen | {"n": n, "few": 10 * (n // 30), "many": 3 * n, "last": 10 * n, "figure": figure}


def free_directions(rng: np.random.Generator) -> dict:
    n = 10 * int(rng.integers(3, 9))
    m = int(rng.choice([m for m in range(100, 200, 10) if m != 2 * n]))
    H = rng.normal(size=(m, n))
    return {"n": n, "m": m, "free": m - int(np.linalg.matrix_rank(H))}
