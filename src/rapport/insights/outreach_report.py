"""What came of sequences: how many people were taken in, written to, reached, answered, applied and were hired.

Each time that somebody is put into a sequence counts once in each row. A row is a sequence, a step, a variant of one, a wording of a template,
a sender, a department or a kind of role; where a row is part of a sequence, what counts is what followed its own mail. Opened mail is
nowhere counted: it says what mail programs do.

| figure      | people in the row …                                                                                    |
|-------------|--------------------------------------------------------------------------------------------------------|
| enrolled    | who were put into a sequence within the period, and not held out of it by chance                       |
| sent        | … whom a mail was sent to                                                                              |
| delivered   | … a mail that did not come back                                                                        |
| replied     | … who answered it themselves; automatic answers do not count                                           |
| positive    | … and are interested, as it was read or corrected                                                      |
| applied     | … who were considered for the sequence's job afterwards, or for any where it has none                  |
| interviewed | … and got as far as an interview, or further, wherever it is now (a stage deleted since tells no more) |
| hired       | … and were hired                                                                                       |
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse

from rapport.accounts.capabilities import require
from rapport.insights.permissions import VIEW
from rapport.jobs.models import Department
from rapport.jobs.queries import hidden_job_ids
from rapport.lib.actors import Actor
from rapport.lib.ids import first_id_at
from rapport.lib.requests import find_id
from rapport.mail.models import Mailbox, TemplateVersion
from rapport.outreach.models import Step
from rapport.outreach.queries import visible_sequences

FIGURES = ("enrolled", "sent", "delivered", "replied", "positive", "applied", "interviewed", "hired")
PAGE = 50
COHORT = """
cohort AS (
  SELECT e.id, e.candidate_id, e.sequence_id, e.enrolled_at, s.job_id, j.department_id
  FROM outreach_enrollment e JOIN outreach_sequence s ON s.id = e.sequence_id LEFT JOIN jobs_job j ON j.id = s.job_id
  WHERE e.enrolled_at >= %(since)s AND e.exit_reason <> 'held_out' AND (s.job_id IS NULL OR NOT s.job_id = ANY(%(hidden)s::uuid[])))"""
TOUCHED = """
touched AS (
  SELECT {key} AS key, c.id, c.candidate_id, c.sequence_id, c.enrolled_at, c.job_id, min(d.finished_at) AS first_at,
    bool_or(NOT EXISTS (SELECT FROM mail_deliveryevent b WHERE b.message_id = d.id AND b.kind = 'bounced')) AS delivered,
    bool_or(EXISTS (SELECT FROM mail_deliveryevent r
      WHERE r.message_id = d.id AND r.kind = 'replied' AND r.verdict = 'human')) AS replied,
    bool_or(EXISTS (SELECT FROM mail_deliveryevent r JOIN mail_replyintent i ON i.message_id = (r.data->>'message_id')::uuid
      WHERE r.message_id = d.id AND r.kind = 'replied' AND r.verdict = 'human' AND i.kind = 'interested')) AS positive
  FROM cohort c JOIN outreach_delivery d ON d.enrollment_id = c.id AND d.state = 'sent' {joins}
  GROUP BY 1, 2, 3, 4, 5, 6),
judged AS (
  SELECT t.*, after.applied, after.interviewed, after.hired
  FROM touched t, LATERAL (
    SELECT count(*) > 0 AS applied, coalesce(bool_or(a.state = 'hired'), false) AS hired,
      coalesce(bool_or(a.state = 'hired' OR s.kind IN ('interview', 'offer') OR EXISTS (
        SELECT FROM activity_subject x JOIN activity_activity m ON m.id = x.activity_id
          JOIN jobs_stage p ON p.job_id = a.job_id AND p.id::text = m.data->>'to_stage_id'
        WHERE x.subject_id = a.id AND x.activity_id >= %(first)s AND m.id >= %(first)s
          AND p.kind IN ('interview', 'offer'))), false) AS interviewed
    FROM applications_application a JOIN jobs_stage s ON s.id = a.stage_id
    WHERE a.candidate_id = t.candidate_id AND a.applied_at >= t.first_at
      AND (t.job_id IS NULL OR a.job_id = t.job_id) AND NOT a.job_id = ANY(%(hidden)s::uuid[])) AS after)"""
COUNT = """
SELECT key, count(*), count(*) FILTER (WHERE delivered), count(*) FILTER (WHERE replied),
  count(*) FILTER (WHERE positive), count(*) FILTER (WHERE applied), count(*) FILTER (WHERE interviewed),
  count(*) FILTER (WHERE hired)
FROM judged GROUP BY key"""
ENROLLED = "SELECT {key}, count(*) FROM cohort c GROUP BY 1"
PEOPLE = """
SELECT id, candidate_id, sequence_id, enrolled_at FROM {table}
WHERE key = %(key)s AND {condition} AND id < %(before)s ORDER BY id DESC LIMIT %(limit)s"""
LAST = UUID(int=2**128 - 1)
VERSIONS = "JOIN outreach_stepversion v ON v.id = d.version_id"
TEMPLATES = f"""{VERSIONS} LEFT JOIN mail_templateversion w ON w.id = v.template_version_id
  LEFT JOIN mail_template m ON m.id = w.template_id"""
Labels = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Dimension:
    """What a row of the report is. `key` is SQL over a delivery (d) and its enrollment (c), `of_enrollment` over that alone;
    "" where a row is part of a sequence. `none` stands for rows without a key."""

    label: str
    key: str
    of_enrollment: str
    list_labels: Callable[[Actor, list[str]], Labels]
    joins: str = ""
    none: str = ""

    @property
    def figures(self) -> tuple[str, ...]:
        """Those that its rows have: nobody is put into a part of a sequence."""
        return FIGURES if self.of_enrollment else FIGURES[1:]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row: its key ("" for people without one), name, page, and the figures by name; `enrolled` may be missing."""

    key: str
    label: str
    url: str
    figures: Mapping[str, int]

    @property
    def rate(self) -> float:
        """Replies of those written to; 0 for nobody."""
        return self.figures["replied"] / self.figures["sent"] if self.figures["sent"] else 0.0


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person behind a figure."""

    enrollment_id: UUID
    candidate_id: UUID
    sequence_id: UUID
    enrolled_at: datetime


def read_report(actor: Actor, by: str, *, since: datetime) -> list[ReportRow]:
    """The rows of a dimension, those with most people first, for people enrolled since a moment; three statements at most.

    Sequences and applications of jobs that the actor may not see are left out. Raises NotAllowed; KeyError for another
    dimension.
    """
    require(actor, VIEW)
    dimension = DIMENSIONS[by]
    parameters = _parameters(actor, since)
    touched = TOUCHED.format(key=_text(dimension.key), joins=dimension.joins)
    figures: dict[str, dict[str, int]] = {}
    for key, *counts in _run(f"WITH {COHORT}, {touched} {COUNT}", parameters):
        figures[key] = dict(zip(FIGURES[1:], counts, strict=True))
    if dimension.of_enrollment:
        for key, count in _run(f"WITH {COHORT} {ENROLLED.format(key=_text(dimension.of_enrollment))}", parameters):
            figures.setdefault(key, dict.fromkeys(FIGURES[1:], 0))["enrolled"] = count
    labels = _labels(actor, dimension, figures)
    rows = [ReportRow(key, *labels.get(key, (dimension.none, "")), counts) for key, counts in figures.items()]
    return sorted(rows, key=lambda row: (-row.figures["sent"], -row.figures.get("enrolled", 0), row.label.casefold()))


def list_people(
    actor: Actor, by: str, key: str, figure: str, *, since: datetime, before: UUID | None = None, limit: int = PAGE
) -> list[PersonRow]:
    """The people behind a figure, those enrolled last first; one more than `limit` tells of another page.

    Raises NotAllowed; KeyError for another dimension or figure.
    """
    require(actor, VIEW)
    dimension, condition = DIMENSIONS[by], CONDITIONS[figure]
    parameters = _parameters(actor, since) | {"key": key, "before": before or LAST, "limit": limit + 1}
    if figure not in dimension.figures:
        raise KeyError(figure)
    if figure == "enrolled":
        taken_in = f"taken_in AS (SELECT {_text(dimension.of_enrollment)} AS key, c.* FROM cohort c)"
        statement = f"WITH {COHORT}, {taken_in} {PEOPLE.format(table='taken_in', condition=condition)}"
    else:
        touched = TOUCHED.format(key=_text(dimension.key), joins=dimension.joins)
        statement = f"WITH {COHORT}, {touched} {PEOPLE.format(table='judged', condition=condition)}"
    return [PersonRow(*row) for row in _run(statement, parameters)]


def label_of(actor: Actor, by: str, key: str) -> str:
    """The name of a row."""
    dimension = DIMENSIONS[by]
    return _labels(actor, dimension, [key]).get(key, (dimension.none, ""))[0]


def _parameters(actor: Actor, since: datetime) -> dict[str, Any]:
    return {"since": since, "first": first_id_at(since), "hidden": list(hidden_job_ids(actor))}


def _text(key: str) -> str:
    return f"coalesce(({key})::text, '')"


def _labels(actor: Actor, dimension: Dimension, keys: Iterable[str]) -> Labels:
    return dimension.list_labels(actor, [key for key in keys if key])


def _as_they_are(actor: Actor, keys: list[str]) -> Labels:
    return {key: (key, "") for key in keys}


def _ids(keys: Iterable[str]) -> list[UUID]:
    """The ids that keys begin with; others, of an address that was typed, are nobody's."""
    return [found for key in keys if (found := find_id(key.partition(" ")[0]))]


def _sequences(actor: Actor, keys: list[str]) -> Labels:
    rows = visible_sequences(actor).filter(id__in=_ids(keys)).values_list("id", "name")
    return {str(key): (name, reverse("outreach:detail", args=[key])) for key, name in rows}


def _steps(actor: Actor, keys: list[str]) -> Labels:
    rows = Step.objects.filter(id__in=_ids(keys), sequence__in=visible_sequences(actor)).values_list(
        "id", "position", "sequence_id", "sequence__name"
    )
    return {
        str(key): (f"{name}, step {position}", reverse("outreach:detail", args=[sequence_id]))
        for key, position, sequence_id, name in rows
    }


def _variants(actor: Actor, keys: list[str]) -> Labels:
    steps = _steps(actor, keys)
    labels = {}
    for key in keys:
        step_id, _, letter = key.partition(" ")
        if step_id in steps:
            name, url = steps[step_id]
            labels[key] = (f"{name}, variant {letter}", url)
    return labels


def _template_versions(actor: Actor, keys: list[str]) -> Labels:
    rows = TemplateVersion.objects.filter(id__in=_ids(keys)).values_list(
        "id", "number", "template_id", "template__name"
    )
    return {
        str(key): (f"{name}, version {number}", reverse("mail:template", args=[template_id]))
        for key, number, template_id, name in rows
    }


def _mailboxes(actor: Actor, keys: list[str]) -> Labels:
    return {
        str(key): (address, "")
        for key, address in Mailbox.objects.filter(id__in=_ids(keys)).values_list("id", "address")
    }


def _departments(actor: Actor, keys: list[str]) -> Labels:
    return {
        str(key): (name, "") for key, name in Department.objects.filter(id__in=_ids(keys)).values_list("id", "name")
    }


DIMENSIONS = {
    "sequence": Dimension("Sequence", "c.sequence_id", "c.sequence_id", _sequences),
    "step": Dimension("Step", "d.step_id", "", _steps),
    "variant": Dimension("Variant", "d.step_id || ' ' || d.letter", "", _variants, joins="AND d.letter <> ''"),
    "template": Dimension(
        "Template", "v.template_version_id", "", _template_versions, joins=VERSIONS, none="Written without a template"
    ),
    "sender": Dimension("Sender", "d.mailbox_id", "", _mailboxes),
    "department": Dimension("Department", "c.department_id", "c.department_id", _departments, none="No department"),
    "role": Dimension(
        "Kind of role", "nullif(m.role_family, '')", "", _as_they_are, joins=TEMPLATES, none="No kind of role"
    ),
}
CONDITIONS = {
    "enrolled": "true", "sent": "true", "delivered": "delivered", "replied": "replied", "positive": "positive",
    "applied": "applied", "interviewed": "interviewed", "hired": "hired",
}  # fmt: skip


def _run(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()
