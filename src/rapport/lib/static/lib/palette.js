// The command palette: Ctrl/Cmd+K or the field in the top bar. Places and commands are in the page and filtered here;
// people and jobs come from data-quick-search?q=. What was opened last stands first while nothing is typed.
import { $, $$, debounce, isMac, on, recall, remember } from "./dom.js";
import { openDialog } from "./dialogs.js";

const palette = $("#palette");
const field = palette && $("input", palette);
const RECENT = 5;
let chosen = null;
let request = null;

const group = (name) => $(`[data-group="${name}"]`, palette);
const visible = () => $$(".palette-item", palette).filter((item) => !item.hidden && !item.closest("[hidden]"));
const words = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").split(/\s+/).filter(Boolean);

export function openPalette(text = "") {
  if (!palette || palette.open) return Boolean(palette);
  field.value = text;
  openDialog(palette);
  field.focus();
  showRecent();
  update();
  return true;
}

function matches(item, wanted) {
  const have = words(`${item.dataset.label} ${item.dataset.words ?? ""}`);
  return wanted.every((word) => have.some((other) => other.startsWith(word)));
}

function update() {
  const text = field.value.trim();
  const wanted = words(text);
  for (const name of ["commands", "add", "go"]) {
    const part = group(name);
    if (!part) continue;
    const items = $$(".palette-item", part);
    items.forEach((item) => { item.hidden = !matches(item, wanted); });
    part.hidden = items.every((item) => item.hidden);
  }
  group("recent").hidden = Boolean(text) || !$(".palette-item", group("recent"));
  const all = $("[data-search-all]", palette);
  if (all) {
    all.hidden = !text;
    all.href = `${palette.dataset.search}?q=${encodeURIComponent(text)}`;
    $("[data-query]", all).textContent = text;
  }
  if (text.length < 2) group("found").hidden = true;
  else searchSoon(text);
  choose(visible()[0]);
}

const searchSoon = debounce(90, async (text) => {
  request?.abort();
  request = new AbortController();
  try {
    const response = await fetch(`${palette.dataset.quickSearch}?q=${encodeURIComponent(text)}`, { signal: request.signal, headers: { "HX-Request": "true" } });
    if (!response.ok || field.value.trim() !== text) return;
    const kept = chosen?.dataset.label;
    $("[data-found]", palette).innerHTML = await response.text();
    group("found").hidden = !$(".palette-item", group("found"));
    choose(visible().find((item) => item.dataset.label === kept && !chosen?.matches("[data-search-all]")) ?? visible()[0]);
  } catch (error) {
    if (error.name !== "AbortError") group("found").hidden = true;
  }
});

function choose(item) {
  chosen?.setAttribute("aria-selected", "false");
  chosen = item ?? null;
  if (!chosen) return field.removeAttribute("aria-activedescendant");
  chosen.id ||= `palette-${Math.random().toString(36).slice(2)}`;
  chosen.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", chosen.id);
  chosen.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const items = visible();
  if (items.length) choose(items[(items.indexOf(chosen) + by + items.length) % items.length]);
}

// Only the address is kept; the label is taken from the page or the search when it is opened.
const recents = () => { try { return JSON.parse(recall("palette") ?? "[]"); } catch { return []; } };

function keep(item) {
  if (item.matches("[data-search-all]")) return;
  const href = item.getAttribute("href");
  const entry = { href, label: item.dataset.label };
  remember("palette", JSON.stringify([entry, ...recents().filter((other) => other.href !== href)].slice(0, RECENT)));
}

function showRecent() {
  const part = group("recent");
  $$(".palette-item", part).forEach((item) => item.remove());
  for (const { href, label } of recents()) {
    const known = $$(".palette-item", palette).find((item) => item.getAttribute("href") === href);
    const item = (known ?? $("[data-group=go] .palette-item", palette))?.cloneNode(true);
    if (!item || !href?.startsWith("/")) continue;
    item.removeAttribute("id");
    item.hidden = false;
    item.setAttribute("href", href);
    item.dataset.label = label;
    $(".cut", item).textContent = label;
    if (!known) $(".palette-keys", item)?.remove();
    part.append(item);
  }
}

if (palette) {
  field.addEventListener("input", update);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || (event.ctrlKey && event.key === "n")) step(1);
    else if (event.key === "ArrowUp" || (event.ctrlKey && event.key === "p")) step(-1);
    else if (event.key === "Enter" && chosen) {
      keep(chosen);
      if (event.metaKey || event.ctrlKey) window.open(chosen.href);
      else chosen.click();
    } else return;
    event.preventDefault();
  });
  on("click", ".palette-item", (event, item) => {
    keep(item);
    if (!event.metaKey && !event.ctrlKey) palette.close();
  });
  on("pointermove", ".palette-item", (_, item) => { if (item !== chosen) choose(item); });

  const bar = $("[data-palette-field] input");
  bar?.addEventListener("click", () => openPalette());
  bar?.addEventListener("input", () => {
    const text = bar.value;
    bar.value = "";
    openPalette(text);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(isMac ? event.metaKey : event.ctrlKey) || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else openPalette();
  });
}
