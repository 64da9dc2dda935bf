from django.apps import AppConfig

from rapport.lib import navigation


class HygieneConfig(AppConfig):
    name = "rapport.hygiene"
    label = "hygiene"

    def ready(self) -> None:
        navigation.add(
            "main",
            navigation.Entry(
                "Data health", "hygiene:overview", "heart-pulse", order=90, capability="hygiene.audit", match="hygiene:"
            ),
        )
