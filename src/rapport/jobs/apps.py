from django.apps import AppConfig

from rapport.lib import navigation
from rapport.lib.navigation import Entry


class JobsConfig(AppConfig):
    name = "rapport.jobs"
    label = "jobs"

    def ready(self) -> None:
        from rapport.activity import hiding
        from rapport.jobs.queries import hides_jobs, names_of_departments
        from rapport.mail import surroundings

        surroundings.add_departments(names_of_departments)
        hiding.add_rule(hides_jobs)
        navigation.add(
            "main",
            Entry(
                "Jobs",
                "jobs:list",
                "briefcase",
                order=50,
                capability="jobs.view",
                match="jobs: applications:",
                on_phone=True,
            ),
        )
        navigation.add("add", Entry("Job", "jobs:create", "briefcase", order=20, capability="jobs.create"))
        navigation.add("job", Entry("Posting", "jobs:posting", order=30))
        navigation.add("job", Entry("Process", "jobs:process", order=40))
        navigation.add("job", Entry("Team", "jobs:team", order=50))
        navigation.add(
            "settings",
            Entry(
                "Hiring processes",
                "jobs:templates",
                "list-ordered",
                order=50,
                capability="jobs.create",
                match="jobs:template",
            ),
        )
