from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    name = "rapport.applications"
    label = "applications"
