"""Nurture: sequences, steps, enrollments, the send ledger and the contact governor."""
