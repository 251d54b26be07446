"""The chapters as notebooks: their outputs, and what joins them; extension/runnable.py writes what readers run."""
