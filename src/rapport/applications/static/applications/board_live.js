// Keeps an open board fresh: it asks every second whether something happened to the job, and draws the columns anew when
// it did. Never while a card is held, a menu or a dialog is open; what was selected, focused, scrolled and unfolded stays.
import { $, $$ } from "../lib/dom.js";
import { isBusy } from "../lib/board.js";
import { refresh } from "../lib/selection.js";

const EVERY_MS = 1000;
const PARTS = ["input[data-select]", "[data-card-menu]", "a[data-open]"];
let drawn = $("#board");
let known = drawn?.dataset.boardState;
let isAsking = false;
let isRedrawing = false;
let kept = null;

const mayDraw = () => !isBusy() && !$("dialog[open]") && !$(".menu:popover-open");

async function ask() {
  const board = $("#board");
  if (!board || document.hidden || isAsking) return;
  isAsking = true;
  const response = await fetch(board.dataset.boardStateUrl).catch(() => null);
  isAsking = false;
  if (!response?.ok || response.redirected) return;
  const state = await response.text();
  if (state === known || !mayDraw()) return;
  known = state;
  isRedrawing = true;
  window.htmx.trigger(document.body, "board-changed");
}

function remember(board) {
  const focused = board.contains(document.activeElement) ? document.activeElement : null;
  const card = focused?.closest("[data-card]");
  return {
    chosen: $$("input[data-select]:checked", board).map((box) => box.value),
    target: $("select[name=to_stage]", board)?.value,
    card: card?.id,
    part: card && PARTS.find((part) => focused.matches(part)),
    place: focused && !card ? $$("a, button, select, input", board).filter((each) => !each.closest("[data-card]")).indexOf(focused) : -1,
    left: $(".board", board)?.scrollLeft,
    columns: $$("[data-stage]", board).map((column) => ({
      stage: column.dataset.stage,
      top: $("[data-cards]", column)?.scrollTop ?? 0,
      count: $$("[data-card]", column).length,
    })),
  };
}

// Cards that were unfolded beyond the first ones are fetched again, a page at a time.
async function unfold(column, count) {
  for (let rounds = 0; rounds < 40 && $$("[data-card]", column).length < count; rounds += 1) {
    const link = $(".board-more a", column);
    if (!link) return;
    const target = link.closest("li");
    await window.htmx.ajax("GET", link.getAttribute("hx-get"), { source: link, target, swap: "outerHTML" });
    if (target.isConnected) return;
  }
}

async function restore(board, was) {
  for (const { stage, count, top } of was.columns) {
    const column = $(`[data-stage="${stage}"]`, board);
    const first = column ? $$("[data-card]", column).length : 0;
    if (column && count > first + 1) await unfold(column, count);
    const cards = column && $("[data-cards]", column);
    if (cards) cards.scrollTop = top;
  }
  const chosen = new Set(was.chosen);
  $$("input[data-select]", board).forEach((box) => { box.checked = chosen.has(box.value); });
  const form = $("[data-selection]", board);
  if (form) refresh(form);
  const target = $("select[name=to_stage]", board);
  if (target && was.target) target.value = was.target;
  const list = $(".board", board);
  if (list) list.scrollLeft = was.left;
  focus(board, was);
}

function focus(board, was) {
  if (board.contains(document.activeElement)) return;
  const card = was.card && document.getElementById(was.card);
  const others = () => $$("a, button, select, input", board).filter((each) => !each.closest("[data-card]"));
  const element = card ? (was.part && $(was.part, card)) || card : others()[was.place];
  element?.focus({ preventScroll: true });
}

// Between asking and the answer somebody may have taken hold of a card: then the next round draws.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isRedrawing || event.detail.target?.id !== "board") return;
  isRedrawing = false;
  if (mayDraw()) kept = remember($("#board"));
  else {
    event.detail.shouldSwap = false;
    known = "";
  }
});

document.addEventListener("htmx:afterSettle", () => {
  const board = $("#board");
  if (!board || board === drawn) return;
  drawn = board;
  known = board.dataset.boardState;
  const was = kept;
  kept = null;
  if (was) restore(board, was);
});

for (const type of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(type, () => { isRedrawing = false; });
}

setInterval(ask, EVERY_MS);
document.addEventListener("visibilitychange", ask);
