from django.apps import AppConfig

from rapport.lib import navigation


class ApplicationsConfig(AppConfig):
    name = "rapport.applications"
    label = "applications"

    def ready(self) -> None:
        from rapport.applications import queries
        from rapport.candidates.permissions import add_view_rule
        from rapport.jobs.figures import set_source

        add_view_rule(queries.candidates_on_teams)
        set_source(queries.figures_of_jobs)
        navigation.add("job", navigation.Entry("Board", "applications:board", order=10))
        navigation.add(
            "settings",
            navigation.Entry("Archive reasons", "applications:reasons", "archive", 60, "applications.manage_reasons"),
        )
