"""From notebooks to pages: builds the book, extends Sphinx, runs cells in a browser, publishes."""
