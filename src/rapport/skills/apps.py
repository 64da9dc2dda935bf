from django.apps import AppConfig


class SkillsConfig(AppConfig):
    name = "rapport.skills"
    label = "skills"
