"""The recruiter's screens that span domains: home, candidates, candidate profile, job page, navigation.

Owns no tables. It asks each app's queries and includes each app's fragments.
"""
