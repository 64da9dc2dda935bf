"""What all tests share: the cast, and signing in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client
from hypothesis import HealthCheck, settings
from tests.real_data import folder as real_data_folder

from rapport.accounts.models import Role, User

# How long it takes to draw an example tells of the machine: the first text reads a table of all characters.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that is not part of the project."""
    return real_data_folder()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """After each test with transactions of its own Django would write content types and rights anew; nothing reads them."""
    assert post_migrate.disconnect(create_contenttypes)
    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture(autouse=True)
def empty_record(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests with transactions of their own leave an empty record: Django empties only the tables it manages itself."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE activity_activity, activity_subject")


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(name: str, role: str) -> User:
        return User.objects.create_user(
            email=f"{name.lower()}@example.org", full_name=f"{name} Example", role=role, time_zone="Europe/Berlin"
        )

    return make


@pytest.fixture
def rita(make_user: Callable[..., User]) -> User:
    """Recruits."""
    return make_user("Rita", Role.RECRUITER)


@pytest.fixture
def hugo(make_user: Callable[..., User]) -> User:
    """Hiring manager."""
    return make_user("Hugo", Role.HIRING_MANAGER)


@pytest.fixture
def ines(make_user: Callable[..., User]) -> User:
    """Interviews."""
    return make_user("Ines", Role.INTERVIEWER)


@pytest.fixture
def omar(make_user: Callable[..., User]) -> User:
    """Manages another department."""
    return make_user("Omar", Role.HIRING_MANAGER)


@pytest.fixture
def emma(make_user: Callable[..., User]) -> User:
    """Works here and refers people."""
    return make_user("Emma", Role.EMPLOYEE)


@pytest.fixture
def ada(make_user: Callable[..., User]) -> User:
    """Administrator."""
    return make_user("Ada", Role.ADMINISTRATOR)


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """A client signed in as a user; errors of the server come as responses, not as exceptions."""

    def sign_in_as(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in_as
