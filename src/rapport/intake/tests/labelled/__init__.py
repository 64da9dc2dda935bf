"""Labelled résumés made from nothing: invented people, set in the layouts that people use, and a count of what was read rightly."""
