// The columns of a list in their order: buttons with data-move carry a line of [data-ordered] up or down.
import { on } from "../lib/dom.js";

on("click", "[data-ordered] [data-move]", (_, button) => {
  const line = button.closest("li");
  const isUp = button.dataset.move === "-1";
  const other = isUp ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (isUp) other.before(line);
  else other.after(line);
  button.focus();
});
