// The review of a résumé: a field with data-evidence lights up the words it was read from, and a word opens its field.
const text = document.querySelector(".review-text");
const form = document.querySelector("form[data-review]");
const marks = [...(text?.querySelectorAll("[data-field]") ?? [])];
const prefixesOf = (element) => element.dataset.evidence.split(" ").filter(Boolean);
const fieldsOf = (mark) => mark.dataset.field.split(" ");
// "basics.email" takes "basics.emails[1]" too; work[1].name takes no work[1].names.
const comesFrom = (field, prefix) => field === prefix || (field.startsWith(prefix) && /^(s?\[|\.)/.test(field.slice(prefix.length)));
const belongs = (mark, prefixes) => fieldsOf(mark).some((field) => prefixes.some((prefix) => comesFrom(field, prefix)));

function light(element) {
  const prefixes = prefixesOf(element);
  const lit = marks.filter((mark) => belongs(mark, prefixes));
  for (const mark of marks) mark.classList.toggle("lit", lit.includes(mark));
  if (!lit.length) return;
  const box = text.getBoundingClientRect();
  const word = lit[0].getBoundingClientRect();
  if (word.top < box.top || word.bottom > box.bottom) text.scrollTop += word.top - box.top - box.height / 3;
}

// The field a word was read into; of several the narrowest: a skill before the text of the job it stands in.
function ownerOf(mark) {
  const owners = [...form.querySelectorAll("[data-evidence]")];
  for (const field of fieldsOf(mark)) {
    const found = owners.filter((owner) => prefixesOf(owner).some((prefix) => comesFrom(field, prefix)));
    if (found.length) return found.at(-1);
  }
  return undefined;
}

function open(owner) {
  const line = owner.closest("details");
  if (line) line.open = true;
  owner.querySelector("input:not([disabled]), textarea:not([disabled]), summary")?.focus();
}

for (const kind of ["focusin", "mouseover"]) {
  form?.addEventListener(kind, (event) => {
    const owner = event.target.closest("[data-evidence]");
    if (owner) light(owner);
  });
}
text?.addEventListener("mouseover", (event) => {
  const mark = event.target.closest("[data-field]");
  const owner = mark && ownerOf(mark);
  for (const field of form.querySelectorAll("[data-evidence].lit")) field.classList.remove("lit");
  owner?.classList.add("lit");
});
text?.addEventListener("click", (event) => {
  const mark = event.target.closest("[data-field]");
  const owner = mark && ownerOf(mark);
  if (owner) open(owner);
});

let asked = -1;
document.querySelector("[data-next-unsure]")?.addEventListener("click", () => {
  const unsure = [...form.querySelectorAll("[data-unsure]:not(.is-dropped)")];
  if (!unsure.length) return;
  asked = (asked + 1) % unsure.length;
  open(unsure[asked]);
});

// Lines are added from a template and crossed out, not taken away: an inactive input is not sent.
const placesOf = (lines) => [...lines.querySelectorAll("[name]")].map((input) => Number(input.name.split("-")[1]));

function addLine(button) {
  const kind = button.dataset.addLine;
  const lines = form.querySelector(`[data-lines="${kind}"]`);
  const place = Math.max(-1, ...placesOf(lines)) + 1;
  const holder = document.createElement("div");
  holder.innerHTML = form.querySelector(`template[data-blank="${kind}"]`).innerHTML.replaceAll("__place__", place);
  const line = holder.querySelector("details");
  lines.querySelector("[data-none]")?.remove();
  lines.append(line);
  showTools(line);
  line.querySelector("input").focus();
  button.disabled = place + 1 >= Number(button.dataset.most);
}

function dropLine(button) {
  const line = button.closest("[data-line]");
  const isDropped = line.classList.toggle("is-dropped");
  for (const input of line.querySelectorAll("input, textarea")) input.disabled = isDropped;
  button.textContent = isDropped ? "Keep it after all" : "Remove";
}

function showTools(scope) {
  for (const button of scope.querySelectorAll("[data-add-line], [data-drop-line]")) button.hidden = false;
}

if (form) showTools(form);
form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-line], [data-drop-line]");
  if (button?.matches("[data-add-line]")) addLine(button);
  else if (button) dropLine(button);
});
