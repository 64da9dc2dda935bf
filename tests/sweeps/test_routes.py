"""Every address, asked by nobody, by every role, by GET where only POST is meant, and without the CSRF token.

A new page is part of these sweeps by its URL pattern alone. When one fails for want of a value for a new URL
parameter, give `world.py` one of the new thing.
"""

from typing import Any

import pytest
from django.test import Client

from rapport.accounts.capabilities import EVERYWHERE, Capability, all_capabilities, get_capability
from rapport.accounts.models import Role
from rapport.activity.models import Activity
from rapport.lib import navigation
from rapport.lib.actors import Actor
from rapport.lib.ids import new_id
from tests.sweeps.routes import Route, all_routes
from tests.sweeps.world import SECRET, World

ROUTES = all_routes()
OURS = [route for route in ROUTES if route.is_ours]
READ_BY_GET = [route for route in OURS if route.methods is None or "GET" in route.methods]

# Pages for whoever is not signed in; everything else leads to sign-in.
PUBLIC = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_email_verification_sent",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "account_confirm_email", "account_confirm_login_code",
    "mfa_authenticate", "mfa_login_webauthn", "mail:unsubscribe", "mail:preferences", "mail:link", "mail:logo",
    "mail:hook",
}  # fmt: skip
# Pages that are everybody's own; the rest of an app asks for the capability to see what the app is about.
EVERYBODYS = {
    "workspace:home",
    "workspace:styleguide",
    "search:help",
    "accounts:own",
    "accounts:time_zones",
    "skills:vocabularies",
}
# Suggestions that hold only what the asking person may see; for some that is nothing.
SUGGESTIONS = {"search:quick", "jobs:options", "jobs:skill_options"}
EVERYBODYS_APPS = {"notifications"}
CAPABILITY_OF_APP = {
    "workspace": "candidates.view", "search": "candidates.view", "accounts": "accounts.manage", "intake": "intake.import",
    "hygiene": "hygiene.merge",
}  # fmt: skip
CAPABILITY_OF_PAGE = {  # for administrators, among pages of others
    **dict.fromkeys(
        ("mail:domain", "mail:providers", "mail:provider", "mail:services", "mail:service"), "mail.shared_mailboxes"
    ),
    **dict.fromkeys(("mail:mailbox_limits", "mail:mailbox_limit", "mail:mailbox_limit_create"), "mail.domain_limits"),
}
ACT_WITHOUT_TOKEN = {
    "mail:unsubscribe",
    "mail:preferences",
    "mail:hook",  # a mail service shows a secret of its own
}  # RFC 8058: the mail program posts, without ever having seen a form
# Pages that want more than the world has: a row of a folder of résumés, a notice or segment of one's own, somebody to
# enroll, a mailbox that signs in at a provider.
WITHOUT_EXAMPLE = {
    "intake:review",
    "intake:file",
    "intake:pages",
    "intake:page",
    "notifications:open",
    "outreach:enroll",
    "mail:link",
    "mail:attachment",
    "mail:shown",
    "mail:sign_in",
    "outreach:waiting_mail",
}
FILLERS = {"key": "x", "uidb36": "x", "pk": 1, "word": "x", "page": 1}


def needed(route: Route) -> Capability | None:
    """The capability without which a role is refused: what the navigation says of the page, else that of its app."""
    if route.name in EVERYBODYS | SUGGESTIONS or route.namespace in EVERYBODYS_APPS or route.name in PUBLIC:
        return None
    places = ("main", "settings", "you", "add", "palette")
    entries = {entry.url_name: entry.capability for place in places for entry in navigation.entries(place)}
    declared = {capability.name for capability in all_capabilities()}
    own = f"{route.namespace}.view"
    of_app = CAPABILITY_OF_APP.get(route.namespace) or (own if own in declared else "")
    return get_capability(CAPABILITY_OF_PAGE.get(route.name) or entries.get(route.name) or of_app)


def answers(client: Client, routes: list[Route], values: dict) -> dict[str, int]:
    return {route.name: ask(client, "get", route.url({**FILLERS, **values})).status_code for route in routes}


def ask(client: Client, method: str, url: str, **options: Any) -> Any:
    """An answer with what is `said` in it; reading a file to its end closes it."""
    answer = getattr(client, method)(url, **options)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    answer.said = body.decode(errors="replace")
    return answer


def test_the_sweep_sees_the_product():
    assert len(OURS) > 120
    assert {route.namespace for route in OURS} >= {"candidates", "jobs", "applications", "mail", "outreach", "accounts"}


def test_every_view_of_ours_says_which_methods_it_takes():
    assert [route.name for route in OURS if route.methods is None] == []


def test_strangers_are_sent_to_sign_in(world: World, client: Client):
    for route in ROUTES:
        answer = ask(client, "get", route.url({**FILLERS, **world.values}))
        if route.name in PUBLIC:
            assert answer.status_code in (200, 302, 404, 405), route
        else:
            assert answer.status_code == 302, route
            assert answer["Location"].startswith(("/account/login/", "/account/reauthenticate/")), route


def test_health_is_public_and_says_nothing_else(client: Client, db: None):
    assert client.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize("name", ["ada", "rita", "mira", "hugo", "omar", "ines", "emma"])
def test_no_page_breaks_for_anybody_and_reading_changes_nothing(name: str, world: World, sign_in):
    client, before = sign_in(world.users[name]), Activity.objects.count()
    broken = {page: status for page, status in answers(client, ROUTES, world.values).items() if status >= 500}
    assert broken == {}
    assert Activity.objects.count() == before


@pytest.mark.parametrize("name", ["ada", "rita"])
def test_who_may_see_everything_gets_every_page(name: str, world: World, sign_in):
    actor = world.users[name].actor
    open_to_them = [route for route in READ_BY_GET if not (needed(route) and needed(route).scope_for(actor) is None)]
    for page, status in answers(sign_in(world.users[name]), open_to_them, world.values).items():
        assert status in (200, 302) or (page in WITHOUT_EXAMPLE and status in (403, 404, 409, 422)), page


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, Role.EMPLOYEE])
def test_roles_without_the_capability_are_refused(role: Role, world: World, sign_in):
    user = {"recruiter": "rita", "hiring_manager": "hugo", "interviewer": "ines", "employee": "emma"}[role]
    actor = Actor(kind="user", role=role)
    closed = [route for route in READ_BY_GET if needed(route) and needed(route).scope_for(actor) is None]
    assert len(closed) > 3
    got = answers(sign_in(world.users[user]), closed, world.values)
    assert {page: status for page, status in got.items() if status not in (403, 404)} == {}


def test_manager_of_another_department_gets_no_page_of_the_job_or_its_people(world: World, sign_in):
    about = {"job_id", "application_id", "candidate_id", "stage_id"}
    routes = [route for route in READ_BY_GET if about & set(route.parameters)]
    assert len(routes) > 10
    got = answers(sign_in(world.users["omar"]), routes, world.values)
    assert {page: status for page, status in got.items() if status not in (403, 404)} == {}


@pytest.mark.parametrize("name", ["ada", "emma"])
def test_the_other_methods_are_refused_with_405(name: str, world: World, sign_in):
    client = sign_in(world.users[name])
    for route in OURS:
        url = route.url({**FILLERS, **world.values})
        assert client.delete(url).status_code == 405, route
        if route.methods and "GET" not in route.methods:
            assert client.get(url).status_code == 405, route
        if route.methods and "POST" not in route.methods:
            assert client.post(url).status_code == 405, route


def test_nothing_is_done_without_the_csrf_token(world: World):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(world.users["ada"], backend="allauth.account.auth_backends.AuthenticationBackend")
    before = Activity.objects.count()
    done = set()
    for route in ROUTES:
        answer = client.post(route.url({**FILLERS, **world.values}))
        if answer.status_code != 403:
            done.add(route.name)
    assert done == ACT_WITHOUT_TOKEN
    assert Activity.objects.count() >= before


def test_every_answer_carries_the_policy_and_is_not_sniffed(world: World, sign_in):
    client = sign_in(world.users["ada"])
    urls = [route.url({**FILLERS, **world.values}) for route in ROUTES if route.name != "account_logout"]
    for url in [*urls, "/health", "/no/such/page/"]:
        headers = ask(client, "get", url).headers
        policy = headers.get("Content-Security-Policy", "")
        assert policy == "sandbox" or {"default-src 'none'", "script-src 'self'"} <= set(policy.split("; ")), url
        assert "unsafe" not in policy, url
        assert headers.get("X-Content-Type-Options") == "nosniff", url
        assert headers.get("X-Frame-Options") == "SAMEORIGIN", url


def test_forms_without_token_say_what_to_do_in_our_words(world: World):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {})
    assert answer.status_code == 403
    assert "Reload the page" in answer.content.decode()


OUTSIDERS = ["mira", "ada", "omar", "emma"]


@pytest.mark.parametrize("name", OUTSIDERS)
def test_confidential_job_does_not_exist_for_outsiders(name: str, world: World, sign_in):
    client = sign_in(world.users[name])
    about = [route for route in OURS if {"job_id", "application_id", "stage_id"} & set(route.parameters)]
    assert len(about) > 20
    for route in about:
        method = "get" if "GET" in (route.methods or ()) else "post"
        secret = ask(client, method, route.url({**FILLERS, **world.values, **world.secret}))
        nothing = ask(client, method, route.url({**FILLERS, **world.values, **dict.fromkeys(world.secret, new_id())}))
        assert secret.status_code == nothing.status_code, route
        assert secret.status_code in (403, 404, 422), route
        assert SECRET not in secret.said, route


@pytest.mark.parametrize("name", OUTSIDERS)
def test_confidential_job_is_on_no_page_of_outsiders(name: str, world: World, sign_in):
    client = sign_in(world.users[name])
    for route in READ_BY_GET:
        assert SECRET not in ask(client, "get", route.url({**FILLERS, **world.values})).said, route
    for url in ("/candidates/?q=", "/jobs/?q=", "/search/quick?q=", "/jobs/options?q="):
        found, nothing = (ask(client, "get", f"{url}{word}").said.count(word) for word in (SECRET, "Quxquxqu"))
        assert found == nothing, url  # as often as a page repeats what was asked for


def test_confidential_job_is_there_for_its_team(world: World, sign_in):
    client = sign_in(world.users["rita"])
    timeline = f"/candidates/{world.candidate.id}/"
    for url in (f"/jobs/{world.secret['job_id']}/board/", "/jobs/", f"/jobs/?q={SECRET}", timeline):
        assert SECRET in client.get(url, follow=True).content.decode(), url
    assert get_capability("jobs.view").scope_for(world.users["mira"].actor) == EVERYWHERE
