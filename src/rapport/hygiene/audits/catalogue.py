"""All audits, in the order in which pages show them. A new one is added here, and nowhere else."""

from rapport.hygiene.audits import duplicates, hiring, people, vocabulary, words_of_the_house
from rapport.hygiene.audits.registry import Audit
from rapport.lib.errors import NotFound

AUDITS: tuple[Audit, ...] = (
    *people.AUDITS, *duplicates.AUDITS, *vocabulary.AUDITS, *words_of_the_house.AUDITS, *hiring.AUDITS,
)  # fmt: skip
OF_PEOPLE = tuple(audit for audit in AUDITS if audit.people_sql)
OF_THE_REST = tuple(audit for audit in AUDITS if audit.look)


def get_audit(key: str) -> Audit:
    """The audit of a name; NotFound for any other."""
    audit = next((one for one in AUDITS if one.key == key), None)
    if audit is None:
        raise NotFound("There is no such audit.")
    return audit
