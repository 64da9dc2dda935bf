"""The search index, the query language, fits for a job, saved segments.

PostgreSQL stays the truth: the index is derived from it by following the activity record and may be thrown away at any time.
"""
