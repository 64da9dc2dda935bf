// htmx: the CSRF token goes along, errors become toasts, buttons cannot be pressed twice.
import { $$, csrfToken, on } from "./dom.js";
import { toast } from "./toasts.js";

const REASONS = {
  401: "You are signed out. Sign in again in another tab, then repeat this.",
  403: "You may not do this.",
  404: "It is not there any more, or you may not see it.",
  409: "Somebody else changed it meanwhile. Reload the page and look again.",
  413: "That is too big.",
  429: "Too many requests at once. Try again in a minute.",
  503: "The server is busy. Try again in a moment.",
};

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});

// A second press while the first is under way is dropped; htmx would keep it and send it afterwards.
const underWay = new WeakSet();
document.addEventListener("htmx:confirm", (event) => {
  const { elt, triggeringEvent, verb } = event.detail;
  const isPressed = triggeringEvent?.type === "click" || triggeringEvent?.submitter;
  if (verb === "get" || !isPressed || !underWay.has(elt)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("htmx:beforeRequest", (event) => underWay.add(event.detail.elt));
document.addEventListener("htmx:afterRequest", (event) => underWay.delete(event.detail.elt));

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  // The server's own words come as a toast in HX-Trigger.
  if ((xhr.getResponseHeader("HX-Trigger") ?? "").includes('"toast"')) return;
  toast(REASONS[xhr.status] ?? "That did not work. What you entered is still here; try again in a moment.", { tone: "bad" });
});

document.addEventListener("htmx:sendError", () => {
  toast("The server cannot be reached. Check the connection and try again.", { tone: "bad" });
});

// A redirect to the sign-in page must not be swapped into a part of a page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (!xhr.responseURL?.includes("/account/login/")) return;
  event.detail.shouldSwap = false;
  location.assign(`/account/login/?next=${encodeURIComponent(location.pathname + location.search)}`);
});

// A form sent by the browser itself: its button rests until the next page is there.
on("submit", "form", (event, form) => {
  const button = event.submitter;
  if (event.defaultPrevented || form.method !== "post" || form.target || !button) return;
  setTimeout(() => {
    button.disabled = true;
    button.dataset.sent = "";
  });
});
addEventListener("pageshow", () => $$("[data-sent]").forEach((button) => {
  button.disabled = false;
  delete button.dataset.sent;
}));
