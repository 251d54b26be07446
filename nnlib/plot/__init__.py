"""Pictures: ``nn.plot.decision_regions`` and the other plots of the book.

Every function returns its figure without showing it. It first clears the axes that the caller passes, so
that a picture can be redrawn in the same place.
"""

import os

from matplotlib import rcParams
from matplotlib.figure import Figure

from .charts import activation, curves, descent, distributions, history
from .diagrams import graph, network, neuron
from .inline import inline_svg
from .regions import decision_image, decision_regions
from .style import COLORS, MARKERS, SIZES, STYLE, TINTS, both, language

__all__ = ["COLORS", "MARKERS", "STYLE", "TINTS", "activation", "both", "curves", "decision_image", "decision_regions",
           "descent", "distributions", "graph", "history", "language", "network", "neuron"]

if os.environ.get("NNLIB_LANG") == "page":
    Figure._repr_svg_ = inline_svg  # type: ignore[attr-defined]  # IPython asks for it, the page shows it
    rcParams.update(SIZES)  # for a reader's own axes, so that a phone shows all labels

