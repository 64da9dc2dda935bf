// The review of a résumé: a field with data-evidence lights up the words it was read from, on the page or in the text, and a word opens
// its field. On a narrow screen fields and original are two tabs, and "Source" leads from one to the other and back.
const form = document.querySelector("form[data-review]");
const original = document.querySelector("#review-original");
const views = [...(original?.querySelectorAll("[data-view]") ?? [])];
const narrow = matchMedia("(max-width: 1000px)");
let marks = [];

const shown = () => views.find((view) => !view.hidden);
const prefixesOf = (element) => element.dataset.evidence.split(" ").filter(Boolean);
const fieldsOf = (mark) => mark.dataset.field.split(" ");
// "basics.email" takes "basics.emails[1]" too; work[1].name takes no work[1].names.
const comesFrom = (field, prefix) => field === prefix || (field.startsWith(prefix) && /^(s?\[|\.)/.test(field.slice(prefix.length)));
const belongs = (mark, prefixes) => fieldsOf(mark).some((field) => prefixes.some((prefix) => comesFrom(field, prefix)));

// ---- words and fields ----------------------------------------------------------------------------------------------------

function light(element) {
  const prefixes = prefixesOf(element);
  const lit = marks.filter((mark) => belongs(mark, prefixes));
  for (const mark of marks) mark.classList.toggle("lit", lit.includes(mark));
  const first = lit.find((mark) => shown()?.contains(mark));
  if (first && !narrow.matches) scrollTo(shown(), first);
  return first;
}

function scrollTo(view, mark) {
  const box = view.getBoundingClientRect();
  const word = mark.getBoundingClientRect();
  if (word.top < box.top || word.bottom > box.bottom) view.scrollTop += word.top - box.top - box.height / 3;
}

// The field a word was read into; of several the narrowest: a skill before the text of the job it stands in.
function ownerOf(mark) {
  const owners = [...form.querySelectorAll("[data-evidence]")];
  for (const field of fieldsOf(mark)) {
    const found = owners.filter((owner) => prefixesOf(owner).some((prefix) => comesFrom(field, prefix)));
    if (found.length) return found.at(-1);
  }
  return undefined;
}

function open(owner) {
  select("fields");
  const line = owner.closest("details");
  if (line) line.open = true;
  owner.querySelector("input:not([disabled]), textarea:not([disabled]), summary")?.focus();
}

for (const kind of ["focusin", "mouseover"]) {
  form?.addEventListener(kind, (event) => {
    const owner = event.target.closest("[data-evidence]");
    if (owner) light(owner);
  });
}
original?.addEventListener("mouseover", (event) => {
  const mark = event.target.closest("[data-field]");
  const owner = mark && ownerOf(mark);
  for (const field of form.querySelectorAll("[data-evidence].lit")) field.classList.remove("lit");
  owner?.classList.add("lit");
});
original?.addEventListener("click", (event) => {
  const mark = event.target.closest("[data-field]");
  const owner = mark && ownerOf(mark);
  if (owner) open(owner);
});

let asked = -1;
document.querySelector("[data-next-unsure]")?.addEventListener("click", () => {
  const unsure = [...form.querySelectorAll("[data-unsure]:not(.is-dropped)")];
  if (!unsure.length) return;
  asked = (asked + 1) % unsure.length;
  open(unsure[asked]);
});

// ---- page or text ----------------------------------------------------------------------------------------------------------

function show(kind) {
  for (const view of views) view.hidden = view.dataset.view !== kind;
  for (const link of original.querySelectorAll("[data-show]")) {
    if (link.dataset.show === kind) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const lit = shown()?.querySelector(".lit");
  if (lit && !narrow.matches) scrollTo(shown(), lit);
}

original?.addEventListener("click", (event) => {
  const link = event.target.closest("[data-show]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.replaceState(history.state, "", link.href);
  show(link.dataset.show);
});

// The words of the pages have come, or why they cannot.
function take() {
  marks = [...original.querySelectorAll("[data-field]")];
  const problem = original.querySelector("[data-no-pages]");
  if (problem && original.querySelector("[data-show]")) {
    original.querySelector(".review-original-head").after(problem);
    show("text");
  }
  offerSources(form);
  const focused = document.activeElement?.closest("[data-evidence]");
  if (focused && form.contains(focused)) light(focused);
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.matches?.("[data-view]")) take();
});
for (const kind of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(kind, (event) => {
    if (event.detail.elt?.matches?.("[data-view]") && original.querySelector("[data-show]")) show("text");
  });
}
// A picture that did not come is asked for once more: others may have been drawn just then.
original?.addEventListener(
  "error",
  (event) => {
    const page = event.target.closest(".review-page");
    if (!page) return;
    if (!page.dataset.again) {
      page.dataset.again = "yes";
      setTimeout(() => { event.target.srcset = event.target.srcset; }, 4000);
      return;
    }
    page.querySelector(".review-paper").hidden = true;
    page.querySelector("[data-broken]").hidden = false;
  },
  true,
);

// ---- tabs of a narrow screen -----------------------------------------------------------------------------------------------

const bar = document.querySelector(".review-tabs");
const tabs = [...(bar?.querySelectorAll("button") ?? [])];
const back = original?.querySelector("[data-to-field]");
const places = {};
let current = "fields";
let cameFrom = null;

const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
const nameOf = (tab) => tab.id.split("-")[0];

// On a wide screen both stand side by side and there are no tabs.
function arrange() {
  bar.hidden = !narrow.matches;
  for (const tab of tabs) {
    const isSelected = nameOf(tab) === current;
    tab.setAttribute("aria-selected", String(isSelected));
    tab.tabIndex = isSelected ? 0 : -1;
    const panel = panelOf(tab);
    panel.hidden = narrow.matches && !isSelected;
    if (narrow.matches) {
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
    } else {
      panel.removeAttribute("role");
      panel.removeAttribute("aria-labelledby");
    }
  }
  if (!narrow.matches) back.hidden = true;
}

function select(name) {
  if (!narrow.matches || name === current) return;
  places[current] = scrollY;
  current = name;
  if (name === "fields") back.hidden = true;
  arrange();
  window.scrollTo(0, places[name] ?? Math.min(scrollY, bar.offsetTop));
}

function showSource(button) {
  const owner = button.closest("[data-evidence]");
  cameFrom = button;
  select("original");
  let first = light(owner);
  if (!first) {
    show("text");
    first = light(owner);
  }
  back.hidden = false;
  back.querySelector("span").textContent = `Back to ${button.dataset.of}`;
  first?.scrollIntoView({ block: "center" });
  back.focus({ preventScroll: true });
}

function offerSources(scope) {
  for (const button of scope.querySelectorAll("[data-show-source]")) {
    const prefixes = prefixesOf(button.closest("[data-evidence]"));
    button.hidden = !marks.some((mark) => belongs(mark, prefixes));
  }
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-source]");
  if (button) showSource(button);
});
back?.addEventListener("click", () => {
  select("fields");
  cameFrom?.scrollIntoView({ block: "center" });
  cameFrom?.focus({ preventScroll: true });
});
bar?.addEventListener("click", (event) => {
  const tab = event.target.closest("button");
  if (tab) select(nameOf(tab));
});
bar?.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  select(nameOf(next));
  next.focus();
});

// ---- lines -----------------------------------------------------------------------------------------------------------------
// They are added from a template and crossed out, not taken away: an inactive input is not sent.

const placesOf = (lines) => [...lines.querySelectorAll("[name]")].map((input) => Number(input.name.split("-")[1]));

function addLine(button) {
  const kind = button.dataset.addLine;
  const lines = form.querySelector(`[data-lines="${kind}"]`);
  const place = Math.max(-1, ...placesOf(lines)) + 1;
  const holder = document.createElement("div");
  holder.innerHTML = form.querySelector(`template[data-blank="${kind}"]`).innerHTML.replaceAll("__place__", place);
  const line = holder.querySelector("[data-line]");
  lines.querySelector("[data-none]")?.remove();
  lines.append(line);
  showTools(line);
  line.querySelector("input").focus();
  button.disabled = place + 1 >= Number(button.dataset.most);
}

function dropLine(button) {
  const line = button.closest("[data-line]");
  const isDropped = line.classList.toggle("is-dropped");
  for (const input of line.querySelectorAll("input, textarea")) input.disabled = isDropped;
  if (button.dataset.of) button.setAttribute("aria-label", `${isDropped ? "Keep" : "Remove"} ${button.dataset.of}`);
  else button.textContent = isDropped ? "Keep it after all" : "Remove";
}

function showTools(scope) {
  for (const button of scope.querySelectorAll("[data-add-line], [data-drop-line]")) button.hidden = false;
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-line], [data-drop-line]");
  if (button?.matches("[data-add-line]")) addLine(button);
  else if (button) dropLine(button);
});

if (form && original) {
  showTools(form);
  bar.setAttribute("role", "tablist");
  for (const tab of tabs) tab.setAttribute("role", "tab");
  arrange();
  narrow.addEventListener("change", arrange);
  take();
}
