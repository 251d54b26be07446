"""What is made from the built pages: PDF files."""
