"""What every part of nnlib may use: checks, buffers, files, progress bars, threads."""
