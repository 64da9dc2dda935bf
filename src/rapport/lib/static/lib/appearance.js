// Light or dark, wide or narrow rail, and key names of the reader's system. theme.js applies the choice before paint.
import { $$, isMac, on, recall, remember } from "./dom.js";

const root = document.documentElement;

on("click", "[data-theme-toggle]", () => {
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember("theme", root.dataset.theme);
  showThemeChoice();
});

// The choice among three in one's own settings: "" follows the system.
function showThemeChoice() {
  const theme = recall("theme") ?? "";
  for (const choice of $$("[data-theme-choices] input")) choice.checked = choice.value === theme;
}
showThemeChoice();
on("change", "[data-theme-choices] input", (_, choice) => {
  remember("theme", choice.value);
  if (choice.value) root.dataset.theme = choice.value;
  else delete root.dataset.theme;
});

on("click", "[data-rail-toggle]", () => {
  const narrow = root.dataset.rail ? root.dataset.rail === "narrow" : Boolean(document.body.dataset.collapsed?.trim());
  root.dataset.rail = narrow ? "wide" : "narrow";
  remember("rail", root.dataset.rail);
});

if (isMac) {
  for (const key of $$("[data-modifier-key]")) key.textContent = `⌘ ${key.dataset.modifierKey}`;
}

for (const back of $$("[data-back]")) back.hidden = history.length < 2;
on("click", "[data-back]", () => history.back());

// Rows of places that scroll sideways on a phone begin at the present one.
for (const here of $$(":is(.tabs, .settings-nav, .segmented) [aria-current]")) {
  const row = here.closest(".tabs, .settings-nav, .segmented");
  row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}
