"""Exercises of the chapter activations: sigmoid and its slope, tanh, PReLU, dead units, Maxout."""

from functools import partial
from typing import Any

import numpy as np

from ..activations import leaky_relu, sigmoid, tanh
from ..diagnostics import dead_units
from ..layers import Linear, Maxout, PReLU, ReLU
from ..network import Network
from .judging import Answer, Exercise, Rng, Wrong, expect, finite, judge, numbers, shown

SIGMOID = Exercise("sigmoid", "sigmoid", "activations", 15)
SLOPE = Exercise("sigmoid-slope", "sigmoid_slope", "activations", 15)
TANH = Exercise("tanh", "tanh", "activations", 5)
PRELU = Exercise("prelu", "prelu_backward", "activations", 30)
DEAD = Exercise("dead-units", "dead_share", "activations", 20)
MAXOUT = Exercise("maxout", "maxout_weights", "activations", 30)

LARGE_TITLE = "很大和很小的数 | very large and very small numbers"


def _large(rng: Rng) -> tuple[Any]:
    return (np.array([-1000.0, -745.0, -40.0, 0.0, 40.0, 745.0, 1000.0]) * rng.uniform(0.9, 1.1, size=7),)


SIGMOID.compare("普通的数 | ordinary numbers", sigmoid, lambda rng: (rng.normal(size=5),), lambda z: {
    "指数里少了负号 | the minus sign in exp(-z) is missing": sigmoid(-z),
    "这是 tanh | this is tanh": tanh(z),
    "这是导数 | this is the derivative": sigmoid.derivative(z),
    "z < 0 时要用另一个式子 | z < 0 takes the other formula, u / (1 + u)": sigmoid(abs(z))})
SIGMOID.compare("任意形状，也可以是一个数 | any shape, a single number too", sigmoid,
                lambda rng: [(rng.normal(size=(2, 3)),), (float(rng.normal()),)])


@SIGMOID.test("没有溢出警告 | no overflow warning", special=True)
def _(answer: Answer, rng: Rng) -> None:
    (z,) = _large(rng)
    expect(answer, (z,), sigmoid(z))
    if answer.warned:  # never in a browser, where floating-point numbers raise no flags
        remedy = "只对不大于 0 的数取指数，如 exp(-|z|) | take exp only of numbers up to 0, e.g. exp(-|z|)"
        raise Wrong(remedy, f"{answer.name}{shown((z,))}", f"RuntimeWarning: {answer.warned}")


SLOPE.compare("普通的数 | ordinary numbers", sigmoid.derivative, lambda rng: (rng.normal(size=(3, 2)),), lambda z: {
    "这是 sigmoid 本身 | this is the sigmoid itself": sigmoid(z),
    "分母要平方 | the denominator has to be squared": sigmoid(-abs(z)),
    "公式 s(1 - s) 里的 s 是 σ(z)，不是 z | in s(1 - s) the s is σ(z), not z": z * (1 - z)})
SLOPE.compare("在 0 处最大 | largest at 0", sigmoid.derivative, lambda rng: (0.0,), special=True)


@SLOPE.test("离 0 很远仍准确 | accurate far from 0", special=True)
def _(answer: Answer, rng: Rng) -> None:
    z = rng.uniform(30, 40, size=4) * [-1, -1, 1, 1]
    exact, call = sigmoid(z) * sigmoid(-z), f"{answer.name}{shown((z,))}"
    judge(finite(answer(z), exact, call) / exact, np.ones(4), f"{call} / (σ(z) σ(-z))", {
        "1 - σ(z) 在右端舍入成了 0，改用 σ(-z) | 1 - σ(z) is rounded to 0 on the right; σ(-z) is not":
            sigmoid(z) * (1 - sigmoid(z)) / exact}, rtol=1e-5)  # 40 in single precision may be 2e-6 away


TANH.compare("普通的数 | ordinary numbers", tanh, lambda rng: (rng.normal(size=6),), lambda z: {
    "自变量也要乘 2 | the argument has to be doubled, too": 2 * sigmoid(z) - 1,
    "忘了减 1 | the minus one is missing": 2 * sigmoid(2 * z)})
SIGMOID.compare(LARGE_TITLE, sigmoid, _large, special=True)
TANH.compare(LARGE_TITLE, tanh, _large, special=True)
SLOPE.compare("两头趋于 0，不出 NaN | 0 at both ends, no NaN", sigmoid.derivative, _large, special=True)


def _prelu(z: Any, alpha: Any, dy: Any) -> tuple[Any, Any]:
    net = Network(Linear(1, len(z)), PReLU())
    net[1].alpha = alpha
    net[1].forward(z)
    return net[1].backward(dy), net[1].grads["alpha"]


def _sent(rng: Rng, units: int) -> tuple[Any, Any, Any]:
    z, dy = rng.normal(size=(2, units, rng.integers(4, 9)))
    return z, rng.uniform(0.1, 2, size=(units, 1)), dy


PRELU.compare("传给下层的梯度 | the gradient sent down", _prelu, lambda rng: _sent(rng, int(rng.integers(2, 6))),
              lambda z, alpha, dy: {
    "没有乘上面传来的 dy | not multiplied by the dy from above": np.where(z > 0, 1, alpha),
    "斜率是 1 或 α，不是 z 或 αz | the slope is 1 or α, not z or αz": np.where(z > 0, 1, alpha) * z * dy}, part=0)


@PRELU.test("斜率的梯度 | the gradient of the slopes")
def _(answer: Answer, rng: Rng) -> None:
    for units in rng.permutation(range(2, 6))[:2].tolist():
        z, alpha, dy = _sent(rng, units)
        dz, dalpha = _prelu(z, alpha, dy)
        expect(answer, (z, alpha, dy), (dz, dalpha), {
            "每个单元对样本求和，得到 (n, 1) | sum over samples, to (n, 1)": (dz, np.minimum(z, 0) * dy),
            "求和，不是平均 | it is the sum, not the mean": (dz, dalpha / dy.shape[1]),
            "只有 z < 0 的部分有贡献 | only z < 0 contributes": (dz, (z * dy).sum(axis=1, keepdims=True))})


def _share(answer: Answer, rng: Rng, killed: tuple[bool, ...], samples: int = 0) -> None:
    units = int(rng.integers(5, 10))
    for number in [units * all for all in killed] or rng.permutation(range(1, units))[:2].tolist():
        # No unit is far from death: the living ones are active on few samples.
        X, W = rng.uniform(-1, 1, size=(3, samples or rng.integers(20, 40))), rng.normal(size=(units, 3))
        margin = rng.uniform(0.02, 0.2, size=(units, 1)) * np.where(rng.permutation(units) < number, -1, 1)[:, None]
        b = margin - (W @ X).max(axis=1, keepdims=True)
        if number == units:
            W[0], b[0] = 0, 0  # exactly 0 is as dead as below 0
        net = Network(Linear(3, units), ReLU())
        net[0].W, net[0].b = W, b
        h, right = np.maximum(0, W @ X + b), float(dead_units(net, X))
        expect(answer, (W, b, X), right, {
            "死单元要在所有样本上都为零 | a dead unit is zero on every sample": (h == 0).mean(),
            "这是活着的比例 | this is the share that is alive": 1 - right,
            "应返回比例，不是个数 | return a share, not a count": units * right,
            "只要有一个样本为零不算死 | zero on one sample is not dead": (h == 0).any(axis=1).mean(),
            "axis=1 才是对样本 | axis=1 goes over the samples": (h == 0).all(axis=0).mean(),
            "恰好为 0 也是不激活 | an output of exactly 0 is off, too": (W @ X + b < 0).all(axis=1).mean()})


DEAD.test("有死有活 | some dead, some alive")(partial(_share, killed=()))
DEAD.test("全活和全死 | all alive, all dead", special=True)(partial(_share, killed=(False, True)))
DEAD.test("只有一个样本 | a single sample", special=True)(partial(_share, killed=(), samples=1))


def _maxout(answer: Answer, rng: Rng, most: float) -> None:
    for units in rng.permutation([2, 3, 4])[:2].tolist():
        inputs, alpha = int(rng.integers(3, 6)), float(rng.uniform(most / 10, most))
        W, b = rng.normal(size=(units, inputs)), rng.normal(size=(units, 1))
        actual, call = answer(W, b, alpha), f"{answer.name}{shown((W, b, alpha))}"
        example = (np.stack([W, alpha * W]), np.stack([b, alpha * b]))
        shapes = "形状应为 (2, n, D) 和 (2, n, 1) | the shapes should be (2, n, D) and (2, n, 1)"
        if not isinstance(actual, list | tuple) or len(actual) != 2:
            judge(actual, example, call)
        pieces = list(map(numbers, actual))
        if any(p is None or p.shape != e.shape for p, e in zip(pieces, example, strict=True)):
            raise Wrong(shapes, call, shown(actual), shown(example))
        net = Network(Maxout(inputs, units))
        X = rng.normal(size=(inputs, 40)) * (rng.random((inputs, 40)) > 0.1)  # some exactly 0
        net[0].W, net[0].b = pieces
        judge(net(X), leaky_relu(W @ X + b, alpha=alpha), f"Maxout(X), (W, b) = {call}", {
            "第二段的偏置也要乘 α | the bias of the second piece has to be scaled, too":
                np.maximum(W @ X + b, alpha * W @ X + b),
            "第二段应为 α 倍，不是 -α 倍 | the second piece is α times the first, not -α times":
                np.maximum(W @ X + b, -alpha * (W @ X + b))})


MAXOUT.test("变成 leaky ReLU | as leaky ReLU")(partial(_maxout, most=0.5))
MAXOUT.test("变成 ReLU | as ReLU", special=True)(partial(_maxout, most=0.0))
