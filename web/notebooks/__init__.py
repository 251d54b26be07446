"""The notebooks themselves: outputs are stored in the chapters, and what readers run is made from them."""
