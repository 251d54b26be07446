"""Libraries that compute number by number; used when the place of their sources is given."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from .workloads import Steps, Workload


class ConvNetJS(Steps):
    """karpathy/convnetjs in Node, which times itself."""

    name = "ConvNetJS"

    def __init__(self, work: Workload, folder: str) -> None:
        super().__init__(work)
        node = shutil.which("node")
        if node is None or not Path(folder, "build", "convnet.js").is_file():
            raise SystemExit(
                f"--convnetjs expected a folder with build/convnet.js and Node to run it, got {folder} "
                f"and node {node}. Unpack ConvNetJS there and install Node, or leave the option out."
            )
        script = str(Path(__file__).with_name("convnetjs.js"))
        self.node = subprocess.Popen(
            [node, script, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        layers = [(W.tolist(), b.tolist()) for W, b in work.layers(work.network())]
        task = {"sizes": work.sizes, "activation": work.activation, "lr": work.lr, "layers": layers}
        self.say({**task, "x": work.X.T.tolist(), "y": work.y.tolist()})

    def say(self, what: object) -> None:
        assert self.node.stdin
        self.node.stdin.write(json.dumps(what) + "\n")

    def train(self, epochs: int) -> tuple[float, float]:
        assert self.node.stdout
        self.say(epochs)
        answer = json.loads(self.node.stdout.readline())
        self.loss = answer["loss"]
        return answer["cpu"], answer["wall"]

    def result(self) -> float:
        return self.loss


class Micrograd(Steps):
    """karpathy/micrograd, as in its demo: hinge loss, ReLU, one Python object a number."""

    name = "micrograd"

    def __init__(self, work: Workload, folder: str) -> None:
        super().__init__(work)
        if not Path(folder, "micrograd", "nn.py").is_file():
            raise SystemExit(
                f"--micrograd expected a folder with micrograd/nn.py, got {folder}. "
                "Unpack micrograd there, or leave the option out."
            )
        sys.path.insert(0, folder)
        sys.setrecursionlimit(100_000)  # its backward visits the graph by recursion
        from micrograd.nn import MLP

        self.net = MLP(work.sizes[0], list(work.sizes[1:]))
        self.points, self.sides = work.X.T.tolist(), (2 * work.y - 1).tolist()

    def train(self, epochs: int) -> None:
        for layer, (W, b) in zip(self.net.layers, self.work.layers(self.work.network()), strict=True):
            for neuron, weights, (bias,) in zip(layer.neurons, W, b, strict=True):
                neuron.b.data = float(bias)
                for value, weight in zip(neuron.w, weights, strict=True):
                    value.data = float(weight)
        for _ in range(epochs):
            loss = self.mean_loss()
            self.net.zero_grad()
            loss.backward()
            for p in self.net.parameters():
                p.data -= self.work.lr * p.grad

    def mean_loss(self):
        losses = ((1 + -side * self.net(x)).relu() for x, side in zip(self.points, self.sides, strict=True))
        return sum(losses) * (1 / len(self.points))

    def result(self) -> float:
        return self.mean_loss().data
