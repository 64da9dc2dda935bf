// Behaviour of the pages. Each module is about one thing and attaches itself to what carries its data attributes;
// all listen on the document, so that what htmx brings later works as well.
import "./appearance.js";
import "./toasts.js";
import "./dialogs.js";
import "./menus.js";
import "./htmx-setup.js";
import "./forms.js";
import "./marking.js";
import "./selection.js";
import "./panel.js";
import "./keyboard.js";
import "./palette.js";
import "./board.js";
import "./combobox.js";
import "./live.js";
