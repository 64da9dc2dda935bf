// What a card of the board offers besides being moved: its menu, e to end it, p for its promise, arrow keys from card to card.
import { $, $$, isTyping, on, post } from "../lib/dom.js";
import { openMoveMenu } from "../lib/board.js";
import { openMenu } from "../lib/menus.js";
import { refresh } from "../lib/selection.js";
import { toast } from "../lib/toasts.js";

let card = null;
const menu = () => $("#card-menu");
const dialog = (url) => window.htmx.ajax("GET", url, { target: "#board-dialog-place", swap: "innerHTML" });
const archiveUrl = (of) => `${menu().dataset.archiveUrl}?ids=${of.id.slice(2)}`;
const promiseUrl = (of) => of.dataset.moveUrl.replace(/move\/$/, "promise/");

// Every card gets its tick, its menu button and the line of keys from one template.
function complete(root = document) {
  const extras = $("#card-extras");
  if (!extras) return;
  for (const each of $$("[data-card]", root)) {
    if ($("[data-card-menu]", each)) continue;
    each.append(extras.content.cloneNode(true));
    $("[data-card-menu]", each).setAttribute("aria-label", `${each.dataset.name}: actions`);
    const tick = $("input[data-select]", each);
    if (!tick) continue;
    tick.value = each.id.slice(2);
    tick.setAttribute("aria-label", `Select ${each.dataset.name}`);
  }
}
complete();
document.addEventListener("htmx:load", () => complete());
document.addEventListener("board:moved", () => complete());

on("click", "[data-card-menu]", (_, button) => {
  card = button.closest("[data-card]");
  $("[data-card-open]", menu()).href = $("a[data-open]", card).href;
  openMenu(menu(), button);
});
on("click", "[data-card-move]", () => setTimeout(() => openMoveMenu(card)));
on("click", "[data-card-archive]", () => dialog(archiveUrl(card)));
on("click", "[data-card-promise]", () => dialog(promiseUrl(card)));
on("click", "[data-card-hire]", () => send(card, "hire/"));

async function send(of, action) {
  const response = await post(of.dataset.moveUrl.replace(/move\/$/, action)).catch(() => null);
  const told = JSON.parse(response?.headers.get("HX-Trigger") ?? "{}").toast;
  toast(told?.message ?? "That did not work. Reload the page to see how it stands.", told ?? { tone: "bad" });
  window.htmx.trigger(document.body, "board-changed");
}

on("click", "[data-select-column]", (_, button) => {
  const column = button.closest("[data-stage]");
  $$("input[data-select]", column).forEach((box) => { box.checked = true; });
  refresh(column.closest("[data-selection]"));
});

// A card dropped on a folded state asks for the reason, on Hired it is hired. Board.js forgets the drag after this.
const endingAt = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-drop-ended]") ?? null;
addEventListener("pointermove", (event) => {
  if (!document.body.classList.contains("is-dragging")) return;
  const under = endingAt(event);
  $$("[data-drop-ended]").forEach((each) => each.classList.toggle("drop-target", each === under));
});
addEventListener("pointerup", (event) => {
  const dragged = $(".card.dragging");
  const under = dragged && endingAt(event);
  if (!under) return;
  under.classList.remove("drop-target");
  if (under.dataset.dropEnded === "hired") send(dragged, "hire/");
  else dialog(archiveUrl(dragged));
}, { capture: true });

// A card that could not be moved is shown where it really is.
document.addEventListener("board:refused", () => window.htmx.trigger(document.body, "board-changed"));

const STEPS = { ArrowDown: "j", ArrowUp: "k", ArrowRight: "l", ArrowLeft: "h" };
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const focused = event.target.closest?.("[data-card]");
  if (!focused || $("dialog[open]") || $(".menu:popover-open")) return;
  if (STEPS[event.key]) {
    event.preventDefault();
    focused.dispatchEvent(new KeyboardEvent("keydown", { key: STEPS[event.key], bubbles: true, cancelable: true }));
  }
  if (event.key === "e" && $("[data-card-archive]", menu())) dialog(archiveUrl(focused));
  if (event.key === "p" && $("[data-card-promise]", menu())) dialog(promiseUrl(focused));
});
