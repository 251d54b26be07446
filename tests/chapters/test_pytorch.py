"""The page about PyTorch: both pieces of code compute the same, and what it says of PyTorch is so."""

import json
import re
import subprocess

import numpy as np
import pytest

import nnlib as nn
from web.project import ROOT

PAGE = (ROOT / "chapters" / "pytorch.md").read_text("utf-8")
OURS, THEIRS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
PYTHON = ROOT / ".venv-bench" / "bin" / "python"  # of `make bench`
SEEDED = "import torch; torch.manual_seed(0)\n"
HARNESS = """
import inspect, json, sys
given = json.load(sys.stdin)
start = [layer.state_dict() for layer in net if list(layer.parameters())]
limits = [[float(value.abs().max() * layer["weight"].shape[1] ** 0.5) for value in layer.values()] for layer in start]
spread = float(start[0]["weight"].std() * 64 ** 0.5)
net.double()
def joined(arrays):
    return torch.cat([array.ravel() for array in arrays]).tolist()
def fill(value):
    torch.nn.utils.vector_to_parameters(torch.tensor(value, dtype=torch.float64), net.parameters())
fill(given["params"])
batches = [(torch.tensor(X, dtype=torch.float64), torch.tensor(y)) for X, y in given["batches"]]
losses, grads = [], []
for X, y in batches:
    losses.append(step(X, y))
    grads.append(joined(p.grad for p in net.parameters()))
default = optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1, weight_decay=0.5)
[bias] = default.param_groups[0]["params"]
bias.grad = torch.zeros(1)
default.step()
twice = [torch.nn.Parameter(torch.ones(1)) for _ in range(2)]
twice[0].sum().backward(); twice[0].sum().backward()
settings = {name: inspect.signature(getattr(optim, name)).parameters for name in ("Adam", "AdamW")}
drop = nn.Dropout(0.9)
json.dump({"losses": losses, "grads": grads, "params": joined(net.parameters()), "limits": limits, "spread": spread,
           "bias": bias.item(), "added": twice[0].grad.item(), "trains": drop.training,
           "noisy": float((drop(torch.ones(1000)) == 0).double().mean()),
           "quiet": float((drop.eval()(torch.ones(1000)) == 0).double().mean()),
           "adam": [settings["Adam"][name].default for name in ("lr", "betas", "eps")],
           "adamw": settings["AdamW"]["weight_decay"].default,
           "sum": nn.CrossEntropyLoss(reduction="sum")(net(X), y).item() / loss(net(X), y).item()}, sys.stdout)
"""


def run_theirs(given):
    if not PYTHON.is_file():
        pytest.skip("there is no PyTorch in .venv-bench: `make bench` installs it")
    program = [PYTHON, "-c", SEEDED + THEIRS + HARNESS]
    run = subprocess.run(program, input=json.dumps(given), capture_output=True, text=True)
    if "No module named 'torch'" in run.stderr:
        pytest.skip("PyTorch is not installed in .venv-bench: `make bench` installs it")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="module")
def both():
    """nnlib's run of five steps, and PyTorch's from the same weights on the same batches."""
    digits, labels = nn.datasets.digits()
    picks = np.random.default_rng(0).integers(labels.size, size=(5, 50))
    names = {}
    exec(OURS, names)
    net = names["net"]
    # Biases that are not 0, or the check would prove little about them.
    net.params[:] = np.random.default_rng(1).standard_normal(net.n_params) / 8
    start, ours = net.params.copy(), {"losses": [], "grads": [], "penalties": [], "pulls": []}
    for pick in picks:
        weights = np.concatenate([np.r_[layer.W.ravel(), 0 * layer.b.ravel()] for layer in (net[0], net[2])])
        ours["penalties"].append(0.005 * weights @ weights)
        ours["pulls"].append(0.01 * weights)
        ours["losses"].append(names["step"](digits[:, pick], labels[pick]))
        ours["grads"].append(net.grads.copy())
    ours["params"] = net.params
    given = {"params": start.tolist(), "batches": [(digits[:, i].T.tolist(), labels[i].tolist()) for i in picks]}
    return ours, run_theirs(given)


def near(actual, expected):
    return np.abs(np.subtract(actual, expected)).max() < 1e-6


def test_each_piece_of_code_has_twelve_lines():
    assert [len([line for line in code.splitlines() if line.strip()]) for code in (OURS, THEIRS)] == [12, 12]


def test_loss_and_gradients_are_equal_but_for_the_l2_term(both):
    """nnlib's contain it; PyTorch adds it only inside the optimiser, and to neither of the two."""
    ours, theirs = both
    assert near(np.subtract(ours["losses"], ours["penalties"]), theirs["losses"])
    assert near(np.subtract(ours["grads"], ours["pulls"]), theirs["grads"])
    assert not near(ours["losses"], theirs["losses"])
    assert not near(ours["grads"], theirs["grads"])


def test_parameters_after_five_steps_are_equal(both):
    ours, theirs = both
    assert near(ours["params"], theirs["params"])
    assert len(theirs["losses"]) == 5


def test_what_the_page_says_of_pytorch_is_so(both):
    _, theirs = both
    assert all(0.99 < weights <= 1 and 0.5 < biases <= 1 for weights, biases in theirs["limits"])  # of 1 / sqrt(n_in)
    assert theirs["spread"] == pytest.approx(3 ** -0.5, rel=0.03)
    assert round((3 ** -0.5) / 2 ** 0.5, 2) == 0.41
    assert theirs["bias"] == 0.5  # weight_decay shrinks whatever it is given
    assert theirs["added"] == 2
    assert theirs["trains"]
    assert (theirs["noisy"] > 0.8, theirs["quiet"]) == (True, 0)
    adam = nn.Adam()
    assert theirs["adam"] == [adam.lr, list(adam.betas), adam.eps] == [0.001, [0.9, 0.999], 1e-8]
    assert theirs["adamw"] == 0.01
    assert theirs["sum"] == pytest.approx(50)


def test_both_languages_have_the_same_formulas_links_and_code():
    zh, en = ("\n".join(re.findall(rf"^:::\{{container\}} lang-{key}\n(.*?)^:::$", PAGE, re.DOTALL | re.MULTILINE))
              for key in ("zh", "en"))
    for pattern in (r"\$[^$]+\$", r"`[^`\n]+`", r"\{[\w:]+\}`[^`]+`"):
        assert sorted(re.findall(pattern, zh)) == sorted(re.findall(pattern, en)), pattern
