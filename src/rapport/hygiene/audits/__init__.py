"""Audits: what is wrong with the data, how much of it, and what can be done about it."""
