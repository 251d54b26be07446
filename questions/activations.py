"""What the questions of `activations` draw: for each, a function that returns its values."""
