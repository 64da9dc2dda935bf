// Keys for lists, boards and places. A list is [data-list]; its rows are tr or [data-row], each with one a[data-open].
// j k move, x selects, space peeks, enter opens; "g c" goes; ? explains; any other key presses [data-key="…"].
import { $, $$, isTyping } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { isOpen, peek } from "./panel.js";
import { openPalette } from "./palette.js";
import { refresh } from "./selection.js";

const ROWS = "[data-list] tbody tr, [data-list] [data-row], [data-board] [data-row]";
const seen = (element) => element.getClientRects().length > 0;

export const currentRow = () => $(":is(tr, [data-row]).current") ?? document.activeElement?.closest?.(ROWS) ?? null;

export function setCurrent(row) {
  $$(":is(tr, [data-row]).current").forEach((other) => other.classList.remove("current"));
  if (!row) return;
  row.classList.add("current");
  if (!row.hasAttribute("tabindex")) row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (isOpen()) peek($("[data-panel]", row));
}

function move(step) {
  const rows = $$(ROWS).filter(seen);
  if (!rows.length) return false;
  const at = rows.indexOf(currentRow());
  setCurrent(rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + step))]);
  return true;
}

// On a board h and l go to the neighbouring column, to the card at the same height.
function moveAside(step) {
  const row = currentRow();
  const column = row?.closest("[data-stage]");
  if (!column) return false;
  const columns = $$("[data-board] [data-stage]").filter((each) => each === column || $("[data-row]", each));
  const next = columns[columns.indexOf(column) + step];
  if (!next) return true;
  const place = $$("[data-row]", column).indexOf(row);
  const rows = $$("[data-row]", next);
  setCurrent(rows[Math.min(place, rows.length - 1)]);
  return true;
}

function select() {
  const box = currentRow() && $("input[data-select]", currentRow());
  if (!box) return false;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  refresh(box.closest("[data-selection], form, [data-list]") ?? document);
  return true;
}

function preview() {
  const link = currentRow() && $("[data-panel]", currentRow());
  if (!link) return false;
  peek(link);
  return true;
}

function open() {
  const link = currentRow() && $("a[data-open], th a, a", currentRow());
  if (!link) return false;
  link.click();
  return true;
}

// A key of the bar for the selected works on the row one is at, too: nothing needs to be selected first.
function selectForBar(key) {
  const row = currentRow();
  const box = row && $("input[data-select]", row);
  const scope = row?.closest("[data-selection], form, [data-list]");
  if (!box || !scope || $("input[data-select]:checked", scope)) return;
  if ($$("[data-bulk-bar] [data-key]", scope).some((each) => each.dataset.key === key)) select();
}

function press(key) {
  selectForBar(key);
  const within = currentRow() && $$("[data-key]", currentRow()).find((each) => each.dataset.key === key);
  const button = within ?? $$("[data-key]").find((each) => each.dataset.key === key && seen(each));
  if (!button) return false;
  if (button.matches("input, textarea")) {
    button.focus();
    button.select?.();
  } else {
    button.click();
  }
  return true;
}

function help() {
  openDialog($("#keys-dialog"));
  return true;
}

function find() {
  const field = $(".query input, input[type=search]");
  if (!field) return openPalette();
  field.focus();
  field.select();
  return true;
}

let prefix = "";
function goTo(key) {
  const wanted = `g ${key}`;
  prefix = "";
  const place = $$("[data-keys]").find((each) => each.dataset.keys === wanted);
  if (place) location.assign(place.href);
  return Boolean(place);
}

function startGo() {
  prefix = "g";
  setTimeout(() => { prefix = ""; }, 1200);
  return true;
}

const KEYS = {
  j: () => move(1), k: () => move(-1), h: () => moveAside(-1), l: () => moveAside(1),
  x: select, " ": preview, Enter: open, "?": help, "/": find, g: startGo,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if ($("dialog[open]") || $(".menu:popover-open")) return;
  const onControl = event.target.closest?.("a, button, summary, input, [role=option]");
  if (onControl && (event.key === "Enter" || event.key === " ")) return;
  const done = prefix ? goTo(event.key) : (KEYS[event.key]?.() || press(event.key));
  if (done) event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(ROWS);
  if (row && !row.classList.contains("current")) {
    $$(":is(tr, [data-row]).current").forEach((other) => other.classList.remove("current"));
    row.classList.add("current");
  }
});
