// The page of a candidate: the Mail button presses the composer's tab; a form that was taken comes back empty.
import { $, on } from "../lib/dom.js";

on("click", "[data-press]", (_, button) => {
  const target = $(button.dataset.press);
  target?.scrollIntoView({ block: "center" });
  target?.click();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-reset-after]");
  if (form && event.detail.successful) form.reset();
});
