"""Data health: who is in the pool twice, and merging people so that it can be taken back at any time.

Owns suggestions of duplicates, "not the same" decisions, merges and their journal. What belongs to a person is moved by
the app that owns it (candidates, applications, outreach, notifications), each by an operation of its own; this app calls
them in one transaction and keeps what they changed. Audits and standardising leave their findings here, too.

The rules are pure: person_columns and person_records read a table of persons, comparing says how alike two values are,
linkage weighs them and finds clusters, reasons puts it into words, survivorship says what a merged person keeps.
"""
