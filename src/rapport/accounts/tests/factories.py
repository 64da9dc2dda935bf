"""The smallest valid rows of accounts."""

import factory

from rapport.accounts.models import Role, Team, User


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    full_name = factory.Sequence(lambda number: f"Person {number:03}")
    email = factory.Sequence(lambda number: f"person{number:03}@example.org")
    role = Role.RECRUITER
    time_zone = "Europe/Berlin"


class TeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number:03}")
