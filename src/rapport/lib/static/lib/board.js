// A board: cards [data-card] of columns [data-stage] inside [data-board] are dragged with a pointer, or moved with m or
// the card's menu. The card moves at once; the server is asked by POST to_stage, and a refusal puts the card back.
import { $, $$, on, post } from "./dom.js";
import { openMenu } from "./menus.js";
import { toast } from "./toasts.js";

const START_PX = 6;
const EDGE_PX = 48;
let drag = null;
let asking = 0;

// While a card is held or the server is being asked, the board must not be drawn anew.
export const isBusy = () => Boolean(drag) || asking > 0;

function count(stage) {
  const label = $("[data-stage-count]", stage);
  if (label && /^\d+$/.test(label.textContent)) return label;
  return null;
}

function shift(stage, by) {
  const label = stage && count(stage);
  if (label) label.textContent = Number(label.textContent) + by;
}

export async function moveCard(card, stage) {
  const item = card.closest("li") ?? card;
  const from = card.closest("[data-stage]");
  const next = item.nextElementSibling;
  if (from === stage) return;
  const back = () => {
    $("[data-cards]", from).insertBefore(item, next);
    shift(from, 1);
    shift(stage, -1);
  };
  const cards = $("[data-cards]", stage);
  // A folded stage shows no cards.
  if (cards) cards.prepend(item);
  else item.remove();
  shift(from, -1);
  shift(stage, 1);
  asking += 1;
  const response = await post(card.dataset.moveUrl, { to_stage: stage.dataset.stage, from_stage: from.dataset.stage }).catch(() => null);
  asking -= 1;
  if (response?.ok) return settled(card, response, stage);
  back();
  card.dispatchEvent(new Event("board:refused", { bubbles: true }));
  const told = toldIn(response);
  toast(told?.message ?? `${card.dataset.name} could not be moved. Reload the page to see how it stands.`, { tone: "bad" });
}

function toldIn(response) {
  try { return JSON.parse(response?.headers.get("HX-Trigger") ?? "{}").toast; } catch { return null; }
}

async function settled(card, response, stage) {
  const told = toldIn(response) ?? { message: `Moved to ${stage.dataset.stageName}` };
  toast(told.message, { tone: told.tone ?? "good", undo: told.undo });
  const html = (await response.text()).trim();
  // The answer may be the card as it stands now (new promise, new age).
  if (!html.startsWith("<")) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById(card.id);
  if (!fresh) return;
  card.replaceWith(fresh);
  window.htmx?.process(fresh);
  fresh.dispatchEvent(new Event("board:moved", { bubbles: true }));
}

// The menu of stages, made from the board itself.
export function openMoveMenu(card) {
  const menu = $("#move-menu") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "move-menu", className: "menu", popover: "auto" }));
  const head = Object.assign(document.createElement("p"), { className: "menu-head", textContent: `Move ${card.dataset.name} to` });
  const rows = $$("[data-stage]", card.closest("[data-board]")).map((stage) => {
    const item = Object.assign(document.createElement("button"), { type: "button", className: "menu-item", textContent: stage.dataset.stageName });
    item.disabled = stage === card.closest("[data-stage]");
    item.addEventListener("click", () => { moveCard(card, stage).then(() => card.focus?.()); });
    return item;
  });
  menu.replaceChildren(head, ...rows);
  openMenu(menu, card);
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "m" || event.ctrlKey || event.metaKey || event.altKey) return;
  const card = document.activeElement?.closest?.("[data-board] [data-card]");
  if (!card || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  openMoveMenu(card);
});

on("pointerdown", "[data-board] [data-card]", (event, card) => {
  if (event.button || event.pointerType === "touch" || event.target.closest("button, input, .menu")) return;
  drag = { card, x: event.clientX, y: event.clientY, id: event.pointerId };
});
on("dragstart", "[data-board] [data-card]", (event) => event.preventDefault());

function begin() {
  const box = drag.card.getBoundingClientRect();
  const ghost = drag.card.cloneNode(true);
  ghost.removeAttribute("id");
  ghost.classList.add("drag-ghost");
  ghost.style.width = `${box.width}px`;
  drag.offset = { x: drag.x - box.left, y: drag.y - box.top };
  drag.ghost = document.body.appendChild(ghost);
  drag.card.classList.add("dragging");
  document.body.classList.add("is-dragging");
}

function follow(event) {
  drag.ghost.style.transform = `translate(${event.clientX - drag.offset.x}px, ${event.clientY - drag.offset.y}px)`;
  const stage = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-stage]");
  if (stage !== drag.stage) {
    drag.stage?.classList.remove("drop-target");
    stage?.classList.toggle("drop-target", stage !== drag.card.closest("[data-stage]"));
    drag.stage = stage;
  }
  const board = drag.card.closest("[data-board]");
  const box = board.getBoundingClientRect();
  if (event.clientX > box.right - EDGE_PX) board.scrollLeft += 12;
  if (event.clientX < box.left + EDGE_PX) board.scrollLeft -= 12;
}

function end(drop) {
  if (!drag) return;
  const { card, ghost, stage } = drag;
  drag = null;
  if (!ghost) return;
  ghost.remove();
  card.classList.remove("dragging");
  stage?.classList.remove("drop-target");
  document.body.classList.remove("is-dragging");
  // The click that follows a drag must not open the card's link.
  addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); }, { capture: true, once: true });
  setTimeout(() => dispatchEvent(new Event("dragdone")), 0);
  if (drop && stage) moveCard(card, stage);
}

addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  if (!drag.ghost && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < START_PX) return;
  if (!drag.ghost) begin();
  follow(event);
});
addEventListener("pointerup", () => end(true));
addEventListener("pointercancel", () => end(false));
addEventListener("keydown", (event) => { if (event.key === "Escape") end(false); });
