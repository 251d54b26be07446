"""Exercises of the chapter intro: scores, a loss, the collapse, backpropagation, logistic regression."""

from functools import partial
from typing import Any

import numpy as np

from ..gradcheck import check_gradients
from ..layers import Linear, ReLU, Sigmoid
from ..losses import CrossEntropy
from ..network import Network
from ..optim import SGD
from ..training import fit
from .judging import Answer, Exercise, Rng, expect

SCORES = Exercise("scores", "scores", "intro", 5)
CROSS_ENTROPY = Exercise("cross-entropy", "cross_entropy", "intro", 20)
COLLAPSE = Exercise("collapse", "collapse", "intro", 15)
BACKPROP = Exercise("backprop", "gradients", "intro", 60)
LOGISTIC = Exercise("logistic", "logistic", "intro", 45)

LOSS = CrossEntropy()
Arrays = tuple[np.ndarray[Any, Any], ...]


def _two_layers(rng: Rng, *between: Any, sizes: tuple[int, ...] = ()) -> tuple[Network, Arrays]:
    """A random net of two layers, and its W1, b1, W2, b2."""
    n_in, n_hidden, n_out = sizes or rng.integers(2, 6, size=3).tolist()
    net = Network(Linear(n_in, n_hidden), *between, Linear(n_hidden, n_out), rng=rng)
    net[0].b, net[-1].b = rng.normal(size=(n_hidden, 1)), rng.normal(size=(n_out, 1))
    return net, (net[0].W, net[0].b, net[-1].W, net[-1].b)


def _scores(answer: Answer, rng: Rng, samples: int, sizes: tuple[int, ...] = ()) -> None:
    net, (W1, b1, W2, b2) = _two_layers(rng, ReLU(), sizes=sizes)
    X = rng.normal(size=(W1.shape[1], samples))
    expect(answer, (W1, b1, W2, b2, X), net(X), {
        "少了 max(0, ·) | the max(0, ·) is missing": W2 @ (W1 @ X + b1) + b2,
        "输出层不该再过 max | the output layer takes no max": np.maximum(0, net(X)),
        "少了偏置 | the biases are missing": W2 @ np.maximum(0, W1 @ X)})


SCORES.test("一个样本 | one sample")(partial(_scores, samples=1, sizes=(3, 4, 2)))
SCORES.test("一批样本，形状任意 | a batch, any sizes")(partial(_scores, samples=7))


CROSS_ENTROPY.compare("一个样本 | one sample", LOSS, lambda rng: (rng.normal(size=(4, 1)), rng.integers(4, size=1)),
                      lambda S, y: {
    "少了对数 | the logarithm is missing": np.exp(-LOSS(S, y)),
    "忘了取正确的类 | the right class was not picked": -np.log(np.exp(S) / np.exp(S).sum()).sum(),
    "用了以 2 为底的对数 | the logarithm is to base 2": LOSS(S, y) / np.log(2)})
CROSS_ENTROPY.compare("一批样本取平均 | the mean over a batch", LOSS,
                      lambda rng: (rng.normal(size=(3, 6)), rng.integers(3, size=6)), lambda S, y: {
    "是各样本之和，没有取平均 | it is the sum over samples, not the mean": 6 * LOSS(S, y),
    "多除了类别数 | also divided by the number of classes": LOSS(S, y) / 3,
    "要按列归一化，axis=0 | divide by the sum of each column, axis=0":
        np.log(np.exp(S).sum()) - S[y, np.arange(6)].mean(),
    "每个样本各自归一化，axis=0 | each sample by itself is divided by its sum, axis=0":
        np.log(np.exp(S - S.max(axis=0)).sum()) - (S - S.max(axis=0))[y, np.arange(6)].mean()})
CROSS_ENTROPY.compare("得分上千也不溢出 | no overflow for scores in the thousands", LOSS,
                      lambda rng: (rng.normal(size=(3, 5)) * 3000, rng.integers(3, size=5)), special=True)
CROSS_ENTROPY.compare("得分是整数 | whole-number scores", LOSS,
                      lambda rng: (rng.integers(-4, 5, size=(3, 4)), rng.integers(3, size=4)))


def _combined(W1: Any, b1: Any, W2: Any, b2: Any) -> Arrays:
    return W2 @ W1, W2 @ b1 + b2


COLLAPSE.compare("合成的权重 | the combined weights", _combined,
                 lambda rng: _two_layers(rng, sizes=(3, 5, 2))[1], part=0)
COLLAPSE.compare(
    "合成的偏置 | the combined bias", _combined, lambda rng: _two_layers(rng, sizes=(2, 4, 3))[1],
    lambda W1, b1, W2, b2: {
        "第一层的偏置也要乘 W2 | the first bias has to pass through W2": (W2 @ W1, b2),
        "少了第二层的偏置 | the second bias is missing": (W2 @ W1, W2 @ b1)})
COLLAPSE.compare("形状任意 | any sizes", _combined, lambda rng: _two_layers(rng)[1])


def _task(rng: Rng, n: int) -> tuple[Network, tuple[Any, ...]]:
    net, arrays = _two_layers(rng, Sigmoid())
    return net, (*arrays, rng.normal(size=(net[0].n_in, n)), rng.integers(net[2].n_out, size=n))


def _named(net: Network, vector: Any) -> dict[str, Any]:
    """The parts of a vector that is laid out like the parameters of a two-layer net."""
    net = net.copy()
    net.params = vector
    return {"W1": net[0].W, "b1": net[0].b, "W2": net[2].W, "b2": net[2].b}


def _part(answer: Answer, rng: Rng, keys: tuple[str, ...], n: int) -> None:
    net, args = _task(rng, n)
    right = _named(net, net.loss_and_grad(*args[4:])[1])
    passed = net[2].W.T @ LOSS.value_and_grad(net(args[4]), args[5])[1]
    without = {**right, "W1": passed @ args[4].T, "b1": passed.sum(axis=1, keepdims=True)}
    for key in keys:
        expect(answer, args, right, {
            "没有除以样本数 | not divided by the number of samples": right[key] * n,
            "少了 sigmoid 的斜率 h(1 - h) | the slope of the sigmoid, h(1 - h), is missing": without[key]}, part=key)


BACKPROP.test("一个样本，输出层 | one sample, output layer")(partial(_part, keys=("b2", "W2"), n=1))
BACKPROP.test("一个样本，隐藏层 | one sample, hidden layer")(partial(_part, keys=("b1", "W1"), n=1))
BACKPROP.test("一批样本，输出层 | a batch, output layer")(partial(_part, keys=("b2", "W2"), n=8))
BACKPROP.test("一批样本，隐藏层 | a batch, hidden layer")(partial(_part, keys=("b1", "W1"), n=8))


@BACKPROP.test("通过梯度检验 | the gradient check")
def _(answer: Answer, rng: Rng) -> None:
    net, args = _task(rng, 5)
    expect(answer, args, _named(net, check_gradients(net, *args[4:]).numeric), rtol=1e-5)


def _logistic(X: Any, y: Any, lr: float, steps: int) -> tuple[Any, Any]:
    net = Network(Linear(X.shape[0], 1))
    net.params = 0.0
    fit(net, X, y, optimizer=SGD(lr=lr), epochs=steps, batch_size=X.shape[1])
    return net[0].W, net[0].b


LOGISTIC.compare(
    "走一步 | one step", _logistic,
    lambda rng: (rng.normal(size=(2, 7)), rng.integers(2, size=7), 0.5, 1),  # 7: the classes are never balanced
    lambda X, y, lr, steps: {
        "往梯度的方向走了，应当往反方向 | the step goes along the gradient instead of against it":
            tuple(-part for part in _logistic(X, y, lr, steps)),
        "没有除以样本数 | not divided by the number of samples": _logistic(X, y, 7 * lr, steps),
        "偏置没有学 | the bias was not trained": (_logistic(X, y, lr, steps)[0], np.zeros((1, 1)))})
LOGISTIC.compare("走很多步 | many steps", _logistic,
                 lambda rng: (rng.normal(size=(3, 20)), rng.integers(2, size=20), 0.3, 40))
LOGISTIC.compare("输入很大也不出 NaN | large inputs give no NaN", _logistic, special=True, rtol=1e-4,
                 draw=lambda rng: (rng.normal(size=(2, 11)) * 500, rng.integers(2, size=11), 1.0, 5))
