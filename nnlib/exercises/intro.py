"""Exercises of the chapter intro: scores, a loss, the collapse, backpropagation and its bugs, learning rates."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from ..layers import Linear, ReLU, Sigmoid, Tanh
from ..losses import MSE, CrossEntropy
from ..network import Network, mlp
from ..optim import SGD
from ..training import fit
from .judging import Answer, Exercise, Rng, expect

SCORES = Exercise("scores", "scores", "intro", 5)
CROSS_ENTROPY = Exercise("cross-entropy", "cross_entropy", "intro", 20)
COLLAPSE = Exercise("collapse", "collapse", "intro", 15, [{"c": c} for c in (1, 2, 3, 4)])
BACKPROP = Exercise("backprop", "gradients", "intro", 60)
THREE_LAYERS = Exercise("three-layers", "tanh_gradients", "intro", 60, [{"a": a} for a in (1, 1.5, 0.7, 3)])
FIND_BUG = Exercise("find-bug", "find_bug", "intro", 20)
RATES = Exercise("match-rates", "match_rates", "intro", 15)
LOGISTIC = Exercise("logistic", "logistic", "intro", 45)

LOSS, KEYS = CrossEntropy(), ["W1", "b1", "W2", "b2", "W3", "b3"]
Arrays = tuple[np.ndarray[Any, Any], ...]


def arrays_of(net: Network) -> Arrays:
    """The W1, b1, W2, b2, ... of a net."""
    return tuple(part for layer in net if isinstance(layer, Linear) for part in (layer.W, layer.b))


def random_net(rng: Rng, sizes: Any, activation: Any = ReLU) -> tuple[Network, Arrays]:
    """A net of random weights and biases, and its W1, b1, W2, b2, ..."""
    net = mlp(*sizes, activation=activation)
    net.params = rng.normal(size=net.n_params)
    return net, arrays_of(net)


def _scores(answer: Answer, rng: Rng, samples: int, sizes: tuple[int, ...] = ()) -> None:
    net, (W1, b1, W2, b2) = random_net(rng, sizes or rng.integers(2, 6, size=3))
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
                      lambda rng: (S := rng.normal(size=(3, 5)) * 3000,  # one label is wrong: the loss is no rounding
                                   np.append(rng.integers(3, size=4), S[:, 4].argmin())), special=True)
CROSS_ENTROPY.compare("得分是整数 | whole-number scores", LOSS,
                      lambda rng: (rng.integers(-4, 5, size=(3, 4)), rng.integers(3, size=4)))


def _combined(W1: Any, b1: Any, W2: Any, b2: Any, c: int) -> Arrays:
    return c * W2 @ W1, c * W2 @ b1 + b2


COLLAPSE.compare("合成的权重 | the combined weights", _combined, lambda rng: random_net(rng, (3, 5, 2))[1], part=0)
COLLAPSE.compare("合成的偏置 | the combined bias", _combined, lambda rng: random_net(rng, (2, 4, 3))[1],
                 lambda W1, b1, W2, b2, c: {
    "第一层的偏置也要乘 W2 | the first bias has to pass through W2": (c * W2 @ W1, b2),
    "少了第二层的偏置 | the second bias is missing": (c * W2 @ W1, c * W2 @ b1),
    f"第二层的偏置不乘 {c} | the second bias is not multiplied by {c}": (c * W2 @ W1, c * (W2 @ b1 + b2))})
COLLAPSE.compare("形状任意 | any sizes", _combined, lambda rng: random_net(rng, rng.integers(2, 6, size=3))[1])


def _named(net: Network, vector: Any) -> dict[str, Any]:
    """The parts of a vector that is laid out like the parameters of a net."""
    net = net.copy()
    net.params = vector
    return dict(zip(KEYS, arrays_of(net), strict=False))


def _part(answer: Answer, rng: Rng, layers: int, of: Sequence[int], n: int, a: float = 1, **how: Any) -> None:
    net, arrays = random_net(rng, rng.integers(2, 6, size=layers + 1), Sigmoid if layers == 2 else Tanh)
    last = sum(part.size for part in arrays[-2:])
    by = np.repeat([a, 1], [net.n_params - last, last])  # tanh(a z): behind a W and a b it is tanh
    net.params *= 0.5 / by  # half: where tanh is flat, a slope is the rounding of 1 - h² alone
    given = [part.copy() for part in arrays]
    net.params *= by
    X, shape = rng.normal(size=(net[0].n_in, n)), (net[-1].n_out, n)
    y, loss = (rng.integers(shape[0], size=n), LOSS) if layers == 2 else (rng.normal(size=shape), MSE())
    right = _named(net, by * net.loss_and_grad(X, y, loss)[1])
    d: Any = loss.value_and_grad(net(X), y)[1]
    for layer in reversed([layer for layer in net if isinstance(layer, Linear)]):
        d = layer.backward(d)  # past the activations
    flat = _named(net, by * net.grads)
    for key in (KEYS[2 * layer - i] for layer in reversed(of) for i in (1, 2)):
        expect(answer, (*given, X, y), right, {
            "没有除以样本数 | not divided by the number of samples": right[key] * n,
            "少了 sigmoid 的斜率 h(1 - h) | the slope of the sigmoid, h(1 - h), is missing": flat[key],
        } if layers == 2 else {
            "少了 tanh 的斜率 1 - h² | the slope of tanh, 1 - h², is missing": flat[key],
            "平方的导数里有个 2 | the slope of a square has a factor 2": right[key] / 2,
            "MSE 也对输出取平均 | MSE is a mean over outputs, too": right[key] * net[-1].n_out,
            "MSE 是 C·N 个数的平均 | MSE is a mean of C N numbers": right[key] * y.size}, part=key, **how)


for one, layers in ((BACKPROP, 2), (THREE_LAYERS, 3)):
    for n, zh, en in ((1, "一个样本", "one sample"), (8, "一批样本", "a batch")):
        one.test(f"{zh}，输出层 | {en}, output layer")(partial(_part, layers=layers, of=[layers], n=n))
        one.test(f"{zh}，隐藏层 | {en}, hidden layer")(partial(_part, layers=layers, of=range(1, layers), n=n))
    every = range(1, layers + 1)
    one.test("通过梯度检验 | the gradient check")(partial(_part, layers=layers, of=every, n=5, rtol=1e-5))


def _bugs(answer: Answer, rng: Rng, lines: list[str]) -> None:
    for line in rng.permutation(lines).tolist():
        wrong = KEYS[:2 * int(line[1])] if line[0] == "d" else [line]  # an error goes down to all layers below
        report = {key: float(10 ** rng.uniform(*((-3, 0.3) if key in wrong else (-12, -7)))) for key in KEYS}
        expect(answer, (report,), line, {
            "错会往下传到各层，找最靠近损失的 | a fault reaches all layers below: find the one nearest the loss": "d1",
            "同层的 W 和 b 都错，错在 d | where W and b of a layer are both wrong, d is": f"W{line[1]}",
            "d 要是错了，W 和 b 都会错 | if d were wrong, both W and b would be": f"d{line[1]}",
            "相对误差 1e-6 以下只是舍入 | a relative error below 1e-6 is rounding": "d3"})


FIND_BUG.test("只错一个参数 | one parameter is wrong")(partial(_bugs, lines=KEYS))
FIND_BUG.test("错在中途 | wrong on the way")(partial(_bugs, lines=["d1", "d2", "d3"]))
FIND_BUG.test("一行也没错 | no line is wrong", special=True)(partial(_bugs, lines=["ok"]))


def _rated(answer: Answer, rng: Rng, typical: list[float]) -> None:
    for shift in rng.permutation(range(1, len(typical)))[:2].tolist():  # no curve where its rate is in the sorted list
        rates, X = np.roll(typical, shift) * rng.uniform(0.9, 1.1), rng.uniform(-1.7, 1.7, size=(4, 160))
        y = rng.choice([-1, 1], size=4) @ X + rng.normal(size=160) * 0.7
        curves = [fit(mlp(4, 1), X, y, MSE(), SGD(lr=rate), epochs=6, batch_size=8).loss.tolist() for rate in rates]
        first, last = (np.argsort(np.argsort([-curve[at] for curve in curves])) for at in (0, -1))
        expect(answer, (curves, np.sort(rates).tolist()), rates, {
            "最后的损失分不出太小和太大 | the last loss does not tell too small from too large": np.sort(rates)[last],
            "发散的那条学习率最大 | the one that diverges has the largest rate": np.sort(rates)[first],
            "按曲线的次序，每条一个 | one rate per curve, in the order of the curves": np.sort(rates)})


RATES.test("四条曲线，一条发散 | four curves, one diverges")(partial(_rated, typical=[0.001, 0.015, 0.28, 1.2]))
RATES.test("三条曲线，都不发散 | three curves, none diverges")(partial(_rated, typical=[0.001, 0.015, 0.28]))


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
