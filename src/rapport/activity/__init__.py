"""The one record of what happened: actor, verb, subjects; timeline, followers and reactions. No foreign keys."""
