// The few things that every module needs.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Calls handle(event, element) for events of this type inside elements that match, now and in the future.
export function on(type, selector, handle, options) {
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) handle(event, element);
  }, options);
}

export const csrfToken = () => $('meta[name="csrf-token"]')?.content ?? "";

// A POST that carries the CSRF token; `data` is an object of fields.
export function post(url, data = {}, headers = {}) {
  return fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true", ...headers },
    body: new URLSearchParams(data),
  });
}

export const isTyping = (element) => Boolean(
  element?.closest?.('input:not([type="checkbox"], [type="radio"], [type="range"]), textarea, select, [contenteditable=""], [contenteditable="true"], [contenteditable="plaintext-only"]'),
);

export const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform ?? "");

export function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* private mode: not remembered */ }
}

export function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function debounce(delay, run) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), delay);
  };
}
