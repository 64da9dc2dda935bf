"""What this app records. Skills that people add are recorded where they are given to somebody."""

from rapport.activity.verbs import declare

VOCABULARY_IMPORTED = declare(
    "vocabulary.imported", "imported the vocabulary “{source}”", "book-open", quiet=True,
    data=("source", "version", "skills", "aliases", "occupations", "words"),
)  # fmt: skip
VOCABULARY_REMOVED = declare(
    "vocabulary.removed", "removed the vocabulary “{source}”", "book-x", quiet=True, data=("source", "skills", "aliases", "kept"),
)  # fmt: skip
