"""Exercises of the chapter overfitting: an L2 step, early stopping, dropout, choosing λ, comparing runs."""

from functools import partial
from typing import Any

import numpy as np

from ..losses import MSE
from ..network import mlp
from ..stopping import EarlyStopping
from .judging import Answer, Exercise, Rng, Wrong, expect, finite, judge

L2_STEP = Exercise("l2-step", "l2_step", "overfitting", 10)
STOPPING = Exercise("early-stopping", "best_epoch", "overfitting", 20)
DROPOUT = Exercise("dropout", "Dropout", "overfitting", 30, [{"p_is_to": "drop"}, {"p_is_to": "keep"}])
LAMBDA = Exercise("choose-lambda", "choose_lambda", "overfitting", 45, [{"c": c} for c in (1, 2, 0.5, 4)])
COMPARE = Exercise("reproduce", "compare_runs", "overfitting", 180, [{"errors": bar, "data": name} for bar, name in (
    (2, ""), (2.5, "circles"), (3, "spirals"), (1.96, "blobs"))])


def _l2_step(W: Any, dW: Any, lr: float, l2: float) -> Any:
    return W - lr * (dW + l2 * W)


L2_STEP.compare(
    "一步 | one step", _l2_step,
    lambda rng: (*rng.normal(size=(2, 2, 3)), *rng.uniform(0.05, 0.5, size=2).tolist()), lambda W, dW, lr, l2: {
        "没有 L2 项 | the L2 term is missing": W - lr * dW,
        "½λW² 的导数是 λW，不是 2λW | the slope of ½λW² is λW, not 2λW": W - lr * (dW + 2 * l2 * W),
        "L2 让权重变小，符号反了 | L2 shrinks weights, the sign is wrong": W - lr * (dW - l2 * W),
        "L2 项也要乘学习率 | the L2 term is multiplied by the learning rate, too": W - lr * dW - l2 * W})
L2_STEP.compare("梯度为零时只剩衰减 | nothing but decay where the gradient is zero", _l2_step,
                lambda rng: (rng.normal(size=(2, 4)), np.zeros((2, 4)), 0.2, 0.5), special=True)
L2_STEP.compare("λ = 0 就是普通的一步 | an ordinary step where λ = 0", _l2_step,
                lambda rng: (*rng.normal(size=(2, 2, 4)), 0.2, 0.0), special=True)


def _stop(losses: list[float], patience: int) -> tuple[int, int]:
    watch = EarlyStopping(mlp(1, 1), patience)
    for epoch, loss in enumerate(losses):
        watch.update(epoch, loss)
        if watch.done:
            break
    return int(watch.best_epoch), epoch


@STOPPING.test("先降后升 | down, then up")
def _(answer: Answer, rng: Rng) -> None:
    for epochs, patience in zip(rng.permutation(range(3, 9))[:2], rng.permutation([2, 3, 4]).tolist(), strict=False):
        down = np.sort(rng.uniform(0.5, 2, size=epochs))[::-1].tolist()
        losses = [*down, *(down[-1] + rng.uniform(0.1, 1, size=6)).tolist()]
        best, end = _stop(losses, patience)
        expect(answer, (losses, patience), (best, end), {
            "停的那一轮还没到耐心用完 | it stopped before the patience ran out": (best, end - 1),
            "晚停了一轮 | it stopped an epoch late": (best, end + 1),
            "该返回最好的那一轮，不是停下的那一轮 | the best epoch, not the one it stopped in": (end, end),
            "轮数从 0 数起 | epochs count from 0": (best + 1, end + 1),
            "耐心用完就该停 | it has to stop when the patience runs out": (best, len(losses) - 1),
            "先写最好的那一轮 | the best epoch comes first": (end, best)})


STOPPING.compare("一路下降 | falling all the way", _stop,
                 lambda rng: (np.sort(rng.uniform(0.1, 2, size=8))[::-1].tolist(), 3), special=True)
STOPPING.compare("中途的低谷骗不了它 | a late minimum beyond the patience is not seen", _stop,
                 lambda rng: ([1.0, *rng.uniform(1.1, 2, size=4).tolist(), 0.1], 3),
                 lambda *_: {"它看了停下之后的损失 | it looked at losses from after the stop": (5, 5)}, special=True)
STOPPING.compare("打平不算变好 | an equal loss is no improvement", _stop,
                 lambda rng: ([1.0, *[float(rng.uniform(0.2, 0.8))] * 4], 2),
                 lambda *_: {"用 <，不用 <= | use <: an equal loss is no improvement": (4, 4)}, special=True)


def _trained(layer: Any, h: Any, call: str) -> Any:
    """What a layer returns in training; some numbers have to be 0 and some must not."""
    y = finite(layer("forward", h, True), h, call)
    if not 0.05 < (share := (y == 0).mean()) < 0.95:
        cause = "训练时应关掉一部分，留下一部分 | in training, some numbers become 0 and the others are kept"
        raise Wrong(cause, call, f"{share:.3f} = 0")
    return y


def _dropout(answer: Answer, rng: Rng, judged: str, p_is_to: str) -> None:
    p, seed = float(rng.choice([rng.uniform(0.2, 0.4), rng.uniform(0.6, 0.7)])), int(rng.integers(2**31))
    off = p if p_is_to == "drop" else 1 - p
    layer, h = answer.new(p, seed), rng.uniform(1, 2, size=rng.integers([30, 150], [60, 250]))
    made = f"{answer.name}({p:.4g}, {seed})"
    y = _trained(layer, h, call := f"{made}.forward(h, True)")
    dropped = y == 0
    match judged:
        case "share":
            share, error = dropped.mean(), 6 * (p * (1 - p) / h.size) ** 0.5
            # How much the mask is like itself at each distance in the array.
            alike = np.fft.ifft(np.abs(np.fft.fft(dropped.ravel() - share)) ** 2).real
            if abs(share - off) > error or np.abs(alike[1:]).max() > 8 * alike[0] / h.size**0.5:
                cause = "每个数应各自以同样的概率变成 0 | each number becomes 0 with the same probability, by itself"
                if abs(share - off) > error > abs(share - (1 - off)):
                    cause = "p 是关掉还是保留的概率，弄反了 | p, to drop or to keep, is taken the other way round"
                raise Wrong(cause, call, f"{share:.3f}", f"{off:.3f}")
        case "scale":
            judge(y, np.where(dropped, 0, h / (1 - off)), call, {
                "留下的没有放大 | what is kept was not scaled": np.where(dropped, 0, h),
                "应除以保留的概率 | divide by the probability to keep": np.where(dropped, 0, h / off)})
        case "prediction":
            judge(layer("forward", h, False), h, f"{made}.forward(h, False)", {
                "预测时不用再乘系数 | training did the scaling; prediction needs none": (1 - off) * h})
        case "backward":
            dy = rng.uniform(1, 2, size=h.shape)
            judge(layer("backward", dy), dy * y / h, f"{call}; backward(dy)", {
                "梯度没有过掩码 | the gradient did not pass the mask": dy,
                "梯度也要放大 | the gradient is scaled, too": dy * ~dropped})
        case "again" if (dropped == (_trained(layer, h, call) == 0)).all():
            cause = "两次的掩码一样，生成器只该在 __init__ 里建一次 | equal masks: make the generator in __init__"
            raise Wrong(cause, call)


DROPOUT.test("训练时关掉的比例 | the share that is dropped in training")(partial(_dropout, judged="share"))
DROPOUT.test("留下的放大，均值不变 | what is kept is scaled up, so the mean stays")(partial(_dropout, judged="scale"))
DROPOUT.test("预测时什么都不做 | nothing happens in prediction")(partial(_dropout, judged="prediction"))
DROPOUT.test("反向传播用同一个掩码 | backward uses the same mask")(partial(_dropout, judged="backward"))
DROPOUT.test("每次都重新抽 | a new draw each time")(partial(_dropout, judged="again"))


def _ridge(H: Any, Y: Any, H_val: Any, Y_val: Any, lambdas: list[float], c: float) -> tuple[list[float], float]:
    fits = [np.linalg.solve(H @ H.T + c * lam * np.eye(len(H)), H @ Y.T).T for lam in lambdas]
    errors = [float(MSE()(W @ H_val, Y_val)) for W in fits]
    return errors, lambdas[int(np.argmin(errors))]


def _noisy(rng: Rng, n: int) -> tuple[Any, Any, Any, Any]:
    """Few noisy samples of many features: a little shrinking helps."""
    outputs, features, more = rng.integers([2, 5, 30], [4, 9, 50])
    W, H, H_val = (rng.normal(size=size) for size in ((outputs, features), (features, n), (features, more)))
    return H, W @ H + rng.normal(size=(outputs, n)) * 2, H_val, W @ H_val + rng.normal(size=(outputs, more)) * 2


LAMBDA.compare(
    "每个 λ 的验证误差 | the validation error of each λ", _ridge, lambda rng: (*_noisy(rng, 14), [0.01, 1.0, 10.0]),
    lambda H, Y, H_val, Y_val, lambdas, c: {
        "这是训练误差 | this is the training error": _ridge(H, Y, H, Y, lambdas, c)[0],
        "是平方和，没有取平均 | it is the sum of squares, not the mean":
            [Y_val.size * error for error in _ridge(H, Y, H_val, Y_val, lambdas, c)[0]],
        "λ 乘了样本数 | λ was multiplied by the number of samples":
            _ridge(H, Y, H_val, Y_val, [14 * lam for lam in lambdas], c)[0],
        "在验证集上拟合了 | it was fitted to the validation data": _ridge(H_val, Y_val, H_val, Y_val, lambdas, c)[0],
    }, rtol=1e-5, part=0)
LAMBDA.compare(
    "选中验证误差最小的 λ | the λ with the least validation error", _ridge,
    lambda rng: [(*_noisy(rng, n), [0.0001, 0.1, 1.0, 5.0, 25.0, 1000.0]) for n in (9, 12, 40)],
    lambda H, Y, H_val, Y_val, lambdas, c: {
        "选了训练误差最小的 | it has the least training error":
            (errors := _ridge(H, Y, H_val, Y_val, lambdas, c)[0], lambdas[0]),
        "应返回 λ 本身，不是它的编号 | return λ itself, not its position": (errors, np.argmin(errors))}, rtol=1e-5)
LAMBDA.compare("λ 的次序任意 | the λs in any order", _ridge, rtol=1e-5,
               draw=lambda rng: (*_noisy(rng, 12), rng.permutation([0.01, 0.5, 3.0, 20.0, 300.0]).tolist()))


def _compared(a: list[float], b: list[float], errors: float, data: str = "") -> dict[str, Any]:
    gap = float(np.mean(a) - np.mean(b))
    error = (np.var(a, ddof=1) / len(a) + np.var(b, ddof=1) / len(b)) ** 0.5
    return {"difference": gap, "error": float(error), "clear": abs(gap) > errors * error}


def _runs(rng: Rng) -> tuple[list[float], ...]:
    """Accuracies of two unequal numbers of runs."""
    return tuple(rng.normal(0.9, 0.02, size=n).tolist() for n in rng.permutation(range(5, 12))[:2])


COMPARE.compare("均值之差 | the difference of the means", _compared, _runs, part="difference")
COMPARE.compare("它的标准误 | its standard error", _compared, _runs, lambda a, b, **_: {
    "标准差要用 ddof=1 | the standard deviation takes ddof=1": (np.var(a) / len(a) + np.var(b) / len(b)) ** 0.5,
    "均值的方差还要除以次数 | the variance of a mean is divided by the number of runs":
        (np.var(a, ddof=1) + np.var(b, ddof=1)) ** 0.5}, part="error")


@COMPARE.test("差别明显和不明显 | a clear difference and none")
def _(answer: Answer, rng: Rng, errors: float, data: str) -> None:
    for part in rng.permutation([-1.01, -0.99, 0.99, 1.01]):  # a bar of 1.96 errors is another one than of 2
        a, b = _runs(rng)
        now = _compared(a, b, errors)
        b = [one + now["difference"] - part * errors * now["error"] for one in b]
        right = _compared(a, b, errors)
        expect(answer, (a, b), right, {
            "差可正可负，要取绝对值 | the difference has either sign: take its absolute value":
                {**right, "clear": right["difference"] > errors * right["error"]},
            f"和 {errors} 倍误差比 | compare with {errors} standard errors": {**right, "clear": not right["clear"]}})
