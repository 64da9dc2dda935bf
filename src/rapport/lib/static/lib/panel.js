// The side panel: a link with data-panel="/candidates/…?panel=1" can be peeked at without leaving the list.
import { $, on } from "./dom.js";
import { toast } from "./toasts.js";

const panel = $("#side-panel");
let shown = "";
let opener = null;

export const isOpen = () => Boolean(panel && !panel.hidden);

export async function peek(link) {
  const url = link?.dataset.panel;
  if (!panel || !url || url === shown) return;
  shown = url;
  if (!isOpen()) opener = document.activeElement;
  const response = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (shown !== url) return;
  if (!response?.ok) {
    shown = "";
    toast("The preview could not be loaded.", { tone: "bad" });
    return;
  }
  panel.innerHTML = await response.text();
  panel.hidden = false;
  window.htmx?.process(panel);
}

export function closePanel() {
  if (!isOpen()) return;
  panel.hidden = true;
  panel.replaceChildren();
  shown = "";
  opener?.focus?.();
}

on("click", "[data-panel-close]", closePanel);
on("click", "button[data-panel]", (_, button) => peek(button));
// The face of a row opens the panel for those who point; its link goes to the page.
on("click", "tr .avatar, [data-row]:not([data-card]) .avatar", (_, face) => peek($("[data-panel]", face.closest("tr, [data-row]"))));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen() && !$("dialog[open], .menu:popover-open")) closePanel();
});
document.addEventListener("closePanel", closePanel);
