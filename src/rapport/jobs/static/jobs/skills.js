// The skills of a job: add from suggestions or the combobox, weigh, move up, move to the other list, remove. Each change is
// saved by the form (htmx, on the event "skills-changed").
import { $, $$, debounce, on } from "../lib/dom.js";

const form = () => $("[data-job-skills]");
const changed = () => form().dispatchEvent(new Event("skills-changed"));
const known = (id) => $$("[data-skill-row] [name=skill]", form()).some((input) => input.value === id);

function add(id, name) {
  if (!id || known(id)) return;
  const row = $("[data-skill-template]").content.firstElementChild.cloneNode(true);
  $("[name=skill]", row).value = id;
  $("[data-skill-need]", row).name = `need-${id}`;
  $("[data-skill-weight]", row).name = `weight-${id}`;
  $$("[data-skill-name]", row).forEach((label) => { label.textContent = name; });
  $('[data-need="must"] [data-skill-list]', form()).append(row);
  changed();
}

on("click", "[data-add-skill]", (_, button) => {
  add(button.dataset.addSkill, button.dataset.skillLabel);
  button.remove();
});
on("click", "[data-skill-remove]", (_, button) => {
  button.closest("[data-skill-row]").remove();
  changed();
});
on("click", "[data-skill-up]", (_, button) => {
  const row = button.closest("[data-skill-row]");
  row.previousElementSibling?.before(row);
  button.focus();
  changed();
});
on("click", "[data-skill-swap]", (_, button) => {
  const row = button.closest("[data-skill-row]");
  const need = row.closest("[data-need]").dataset.need === "must" ? "nice" : "must";
  $("[data-skill-need]", row).value = need;
  $(`[data-need="${need}"] [data-skill-list]`, form()).append(row);
  button.focus();
  changed();
});
on("change", "[data-skill-weight]", changed);
on("input", "[data-skill-weight]", (_, range) => {
  $("[data-skill-output]", range.parentElement).textContent = range.value;
});

// The combobox keeps the chosen id in its hidden field and says so with a change event.
on("change", ".job-add-skill [data-autocomplete]", (_, box) => {
  add($("[data-value]:not([role=option])", box).value, $("[role=combobox]", box).value);
});

// While the description is being written, what it names is suggested.
const suggest = debounce(700, async (area) => {
  const place = $("[data-suggestions]");
  const body = new FormData(form());
  body.set("description", area.value);
  const response = await fetch(place.dataset.suggestions, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  if (response?.ok) place.innerHTML = await response.text();
});
on("input", "#job-form [name=description]", (_, area) => suggest(area));
