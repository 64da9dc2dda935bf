"""The pool: candidate, contact points, experience, education, skills, tags, pools, notes, documents, consent."""
