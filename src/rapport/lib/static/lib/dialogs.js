// Native dialogs: data-dialog-open="id" opens, data-dialog-close closes, a click on the backdrop closes, focus returns.
// data-confirm="What will be lost?" asks before a form is sent, a link followed or htmx acts.
import { $, $$, on } from "./dom.js";

const openers = new WeakMap();

export function openDialog(dialog, opener = document.activeElement) {
  if (!dialog || dialog.open) return;
  openers.set(dialog, opener);
  dialog.showModal();
}

on("click", "[data-dialog-open]", (_, button) => {
  button.closest("[popover]")?.hidePopover();
  openDialog(document.getElementById(button.dataset.dialogOpen), button);
});
// The same forms also stand on pages of their own, where closing means going back.
on("click", "[data-dialog-close]", (_, button) => {
  const dialog = button.closest("dialog");
  if (dialog) dialog.close();
  else history.back();
});
on("mousedown", "dialog", (event, dialog) => {
  if (event.target !== dialog) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dialog.close();
});
document.addEventListener("close", (event) => openers.get(event.target)?.focus?.(), true);

// Dialogs that a response brought along, for example a form with errors.
export function openNow(root = document) {
  if (root.matches?.("dialog[data-open-now]")) openDialog(root);
  $$("dialog[data-open-now]", root).forEach((dialog) => openDialog(dialog));
}
openNow();
document.addEventListener("htmx:load", (event) => openNow(event.detail.elt));
document.addEventListener("closeDialog", (event) => $(`#${event.detail.value ?? event.detail.id}`)?.close());

// Resolves to true when the person goes on.
export function confirmed(source) {
  const dialog = $("#confirm-dialog");
  $("#confirm-title").textContent = source.dataset.confirmTitle || "Are you sure?";
  $("#confirm-text").textContent = source.dataset.confirm;
  $("[data-confirm-yes]", dialog).textContent = source.dataset.confirmAction || "Go on";
  dialog.returnValue = "";
  openDialog(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

const asked = new WeakSet();
const usesHtmx = (element) => element.matches("[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]");

on("submit", "form", async (event, form) => {
  const source = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!source.dataset.confirm || asked.has(form) || usesHtmx(form)) return;
  event.preventDefault();
  if (!(await confirmed(source))) return;
  asked.add(form);
  form.requestSubmit(event.submitter);
  asked.delete(form);
});

on("click", "a[data-confirm]", async (event, link) => {
  if (usesHtmx(link)) return;
  event.preventDefault();
  if (await confirmed(link)) location.assign(link.href);
});

document.addEventListener("htmx:confirm", async (event) => {
  const source = event.target.closest("[data-confirm]");
  if (!source || !source.contains(event.detail.elt)) return;
  event.preventDefault();
  if (await confirmed(source)) event.detail.issueRequest(true);
});
