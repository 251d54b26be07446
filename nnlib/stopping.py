"""Early stopping: keep the parameters that did best on validation data, network by network."""

from __future__ import annotations

from typing import Any

import numpy as np

from .network import Network


class EarlyStopping:
    """Watches the validation loss of a network or a stack; `restore` brings the best parameters back."""

    def __init__(self, net: Network, patience: int) -> None:
        self.net, self.patience = net, patience
        self.lowest = np.full(net.params.shape[:-1], np.inf)
        self.best_epoch = np.zeros(net.params.shape[:-1], int)
        self.done = np.zeros(net.params.shape[:-1], bool)
        self.params = net.params.copy()

    def all_done(self, epoch: int, log: dict[str, list[Any]]) -> bool:
        """Take in the epoch's validation loss; blank the log of networks that were already done."""
        for rows in log.values():
            if rows:
                rows[-1] = np.where(self.done, np.nan, rows[-1])
        better = log["val_loss"][-1] < self.lowest  # never for NaN
        self.lowest = np.where(better, log["val_loss"][-1], self.lowest)
        self.best_epoch = np.where(better, epoch, self.best_epoch)
        self.params = np.where(better[..., None], self.net.params, self.params)
        self.done |= epoch - self.best_epoch >= self.patience
        self.net.params[self.done] = self.params[self.done]  # or what goes on in the stack could diverge
        return bool(self.done.all())

    def restore(self) -> Any:
        self.net.params[...] = self.params
        return self.best_epoch
