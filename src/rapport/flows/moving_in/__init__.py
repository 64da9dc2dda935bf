"""Moving in from another system: its export becomes jobs, candidates, applications and their history here.

A file for each system (greenhouse.py, lever.py, opencats.py) puts the rows of an export into a staging file on disk and
translates them into one shape (shape.py): first the jobs, then one entry for each person with all that belongs to them.
`planning` compares a batch of entries with what earlier runs have told, `writing` stores what is new or different,
`running` goes from batch to batch, and `taking_back` undoes a whole run. Memory does not depend on the export's size.
"""
