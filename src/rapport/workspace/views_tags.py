"""The vocabulary of tags: finding, explaining, renaming, merging and deleting them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from rapport.accounts.capabilities import holds
from rapport.accounts.queries import list_users
from rapport.candidates import operations, tag_queries
from rapport.candidates.models import Tag
from rapport.candidates.permissions import TAG, may_change_tag
from rapport.lib import undo as undoing
from rapport.lib.errors import Conflict, InvalidInput
from rapport.lib.requests import Request, whole_number
from rapport.outreach.tag_uses import TagUse, list_tag_uses, list_uses_among

UNDO_SCOPE = "tags"
SORTS = (("name", "Tag"), ("people", "People"), ("used", "Last used"))
SHOWN_USES = 5  # sequences named when somebody is about to delete a tag
VIEWS = (("", "All"), ("mine", "Kept by you"), ("alike", "Alike"))


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def tags(request: Request) -> HttpResponse:
    """A page of the tags, or the pairs that are likely one word; POST makes a tag."""
    problem = ""
    if request.method == "POST":
        try:
            made = operations.create_tag(actor=request.actor, name=request.POST.get("name", ""))
        except InvalidInput as error:
            problem = str(error)
        else:
            return redirect("workspace:tag", made.id)
    context = _list_context(request) | {"problem": problem, "entered": request.POST.get("name", "")}
    template = "workspace/tags.html" + ("#tags" if request.htmx and not problem else "")
    return render(request, template, context, status=422 if problem else 200)


def _list_context(request: Request) -> dict[str, Any]:
    text, show = request.GET.get("q", "").strip()[:60], request.GET.get("show", "")
    sort = request.GET.get("sort", "name")
    alike_count = tag_queries.count_alike_tags(request.actor)
    context: dict[str, Any] = {
        "query": text,
        "show": show,
        "views": [
            {
                "label": label,
                "url": _url(show=key),
                "is_current": show == key,
                "count": alike_count if key == "alike" and alike_count else None,
            }
            for key, label in VIEWS
        ],
        "can_tag": holds(request.actor, TAG),
        "may_make": operations.may_make_tags(request.actor),
    }
    if show == "alike":
        return context | {"pairs": _pairs(request)}
    page = tag_queries.list_tags(
        request.actor,
        text,
        sort=sort,
        number=whole_number(request.GET.get("page")) or 1,
        owner_id=request.actor.id if show == "mine" else None,
    )
    kept = {"q": text, "show": show, "sort": sort if sort != "name" else ""}
    return context | {
        "page": page,
        "heads": _heads(sort, kept),
        "previous_url": _url(**kept, page=str(page.number - 1)) if page.number > 1 else "",
        "next_url": _url(**kept, page=str(page.number + 1)) if page.has_next else "",
    }


def _heads(sort: str, kept: dict[str, str]) -> list[dict[str, str]]:
    """The heads of the columns that can be sorted by: names from A, numbers and dates from the largest."""
    return [
        {
            "label": label,
            "url": _url(**kept | {"sort": key if key != "name" else ""}),
            "sorted": "" if sort != key else "ascending" if key == "name" else "descending",
        }
        for key, label in SORTS
    ]


def _pairs(request: Request) -> list[dict[str, Any]]:
    pairs = tag_queries.list_alike_tags(request.actor)
    uses = list_uses_among(request.actor, {one.id for one, _ in pairs}) if pairs else {}
    return [
        {
            "one": one,
            "other": other,
            "may_merge": may_change_tag(request.actor, one.owner_id),
            "uses": uses[one.id][:SHOWN_USES],
            "more": max(len(uses[one.id]) - SHOWN_USES, 0),
            "if_merged": _if_merged(uses[one.id]),
        }
        for one, other in pairs
    ]


def _url(**parameters: str) -> str:
    given = {name: value for name, value in parameters.items() if value}
    return reverse("workspace:tags") + (f"?{urlencode(given)}" if given else "")


@require_http_methods(["GET", "POST"])
def tag(request: Request, tag_id: UUID) -> HttpResponse:
    """One tag; POST changes it: `do` is save (or nothing), merge, unmerge or delete."""
    if request.method == "POST":
        return _change(request, tag_id)
    return _show(request, tag_id)


def _show(request: Request, tag_id: UUID, *, problem: str = "", status: int = 200) -> HttpResponse:
    found = tag_queries.get_tag(request.actor, tag_id)
    may_change = may_change_tag(request.actor, found.owner_id)
    uses = list_tag_uses(request.actor, found.id) if found.merged_into is None else []
    context = {
        "tag": found,
        "count": tag_queries.count_tagged(found),
        "alike": tag_queries.list_alike_to(request.actor, found) if found.merged_into is None else [],
        "merged": [
            (one, may_change or may_change_tag(request.actor, one.owner_id))
            for one in tag_queries.list_merged_tags(found)
        ],
        "may_change": may_change,
        "colleagues": list_users(request.actor) if may_change else [],
        "people_url": _people_url(found),
        "uses": uses,
        "if_deleted": _if_deleted(uses),
        "if_merged": _if_merged(uses),
        "problem": problem,
    }
    return render(request, "workspace/tag.html", context, status=status)


def _if_deleted(uses: list[TagUse]) -> str:
    """What becomes of the sequences that go by a tag, or ""."""
    if not uses:
        return ""
    shown = [use.without_tag for use in uses[:SHOWN_USES]]
    if len(uses) > SHOWN_USES:
        more = len(uses) - SHOWN_USES
        shown.append(f"and {more} more {'sequence goes' if more == 1 else 'sequences go'} by it")
    words = "; ".join(shown)
    return f"{words[0].upper()}{words[1:]}."


def _if_merged(uses: list[TagUse]) -> str:
    if not uses:
        return ""
    goes = "One sequence goes" if len(uses) == 1 else f"{len(uses)} sequences go"
    return f"{goes} by it: whoever has the tag that stays counts there as well."


def _people_url(found: Tag) -> str:
    name = found.name.replace("\\", "").replace('"', "")
    query = f'tag:"{name}"'
    return f"{reverse('workspace:candidates')}?{urlencode({'q': query})}"


def _change(request: Request, tag_id: UUID) -> HttpResponse:
    do = request.POST.get("do", "")
    try:
        if do == "delete":
            return _delete(request, tag_id)
        if do == "merge":
            return _merge(request, tag_id)
        if do == "unmerge":
            return _unmerge(request, tag_id)
        return _save(request, tag_id)
    except (InvalidInput, Conflict) as error:
        return _show(request, tag_id, problem=str(error), status=error.status)


def _save(request: Request, tag_id: UUID) -> HttpResponse:
    before = tag_queries.get_tag(request.actor, tag_id).name
    changed = operations.save_tag(
        actor=request.actor,
        tag_id=tag_id,
        name=request.POST.get("name", ""),
        description=request.POST.get("description", ""),
        owner_id=_uuid(request.POST.get("owner", ""), "owner") if request.POST.get("owner") else None,
    )
    undo_url = ""
    if before != changed.name:
        undo_url = _keep(request, {"do": "rename", "tag": str(tag_id), "name": before})
    said = f"The tag is now {changed.name}." if undo_url else "Saved."
    messages.success(request, said, extra_tags=undo_url)
    return redirect("workspace:tag", tag_id)


def _merge(request: Request, tag_id: UUID) -> HttpResponse:
    """Into the tag that is named (`into`) or whose id comes along (`into_id`)."""
    before = tag_queries.get_tag(request.actor, tag_id).name
    name = request.POST.get("into", "").strip()
    known = tag_queries.find_tag(name) if name else None
    if known is None and not request.POST.get("into_id"):
        raise InvalidInput({"into": "Choose the tag that stays from the list."})
    into_id = known.id if known else _uuid(request.POST["into_id"], "into")
    said = _if_merged(list_tag_uses(request.actor, tag_id))
    into = operations.merge_tags(actor=request.actor, tag_id=tag_id, into_id=into_id)
    undo_url = _keep(request, {"do": "unmerge", "tag": str(tag_id)})
    messages.success(request, f"{before} is now a spelling of {into.name}. {said}".strip(), extra_tags=undo_url)
    return redirect("workspace:tag", into.id)


def _unmerge(request: Request, tag_id: UUID) -> HttpResponse:
    back = operations.unmerge_tag(actor=request.actor, tag_id=tag_id)
    messages.success(request, f"{back.name} is a tag of its own again, with those who had it.")
    return redirect("workspace:tag", tag_id)


def _delete(request: Request, tag_id: UUID) -> HttpResponse:
    count = operations.delete_tag(actor=request.actor, tag_id=tag_id)
    if count is None:
        messages.success(request, "The tag is being taken off everybody. It is gone as soon as nobody has it.")
    else:
        messages.success(request, f"The tag is gone; {count:,} {'person' if count == 1 else 'people'} had it.")
    return redirect("workspace:tags")


def _keep(request: Request, what: dict[str, str]) -> str:
    return reverse("workspace:tags_undo", args=[undoing.keep(request.actor, UNDO_SCOPE, what)])


@require_POST
def undo(request: Request, word: str) -> HttpResponse:
    """Take a rename or a merge of tags back, right after it was done; a merge can also be taken apart on the tag's page."""
    what = undoing.take(request.actor, UNDO_SCOPE, word)
    tag_id = UUID(what["tag"])
    if what["do"] == "rename":
        back = operations.rename_tag(actor=request.actor, tag_id=tag_id, name=what["name"])
        messages.success(request, f"The tag is {back.name} again.")
    else:
        back = operations.unmerge_tag(actor=request.actor, tag_id=tag_id)
        messages.success(request, f"{back.name} is a tag of its own again, with those who had it.")
    return HttpResponse(status=204) if request.htmx else redirect("workspace:tag", tag_id)


@require_GET
def merge_options(request: Request, tag_id: UUID) -> HttpResponse:
    """The tags that this one may be merged into."""
    text = request.GET.get("q", "").strip()
    rows = tag_queries.list_tag_names(request.actor, text, without_id=tag_id)
    return render(request, "candidates/_options.html", {"options": [(row.name, row.name) for row in rows]})


def _uuid(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInput({field: "Choose one from the list."}) from error
