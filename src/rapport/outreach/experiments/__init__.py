"""Honest experiments: which wording is answered more often, said no sooner than the data say it.

`confidence.py` compares two arms whose people `matching.py` has put side by side, `verdicts.py` several; `planning.py`
tells how many people that takes, `table.py` reads them from a file. All of it is pure and stands on the standard library alone; docs/experiments.md explains it.
"""
