from django.apps import AppConfig

from rapport.lib import navigation


class OutreachConfig(AppConfig):
    name = "rapport.outreach"
    label = "outreach"

    def ready(self) -> None:
        navigation.add(
            "main",
            navigation.Entry(
                "Sequences",
                "outreach:list",
                "send",
                order=70,
                capability="outreach.view",
                match="outreach:",
                keys="g q",
            ),
        )
