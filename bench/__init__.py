"""nnlib's speed compared with other libraries; see README.md."""
