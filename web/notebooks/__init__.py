"""The notebooks themselves: their outputs are stored here, and copies for readers of English are made."""
