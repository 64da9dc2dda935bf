// The builder below the query field: what the server lays out is written into the field, what is typed there is laid out
// anew, and the panel stays open while results come and go. The grammar is the server's alone.
import { $, debounce, on } from "../lib/dom.js";

const field = () => $("#query");
const panel = () => $("[data-builder]");

// Only what was entered in the panel changes the field: what is typed there came from it.
document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig, target } = event.detail;
  if (requestConfig?.verb === "post" && target?.id === "builder" && panel() && field()) field().value = panel().dataset.text;
});

// Who goes on to the next box and types while the panel is laid out anew loses nothing: what stands there goes over into the
// new box at once, for the next key may come before it has settled.
let typing = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const box = document.activeElement;
  const isAhead = event.detail.target?.id === "builder" && box?.closest("[data-builder]") && box.matches("input:not([type=checkbox])");
  typing = isAhead && box.value !== box.defaultValue ? { id: box.id, value: box.value } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const box = typing && document.getElementById(typing.id);
  if (box && box.value !== typing.value) {
    const settled = new Promise((resolve) => document.addEventListener("htmx:afterSettle", resolve, { once: true }));
    box.focus();
    box.value = typing.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.addEventListener("blur", async () => {
      await settled; // nobody listens to the new panel before
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }, { once: true });
  }
  typing = null;
});

const layOut = debounce(350, () => {
  if (!panel() || !field()) return;
  const url = `${field().form.dataset.builderUrl}?q=${encodeURIComponent(field().value)}`;
  window.htmx.ajax("GET", url, { target: "#builder", swap: "outerHTML" });
});

on("input", "#query", layOut);

document.addEventListener("htmx:configRequest", (event) => {
  const { verb, target, parameters, path, elt } = event.detail;
  if (verb !== "get" || target?.id !== "results" || !panel()) return;
  if (!path.includes("build=") && !elt.matches("[data-builder-close]")) parameters.build = "1";
});
