// Small things in forms: data-autosubmit sends on change, data-submit-on sends with Ctrl/Cmd+Enter, data-copy copies,
// data-toggles shows a part, .dropzone takes files, file inputs say what was chosen, .facets-toggle opens the filters.
import { $, debounce, isMac, on } from "./dom.js";
import { toast } from "./toasts.js";

const send = (form) => form.requestSubmit();
const sendSoon = debounce(250, send);

on("change", "form[data-autosubmit]", (_, form) => send(form));
on("input", "form[data-autosubmit] input[type=search]", (_, input) => sendSoon(input.form));

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(isMac ? event.metaKey : event.ctrlKey)) return;
  const form = event.target.closest?.("textarea, input")?.form;
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

on("click", "[data-copy]", async (_, button) => {
  const source = button.dataset.copy ? button.dataset.copy : $(button.dataset.copyFrom)?.innerText;
  try {
    await navigator.clipboard.writeText(source);
    toast("Copied", { tone: "good" });
  } catch {
    toast("Copying is not allowed here. Select the text and copy it yourself.", { tone: "bad" });
  }
});

on("click", "[data-toggles]", (_, button) => {
  const part = document.getElementById(button.dataset.toggles);
  part.hidden = !part.hidden;
  button.setAttribute("aria-expanded", !part.hidden);
  if (!part.hidden) $("input, textarea, select, button", part)?.focus();
});

on("click", ".facets-toggle", (_, button) => {
  const open = $(".facets")?.classList.toggle("open");
  button.setAttribute("aria-expanded", Boolean(open));
});

// Parts of the composer: buttons with data-part="note" show [data-for-part="note"].
on("click", "[data-part]", (_, button) => {
  const group = button.closest("[data-parts]");
  for (const other of group.querySelectorAll("[data-part]")) {
    other.setAttribute("aria-pressed", other === button);
  }
  for (const part of group.querySelectorAll("[data-for-part]")) {
    part.hidden = part.dataset.forPart !== button.dataset.part;
  }
  $(`[data-for-part="${button.dataset.part}"] :is(textarea, input:not([type=hidden]))`, group)?.focus();
});

const names = (files) => (files.length === 1 ? files[0].name : `${files.length} files`);
on("change", "input[type=file][data-says]", (_, input) => {
  $(input.dataset.says).textContent = input.files.length ? names(input.files) : "";
});
for (const type of ["dragover", "dragleave", "drop"]) {
  on(type, ".dropzone", (event, zone) => {
    event.preventDefault();
    zone.classList.toggle("over", type === "dragover");
    if (type !== "drop" || !event.dataTransfer.files.length) return;
    const input = $("input[type=file]", zone);
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
