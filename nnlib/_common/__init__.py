"""What every part of nnlib may import: checks, buffers, files, language pairs, progress bars, threads."""
