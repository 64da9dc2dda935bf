// The sliders of a job's best fits: the number follows the slider at once, the order a moment later; only what differs
// from the job's own weights goes into the address.
import { $$, debounce, on } from "../lib/dom.js";

const moved = debounce(120, (form) => form.dispatchEvent(new Event("weights-moved")));

on("input", "[data-weights] input[type=range]", (_, input) => {
  input.closest("label").querySelector("output").textContent = input.value;
  moved(input.form);
});
on("change", "[data-weights] input[type=checkbox]", (_, input) => moved(input.form));

document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches?.("[data-weights]") || event.detail.verb !== "get") return;
  for (const slider of $$("[data-weights] input[type=range]")) {
    if (slider.value === slider.dataset.standard) event.detail.formData.delete(slider.name);
  }
  event.detail.formData.delete("csrfmiddlewaretoken");
  const chosen = document.querySelector("[data-fit][aria-current]");
  if (chosen) event.detail.formData.set("candidate", new URL(chosen.href).searchParams.get("candidate"));
});

// What each group counts for after the sliders were moved comes along with the new order.
document.addEventListener("htmx:afterSettle", () => {
  const shown = $$("[data-weights] [data-points]");
  $$("[data-new-points]").forEach((points, at) => { if (shown[at]) shown[at].textContent = points.textContent; });
});

// The chosen line is marked at once; on a phone the reasons stand below the list and are brought into view.
on("click", "[data-fit]", (_, link) => {
  for (const other of $$("[data-fit][aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id === "why" && matchMedia("(max-width: 860px)").matches) event.detail.elt.scrollIntoView();
});
