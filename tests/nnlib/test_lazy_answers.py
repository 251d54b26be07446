"""No test of an exercise is passed by a constant, by doing nothing, or by half the idea: twelve lazy answers each."""

from functools import partial

import numpy as np
import pytest

from nnlib.exercises.judging import LocalAnswer
from nnlib.exercises.selfcheck import EXERCISES, outcome
from tests.nnlib.test_exercises import CODE, RIGHT, names_of


def like(value, number):
    """A value of the same form, with one number everywhere."""
    if isinstance(value, dict):
        return {key: like(entry, number) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(like(entry, number) for entry in value)
    return np.full(np.shape(value), number) if np.ndim(value) else number


def filled(name, number, *args):
    return like(RIGHT[name](*args), number)


def lazy(name):
    """Seven answers that know the form of the result and not a thing about it."""
    return [lambda *args: 0, lambda *args: args[0], lambda *args: args[-1],
            *(partial(filled, name, number) for number in (0.0, 0.25, 1.0, 1))]


def layer(forward=lambda self, h, training: h, backward=lambda self, dy: dy):
    methods = {"forward": forward, "backward": backward, "__init__": lambda self, p, seed: setattr(self, "p", p)}
    return type("Dropout", (), methods)


def half(rows):
    """Keep each second row, always the same, whatever p is."""
    return rows * (np.arange(len(rows)) % 2)[:, None]


relu = partial(np.maximum, 0)
KEYS = ("W1", "b1", "W2", "b2", "W3", "b3")
HALF = {  # half the idea, five or more of each
    "scores": [lambda W, b, V, c, X: V @ W @ X, lambda W, b, V, c, X: W @ X + b, lambda W, b, V, c, X: relu(W @ X + b),
               lambda W, b, V, c, X: relu(V @ (W @ X + b) + c), lambda W, b, V, c, X: V @ relu(W @ X + b)],
    "cross-entropy": [lambda S, y: (S.max(axis=0) - S[y, np.arange(y.size)]).mean(), lambda S, y: -S[y].mean(),
                      lambda S, y: (S.argmax(axis=0) != y).mean(), lambda S, y: np.log(len(S)),
                      lambda S, y: np.log(np.exp(S).sum())],
    "collapse": [lambda W, b, V, c: (W, c), lambda W, b, V, c: (V, c), lambda W, b, V, c: (W.T @ V.T, c),
                 lambda W, b, V, c: V @ W, lambda W, b, V, c: (W, b, V, c)],
    "backprop": [lambda W, b, V, c, X, y: {"W1": W, "b1": b, "W2": V, "b2": c}, lambda *args: args[:4],
                 lambda W, b, V, c, X, y: {"W1": 0 * W, "b1": b, "W2": 0 * V, "b2": 0 * c},
                 lambda W, b, V, c, X, y: {"W1": -W, "b1": -b, "W2": -V, "b2": -c}, lambda *args: {}],
    "logistic": [lambda X, y, lr, n: (X[:, :1].T, y.mean()), lambda X, y, lr,
                 n: (np.zeros((1, len(X))), np.zeros((1, 1))),
                 lambda X, y, lr, n: (np.sign((X * (2 * y - 1)).sum(axis=1))[None], np.zeros((1, 1))),
                 lambda X, y, lr, n: lr, lambda X, y, lr, n: (X @ y[:, None], y.mean(keepdims=True)[None])],
    "sigmoid": [lambda z: (np.asarray(z) > 0) * 1.0, lambda z: np.heaviside(z, 0.5), np.tanh, np.exp,
                lambda z: np.clip(z, 0, 1)],
    "sigmoid-slope": [lambda z: np.where(np.asarray(z) == 0, 0.25, 0), lambda z: np.exp(-np.abs(z)),
                      lambda z: np.exp(-np.abs(z)) / 4, lambda z: 0.25 - 0 * np.asarray(z), lambda z: z * (1 - z),
                      lambda z: 1 / (1 + np.exp(-z))],
    "tanh": [np.sign, lambda z: np.clip(z, -1, 1), lambda z: 1 / (1 + np.exp(-z)), lambda z: 2 / (1 + np.exp(-z)) - 1,
             np.sin],
    "prelu": [lambda z, a, dy: dy, lambda z, a, dy: (dy, dy), lambda z, a, dy: (np.where(z > 0, 1, a), dy),
              lambda z, a, dy: (a * dy, a), lambda z, a, dy: ((z > 0) * dy, 0 * a)],
    "dead-units": [lambda W, b, X: (b < 0).mean(), lambda W, b, X: (W @ X + b <= 0).mean(), lambda W, b, X: 0.5,
                   lambda W, b, X: float((W @ X + b).max() <= 0), lambda W, b,
                   X: (relu(W @ X + b) == 0).any(axis=1).mean(),
                   lambda W, b, X: (b < -1).mean()],
    "maxout": [lambda W, b, a: (np.stack([W, 0 * W]), np.stack([b, 0 * b])), lambda W, b,
               a: (np.stack([W, W]), np.stack([b, b])),
               lambda W, b, a: (W, b), lambda W, b, a: (np.stack([W, a * W]), np.stack([b, b])),
               lambda W, b, a: (np.stack([0 * W, a * W]), np.stack([0 * b, a * b]))],
    "three-layers": [lambda *args: dict(zip(KEYS, args, strict=False)), lambda *args: args[:6],
                     lambda *args: {key: 0 * part for key, part in zip(KEYS, args, strict=False)},
                     lambda *args: {key: -part for key, part in zip(KEYS, args, strict=False)}, lambda *args: {}],
    "find-bug": [lambda report: "ok", lambda report: "d1", lambda report: "d3", lambda report: "W2",
                 lambda report: min(report, key=report.get), lambda report: ""],
    "match-rates": [lambda curves, rates: rates[::-1], lambda curves, rates: rates[:1] * len(curves),
                    lambda curves, rates: [sum(rates) / len(rates)] * len(curves),
                    lambda curves, rates: list(range(len(curves))), lambda curves, rates: [min(one) for one in curves]],
    "squareplus": [lambda z: 1 / (1 + np.exp(-z)), lambda z: (z > 0) * 1.0, np.tanh, np.sqrt,
                   lambda z: z / np.sqrt(z**2 + 4), lambda z: (z + np.sqrt(z**2 + 4)) / 2],
    "diagnose": [*(lambda start, now, word=word: word for word in ("dead", "rate", "saturated", "vanishing", "fine")),
                 lambda start, now: "rate" if now["dead"] > 0.5 else "fine"],
    "maxout-hat": [lambda w, b, c: (np.zeros((3, 2, w.size)), np.zeros((3, 2, 1))),
                   lambda w, b, c: (np.zeros((3, 2, w.size)), np.full((3, 2, 1), c)),
                   lambda w, b, c: (np.array([[w, w], [-w, -w], [w, w]])[:, :, 0],
                                    np.array([[b, b], [-b, -b], [b, b]])[:, :, 0]),
                   lambda w, b, c: (np.ones((3, 2, w.size)), np.full((3, 2, 1), c)), lambda w, b, c: (w, b)],
    "skip": [lambda W, b, X, dY: (dY, dY @ X.T, dY.sum(axis=1, keepdims=True)), lambda W, b, X, dY: (dY, 0 * W, 0 * b),
             lambda W, b, X, dY: (W.T @ dY, W, b), lambda W, b, X, dY: (dY, W, b), lambda W, b, X, dY: (X, W, b)],
    "periodic": [lambda x, y, n: (np.ones((1, 1)), -x[:1, None], np.zeros((1, 1)), y[:1, None]),
                 lambda x, y, n: (np.ones((1, 1)), -x[:1, None], np.ones((1, 1)), y[:1, None]), np.interp,
                 lambda x, y, n: (np.ones((x.size, 1)), -x[:, None], np.ones((1, x.size)), y[:1, None]),
                 lambda x, y, n: (x, y), lambda x, y, n: (x[:, None], y[:, None], y[None], y[:1, None])],
    "count": [sum, len, lambda sizes: sizes[0] * sizes[1] + sizes[1], np.prod,
              lambda sizes: sizes[0] * sizes[-1] + sizes[-1]],
    "forward": [lambda layers, X: layers[0][0] @ X + layers[0][1], lambda layers,
                X: relu(layers[0][0] @ X + layers[0][1]),
                lambda layers, X: X[:1], lambda layers, X: layers[-1][1] + 0 * X[:1], lambda layers, X: layers[-1][1]],
    "budget": [lambda i, o, n: n // (i + o + 1), lambda i, o, n: n // (i + o), lambda i, o, n: (n - o) // (i + o),
               lambda i, o, n: n // i, lambda i, o, n: max(0, n - i - o), lambda i, o, n: 45],
    "curve": [lambda x, y: (np.ones((1, 1)), -x[:1, None], (y[-1:, None] - y[:1, None]) / (x[-1] - x[0]), y[:1, None]),
              lambda x, y: (np.ones((x.size, 1)), -x[:, None], np.ones((1, x.size)), y[:1, None]),
              lambda x, y: (x[:, None], y[:, None], y[None], y[:1, None]), np.interp, lambda x, y: (x, y),
              lambda x, y: (np.ones((1, 1)), -x[:1, None], np.zeros((1, 1)), y[:1, None])],
    "l2-step": [lambda W, dW, lr, l2: W - lr * dW, lambda W, dW, lr, l2: W * (1 - lr * l2), lambda W, dW, lr,
                l2: W - dW,
                lambda W, dW, lr, l2: W - lr * dW - l2 * W, lambda W, dW, lr, l2: W - lr * W],
    "early-stopping": [lambda losses, n: (len(losses) - 1, len(losses) - 1), lambda losses,
                       n: (int(np.argmin(losses)), len(losses) - 1),
                       lambda losses, n: (0, n), lambda losses, n: (1, 3), lambda losses, n: (4, 6), lambda losses,
                       n: np.argmin(losses)],
    "dropout": [layer(), layer(lambda self, h, training: 0 * h, lambda self, dy: 0 * dy),
                layer(lambda self, h, training: h / (1 - self.p) if training else h, lambda self,
                      dy: dy / (1 - self.p)),
                layer(lambda self, h, training: h * (1 - self.p)),
                layer(lambda self, h, training: h * 2 if training else h),
                layer(lambda self, h, training: 1.0), layer(lambda self, h, training: self.p),
                layer(lambda self, h, training: None),
                layer(backward=lambda self, dy: 0 * dy), layer(lambda self, h, training: np.ones_like(h), np.ones_like),
                layer(lambda self, h, training: [], lambda self, dy: []), layer(lambda self, h, training: h - self.p)],
    "choose-lambda": [lambda H, Y, V, T, lambdas: lambdas[0], lambda H, Y, V, T, lambdas: (lambdas, min(lambdas)),
                      lambda H, Y, V, T, lambdas: ([float((T**2).mean())] * len(lambdas), lambdas[0]),
                      lambda H, Y, V, T, lambdas: ([0.1 * k for k in lambdas], lambdas[-1]),
                      lambda H, Y, V, T, lambdas: ([float(Y.var())] * len(lambdas), lambdas[1])],
    "reproduce": [lambda a, b: {"difference": 0.0, "error": np.std(a), "clear": False}, lambda a,
                  b: np.mean(a) > np.mean(b),
                  lambda a, b: {"difference": 0.05, "error": 0.01, "clear": True}, lambda a, b: {"clear": True},
                  lambda a, b: {"difference": a[0] - b[0], "error": abs(a[0] - b[0]), "clear": True}],
}


@pytest.mark.parametrize("id", EXERCISES)
def test_lazy_answers_earn_nothing(id):
    exercise = EXERCISES[id]
    answers = [*([] if id == "dropout" else lazy(exercise.name)), *HALF[id]]
    assert len(answers) >= 12
    for number, answer in enumerate(answers):
        for seed in range(12):
            passed = [title for title in exercise.tests
                      if not outcome(exercise, title, LocalAnswer(exercise.name, answer), seed)]
            assert not passed, (number, seed)


def masked(pattern):
    """A Dropout whose mask compares `pattern(rng, shape)` with p."""

    def forward(self, h, training):
        self.mask = (pattern(self.rng, h.shape) >= self.p) / (1 - self.p) if training else 1
        return h * self.mask

    return type("Dropout", (RIGHT["Dropout"],), {"forward": forward})


def typed(id, old, new):
    """The right answer with another piece of code."""
    assert old in CODE[id]
    return names_of(CODE[id].replace(old, new))[EXERCISES[id].name]


def bar(errors=0.0, least=0.0):
    """Another bar for a clear difference."""

    def compare(a, b):
        right = RIGHT["compare_runs"](a, b)
        return {**right, "clear": abs(right["difference"]) > max(errors * right["error"], least)}

    return compare


def spare(W1, b1, W2, b2):
    """The same function by twice the units."""
    return np.vstack([W1, W1]), np.vstack([b1, b1]), np.hstack([W2, 0 * W2]), b2


def patient(n):
    return lambda losses, _: RIGHT["best_epoch"](losses, n)


NEARLY = {  # what holds for some sizes and inputs alone, by id and what it takes for granted
    ("dropout", "columns"): masked(lambda rng, shape: rng.random(shape[1]) + np.zeros(shape)),
    ("dropout", "rows"): masked(lambda rng, shape: rng.random((shape[0], 1)) + np.zeros(shape)),
    ("dropout", "rows times columns"): masked(lambda rng, shape: 1 - rng.random((shape[0], 1)) * rng.random(shape[1])),
    ("dropout", "2000 numbers"): masked(lambda rng, shape: np.resize(rng.random(2000), shape)),
    ("dropout", "pairs"): masked(lambda rng, shape: np.resize(np.repeat(rng.random(shape), 2), shape)),
    ("dropout", "half of the rows"): masked(lambda rng, shape: np.resize(rng.random((shape[0] // 2, shape[1])), shape)),
    ("dropout", "in order"): masked(lambda rng, shape: np.linspace(0, 1, shape[0] * shape[1]).reshape(shape)),
    ("dropout", "50 x 200"): masked(lambda rng, shape: rng.random((50, 200))),
    ("reproduce", "1 error"): bar(1), ("reproduce", "1.96 errors"): bar(1.96), ("reproduce", "3 errors"): bar(3),
    ("reproduce", "0.2"): bar(least=0.2), ("reproduce", "0.03"): bar(least=0.03),
    ("reproduce", "ten runs"): typed("reproduce", "len(b)", "10"),
    ("backprop", "two classes"): typed("backprop", "p[y, np.arange(n)] -= 1", "p = p - np.eye(2)[y].T"),
    ("backprop", "three classes"): typed("backprop", "p[y, np.arange(n)] -= 1", "p = p - np.eye(3)[y].T"),
    ("cross-entropy", "three classes"): lambda S, y: -np.log(np.exp(S - S.max(axis=0)).T[np.eye(3)[y] == 1]).mean()
        + np.log(np.exp(S - S.max(axis=0)).sum(axis=0)).mean(),
    ("choose-lambda", "eight features"): typed("choose-lambda", "np.eye(H.shape[0])", "np.eye(8)"),
    ("choose-lambda", "one output"): typed("choose-lambda", ".mean()", ".sum(axis=0).mean()"),
    ("dead-units", "eight units"): lambda W, b, X: (W @ X + b <= 0).all(axis=1).sum() / 8,
    ("dead-units", "30 samples"): lambda W, b, X: ((W @ X + b <= 0).sum(axis=1) == 30).mean(),
    ("dead-units", "never exactly 0"): typed("dead-units", "<= 0", "< 0"),
    ("maxout", "two units"): typed("maxout", "np.stack([b, alpha * b])",
                                   "np.stack([b, alpha * b]).reshape(2, 2, 1)"),
    ("three-layers", "two outputs"): typed("three-layers", "Y.size", "(2 * Y.shape[1])"),
    ("three-layers", "eight samples"): typed("three-layers", "Y.size", "(8 * len(Y))"),
    ("diagnose", "no start"): typed("diagnose", 'start["dead"]', 'now["dead"]'),
    ("diagnose", "half saturated"): typed("diagnose", "0.9", "0.6"),
    ("diagnose", "extremes"): typed("diagnose", "small < large", 'min(now["gradient"]) < max(now["gradient"])'),
    ("diagnose", "not the last"): typed("diagnose", "small < large / 100", 'small < max(now["gradient"]) / 100'),
    ("diagnose", "not the first"): typed("diagnose", "small < large / 100", 'min(now["gradient"]) < large / 100'),
    ("diagnose", "either way"): typed("diagnose", "small < large / 100", "abs(np.log10(small / large)) > 2"),
    ("diagnose", "ever saturated"): typed("diagnose", 'now["saturated"]', 'max(start["saturated"], now["saturated"])'),
    ("budget", "room for the biases"): typed("budget", "max(0, ", "("),
    ("diagnose", "no ratio"): typed("diagnose", "/ 100", "/ 10"),
    ("maxout-hat", "three inputs"): typed("maxout-hat", "[0 * w, w]", "[np.zeros((1, 3)), w]"),
    ("maxout-hat", "height 1"): typed("maxout-hat", "+ height", "+ 1"),
    ("find-bug", "two layers"): typed("find-bug", "if error > 1e-6]", 'if error > 1e-6 and name[1] != "3"]'),
    ("find-bug", "no rounding"): typed("find-bug", "1e-6", "1e-9"),
    ("match-rates", "turned by one"): lambda curves, rates: [*rates[1:], rates[0]],
    ("match-rates", "all fall"): typed("match-rates", "curve[-1] > 2 * curve[0]", "False"),
    ("match-rates", "one rises"): typed("match-rates", "curve[-1] > 2 * curve[0]", "curve is max(curves)"),
    ("skip", "four units"): typed("skip", "dz @ X.T", "(dz @ X.T).reshape(4, 4)"),
    ("skip", "all on"): typed("skip", "(W @ X + b > 0)", "1"),
    ("periodic", "room for more"): lambda x, y, times: spare(*RIGHT["periodic"](x, y, times)),
    ("curve", "room for more"): lambda x, y: spare(*RIGHT["through_points"](x, y)),
    ("periodic", "three periods"): lambda x, y, times: RIGHT["periodic"](x, y, 3),
    ("periodic", "no end"): typed("periodic", ", append=0", ", append=slopes[-1]"),
    ("periodic", "starts at 0"): typed("periodic", "x[0] + ", ""),
    ("prelu", "three units"): lambda z, alpha, dy: (RIGHT["prelu_backward"](z, alpha, dy)[0],
                                                    (np.minimum(z, 0) * dy).sum(axis=1).reshape(3, 1)),
    ("early-stopping", "patience 2"): patient(2), ("early-stopping", "patience 3"): patient(3),
}


@pytest.mark.parametrize(("id", "granted"), NEARLY)
def test_what_takes_a_size_or_an_input_for_granted_earns_no_full_marks(id, granted):
    answer, exercise = LocalAnswer(EXERCISES[id].name, NEARLY[id, granted]), EXERCISES[id]
    full = [seed for seed in range(40)
            if not any(outcome(exercise, title, answer, seed) for title in exercise.tests)]
    assert len(full) <= 1, full  # one draw in a hundred may happen to have that size in every test
