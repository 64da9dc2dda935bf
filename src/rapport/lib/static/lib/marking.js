// Marks in a text: buttons with data-mark in [data-marks-for="id of a textarea"] write them; Ctrl/Cmd+B and I do, too.
import { $, on } from "./dom.js";

const AROUND = { bold: "**", italic: "*" };

// Written as if typed, so that the browser's undo takes it back and previews follow.
function write(area, from, to, text) {
  area.focus();
  area.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, text)) return;
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function wrap(area, sign) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const chosen = value.slice(from, to).trim() || "words";
  const start = from + value.slice(from, to).search(/\S|$/);
  const end = to > from ? start + chosen.length : from;
  const has = value.slice(start - sign.length, start) === sign && value.slice(end, end + sign.length) === sign;
  if (has) write(area, start - sign.length, end + sign.length, chosen);
  else write(area, start, end, sign + chosen + sign);
  const begin = has ? start - sign.length : start + sign.length;
  area.setSelectionRange(begin, begin + chosen.length);
}

function link(area) {
  const { selectionStart: from, selectionEnd: to, value } = area;
  const chosen = value.slice(from, to).trim() || "words";
  write(area, from, to, `[${chosen}](https://)`);
  const address = from + chosen.length + 3;
  area.setSelectionRange(address, address + "https://".length);
}

function list(area) {
  const { selectionStart, selectionEnd, value } = area;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const next = value.indexOf("\n", Math.max(selectionEnd - 1, from));
  const to = next < 0 ? value.length : next;
  const lines = value.slice(from, to).split("\n");
  const marked = lines.every((line) => line.startsWith("- "));
  write(area, from, to, lines.map((line) => (marked ? line.slice(2) : `- ${line}`)).join("\n"));
}

function mark(kind, area) {
  if (kind in AROUND) wrap(area, AROUND[kind]);
  else if (kind === "link") link(area);
  else list(area);
}

on("click", "[data-mark]", (_, button) => {
  mark(button.dataset.mark, document.getElementById(button.closest("[data-marks-for]").dataset.marksFor));
});

document.addEventListener("keydown", (event) => {
  const kind = { b: "bold", i: "italic" }[event.key];
  const area = event.target;
  if (!kind || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey) || area.tagName !== "TEXTAREA") return;
  if (!area.id || !$(`[data-marks-for="${CSS.escape(area.id)}"]`)) return;
  event.preventDefault();
  mark(kind, area);
});
