"""Jobs (requisitions) with their description, skills, hiring team and stages; departments and stage templates.

Who is considered for a job is the business of `applications`; it tells this app its counts through `figures.py` and adds
its pages to a job's tabs through `lib/navigation.py` (place "job").
"""
