"""Following anything, live notices and digests. It knows subjects, not domains."""
