"""Reference answers to the assigned exercises; they go into assignments/source and nowhere else."""

import numpy as np


def collapse(W1, b1, W2, b2):
    return W2 @ W1, W2 @ b1 + b2


def gradients(W1, b1, W2, b2, X, y):
    n = X.shape[1]
    h = 1 / (1 + np.exp(-(W1 @ X + b1)))
    s = W2 @ h + b2
    p = np.exp(s - s.max(axis=0))
    p /= p.sum(axis=0)
    p[y, np.arange(n)] -= 1
    d2 = p / n
    d1 = (W2.T @ d2) * h * (1 - h)
    return {"W1": d1 @ X.T, "b1": d1.sum(axis=1, keepdims=True),
            "W2": d2 @ h.T, "b2": d2.sum(axis=1, keepdims=True)}


def sigmoid_slope(z):
    u = np.exp(-np.abs(z))
    return u / (1 + u) ** 2


def dead_share(W, b, X):
    return float(((W @ X + b) <= 0).all(axis=1).mean())


def maxout_weights(W, b, alpha):
    return np.stack([W, alpha * W]), np.stack([b, alpha * b])


def widest(n_in, n_out, budget):
    return max(0, (budget - n_out) // (n_in + 1 + n_out))


def through_points(x, y):
    slopes = np.diff(y) / np.diff(x)
    knots = x[:-1, None]
    changes = np.diff(slopes, prepend=0)
    return np.ones_like(knots), -knots, changes[None], y[:1, None]


class Dropout:
    def __init__(self, p, seed):
        self.p, self.rng, self.mask = p, np.random.default_rng(seed), 1

    def forward(self, h, training):
        self.mask = (self.rng.random(h.shape) >= self.p) / (1 - self.p) if training else 1
        return h * self.mask

    def backward(self, dy):
        return dy * self.mask


def choose_lambda(H, Y, H_val, Y_val, lambdas):
    errors = []
    for lam in lambdas:
        W = np.linalg.solve(H @ H.T + lam * np.eye(H.shape[0]), H @ Y.T).T
        errors.append(float(((W @ H_val - Y_val) ** 2).mean()))
    return errors, lambdas[int(np.argmin(errors))]


def compare_runs(a, b):
    gap = np.mean(a) - np.mean(b)
    error = np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
    return {"difference": gap, "error": error, "clear": abs(gap) > 2 * error}
