"""The vocabulary: skills, aliases, relations; finding them in text.

Owns Skill, Alias and Relation, the starter vocabulary (starter/*.txt), and the finder (finder.py, words.py), which needs
neither database nor Django; likewise the normal forms of job titles (titles.py) and the starter list of occupations
(occupations/*.txt). Who has a skill and which job wants it belongs to candidates and jobs.
"""
