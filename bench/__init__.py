"""Measurements: one module per name, each prints a JSON object a figure. Run: python -m bench NAME, or make bench."""
