"""Data to train on: four families of points in the plane, real handwritten digits, and a split.

Samples are columns: `X[:, i]` is sample i and `y[i]` its class. The numbers of a sample are contiguous
in memory (Fortran order), because picking a minibatch then copies long runs.
"""

from .cifar import cifar10
from .points import blobs, circles, digits, moons, spirals, train_test_split

__all__ = ["blobs", "cifar10", "circles", "digits", "moons", "spirals", "train_test_split"]
