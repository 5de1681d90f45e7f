// What cannot wait for the page's own script. A file of its own: the content security policy may forbid inline scripts.
(() => {
  // The theme before the first paint, so that a light page never flashes dark.
  let chosen = null;
  try {
    chosen = localStorage.getItem("theme");
  } catch {
    // a browser that keeps nothing shows the system's colours
  }
  const light = chosen === "light" || (chosen !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
  // The stored run, which plays at the first paint unless the address names another.
  if (location.hash.includes("run=")) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "preload", href: "demo/run.msgpack", as: "fetch", crossOrigin: "anonymous" });
  document.head.append(link);
})();
