from django.apps import AppConfig

from rapport.lib import navigation


class SkillsConfig(AppConfig):
    name = "rapport.skills"
    label = "skills"

    def ready(self) -> None:
        navigation.add("settings", navigation.Entry("Vocabularies", "skills:vocabularies", "book-open", 65))
