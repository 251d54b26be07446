"""What is published beside the pages: PDF files, printed from them, and slides, cut from the chapters."""
