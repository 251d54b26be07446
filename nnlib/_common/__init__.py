"""What every part of nnlib may use: checks, buffers, files, language pairs, progress bars, threads."""
