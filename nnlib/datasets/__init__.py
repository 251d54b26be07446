"""Data to train on: four families of points in the plane, real handwritten digits, and a split.

Samples are columns: `X[:, i]` is sample i and `y[i]` its class. `X` is stored sample by sample
(Fortran order), because a minibatch is then copied in long runs.
"""

from .cifar import cifar10
from .points import blobs, circles, digits, moons, spirals, train_test_split

__all__ = ["blobs", "cifar10", "circles", "digits", "moons", "spirals", "train_test_split"]
