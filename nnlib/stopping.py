"""Early stopping: keep the parameters that did best on validation data, network by network."""

from typing import Any

import numpy as np

from .network import Network


class EarlyStopping:
    """Watches the validation loss of a network or a stack and keeps the best parameters.

    `best_epoch` and `done` are () or (R,). Done are networks after `patience` epochs without a lower validation loss.
    """

    def __init__(self, net: Network, patience: int) -> None:
        self.net, self.patience = net, patience
        self.lowest = np.full(net.params.shape[:-1], np.inf)
        self.best_epoch = np.zeros(net.params.shape[:-1], int)
        self.done = np.zeros(net.params.shape[:-1], bool)
        self.params = net.params.copy()

    def update(self, epoch: int, val_loss: Any) -> None:
        """Record the validation loss after an epoch, and mark as done whose patience is used up."""
        better = ~self.done & (val_loss < self.lowest)  # never for NaN
        self.lowest = np.where(better, val_loss, self.lowest)
        self.best_epoch = np.where(better, epoch, self.best_epoch)
        self.params = np.where(better[..., None], self.net.params, self.params)
        self.done |= epoch - self.best_epoch >= self.patience

    def restore(self, which: Any) -> None:
        """Give the networks of the mask `which` the parameters of their best epoch."""
        self.net.params[which] = self.params[which]
