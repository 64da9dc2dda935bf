// Menus are popovers beside the button that names them (popovertarget). The browser opens, closes on Escape or a click
// elsewhere, and returns the focus; this places them and lets the arrow keys walk.
import { $$ } from "./dom.js";

const GAP = 4;
const MARGIN = 8;

export function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const wanted = menu.hasAttribute("data-menu-end") ? box.right - width : box.left;
  const left = Math.max(MARGIN, Math.min(wanted, innerWidth - width - MARGIN));
  const below = box.bottom + GAP;
  const fits = below + height <= innerHeight - MARGIN || box.top < height + GAP + MARGIN;
  menu.style.left = `${left}px`;
  menu.style.top = `${Math.max(MARGIN, fits ? Math.min(below, innerHeight - height - MARGIN) : box.top - height - GAP)}px`;
}

export function openMenu(menu, anchor) {
  menu.anchorElement = anchor;
  menu.showPopover({ source: anchor });
}

const items = (menu) => $$(".menu-item:not(:disabled)", menu).filter((item) => item.offsetParent !== null || item.getClientRects().length);

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.(".menu[popover]")) return;
  const buttons = $$(`[popovertarget="${menu.id}"]`);
  const anchor = menu.anchorElement ?? event.source ?? buttons.find((button) => button.getClientRects().length);
  const open = event.newState === "open";
  buttons.forEach((button) => button.setAttribute("aria-expanded", open));
  if (open && anchor) {
    menu.placedAt = anchor;
    place(menu, anchor);
    (menu.querySelector("[autofocus], input") ?? items(menu)[0])?.focus({ preventScroll: true });
  }
  if (!open) menu.anchorElement = undefined;
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu[popover]");
  if (!menu) return;
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next === undefined || !all.length) return;
  if (event.target.matches("input") && ["Home", "End"].includes(event.key)) return;
  event.preventDefault();
  all[(next + all.length) % all.length].focus();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest?.(".menu-item");
  if (item && !item.hasAttribute("data-keep-open")) item.closest("[popover]")?.hidePopover();
});
// Scrolling takes an open menu along with its button, or closes it when the button has left the window.
function follow(event) {
  if (event.target.closest?.(".menu")) return;
  for (const menu of $$(".menu:popover-open")) {
    const box = menu.placedAt?.getBoundingClientRect();
    if (!box || box.bottom < 0 || box.top > innerHeight) menu.hidePopover();
    else place(menu, menu.placedAt);
  }
}
for (const type of ["resize", "scroll"]) addEventListener(type, follow, { capture: true, passive: true });
