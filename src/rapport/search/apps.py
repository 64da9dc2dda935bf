from django.apps import AppConfig

from rapport.lib import navigation
from rapport.lib.navigation import Entry


class SearchConfig(AppConfig):
    name = "rapport.search"
    label = "search"

    def ready(self) -> None:
        from rapport.applications.finding import set_finder
        from rapport.search import notices
        from rapport.search.people import find_people

        notices.register()
        set_finder(find_people)
        navigation.add("job", Entry("Best fits", "search:fits", order=20, capability="candidates.view"))
        navigation.add("application", Entry("Fit", "search:application_fit", order=10, capability="candidates.view"))
        navigation.add(
            "main",
            Entry(
                "Segments",
                "search:segments",
                "bookmark",
                order=45,
                capability="candidates.view",
                match="search:segment",
            ),
        )
        navigation.add(
            "palette",
            Entry("How to search", "search:help", "circle-question-mark", order=200, capability="candidates.view"),
        )
