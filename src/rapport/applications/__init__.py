"""A candidate considered for a job: board, stage moves, promises, archive reasons."""
