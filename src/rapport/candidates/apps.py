from django.apps import AppConfig

from rapport.lib import navigation


class CandidatesConfig(AppConfig):
    name = "rapport.candidates"
    label = "candidates"

    def ready(self) -> None:
        navigation.add(
            "add",
            navigation.Entry("Candidate", "candidates:create", "user-plus", order=10, capability="candidates.edit"),
        )
