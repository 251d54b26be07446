"""What the questions of `overfitting` draw: for each, a function that returns its values."""
