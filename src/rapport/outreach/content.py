"""What a step says to one person: values for the merge fields, the compiled step, the footer. Pure.

A step without subject answers the thread: its subject is that of the first message with "Re:". Who got no mail before, because
those were for others or were left out, reads that of the mail it would have answered.
"""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from rapport.lib.errors import InvalidInput
from rapport.mail.branding import Brand
from rapport.mail.composing import UNSUBSCRIBE_LINK, Content, MessageTemplate, compile_message, with_signature
from rapport.mail.merge_fields import NO_SNIPPETS, CompiledText, with_followed_links, without_marks
from rapport.mail.template_fields import FIELDS

UNSUBSCRIBE_WORDS = "If you would rather not hear from us about jobs, tell us here:"


@dataclass(frozen=True, slots=True)
class StepText:
    """A compiled step; `answers` means that its subject is taken from the thread.

    `links` are the addresses that links of the HTML lead to, by the name of the field that stands in their place;
    `placeholders` the names of what a person has to fill in before this can go to anybody.
    """

    template: MessageTemplate
    answers: bool
    shows_unsubscribe: bool
    links: Mapping[str, str] = field(default_factory=dict)
    placeholders: tuple[str, ...] = ()
    is_branded: bool = False

    def open_placeholders(self, values: Mapping[str, str]) -> list[str]:
        """Of those, what is not filled in."""
        return [name for name in self.placeholders if not values.get(name)]

    def missing(self, values: Mapping[str, str]) -> list[str]:
        """The fields for which there is neither a value nor a fallback."""
        return self.template.missing(values)

    def with_subject(self, subject: CompiledText) -> "StepText":
        """The same with a subject of its own."""
        return replace(self, template=replace(self.template, subject=subject), answers=False)

    def render(
        self,
        values: Mapping[str, str],
        *,
        unsubscribe_url: str,
        thread_subject: str = "",
        lead: Callable[[str], str] | None = None,
    ) -> Content:
        """The content for one person; `lead` gives the address through which a link leads to its own.

        The text part keeps the true addresses. Raises MissingValues where a field is empty and has no fallback.
        """
        if self.links:
            values = {**values, **{name: lead(url) if lead else url for name, url in self.links.items()}}
        if self.is_branded:
            values = {**values, UNSUBSCRIBE_LINK: unsubscribe_url}
        content = self.template.render(values)
        if self.answers:
            content = content._replace(subject=reply_subject(thread_subject))
        return self._with_footer(content, unsubscribe_url) if self.shows_unsubscribe else content

    def _with_footer(self, content: Content, url: str) -> Content:
        """The text, and the HTML where the letterhead does not do it, say how to get no more mail."""
        page = content.html
        if not self.is_branded:
            page = f'{page}\n<p><small>{UNSUBSCRIBE_WORDS} <a href="{html.escape(url)}">unsubscribe</a></small></p>'
        return Content(content.subject, f"{content.text.rstrip()}\n\n{UNSUBSCRIBE_WORDS}\n{url}\n", page)


def compile_step(
    *, subject: str, body: str, signature: str = "", shows_unsubscribe: bool = True,
    snippets: Mapping[str, str] = NO_SNIPPETS, brand: Brand | None = None,
) -> StepText:  # fmt: skip
    """Compile the text of a step; with a brand its mail is branded. Raises InvalidInput with the field (subject, body) and the position."""
    if not body.strip():
        raise InvalidInput({"body": "Write the message."})
    template = compile_message(
        subject=subject, body=with_signature(body, without_marks(signature)), known=FIELDS, snippets=snippets,
        brand=brand, unsubscribe_words=UNSUBSCRIBE_WORDS if shows_unsubscribe else "",
    )  # fmt: skip
    links: dict[str, str] = {}
    if template.html is not None:
        followed, links = with_followed_links(template.html)
        template = replace(template, html=followed)
    is_branded = brand is not None
    return StepText(template, not subject.strip(), shows_unsubscribe, links, tuple(template.placeholders), is_branded)


def reply_subject(subject: str) -> str:
    """ "Re: " before a subject, once; nothing before none, as a draft that is being written has it."""
    return subject if not subject or subject[:3].lower() == "re:" else f"Re: {subject}"
