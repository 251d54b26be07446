"""Three mistakes that students make in each exercise, typed as they type them: the report names each."""

import textwrap
from itertools import product

import numpy as np
import pytest

from nnlib.exercises.judging import LocalAnswer
from nnlib.exercises.selfcheck import EXERCISES, outcome, outcomes
from tests.nnlib.test_exercises import CODE, answer_to

SOFTMAX, THREE_LAYERS, PERIODIC, DIAGNOSE = (CODE[id] for id in ("backprop", "three-layers", "periodic", "diagnose"))
HAT, SKIP, BUG, RATES = (CODE[id] for id in ("maxout-hat", "skip", "find-bug", "match-rates"))
CURVE = """
def through_points(x, y):
    slopes = np.diff(y) / np.diff(x)
    knots = x[:-1, None]
    changes = np.diff(slopes, prepend=0)
    return np.ones_like(knots), -knots, changes[None], y[:1, None]
"""
DROPOUT = """
class Dropout:
    def __init__(self, p, seed):
        p_is_to = "drop"
        self.p = p if p_is_to == "drop" else 1 - p
        self.rng = np.random.default_rng(seed)

    def forward(self, h, training):
        if not training:
            return h
        self.mask = (self.rng.random(h.shape) > self.p) / (1 - self.p)
        return h * self.mask

    def backward(self, dy):
        return dy * self.mask
"""
RIDGE = """
def choose_lambda(H, Y, H_val, Y_val, lambdas):
    c = 1
    errors = []
    for lam in lambdas:
        W = Y @ H.T @ np.linalg.inv(H @ H.T + c * lam * np.eye(len(H)))
        errors.append(((W @ H_val - Y_val) ** 2).mean())
    return errors, lambdas[np.argmin(errors)]
"""
COMPARE = """
def compare_runs(a, b):
    errors = 2
    difference = np.mean(a) - np.mean(b)
    error = np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
    return {"difference": difference, "error": error, "clear": abs(difference) > errors * error}
"""
LOGISTIC = """
def logistic(X, y, lr, steps):
    W, b = np.zeros((1, X.shape[0])), np.zeros((1, 1))
    for _ in range(steps):
        p = 0.5 * (1 + np.tanh((W @ X + b) / 2))
        error = (p - y) / X.shape[1]
        W = W - lr * error @ X.T
        b = b - lr * error.sum(axis=1, keepdims=True)
    return W, b
"""
STOP = """
def best_epoch(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch
"""
ENTROPY = """
def cross_entropy(S, y):
    S = S - S.max(axis=0)
    p = np.exp(S) / np.exp(S).sum(axis=0)
    return -np.log(p[y, np.arange(len(y))]).mean()
"""


def function(head, *lines):
    return f"def {head}:\n" + textwrap.indent("\n".join(lines), "    ")


MISTAKES = [
    ("scores", function("scores(W1, b1, W2, b2, X)", "return W2 @ (W1 @ X + b1) + b2"), "max(0, ·) is missing"),
    ("scores", function("scores(W1, b1, W2, b2, X)", "return np.maximum(0, W2 @ np.maximum(0, W1 @ X + b1) + b2)"),
     "the output layer takes no max"),
    ("scores", function("scores(W1, b1, W2, b2, X)", "return W2 * np.maximum(0, W1 * X + b1) + b2"),
     "shapes do not fit"),
    ("cross-entropy", ENTROPY.replace(".mean()", ".sum()"), "the sum over samples, not the mean"),
    ("cross-entropy", ENTROPY.replace("    S = S - S.max(axis=0)\n", ""), "an overflow"),
    ("cross-entropy", ENTROPY.replace(".sum(axis=0)", ".sum()"), "each sample by itself"),
    ("collapse", function("collapse(W1, b1, W2, b2)", "c = 1", "return c * W2 @ W1, b1 + b2"), "shapes do not fit"),
    ("collapse", function("collapse(W1, b1, W2, b2)", "c = 1", "return c * W2 @ W1, c * W2 @ b1"),
     "the second bias is missing"),
    ("collapse", function("collapse(W1, b1, W2, b2)", "c = 1", "return c * W1 @ W2, c * W2 @ b1 + b2"),
     "shapes do not fit"),
    ("backprop", SOFTMAX.replace("p / n", "p"), "not divided by the number of samples"),
    ("backprop", SOFTMAX.replace(" * h * (1 - h)", ""), "the slope of the sigmoid, h(1 - h), is missing"),
    ("backprop", SOFTMAX.replace(".sum(axis=1, keepdims=True)", ".sum(axis=1)"),
     ", 1), not ("),
    ("three-layers", THREE_LAYERS.replace("2 * (W3", "(W3"), "the slope of a square has a factor 2"),
    ("three-layers", THREE_LAYERS.replace("Y.size", "Y.shape[1]"), "MSE is a mean over outputs, too"),
    ("three-layers", THREE_LAYERS.replace(" * (1 - h2**2)", "").replace(" * (1 - h1**2)", ""), "the slope of tanh"),
    ("find-bug", BUG.replace("max(name", "min(name"), "find the one nearest the loss"),
    ("find-bug", BUG.replace('"d" + k if', '"W" + k if'), "W and b of a layer are both wrong, d is"),
    ("find-bug", BUG.replace("> 1e-6", "> 0"), "a relative error below 1e-6 is rounding"),
    ("match-rates", RATES.replace("curve[-1] if diverges else -curve[0]", "-curve[-1]"), "the last loss does not tell"),
    ("match-rates", RATES.replace("curve[-1] if diverges else -curve[0]", "-curve[0]"), "diverges has the largest"),
    ("match-rates", function("match_rates(curves, rates)", "return rates"), "in the order of the curves"),
    ("logistic", LOGISTIC.replace("- lr", "+ lr"), "against it"),
    ("logistic", LOGISTIC.replace(" / X.shape[1]", ""), "not divided by the number of samples"),
    ("logistic", LOGISTIC.replace("        b = b - lr * error.sum(axis=1, keepdims=True)\n", ""),
     "the bias was not trained"),
    ("sigmoid", function("sigmoid(z)", "return 1 / (1 + np.exp(z))"), "the minus sign in exp(-z) is missing"),
    ("sigmoid", function("sigmoid(z)", "return 1 / (1 + np.exp(-z))"), "take exp only of numbers up to 0"),
    ("sigmoid", function("sigmoid(z)", "u = np.exp(-np.abs(z))", "return 1 / (1 + u)"),
     "z < 0 takes the other formula"),
    ("sigmoid-slope", function("sigmoid_slope(z)", "a = 1", "s = 1 / (1 + np.exp(-a * z))", "return a * s * (1 - s)"),
     "rounded to 0 on the right"),
    ("sigmoid-slope", function("sigmoid_slope(z)", "a = 1", "z = a * z",
                               "return a * np.exp(-z) / (1 + np.exp(-z)) ** 2"), "an overflow"),
    ("sigmoid-slope", function("sigmoid_slope(z)", "a = 1", "u = np.exp(-np.abs(a * z))", "return a * u / (1 + u)"),
     "has to be squared"),
    ("tanh", function("tanh(z)", "return 2 / (1 + np.exp(-z)) - 1"), "the argument has to be doubled, too"),
    ("tanh", function("tanh(z)", "return 2 / (1 + np.exp(-2 * z))"), "the minus one is missing"),
    ("tanh", function("tanh(z)", "return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))"), "an overflow"),
    ("prelu", function("prelu_backward(z, alpha, dy)", "return np.where(z > 0, 1, alpha) * dy, np.minimum(z, 0) * dy"),
     "sum over samples"),
    ("prelu", function("prelu_backward(z, alpha, dy)",
                       "return np.where(z > 0, 1, alpha) * dy, (z * dy).sum(axis=1, keepdims=True)"),
                       "only z < 0 contributes"),
    ("prelu", function("prelu_backward(z, alpha, dy)", "dalpha = (np.minimum(z, 0) * dy).sum(axis=1, keepdims=True)",
                       "return np.where(z > 0, z, alpha * z) * dy, dalpha"), "the slope is 1 or α, not z or αz"),
    ("dead-units", function("dead_share(W, b, X)", "return (np.maximum(0, W @ X + b) == 0).mean()"),
     "a dead unit is zero on every sample"),
    ("dead-units", function("dead_share(W, b, X)", "return (W @ X + b <= 0).all(axis=1).sum()"),
     "return a share, not a count"),
    ("dead-units", function("dead_share(W, b, X)", "return (W @ X + b <= 0).all(axis=0).mean()"),
     "axis=1 goes over the samples"),
    ("maxout", function("maxout_weights(W, b, alpha)", "return np.stack([W, alpha * W]), np.stack([b, b])"),
     "the bias of the second piece"),
    ("maxout", function("maxout_weights(W, b, alpha)", "return np.stack([W, -alpha * W]), np.stack([b, -alpha * b])"),
     "not -α times"),
    ("maxout", function("maxout_weights(W, b, alpha)", "return np.vstack([W, alpha * W]), np.vstack([b, alpha * b])"),
     "return two arrays of shapes (2, "),
    ("squareplus", function("squareplus_slope(z)", "return (1 + 1 / (2 * np.sqrt(z**2 + 4))) / 2"),
     "the z² under the root has a slope, too"),
    ("squareplus", function("squareplus_slope(z)", "return 0.5 + z / np.sqrt(z**2 + 4)"), "both terms are halved"),
    ("squareplus", function("squareplus_slope(z)", "return 1 + z / np.sqrt(z**2 + 4)"), "off by a factor of 2"),
    ("diagnose", DIAGNOSE.replace('    if now["dead"]', """    if now["saturated"] > saturated:
        return "saturated"
    if now["dead"]"""),
     "a dead unit is saturated, too"),
    ("diagnose", DIAGNOSE.replace(' if start["dead"] > dead else "rate"', ""), "0% of the units were dead"),
    ("diagnose", DIAGNOSE.replace("small < large", "large < small"),
     "one of the three numbers is beyond its limit"),
    ("maxout-hat", HAT.replace("[-b, -b]", "[b, b]"), "b changes its sign, too"),
    ("maxout-hat", HAT.replace("[w, w], [-w, -w]", "[0 * w, w], [0 * w, -w]").replace("[b, b], [-b, -b]",
     "[0 * b + height / a, b], [0 * b + height / a, -b]"), "beyond the brim it is 0"),
    ("maxout-hat", HAT.replace("[:, :, 0]", "[:, :, 0].swapaxes(0, 1)"), "return two arrays of shapes (3, 2, "),
    ("skip", SKIP.replace("dY + W.T", "W.T"), "the path that skips is missing"),
    ("skip", SKIP.replace(" * (W @ X + b > 0)", ""), "the slope of ReLU is missing"),
    ("skip", SKIP.replace("dY + W.T", "dY * (W @ X + b > 0) + W.T"), "does not pass ReLU"),
    ("periodic", PERIODIC.replace(", append=0", ", append=slopes[-1]"), "at the end it becomes flat"),
    ("periodic", PERIODIC.replace("np.diff(slopes, prepend=0, append=0)",
     "np.append(np.tile(np.diff(np.diff(y) / np.diff(x), prepend=0), times), -slopes[-1])"), "two periods meet, too"),
    ("periodic", PERIODIC.replace("np.diff(slopes, prepend=0, append=0)", "np.append(slopes, 0)"), "not the slopes"),
    ("count", function("count_parameters(sizes)", "return sum(a * b for a, b in zip(sizes, sizes[1:]))"),
     "the biases are missing"),
    ("count", function("count_parameters(sizes)", "return sum(a * b for a, b in zip(sizes, sizes[1:])) + sum(sizes)"),
     "the inputs have no biases"),
    ("count", function("count_parameters(sizes)",
                       "return sum(sizes[k] * sizes[k + 1] + 1 for k in range(len(sizes) - 1))"),
     "one bias per unit, not per layer"),
    ("forward", function("forward(layers, X)", "for W, b in layers:", "    X = np.maximum(0, W @ X + b)", "return X"),
     "no ReLU after the last layer"),
    ("forward", function("forward(layers, X)", "for W, b in layers:", "    X = W @ X + b", "return X"),
     "ReLU is missing"),
    ("forward", function("forward(layers, X)", "for W, b in layers[:-1]:", "    X = np.maximum(0, W @ X + b)",
                         "return X"),
     "the shape should be"),
    ("budget", function("widest(n_in, n_out, budget)", "pieces = 1",
                        "return (budget - n_out) // (pieces * n_in + n_out)"),
     "the hidden biases were not counted"),
    ("budget", function("widest(n_in, n_out, budget)", "pieces = 1", "return budget // (pieces * (n_in + 1) + n_out)"),
     "the output biases were not counted"),
    ("budget", function("widest(n_in, n_out, budget)", "pieces = 1",
                        "return (budget - n_out) / (pieces * (n_in + 1) + n_out)"), "rounded down"),
    ("curve", CURVE.replace("changes[None]", "slopes[None]"), "the changes of slope, not the slopes"),
    ("curve", CURVE.replace("y[:1, None]", "np.zeros((1, 1))"), "b2 is the height of the first point"),
    ("curve", CURVE.replace("-knots", "knots"), "b1 is -x_k"),
    ("l2-step", function("l2_step(W, dW, lr, l2)", "return W - lr * dW"), "the L2 term is missing"),
    ("l2-step", function("l2_step(W, dW, lr, l2)", "return W - lr * (dW + 2 * l2 * W)"), "is λW, not 2λW"),
    ("l2-step", function("l2_step(W, dW, lr, l2)", "return W - lr * dW - l2 * W"),
     "multiplied by the learning rate, too"),
    ("early-stopping", STOP.replace("        if epoch - best >= patience:\n            break\n", ""),
     "when the patience runs out"),
    ("early-stopping", STOP.replace(">= patience", "> patience"), "stopped an epoch late"),
    ("early-stopping", STOP.replace("loss < losses[best]", "loss <= losses[best]"), "an equal loss is no improvement"),
    ("dropout", DROPOUT.replace("> self.p)", "< self.p)"), "is taken the other way round"),
    ("dropout", DROPOUT.replace(" / (1 - self.p)", ""), "what is kept was not scaled"),
    ("dropout", DROPOUT.replace("return dy * self.mask", "return dy"), "the gradient did not pass the mask"),
    ("choose-lambda", RIDGE.replace("lambdas[np.argmin(errors)]", "np.argmin(errors)"),
     "return λ itself, not its position"),
    ("choose-lambda", RIDGE.replace("W @ H_val - Y_val", "W @ H - Y"), "this is the training error"),
    ("choose-lambda", RIDGE.replace(".mean()", ".sum()"), "the sum of squares, not the mean"),
    ("reproduce", COMPARE.replace(", ddof=1", ""), "takes ddof=1"),
    ("reproduce", COMPARE.replace("np.mean(a) - np.mean(b)", "np.mean(b) - np.mean(a)"),
     "the sign is the wrong way round"),
    ("reproduce", COMPARE.replace("abs(difference)", "difference"), "either sign"),
]


@pytest.mark.parametrize(("id", "code", "cause"), MISTAKES, ids=[f"{id}-{cause}" for id, _, cause in MISTAKES])
def test_an_honest_mistake_is_named_in_every_variant(id, code, cause):
    exercise = EXERCISES[id]
    for variant, seed in product(range(len(exercise.variants)), range(4)):
        wrongs = outcomes(exercise, answer_to(id, variant, code), seed, variant).values()
        assert any(wrong and cause in wrong.cause for wrong in wrongs), (variant, [str(wrong) for wrong in wrongs])


def test_a_constant_that_is_forgotten_is_named():
    for id, code, cause in (
            ("collapse", CODE["collapse"].replace("c * W2 @ b1 + b2", "c * (W2 @ b1 + b2)"), "is not multiplied by"),
            ("sigmoid-slope", CODE["sigmoid-slope"].replace("return a * u", "return u"), "off by a factor of"),
            ("three-layers", THREE_LAYERS.replace("= a * (W", "= (W"), "off by a factor of"),
            ("maxout-hat", HAT.replace("B = a *", "B =").replace("height / a", "height"), "b is multiplied by")):
        for variant in (1, 2, 3):
            wrongs = outcomes(EXERCISES[id], answer_to(id, variant, code), 0, variant).values()
            assert any(wrong and cause in wrong.cause for wrong in wrongs), (id, variant)


def test_there_are_three_for_each_exercise():
    assert {id: sum(id == other for other, *_ in MISTAKES) for id in EXERCISES} == dict.fromkeys(EXERCISES, 3)


OTHER_RIGHT = {
    "three-layers": [
        function("tanh_gradients(*args)", "*params, X, Y = args", "inputs, S, grads = [], X, {}",
                 "for k in (0, 2, 4):", "    inputs.append(S if k == 0 else np.tanh(S))",
                 "    S = params[k] @ inputs[-1] + params[k + 1]", "d = (S - Y) * 2 / (len(Y) * len(Y[0]))",
                 "for k in (3, 2, 1):", "    h = inputs[k - 1]", "    grads[f'W{k}'], grads[f'b{k}'] = d @ h.T, d @ "
                 "np.ones((len(X[0]), 1))", "    d = params[2 * k - 2].T @ d * (1 - h * h)", "return grads"),
        THREE_LAYERS.replace("(1 - h2**2)", "np.cosh(W2 @ h1 + b2) ** -2")],
    "find-bug": [
        function("find_bug(report)", "for k in '321':", "    W, b = report['W' + k] > 1e-6, report['b' + k] > 1e-6",
                 "    if W or b:", "        return 'd' + k if W and b else 'W' + k if W else 'b' + k", "return 'ok'"),
        function("find_bug(report)", "bad = {name for name in report if report[name] > 1e-5}",
                 "lines = {'ok': set(), **{name: {name} for name in report}}",
                 "lines |= {f'd{k}': {n + str(j) for n in 'Wb' for j in range(1, k + 1)} for k in (1, 2, 3)}",
                 "return [line for line in lines if lines[line] == bad][0]")],
    "match-rates": [
        function("match_rates(curves, rates)", "first = np.array([c[0] if c[-1] < 2 * c[0] else -1 for c in curves])",
                 "return np.array(rates)[np.argsort(np.argsort(-first))]"),
        function("match_rates(curves, rates)", "def place(c):",
                 "    return sum(d[0] > c[0] and max(d) < 20 or d is c for d in curves) - 1",
                 "return [rates[-1] if max(c) > 20 else rates[place(c)] for c in curves]")],
    "squareplus": [function("squareplus_slope(z)", "return 0.5 + 0.5 * z / np.hypot(z, 2)"),
                   function("squareplus_slope(z)", "root = (np.array(z) ** 2 + 4) ** 0.5",
                            "return (z + root) / 2 / root")],
    "diagnose": [
        function("diagnose(start, now)", "g = np.array(now['gradient'])", "if start['dead'] > .5:", "    return 'dead'",
                 "if now['dead'] >= 0.5:", "    return 'rate'", "if now['saturated'] >= 0.9:", "    return 'saturated'",
                 "return np.where(g[0] / g[-1] < 0.01, 'vanishing', 'fine').item()"),
        function("diagnose(start, now)", "found = {'dead': start['dead'] > .5, 'rate': now['dead'] > .5,",
                 " 'saturated': now['saturated'] > .9, 'vanishing': now['gradient'][0] < now['gradient'][-1] / 100}",
                 "return next((np.str_(word) for word in found if found[word]), 'fine')")],
    "maxout-hat": [
        function("hat_weights(w, b, height)", "W, B = np.zeros((3, 2, w.size)), np.zeros((3, 2, 1))",
                 "for unit in range(2):", "    W[1, unit], W[2, unit] = w[0], -w[0]",
                 "    B[1, unit], B[2, unit] = b[0], -b[0]", "B[0, 0] = height", "return W, B"),
        function("hat_weights(w, b, height)", "w, b, o = list(w[0]), float(b[0, 0]), [0.0] * w.size",
                 "W = [[[2 * v for v in w]] * 2, [o] * 2, [w, o]]  # z more in both",
                 "return W, [[[2 * b]] * 2, [[0.0]] * 2, [[b + height], [0.0]]]")],
    "skip": [
        function("skip_backward(W, b, X, dY)", "dX, dW, db = dY.copy(), 0 * W, 0 * b", "for n in range(X.shape[1]):",
                 "    for i in range(len(W)):", "        if W[i] @ X[:, n] + b[i, 0] > 0:",
                 "            dX[:, n] += W[i] * dY[i, n]", "            dW[i] += dY[i, n] * X[:, n]",
                 "            db[i] += dY[i, n]", "return [dX, dW, db]"),
        SKIP.replace("dY * (W @ X + b > 0)", "np.where(np.maximum(0, W @ X + b) == 0, 0, dY)")],
    "periodic": [
        function("periodic(x, y, times)", "T, changes, knots, last = x[-1] - x[0], [], [], 0", "for k in range(times):",
                 "    for i in range(len(x) - 1):", "        slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])",
                 "        knots += [[-x[i] - k * T]]", "        changes += [slope - last]", "        last = slope",
                 "return [[1.0]] * (len(knots) + 1), [*knots, [-x[0] - times * T]], [[*changes, -last]], [[y[0]]]"),
        PERIODIC.replace("np.ones_like(knots), -knots", "-np.ones_like(knots), knots")],
    "collapse": [function("collapse(W1, b1, W2, b2)", "return [np.dot(W2, W1), np.dot(W2, b1) + b2]"),
                 function("collapse(W1, b1, W2, b2)", "b = b2 + np.einsum('ij,jk->ik', W2, b1)",
                          "return W2.dot(W1), b")],
    "backprop": [SOFTMAX.replace("p[y, np.arange(n)] -= 1", "p = p - (np.arange(len(p))[:, None] == y)"),
                 SOFTMAX.replace("1 / (1 + np.exp(-(W1 @ X + b1)))", "(1 + np.tanh((W1 @ X + b1) / 2)) / 2")],
    "sigmoid-slope": [function("sigmoid_slope(z)", "z = np.abs(np.asarray(z, float))",
                               "return np.exp(-z) / (1 + np.exp(-z)) ** 2"),
                      function("sigmoid_slope(z)", "return 0.25 / np.cosh(np.clip(z, -1400, 1400) / 2) ** 2"),
                      function("sigmoid_slope(z)", "s = lambda z: np.exp(-np.logaddexp(0, -np.asarray(z)))",
                               "return s(z) * s(-np.asarray(z))")],
    "dead-units": [function("dead_share(W, b, X)", "H = np.maximum(0, W @ X + b)",
                            "return (H.sum(axis=1) == 0).mean()"),
                   function("dead_share(W, b, X)", "return np.mean(np.max(W @ X + b, axis=1) <= 0)"),
                   function("dead_share(W, b, X)", "dead = 0", "for w, c in zip(W, b):",
                            "    dead += all(w @ x + c <= 0 for x in X.T)",
                            "return dead / len(W)")],
    "maxout": [function("maxout_weights(W, b, alpha)", "return np.array([alpha * W, W]), np.array([alpha * b, b])")],
    "budget": [function("widest(n_in, n_out, budget)", "h = 0", "while (h + 1) * (n_in + n_out + 1) + n_out <= budget:",
                        "    h += 1", "return h"),
               function("widest(n_in, n_out, budget)", "return int((budget - n_out) / (n_in + n_out + 1))"),
               function("widest(n_in, n_out, budget)", "return np.maximum(0, (budget - n_out) // (1 + n_in + n_out))")],
    "curve": [CURVE.replace("x[:-1, None]",
                            "x[:, None]").replace("prepend=0)", "prepend=0)\n    changes = np.append(changes, 0)"),
              CURVE.replace("np.ones_like(knots)",
                            "np.ones((len(x) - 1, 1))").replace("y[:1, None]", "np.array([[y[0]]])")],
    "dropout": [DROPOUT, DROPOUT.replace("self.rng.random(h.shape) > self.p",
                                         "self.rng.binomial(1, 1 - self.p, size=h.shape)"),
                DROPOUT.replace("        if not training:\n            return h\n",
                                "").replace("        return h * self.mask",
                "        if not training:\n            self.mask = np.ones_like(h)\n"
                 "        return np.where(self.mask, h * self.mask, 0)")],
    "choose-lambda": [RIDGE, RIDGE.replace("lambdas[np.argmin(errors)]", "min(zip(errors, lambdas))[1]"),
                      RIDGE.replace("((W @ H_val - Y_val) ** 2).mean()",
                                    "float(np.mean(np.square(Y_val - W @ H_val)))")],
    "reproduce": [COMPARE, COMPARE.replace("abs(difference) > 2 * error", "bool(np.abs(difference) / error > 2)"),
                  "import statistics as st\n" + COMPARE.replace("np.var(a, ddof=1)",
                                                                "st.variance(a)").replace("np.mean(a)", "st.fmean(a)")],
}


@pytest.mark.parametrize("id", OTHER_RIGHT)
def test_other_right_answers_keep_full_marks(id):
    for code in OTHER_RIGHT[id]:
        space, exercise = {"np": np}, EXERCISES[id]
        exec(code, space)
        for seed in range(25):
            wrongs = [outcome(exercise, title, LocalAnswer(exercise.name, space[exercise.name]), seed)
                      for title in exercise.tests]
            assert not any(wrongs), (code, seed, [str(wrong) for wrong in wrongs])
