from django.apps import AppConfig

from rapport.lib import navigation


class InsightsConfig(AppConfig):
    name = "rapport.insights"
    label = "insights"

    def ready(self) -> None:
        navigation.add(
            "main",
            navigation.Entry(
                "Reports", "insights:outreach", "chart-column", order=85, capability="insights.view", match="insights:"
            ),
        )
