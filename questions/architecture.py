"""What the questions of `architecture` draw: for each, a function that returns its values."""
