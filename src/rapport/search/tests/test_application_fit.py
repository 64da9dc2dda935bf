"""The fit on an application's page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from rapport.accounts.models import User
from rapport.applications.models import Application
from rapport.applications.tests.factories import ApplicationFactory
from rapport.search.tests.factories import make_candidate, make_job

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def application() -> Application:
    job = make_job("Data engineer", must=("Python",), description="Keeps pipelines in Python.")
    return ApplicationFactory(
        job=job, candidate=make_candidate("Ada Both", skills=("Python",), sentence="Kept forty pipelines in Python.")
    )


def test_the_reasons_cite_the_sentence(
    sign_in: SignIn, rita: User, application: Application, index_everybody: Callable[[], None]
) -> None:
    index_everybody()
    page = sign_in(rita).get(reverse("search:application_fit", args=[application.id]))
    assert "<q>Kept forty pipelines in <mark>Python</mark>.</q>" in page.content.decode()
    assert page.context["fit"].score == round(sum(reason["part"].points for reason in page.context["reasons"]), 1)


def test_without_an_index_the_page_says_when_it_comes(
    sign_in: SignIn, rita: User, index_folder: object, application: Application
) -> None:
    page = sign_in(rita).get(reverse("search:application_fit", args=[application.id]))
    assert page.status_code == 200
    assert "as soon as the search index knows this person" in page.content.decode()


def test_the_application_page_asks_for_it_and_outsiders_get_404(
    sign_in: SignIn, rita: User, omar: User, application: Application
) -> None:
    url = reverse("search:application_fit", args=[application.id])
    page = sign_in(rita).get(reverse("applications:detail", args=[application.id]))
    assert f'hx-get="{url}"' in page.content.decode()
    assert sign_in(omar).get(url).status_code == 404
