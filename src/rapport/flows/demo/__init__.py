"""The demo data set: an invented company, its jobs, its people and two years of history, the same for the same seed.

| module  | has                                                                                     |
|---------|-----------------------------------------------------------------------------------------|
| words   | names, places and employers, all invented or too common to mean anybody                 |
| roles   | what people do: titles, skills, and the sentences that prove them                       |
| people  | pure: candidates with everything that belongs to them, as lines for PostgreSQL's COPY   |
| company | colleagues, jobs, tags, pools, templates: made by the same operations as by hand         |
| history | applications, notes and promises of the first candidates                                |
| mailing | what colleagues wrote to them, and what they answered                                   |
| letterhead | what branded mail is set on, with a logo drawn here                                   |
| letters | templates, the steps of sequences, saved searches: texts only                            |
| nurture | sequences, and what became of everybody who was put into one                            |
| bringing_in | imports: the system before, a CSV file with errors, résumés to be looked at          |
| keeping | saved searches, who follows what, and the notices that come of it                       |
| build   | the whole, in processes side by side                                                    |
"""
