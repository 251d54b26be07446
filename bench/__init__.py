"""nnlib's speed beside other libraries, and a reader's wait for the first result; see README.md."""
