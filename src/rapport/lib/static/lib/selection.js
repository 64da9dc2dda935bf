// Choosing rows of a list: ticks with data-select, one over all with data-select-all, and the bar [data-bulk-bar].
// They share the nearest [data-list], form or table. Shift selects a range. The chosen ids travel as form fields.
import { $, $$, on } from "./dom.js";

const scopeOf = (element) => element.closest("[data-selection], form, [data-list]") ?? document;
let last = null;

// Rows of a table say it to everybody; a card's role has no aria-selected, its tick says it.
function mark(row, chosen) {
  if (row?.matches("tr")) row.setAttribute("aria-selected", chosen);
  else row?.toggleAttribute("data-selected", chosen);
}

export function refresh(scope) {
  const boxes = $$("input[data-select]", scope);
  const chosen = boxes.filter((box) => box.checked);
  boxes.forEach((box) => mark(box.closest("tr, [data-row]"), box.checked));
  $$("input[data-select-all]", scope).forEach((all) => {
    all.checked = boxes.length > 0 && chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && chosen.length < boxes.length;
  });
  const everything = $("input[data-all-matching]", scope);
  if (everything && chosen.length < boxes.length) everything.value = "";
  $$("[data-bulk-bar]", scope).forEach((bar) => {
    bar.hidden = !chosen.length;
    bar.closest("tr.bulk")?.toggleAttribute("hidden", !chosen.length);
    const count = $("[data-selected-count]", bar);
    if (count) count.textContent = everything?.value ? everything.dataset.total : chosen.length.toLocaleString("en");
  });
}

on("click", "input[data-select]", (event, box) => {
  const scope = scopeOf(box);
  if (event.shiftKey && last && scope.contains(last)) {
    const boxes = $$("input[data-select]", scope);
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
    boxes.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
  }
  last = box;
  refresh(scope);
});

on("change", "input[data-select], input[data-select-all]", (_, box) => {
  const scope = scopeOf(box);
  if (box.matches("[data-select-all]")) $$("input[data-select]", scope).forEach((other) => { other.checked = box.checked; });
  refresh(scope);
});

on("click", "[data-select-none]", (_, button) => {
  const scope = scopeOf(button);
  $$("input[data-select]", scope).forEach((box) => { box.checked = false; });
  const everything = $("input[data-all-matching]", scope);
  if (everything) everything.value = "";
  refresh(scope);
});

// "Select all 10,000+": <input type="hidden" name="all" data-all-matching data-total="10,000+"> says it to the server.
on("click", "[data-select-all-matching]", (_, button) => {
  const scope = scopeOf(button);
  $$("input[data-select]", scope).forEach((box) => { box.checked = true; });
  const everything = $("input[data-all-matching]", scope);
  if (everything) everything.value = "1";
  refresh(scope);
});

for (const type of ["htmx:afterSettle", "pageshow"]) {
  addEventListener(type, () => {
    new Set($$("input[data-select]").map(scopeOf)).forEach(refresh);
  });
}
