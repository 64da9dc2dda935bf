// Suggestions from the server below an input: [data-autocomplete="/skills/suggest"], see components/combobox.html.
// The server answers ?q= with <li role="option" data-value="…">Text</li>; data-multiple collects chips, data-free takes own text.
import { $, $$, debounce, on } from "./dom.js";

const partsOf = (element) => {
  const box = element.closest("[data-autocomplete]");
  return box && { box, input: $("[role=combobox]", box), list: $("[role=listbox]", box), value: $("[data-value]:not([role=option])", box) };
};

function close({ input, list }) {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function highlight({ input, list }, option) {
  $$("[aria-selected=true]", list).forEach((other) => other.setAttribute("aria-selected", "false"));
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

const suggest = debounce(120, async (parts) => {
  const query = parts.input.value.trim();
  const glue = parts.box.dataset.autocomplete.includes("?") ? "&" : "?";
  const response = await fetch(`${parts.box.dataset.autocomplete}${glue}q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response?.ok || query !== parts.input.value.trim() || document.activeElement !== parts.input) return;
  parts.list.innerHTML = await response.text();
  const options = $$("[role=option]", parts.list);
  options.forEach((option, index) => { option.id = `${parts.list.id}-${index}`; option.setAttribute("aria-selected", "false"); });
  parts.list.hidden = !options.length;
  parts.input.setAttribute("aria-expanded", options.length > 0);
  if (!("free" in parts.box.dataset)) highlight(parts, options[0]);
});

function take(parts, value, text) {
  if ("multiple" in parts.box.dataset) {
    addChip(parts, value, text);
    parts.input.value = "";
  } else {
    parts.input.value = text;
    parts.value.value = value;
  }
  close(parts);
  parts.box.dispatchEvent(new Event("change", { bubbles: true }));
}

function addChip({ box }, value, text) {
  const chosen = $("[data-chosen]", box);
  if ($$("input", chosen).some((input) => input.value === value)) return;
  const chip = $("[data-chosen-template]", box).content.firstElementChild.cloneNode(true);
  $("[data-text]", chip).textContent = text;
  $("input", chip).value = value;
  $("button", chip).setAttribute("aria-label", `Remove ${text}`);
  chosen.append(chip);
}

const textOf = (option) => option.dataset.text ?? option.firstChild.textContent.trim();

on("input", "[data-autocomplete] [role=combobox]", (_, input) => {
  const parts = partsOf(input);
  if (parts.value) parts.value.value = "free" in parts.box.dataset ? input.value : "";
  if (input.value.trim()) suggest(parts);
  else close(parts);
});

on("keydown", "[data-autocomplete] [role=combobox]", (event, input) => {
  const parts = partsOf(input);
  const options = parts.list.hidden ? [] : $$("[role=option]", parts.list);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const own = "free" in parts.box.dataset && input.value.trim();
  if (event.key === "ArrowDown" && !options.length) suggest(parts);
  else if (event.key === "ArrowDown") highlight(parts, options[(at + 1) % options.length]);
  else if (event.key === "ArrowUp" && options.length) highlight(parts, options[(at - 1 + options.length) % options.length]);
  else if (event.key === "Escape" && options.length) { close(parts); event.stopPropagation(); }
  else if (event.key === "Enter" && at >= 0) take(parts, options[at].dataset.value, textOf(options[at]));
  else if ((event.key === "Enter" || event.key === ",") && own && "multiple" in parts.box.dataset) take(parts, own, own);
  else if (event.key === "Backspace" && !input.value && "multiple" in parts.box.dataset) return $("[data-chosen] > :last-child", parts.box)?.remove();
  else return;
  event.preventDefault();
});

on("mousedown", "[data-autocomplete] [role=option]", (event, option) => {
  event.preventDefault();
  take(partsOf(option), option.dataset.value, textOf(option));
});
on("click", "[data-remove-chosen]", (_, button) => {
  const { box, input } = partsOf(button);
  button.closest(".tag").remove();
  box.dispatchEvent(new Event("change", { bubbles: true }));
  input.focus();
});
on("focusout", "[data-autocomplete]", (event, box) => {
  if (!box.contains(event.relatedTarget)) close(partsOf(box));
});
