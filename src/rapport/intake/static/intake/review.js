// The review of a résumé: a field with data-evidence lights up the words it was read from, and a word opens its field.
const text = document.querySelector(".review-text");
const marks = [...(text?.querySelectorAll("mark[data-field]") ?? [])];
const belongs = (mark, prefixes) => prefixes.some((prefix) => mark.dataset.field.startsWith(prefix));

function light(element, scroll) {
  const prefixes = element.dataset.evidence.split(" ");
  const lit = marks.filter((mark) => belongs(mark, prefixes));
  for (const mark of marks) mark.classList.toggle("lit", lit.includes(mark));
  if (!scroll || !lit.length) return;
  const box = text.getBoundingClientRect();
  const word = lit[0].getBoundingClientRect();
  if (word.top < box.top || word.bottom > box.bottom) text.scrollTop += word.top - box.top - box.height / 3;
}

const form = document.querySelector("form[data-review]");
form?.addEventListener("focusin", (event) => {
  const owner = event.target.closest("[data-evidence]");
  if (owner) light(owner, true);
});
form?.addEventListener("mouseover", (event) => {
  const owner = event.target.closest(".review-skill[data-evidence], .review-item[data-evidence]");
  if (owner) light(owner, true);
});
text?.addEventListener("click", (event) => {
  const mark = event.target.closest("mark[data-field]");
  if (!mark) return;
  const owner = [...form.querySelectorAll("[data-evidence]")].find((each) => belongs(mark, each.dataset.evidence.split(" ")));
  if (!owner) return;
  if (owner.tagName === "DETAILS") owner.open = true;
  owner.querySelector("input, textarea, summary")?.focus();
});
