// Light or dark and the width of the rail, before the first paint: ?theme=dark, else the choice made here, else the system's.
(() => {
  const root = document.documentElement;
  const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const theme = new URLSearchParams(location.search).get("theme") || recall("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  if (recall("rail")) root.dataset.rail = recall("rail");
})();
