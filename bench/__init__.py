"""nnlib's speed compared with other libraries, and how long a reader waits for a result; see README.md."""
