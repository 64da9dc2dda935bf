// Parts that keep themselves fresh: [data-live="/notifications/live"] is asked for every 5 s while the page is seen.
// Its HX-Trigger may carry toasts for what is new. Failures are quiet: the next round tries again.
import { $$ } from "./dom.js";
import { toast } from "./toasts.js";

const EVERY_MS = 5_000;
let last = Date.now();

async function refresh(part) {
  const response = await fetch(part.dataset.live, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response?.ok || response.redirected || response.status === 204) return;
  const html = await response.text();
  if (part.dataset.html !== html) {
    part.innerHTML = html;
    window.htmx?.process(part);
  }
  try {
    const told = JSON.parse(response.headers.get("HX-Trigger") ?? "{}").toast;
    if (told) toast(told.message, told);
  } catch { /* not JSON: another page's trigger */ }
}

function round() {
  if (document.hidden) return;
  last = Date.now();
  $$("[data-live]").forEach(refresh);
}

setInterval(round, EVERY_MS);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && Date.now() - last > EVERY_MS) round();
});
