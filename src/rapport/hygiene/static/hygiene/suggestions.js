// Keys of the list of duplicates: j and k move, m compares, n says not the same.

const list = document.querySelector("[data-pairs]");

function current() {
  return document.activeElement?.closest(".pair") ?? null;
}

function step(by) {
  const rows = [...list.querySelectorAll(".pair")];
  const place = rows.indexOf(current());
  rows[Math.min(Math.max(place + by, 0), rows.length - 1)]?.focus();
}

function dismiss() {
  const row = current();
  const next = row?.nextElementSibling ?? row?.previousElementSibling;
  row?.querySelector("[data-pair-dismiss] button")?.click();
  next?.focus();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  m: () => current()?.querySelector("[data-pair-merge]")?.click(),
  n: dismiss,
};

list?.ownerDocument.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !(event.key in KEYS)) {
    return;
  }
  event.preventDefault();
  KEYS[event.key]();
});
