"""`rapport hygiene audit`: JSON on standard output, and nothing stored unless asked."""

import json

import pytest
from django.core.management import call_command

from rapport.candidates.tests.factories import CandidateFactory
from rapport.hygiene.models import AuditRun, Finding

pytestmark = pytest.mark.django_db


def ask(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    call_command("hygiene", "audit", "--json", *words)
    return json.loads(capsys.readouterr().out)


def test_each_audit_with_count_share_and_examples_and_the_figure_with_its_parts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    people = [CandidateFactory(full_name=f"Person {word}", title="Zzyx wrangler") for word in ("A", "B", "C", "D")]
    found = ask(capsys)
    assert (Finding.objects.count(), AuditRun.objects.count()) == (0, 0)
    by_key = {row["audit"]: row for row in found["audits"]}
    unreachable = by_key["unreachable"]
    assert (unreachable["count"], unreachable["population"], unreachable["share"]) == (4, 4, 1.0)
    assert unreachable["examples"] == [
        {"id": str(person.id), "label": person.full_name, "why": "no contact point"} for person in people[:0:-1]
    ]
    assert [row["label"] for row in by_key["unknown_titles"]["examples"]] == ["Zzyx wrangler"]
    # Everybody is unreachable and incomplete, and nobody's title is known.
    assert found["health"] == 100 - 18 - 14 - 4
    assert sum(part["points"] for part in found["parts"]) == 36
    assert found["people"] == 4


def test_with_store_the_findings_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    CandidateFactory()
    found = ask(capsys, "--store")
    assert Finding.objects.filter(audit="unreachable").count() == 1
    assert float(AuditRun.objects.get().health or 0) == found["health"]


def test_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    CandidateFactory(full_name="Amara Nwosu")
    call_command("hygiene", "audit")
    out = capsys.readouterr().out
    assert "1 person   100.0%  Unreachable" in out
    assert "Data health: 68.0 of 100" in out
