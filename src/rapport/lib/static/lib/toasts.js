// Messages that go away by themselves: those of the page, those in HX-Trigger: {"toast": {message, tone, undo}}, and
// window events "rapport:toast". They wait while pointed at or focused; errors stay until dismissed.
import { $, $$, on, post } from "./dom.js";

const STAY_MS = 6000;
const region = $("#toasts");
const timers = new WeakMap();

export function toast(message, { tone = "info", undo = "" } = {}) {
  const shape = $(`template[data-toast-shape="${tone}"]`) ?? $('template[data-toast-shape="info"]');
  if (!region || !shape || !message) return;
  const element = shape.content.firstElementChild.cloneNode(true);
  const button = $("[data-toast-undo]", element);
  button.dataset.toastUndo = undo;
  button.hidden = !undo;
  show();
  region.append(element);
  // The text comes after its live region, so that screen readers notice it.
  $(".toast-text", element).textContent = message;
  start(element);
}

// The region is a popover, so that toasts lie above open dialogs; opening it again moves it to the top.
function show() {
  if (!region.showPopover) return;
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

function start(element) {
  if (element.getAttribute("role") === "alert") return;
  clearTimeout(timers.get(element));
  timers.set(element, setTimeout(() => dismiss(element), STAY_MS));
}

function dismiss(element) {
  element.remove();
  if (!region.children.length && region.matches?.(":popover-open")) region.hidePopover();
}

async function undo(button) {
  const element = button.closest("[data-toast]");
  const response = await post(button.dataset.toastUndo).catch(() => null);
  dismiss(element);
  if (response?.ok) return location.reload();
  let told = null;
  try { told = JSON.parse(response?.headers.get("HX-Trigger") ?? "{}").toast; } catch { /* no words of the server */ }
  toast(told?.message ?? "That could not be undone. Reload the page to see how it stands.", { tone: "bad" });
}

on("click", "[data-toast-close]", (_, button) => dismiss(button.closest("[data-toast]")));
on("click", "[data-toast-undo]", (_, button) => undo(button));
for (const type of ["pointerover", "focusin"]) on(type, "[data-toast]", (_, element) => clearTimeout(timers.get(element)));
for (const type of ["pointerout", "focusout"]) on(type, "[data-toast]", (_, element) => start(element));

document.addEventListener("toast", (event) => {
  const { message, tone, undo: undoUrl, value } = event.detail;
  toast(message ?? value, { tone, undo: undoUrl });
});

if (region?.children.length) {
  show();
  $$("[data-toast]", region).forEach(start);
}
