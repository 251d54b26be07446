"""What the questions of `intro` draw: for each, a function that returns its values."""

import numpy as np


def image_numbers(rng: np.random.Generator) -> dict:
    height, width = (int(side) for side in rng.choice(np.arange(8, 41, 4), 2, replace=False))
    image = np.zeros((height, width, 3))
    return {"height": height, "width": width, "numbers": image.size, "pixels": height * width}
