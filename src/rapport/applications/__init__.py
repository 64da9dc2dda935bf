"""A candidate considered for a job: board, stage moves, promises, archive reasons.

Owns applications, promises and archive reasons. Jobs, their stages and the people belong to `jobs` and `candidates`;
this app vouches for whom hiring managers and interviewers may see, and counts people for the list of jobs.
"""
