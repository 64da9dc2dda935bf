"""Writes that span domains and must succeed or fail together, one file each."""
