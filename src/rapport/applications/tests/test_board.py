"""The board and the pages around it, over HTTP."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rapport.applications.models import Application
from rapport.applications.tests.factories import MOMENT, ApplicationFactory, CandidateFactory, PromiseFactory
from rapport.jobs.tests.factories import JobFactory, StageFactory

pytestmark = pytest.mark.django_db


def board_url(job) -> str:
    return reverse("applications:board", args=[job.id])


def count_statements(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def fill(job, count: int, owner) -> None:
    for _ in range(count):
        PromiseFactory(application=ApplicationFactory(job=job, owner=owner))


def test_the_board_takes_as_many_statements_for_20_cards_as_for_2(rita, sign_in) -> None:
    client, job = sign_in(rita), JobFactory(team=[rita])
    fill(job, 2, rita)
    client.get(board_url(job))
    few = count_statements(client, board_url(job))
    fill(job, 18, rita)
    assert count_statements(client, board_url(job)) == few
    assert few <= 15


def test_columns_count_all_and_show_the_best_first(rita, sign_in) -> None:
    job = JobFactory()
    for fit in range(40):
        ApplicationFactory(job=job, fit_score=fit, candidate__full_name=f"Person {fit:02}")
    applied, interview = sign_in(rita).get(board_url(job)).context["board"].columns
    assert (applied.count, len(applied.cards), applied.more_count) == (40, 25, 15)
    assert [card.name for card in applied.cards[:2]] == ["Person 39", "Person 38"]
    assert (interview.count, interview.cards, interview.median_days) == (0, [], None)


def test_the_next_cards_of_a_column_follow_without_gaps(rita, sign_in) -> None:
    job = JobFactory()
    for fit in range(40):
        ApplicationFactory(job=job, fit_score=fit, candidate__full_name=f"Person {fit:02}")
    stage = job.stages.get(name="Applied")
    url = reverse("applications:more_cards", args=[job.id, stage.id])
    response = sign_in(rita).get(url, {"offset": "25", "count": "40"})
    assert [card.name for card in response.context["cards"]] == [f"Person {fit:02}" for fit in range(14, -1, -1)]
    assert response.context["rest"] == 0


def test_the_page_stays_small_with_many_cards(rita, sign_in) -> None:
    job = JobFactory(stages=False)
    for place in range(10):
        stage = StageFactory(job=job, position=place, name=f"Stage {place}", promised_days=5)
        for _ in range(12):
            PromiseFactory(application=ApplicationFactory(job=job, stage=stage, owner=rita, fit_score=70))
    assert len(sign_in(rita).get(board_url(job)).content) < 120_000


def test_the_board_is_narrowed_by_name_owner_and_promise(rita, hugo, sign_in) -> None:
    job = JobFactory()
    mine = ApplicationFactory(job=job, owner=rita, candidate__full_name="Amara Nwosu")
    late = ApplicationFactory(job=job, owner=hugo, candidate__full_name="Olek Hrynko")
    PromiseFactory(application=late, hear_by_on=date(2026, 1, 5))
    client = sign_in(rita)

    def names(query: str) -> list[str]:
        columns = client.get(board_url(job) + query).context["board"].columns
        return sorted(card.name for column in columns for card in column.cards)

    assert names("?q=nwo") == ["Amara Nwosu"]
    assert names(f"?owner={rita.id}") == ["Amara Nwosu"]
    assert names("?due=today") == ["Olek Hrynko"]
    assert names("?due=none") == ["Amara Nwosu"]
    assert names("?due=nonsense&owner=nonsense&sort=nonsense") == ["Amara Nwosu", "Olek Hrynko"]
    assert {mine.state, late.state} == {"active"}


def test_ended_applications_are_counted_and_listed(rita, sign_in) -> None:
    job = JobFactory()
    ended = ApplicationFactory(job=job, state="rejected", ended_at=MOMENT)
    client = sign_in(rita)
    board = client.get(board_url(job)).context["board"]
    assert board.ended == {"hired": 0, "rejected": 1, "withdrawn": 0}
    assert sum(column.count for column in board.columns) == 0
    page = client.get(reverse("applications:ended", args=[job.id, "rejected"]))
    assert page.context["applications"] == [ended]
    assert client.get(reverse("applications:ended", args=[job.id, "burnt"])).status_code == 404


@pytest.mark.parametrize("url_name", ["board", "ended", "detail"])
def test_pages_are_for_the_team_and_recruiters(url_name, rita, hugo, ines, omar, emma, sign_in) -> None:
    job = JobFactory(team=[hugo, ines])
    application = ApplicationFactory(job=job)
    arguments = {"board": [job.id], "ended": [job.id, "hired"], "detail": [application.id]}[url_name]
    url = reverse(f"applications:{url_name}", args=arguments)
    statuses = {
        user.full_name.split()[0]: sign_in(user).get(url).status_code for user in (rita, hugo, ines, omar, emma)
    }
    assert statuses == {"Rita": 200, "Hugo": 200, "Ines": 200, "Omar": 404, "Emma": 404}


def test_interviewers_get_no_means_of_moving(ines, sign_in) -> None:
    application = ApplicationFactory(job=JobFactory(team=[ines]))
    page = sign_in(ines).get(board_url(application.job)).content
    assert b"data-board-form" in page
    assert b" data-board>" not in page
    assert b"data-card-archive" not in page


def test_candidates_to_add_are_found_by_the_beginning_of_a_name(rita, sign_in) -> None:
    job = JobFactory()
    known = CandidateFactory(full_name="Amara Nwosu", given_name="Amara", family_name="Nwosu")
    ApplicationFactory(job=job, candidate=known)
    CandidateFactory(full_name="Nwoye Ade", given_name="Ade", family_name="Nwoye")
    CandidateFactory(full_name="Else Where")
    response = sign_in(rita).get(reverse("applications:candidate_options", args=[job.id]), {"q": "nwo"})
    rows = response.context["rows"]
    assert [(row.candidate.full_name, row.application is not None) for row in rows] == [
        ("Nwoye Ade", False),
        ("Amara Nwosu", True),
    ]


def test_the_profile_strip_lists_only_what_one_may_see(rita, hugo) -> None:
    from rapport.applications import queries

    candidate = CandidateFactory()
    secret = JobFactory(is_confidential=True, team=[hugo])
    ApplicationFactory(candidate=candidate, job=secret)
    ended = ApplicationFactory(candidate=candidate, state=Application.State.HIRED, ended_at=MOMENT)
    active = PromiseFactory(application=ApplicationFactory(candidate=candidate)).application
    rows = queries.list_for_candidate(rita.actor, candidate.id)
    assert [(row.id, row.hear_by_on) for row in rows] == [(active.id, MOMENT.date()), (ended.id, None)]
    assert [row.job for row in queries.list_for_candidate(hugo.actor, candidate.id)] == [secret]


def test_a_board_without_candidates_says_how_to_begin(rita, sign_in) -> None:
    client, job = sign_in(rita), JobFactory(team=[rita])
    begin = "Nobody is considered yet. Add a candidate, or begin with the best fits."
    assert begin in client.get(board_url(job)).content.decode()
    assert begin not in client.get(board_url(job), {"q": "nobody"}).content.decode()
    fill(job, 1, rita)
    assert begin not in client.get(board_url(job)).content.decode()
