// Sets the theme before the first paint, so that a light page never flashes dark. A file of its own: the content security policy forbids inline scripts.
(() => {
  const chosen = localStorage.getItem("theme");
  const light = chosen === "light" || (chosen !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
})();
