"""Reference answers to the assigned exercises; no page and no notebook for students shows them."""

import numpy as np  # `c = 1` and the like are constants by which variants of an exercise differ


def collapse(W1, b1, W2, b2):
    c = 1
    return c * W2 @ W1, c * W2 @ b1 + b2


def tanh_gradients(W1, b1, W2, b2, W3, b3, X, Y):
    a = 1
    h1 = np.tanh(a * (W1 @ X + b1))
    h2 = np.tanh(a * (W2 @ h1 + b2))
    d3 = 2 * (W3 @ h2 + b3 - Y) / Y.size
    d2 = a * (W3.T @ d3) * (1 - h2**2)
    d1 = a * (W2.T @ d2) * (1 - h1**2)
    grads = {}
    for k, d, below in ((1, d1, X), (2, d2, h1), (3, d3, h2)):
        grads |= {f"W{k}": d @ below.T, f"b{k}": d.sum(axis=1, keepdims=True)}
    return grads


def sigmoid_slope(z):
    a = 1
    u = np.exp(-np.abs(a * z))
    return a * u / (1 + u) ** 2


def diagnose(start, now):
    dead = 0.5
    saturated = 0.9
    fault = "vanishing"
    if now["dead"] > dead:
        return "dead" if start["dead"] > dead else "rate"
    if now["saturated"] > saturated:
        return "saturated"
    small, large = (now["gradient"][at] for at in ((0, -1) if fault == "vanishing" else (-1, 0)))
    return fault if small < large / 100 else "fine"


def hat_weights(w, b, height):
    a = 1
    W = a * np.array([[w, w], [-w, -w], [0 * w, w]])[:, :, 0]
    B = a * np.array([[b, b], [-b, -b], [0 * b + height / a, b]])[:, :, 0]
    return W, B


def widest(n_in, n_out, budget):
    pieces = 1
    return max(0, (budget - n_out) // (pieces * (n_in + 1) + n_out))


def periodic(x, y, times):
    knots = x[0] + np.append(0, np.cumsum(np.tile(np.diff(x), times)))[:, None]
    slopes = np.tile(np.diff(y) / np.diff(x), times)
    return np.ones_like(knots), -knots, np.diff(slopes, prepend=0, append=0)[None], y[:1, None]


class Dropout:
    def __init__(self, p, seed):
        p_is_to = "drop"
        self.p, self.rng, self.mask = p if p_is_to == "drop" else 1 - p, np.random.default_rng(seed), 1

    def forward(self, h, training):
        self.mask = (self.rng.random(h.shape) >= self.p) / (1 - self.p) if training else 1
        return h * self.mask

    def backward(self, dy):
        return dy * self.mask


def choose_lambda(H, Y, H_val, Y_val, lambdas):
    c = 1
    errors = []
    for lam in lambdas:
        W = np.linalg.solve(H @ H.T + c * lam * np.eye(H.shape[0]), H @ Y.T).T
        errors.append(float(((W @ H_val - Y_val) ** 2).mean()))
    return errors, lambdas[int(np.argmin(errors))]


def compare_runs(a, b):
    errors = 2
    gap = np.mean(a) - np.mean(b)
    error = np.sqrt(np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b))
    return {"difference": gap, "error": error, "clear": abs(gap) > errors * error}
