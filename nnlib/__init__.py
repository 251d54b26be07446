"""nnlib, read in this order: activations, layers, losses, network, optim, training, stopping, prediction.

`neuron` is one neuron alone, `gradcheck` and `diagnostics` look inside a network, `sweep` runs many settings.
The rooms around it are folders: `datasets`, `plot`, `explorers`, `exercises`.
"""

import importlib

from . import datasets, diagnostics, exercises
from ._common.files import BadFile
from .activations import elu, gelu, leaky_relu, prelu, relu, sigmoid, silu, tanh
from .explorers import explore
from .gradcheck import GradientCheck, check_gradients
from .layers import ELU, GELU, Dropout, GaussianNoise, LeakyReLU, Linear, Maxout, PReLU, ReLU, Sigmoid, SiLU, Tanh
from .losses import MSE, CrossEntropy, Hinge
from .network import Network, load, mlp
from .neuron import Neuron
from .optim import SGD, Adam, RMSProp
from .prediction import accuracy, predict
from .sweep import sweep
from .training import Diverged, History, fit


def __getattr__(name: str) -> object:  # matplotlib takes a second to import: only those who plot wait for it
    if name == "plot":
        return importlib.import_module(".plot", __name__)
    if name == "playground":
        return importlib.import_module(".explorers.playground", __name__).playground
    raise AttributeError(f"module 'nnlib' has no attribute {name!r}")


__all__ = ["ELU", "GELU", "MSE", "SGD", "Adam", "BadFile", "CrossEntropy", "Diverged", "Dropout", "GaussianNoise",
           "GradientCheck", "Hinge", "History", "LeakyReLU", "Linear", "Maxout", "Network", "Neuron", "PReLU",
           "RMSProp", "ReLU", "SiLU", "Sigmoid", "Tanh", "accuracy", "check_gradients", "datasets", "diagnostics",
           "elu", "exercises", "explore", "fit", "gelu", "leaky_relu", "load", "mlp", "playground", "plot", "predict",
           "prelu", "relu", "sigmoid", "silu", "sweep", "tanh"]
