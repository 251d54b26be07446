"""What every part of nnlib may import: checks, arrays per thread, files, language pairs, progress bars."""
