"""Nurture: sequences, steps, enrollments, the send ledger and the contact governor.

A sequence writes to candidates step by step and stops when they answer. `schedule.py` and `governor.py` decide (pure),
`ledger.py` is the SQL of exactly known delivery, `engine.py` sends. Messages themselves belong to mail.
"""
