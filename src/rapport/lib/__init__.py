"""Shared ground without models and domain words: clock, ids, errors, actors, queue, pagination, components."""
