"""What was entered in the editor of a sequence, changed without saving: steps, their variants, a template put in.

The form names its steps by numbers (`steps`), and the further variants of step 2 by letters (`step-2-variants`); their
fields are `step-2-body` for the first variant and `step-2-B-body` for others.
"""

from django.http import QueryDict

from rapport.lib.actors import Actor
from rapport.lib.requests import find_id, whole_number
from rapport.mail.queries import get_template
from rapport.outreach.variants import FIRST, MOST_VARIANTS, next_letter

FIRST_BODY = 'Hi {{ first_name | "there" }},\n\n'
COMPARISON = {"metric": "replied", "smallest_difference_points": "5", "expected_rate_percent": "10"}
TEXT_FIELDS = ("subject", "body", "look", "template_version_id")


def rearranged(actor: Actor, posted: QueryDict, do: str) -> QueryDict:
    """What was entered after a button of the editor was pressed.

    "add"; "up:2", "down:2", "remove:2" with the number of a step; "variant:2" adds one to it and "retire:2:B" takes one
    out; "template:2" or "template:2:B" puts in the template that is chosen there. Raises NotFound for no template.
    """
    data = posted.copy()
    action, _, place = do.partition(":")
    key, _, letter = place.partition(":")
    keys = data.getlist("steps")
    if action == "add":
        _add_step(data, keys)
    elif key not in keys:
        return data
    elif action == "variant":
        _add_variant(data, key)
    elif action == "retire":
        _retire_variant(data, key, letter)
    elif action == "template":
        _put_in_template(actor, data, key, letter)
    else:
        at = keys.index(key)
        keys.remove(key)
        if action != "remove":
            keys.insert(max(0, at - 1 if action == "up" else at + 1), key)
    data.setlist("steps", keys)
    return data


def _add_step(data: QueryDict, keys: list[str]) -> None:
    fresh = str(max(map(whole_number, keys), default=-1) + 1)
    keys.append(fresh)
    values = {
        "kind": "auto", "wait_count": "3" if len(keys) > 1 else "0", "wait_unit": "days", "only_if": "",
        "only_if_tag": "", "subject": "", "look": "plain", "id": "", "body": FIRST_BODY,
    }  # fmt: skip
    for name, value in values.items():
        data[f"step-{fresh}-{name}"] = value
    data[f"step-{fresh}-template_version_id"] = ""


def _add_variant(data: QueryDict, key: str) -> None:
    """Another variant with the text of the first one, to be changed."""
    letters = data.getlist(f"step-{key}-variants")
    first = data.get(f"step-{key}-letter") or FIRST
    used = [letter for letter in data.get(f"step-{key}-used", "") if letter.isascii() and letter.isupper()]
    fresh = next_letter([*used, first[:1], *letters])
    if not fresh or len(letters) + 1 >= MOST_VARIANTS:
        return
    for name in TEXT_FIELDS:
        data[f"step-{key}-{fresh}-{name}"] = data.get(f"step-{key}-{name}", "")
    data[f"step-{key}-letter"] = first
    for name, value in COMPARISON.items():
        data[f"step-{key}-{name}"] = data.get(f"step-{key}-{name}") or value
    data.setlist(f"step-{key}-variants", [*letters, fresh])


def _retire_variant(data: QueryDict, key: str, letter: str) -> None:
    """Take a variant out; in the place of the first one comes the next."""
    letters = data.getlist(f"step-{key}-variants")
    data[f"step-{key}-used"] = "".join(
        sorted({*data.get(f"step-{key}-used", ""), *letters, data.get(f"step-{key}-letter") or FIRST})
    )
    if letter in letters:
        letters.remove(letter)
    elif letters:
        following = letters.pop(0)
        for name in TEXT_FIELDS:
            data[f"step-{key}-{name}"] = data.get(f"step-{key}-{following}-{name}", "")
        data[f"step-{key}-letter"] = following
    data.setlist(f"step-{key}-variants", letters)


def _put_in_template(actor: Actor, data: QueryDict, key: str, letter: str) -> None:
    """A text that asks for something about each person makes the step one that is approved."""
    prefix = f"step-{key}-{letter}" if letter else f"step-{key}"
    template_id = find_id(data.get(f"{prefix}-use"))
    if template_id is None or (letter and letter not in data.getlist(f"step-{key}-variants")):
        return
    _, version = get_template(actor, template_id)
    data[f"{prefix}-subject"], data[f"{prefix}-body"] = version.subject, version.body
    data[f"{prefix}-look"] = version.look
    data[f"{prefix}-template_version_id"] = str(version.id)
    if "[[" in version.subject + version.body and data.get(f"step-{key}-kind") == "auto":
        data[f"step-{key}-kind"] = "approval"
