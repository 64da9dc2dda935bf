"""Django's templates, without the cycle that every rendered page leaves behind.

Django puts the view's context into one that the context itself refers to, so that whatever a page showed stays until Python
searches for cycles: a page of fits left 1,400 objects, and every thirtieth page waited a tenth of a second for the search.
"""

from typing import Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates, Template, copy_exception
from django.template.context import make_context
from django.utils.safestring import SafeString


class Templates(DjangoTemplates):
    """The backend that the settings name."""

    def get_template(self, template_name: str) -> "OwnTemplate":
        return OwnTemplate(super().get_template(template_name).template, self)

    def from_string(self, template_code: str) -> "OwnTemplate":
        return OwnTemplate(super().from_string(template_code).template, self)


class OwnTemplate(Template):
    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> SafeString:
        own = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            return self.template.render(own)
        except TemplateDoesNotExist as problem:
            raise copy_exception(problem, self.backend) from problem
        finally:
            own.dicts.clear()
