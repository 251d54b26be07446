"""Pictures, by the names a reader uses: ``nn.plot.decision_regions`` and the others.

Every function returns its figure and shows nothing. Axes that are handed in are cleared first, so that
a picture can be drawn again in the same place.
"""

from .charts import activation, curves, descent, distributions, history
from .diagrams import network, neuron
from .regions import decision_image, decision_regions
from .style import COLORS, MARKERS, STYLE, TINTS

__all__ = [
    "COLORS", "MARKERS", "STYLE", "TINTS",
    "activation", "curves", "decision_image", "decision_regions", "descent", "distributions", "history",
    "network", "neuron",
]
