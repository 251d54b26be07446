"""Right answers of a student who knows no NumPy: loops over single numbers earn all points at a tenth of the limit.

So a limit is at least ten times what the slowest honest answer takes; after a call that hung, a tenth is left.
"""

import nbformat
import pytest

from grader import assignments
from grader.marking import Conditions, mark

HELPERS = """
import math

def product(A, B):
    return np.array([[sum(A[i][k] * B[k][j] for k in range(len(B))) for j in range(len(B[0]))] for i in range(len(A))])

def layer(W, b, X):
    WX = product(W, X)
    return np.array([[WX[i][j] + b[i][0] for j in range(len(WX[0]))] for i in range(len(WX))])
"""
ANSWERS = {
    "collapse": """
def collapse(W1, b1, W2, b2):
    return product(W2, W1), layer(W2, b2, b1)
""",
    "three-layers": """
def tanh_gradients(W1, b1, W2, b2, W3, b3, X, Y):
    def bent(Z):
        return np.array([[math.tanh(value) for value in row] for row in Z])

    def loss(params):
        W1, b1, W2, b2, W3, b3 = params.values()
        S = layer(W3, b3, bent(layer(W2, b2, bent(layer(W1, b1, X)))))
        return sum((S[i][j] - Y[i][j]) ** 2 for i in range(len(Y)) for j in range(len(Y[0]))) / Y.size

    params, slopes = {"W1": W1, "b1": b1, "W2": W2, "b2": b2, "W3": W3, "b3": b3}, {}
    for name in params:  # numerically, each weight four times
        slopes[name] = np.zeros(np.shape(params[name]))
        for index in np.ndindex(slopes[name].shape):
            for step, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
                moved = {other: np.array(value) for other, value in params.items()}
                moved[name][index] += step * 1e-3
                slopes[name][index] += weight * loss(moved) / 12e-3
    return slopes
""",
    "sigmoid-slope": """
def sigmoid_slope(z):
    slopes = np.zeros(np.shape(z))
    for index in np.ndindex(slopes.shape):
        u = math.exp(-abs(np.asarray(z)[index]))
        slopes[index] = u / (1 + u) ** 2
    return slopes
""",
    "diagnose": """
def diagnose(start, now):
    first, *_, last = now["gradient"]
    causes = [("dead", start["dead"] > 0.5), ("rate", now["dead"] > 0.5), ("saturated", now["saturated"] > 0.9),
              ("vanishing", first / last < 0.01), ("fine", True)]
    for word, found in causes:
        if found:
            return word
""",
    "maxout-hat": """
def hat_weights(w, b, height):
    def times(factor, A):
        return [[factor * value for value in row] for row in A]

    W = [[w[0], w[0]], times(-1, [w[0], w[0]]), times(0, w) + [w[0]]]
    return np.array(W), np.array([[b[0], b[0]], times(-1, [b[0], b[0]]), [[height], b[0]]])
""",
    "budget": """
def widest(n_in, n_out, budget):
    hidden = 0
    while (n_in + 1) * (hidden + 1) + (hidden + 2) * n_out <= budget:
        hidden += 1
    return hidden
""",
    "periodic": """
def periodic(x, y, times):
    knots, changes, before = [], [], 0.0
    for k in range(times):
        for i in range(len(x) - 1):
            slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i])
            knots.append([-(x[i] + k * (x[-1] - x[0]))])
            changes.append(slope - before)
            before = slope
    knots.append([-(x[0] + times * (x[-1] - x[0]))])
    changes.append(-before)
    return np.array([[1.0]] * len(knots)), np.array(knots), np.array([changes]), np.array([[y[0]]])
""",
    "dropout": """
class Dropout:
    def __init__(self, p, seed):
        self.p, self.rng, self.mask = p, np.random.default_rng(seed), None

    def forward(self, h, training):
        self.mask = [[1.0] * len(row) for row in h]
        for i in range(len(h) if training else 0):
            for j in range(len(h[0])):
                self.mask[i][j] = 1 / (1 - self.p) if self.rng.random() >= self.p else 0.0
        return self.backward(h)

    def backward(self, dy):
        return np.array([[dy[i][j] * self.mask[i][j] for j in range(len(dy[0]))] for i in range(len(dy))])
""",
    "choose-lambda": """
def choose_lambda(H, Y, H_val, Y_val, lambdas):
    def solved(A, B):
        A, B = [[float(value) for value in row] for row in A], [[float(value) for value in row] for row in B]
        for i in range(len(A)):
            for r in range(len(A)):
                factor = A[r][i] / A[i][i] if r != i else 0.0
                A[r] = [A[r][c] - factor * A[i][c] for c in range(len(A))]
                B[r] = [B[r][c] - factor * B[i][c] for c in range(len(B[0]))]
        return [[value / A[i][i] for value in B[i]] for i in range(len(A))]

    def turned(A):
        return [[row[j] for row in A] for j in range(len(A[0]))]

    errors = []
    for lam in lambdas:
        A = product(H, turned(H))
        for i in range(len(A)):
            A[i][i] += lam
        guess = product(turned(solved(A, product(H, turned(Y)))), H_val)
        squares = [(guess[i][j] - Y_val[i][j]) ** 2 for i in range(len(guess)) for j in range(len(guess[0]))]
        errors.append(sum(squares) / len(squares))
    return errors, lambdas[errors.index(min(errors))]
""",
    "reproduce": """
def compare_runs(a, b):
    def mean(values):
        return sum(values) / len(values)

    def variance(values):
        return sum((value - mean(values)) ** 2 for value in values) / (len(values) - 1)

    a, b = [float(value) for value in a], [float(value) for value in b]
    error = math.sqrt(variance(a) / len(a) + variance(b) / len(b))
    return {"difference": mean(a) - mean(b), "error": error, "clear": abs(mean(a) - mean(b)) > 2 * error}
""",
}


@pytest.fixture
def points(sandboxed, notebook):
    """The share of points of each exercise of an assignment, answered in loops but for the cells given."""
    def points(name, conditions, **cells):
        assignment = assignments.load(name)
        slow = {id.replace("-", "_"): HELPERS + ANSWERS[id] for id in assignment.exercises}
        result = mark(nbformat.writes(notebook(name, **{**slow, **cells})).encode(), assignment, conditions)
        return {id: entry["points"] / entry["max"] for id, entry in result["exercises"].items()}

    return points


@pytest.mark.parametrize("name", assignments.names())
def test_honest_and_slow_answers_need_less_than_a_tenth(points, name):
    assert set(points(name, Conditions(1234, Conditions(1234).seconds / 10)).values()) == {1.0}


def test_an_endless_loop_costs_no_other_exercise(points):
    loop = "def collapse(W1, b1, W2, b2):\n    while True: pass"
    assert points("intro", Conditions(1234), collapse=loop) == {"collapse": 0.0, "three-layers": 1.0}
