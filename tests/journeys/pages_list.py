"""The main pages of the product, for everything that looks at each of them: accessibility, overflow, screenshots."""

from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True)
class MainPage:
    """`path`, or where it depends on the data: what the first link on it that fits `link` (CSS) leads to, and `then`.

    `further` is a link on that page, followed in the same way.
    """

    name: str
    path: str
    link: str = ""
    then: str = ""
    needs_admin: bool = False
    further: str = ""

    def open(self, page: Page) -> None:
        """Go there and wait until it stands still."""
        page.goto(self.path)
        if self.link:
            target = self._find(page, self.link)
            page.goto("/".join(target.split("/")[:3]) + f"/{self.then}" if self.then else target)
        if self.further:
            page.goto(self._find(page, self.further))
        page.wait_for_load_state("networkidle")

    def _find(self, page: Page, css: str) -> str:
        links = page.locator(css)
        if not links.count():
            raise LookupError(f"{page.url} has no {css}: the demo data hold none")
        return links.first.get_attribute("href") or ""


JOB = 'main a[href^="/jobs/0"]'
CANDIDATE = 'main tbody th a[href^="/candidates/0"]'
PAGES = [
    MainPage("home", "/"),
    MainPage("inbox", "/inbox/"),
    MainPage("inbox-snoozed", "/inbox/?show=snoozed"),
    MainPage("inbox-done", "/inbox/?show=done"),
    MainPage("message", "/inbox/", 'main a[href^="/messages/0"]'),
    MainPage("candidates", "/candidates/"),
    MainPage("search", "/candidates/?q=skill:python"),
    MainPage(
        "builder",
        "/candidates/?build=1&q=(skill:python%20OR%20skill:typescript)%20years:%3E=5%20NOT%20tag:relocates"
        "%20location:%22Berlin%20within%2050%20km%22",
    ),
    MainPage("candidate", "/candidates/", CANDIDATE),
    MainPage("candidate-may-write", "/candidates/", CANDIDATE, "may-we-write"),
    MainPage("candidate-new", "/candidates/new/"),
    MainPage("candidate-edit", "/candidates/", CANDIDATE, "edit/"),
    MainPage(
        "document",
        "/candidates/?q=has:resume",
        CANDIDATE,
        further='main a[href*="/documents/0"]:not([href*="download"])',
    ),
    MainPage("pools", "/pools/"),
    MainPage("pool", "/pools/", 'main a[href^="/pools/0"]'),
    MainPage("pool-member", "/pools/", 'main a[href^="/pools/0"]', further='main a[href*="/members/"]'),
    MainPage("relationships", "/relationships/"),
    MainPage("reports", "/reports/?days=0"),
    MainPage("reports-people", "/reports/people/?show=sent&days=0"),
    MainPage("relationships-cold", "/relationships/?show=cold"),
    MainPage("tags", "/tags/"),
    MainPage("tags-alike", "/tags/?show=alike"),
    MainPage("tag", "/tags/", 'main tbody a[href^="/tags/0"]'),
    MainPage("segments", "/segments/"),
    MainPage("segment", "/segments/", 'main a[href^="/segments/0"]'),
    MainPage("data-health", "/data-health/"),
    MainPage("audit", "/data-health/audits/stale/"),
    MainPage("audit-words", "/data-health/audits/similar_sources/"),
    MainPage("audit-fix", "/data-health/audits/malformed/fix/standard/?all=1"),
    MainPage("duplicates", "/data-health/duplicates/"),
    MainPage("duplicates-compare", "/data-health/duplicates/", "main a[data-pair-merge]"),
    MainPage("duplicates-sure", "/data-health/merge-sure/"),
    MainPage("search-help", "/search/help/"),
    MainPage("jobs", "/jobs/"),
    MainPage("job-new", "/jobs/new/"),
    MainPage("board", "/jobs/", JOB, "board/"),
    MainPage("fits", "/jobs/", JOB, "fits/"),
    MainPage("posting", "/jobs/", JOB, "posting/"),
    MainPage("process", "/jobs/", JOB, "process/"),
    MainPage("team", "/jobs/", JOB, "team/"),
    MainPage("ended", "/jobs/", JOB, "ended/rejected/"),
    MainPage("application", "/jobs/", JOB, "board/", further='main a[href^="/applications/0"]'),
    MainPage("sequences", "/sequences/"),
    MainPage("sequence", "/sequences/", 'main a[href^="/sequences/0"]'),
    MainPage(
        "sequence-step-people", "/sequences/", 'main a[href^="/sequences/0"]', further="main .seq-figures a:last-child"
    ),
    MainPage("sequence-dry-run", "/sequences/", 'main a[href^="/sequences/0"]', "dry-run"),
    MainPage("sequence-results", "/sequences/", 'main a[href^="/sequences/0"]', "results/"),
    MainPage(
        "sequence-results-people",
        "/sequences/",
        'main a[href^="/sequences/0"]',
        "results/",
        further='main a[href*="/results/people/"]',
    ),
    MainPage(
        "sequence-with-and-without",
        "/sequences/",
        'main a[href^="/sequences/0"]:text-is("Electricians for spring")',
        "results/",
    ),
    MainPage("sequence-new", "/sequences/new"),
    MainPage("sequence-edit", "/sequences/", 'main a[href^="/sequences/0"]', "edit"),
    MainPage("sequences-archived", "/sequences/?show=archived"),
    MainPage("sequences-waiting", "/sequences/waiting"),
    MainPage("imports", "/imports/"),
    MainPage("import", "/imports/", 'main a[href^="/imports/0"]'),
    MainPage("import-move", "/imports/", 'main a:has-text("greenhouse-export")', needs_admin=True),
    MainPage("import-review", "/imports/", 'main a:has-text("job fair")', further='main a[href*="/rows/"]'),
    MainPage("import-scan", "/imports/", 'main a:has-text("job fair")', further='main a:has-text("scan-0047")'),
    MainPage("import-resumes", "/imports/resumes/"),
    MainPage("import-csv", "/imports/csv/"),
    MainPage("mappings", "/imports/mappings/"),
    MainPage("notifications", "/notifications/"),
    MainPage("mailboxes", "/settings/mailboxes/"),
    MainPage("mailbox", "/settings/mailboxes/", 'main a[href^="/settings/mailboxes/0"]', needs_admin=True),
    MainPage("mailbox-new", "/settings/mailboxes/new/"),
    MainPage("mailbox-domain", "/settings/mailboxes/domain/", needs_admin=True),
    MainPage("mailbox-providers", "/settings/mailboxes/providers/", needs_admin=True),
    MainPage("mailbox-provider", "/settings/mailboxes/providers/microsoft/", needs_admin=True),
    MainPage("mail-services", "/settings/mailboxes/services/", needs_admin=True),
    MainPage("mail-service", "/settings/mailboxes/services/mailgun/", needs_admin=True),
    MainPage("templates", "/settings/templates/"),
    MainPage("template", "/settings/templates/", 'main a[href^="/settings/templates/0"]'),
    MainPage("template-new", "/settings/templates/new/"),
    MainPage("templates-archived", "/settings/templates/?show=archived"),
    MainPage("template-library", "/settings/templates/library/"),
    MainPage("letterhead", "/settings/letterhead/", needs_admin=True),
    MainPage("snippets", "/settings/snippets/"),
    MainPage("snippet", "/settings/snippets/", 'main a[href^="/settings/snippets/0"]'),
    MainPage("snippet-new", "/settings/snippets/new/"),
    MainPage("suppressions", "/settings/suppressions/"),
    MainPage("processes", "/settings/processes/"),
    MainPage("process-template", "/settings/processes/", 'main a[href^="/settings/processes/0"]'),
    MainPage("vocabularies", "/settings/vocabularies/"),
    MainPage("you", "/settings/you/"),
    MainPage("digests", "/settings/notifications/"),
    MainPage("security", "/account/2fa/"),
    MainPage("password", "/account/password/change/"),
    MainPage("people", "/settings/people/", needs_admin=True),
    MainPage("person", "/settings/people/", 'main a[href^="/settings/people/0"]', needs_admin=True),
    MainPage("person-new", "/settings/people/new/", needs_admin=True),
    MainPage("teams", "/settings/teams/", needs_admin=True),
    MainPage("team-new", "/settings/teams/new/", needs_admin=True),
    MainPage("roles", "/settings/roles/", needs_admin=True),
    MainPage("archive-reasons", "/settings/archive-reasons/", needs_admin=True),
    MainPage("styleguide", "/styleguide"),
]
