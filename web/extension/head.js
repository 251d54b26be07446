/* Stands inside <head>: what is known before anything is drawn, so nothing flashes and nothing is drawn twice. */
(() => {
  const root = document.documentElement, known = /^(zh|en|both)$/;
  // A browser may refuse to store anything (blocked site data, a sandboxed frame, a full disk). Then the page's memory stands in.
  for (const name of ["localStorage", "sessionStorage"]) {
    const kept = Object.create(null);
    let store;
    try {
      store = window[name];
      store.setItem("book-probe", "");
      store.removeItem("book-probe");
    } catch {
      Object.assign(kept, store);
      root.dataset.forgets = "";
      Object.defineProperty(window, name, { value: {
        getItem: (key) => kept[key] ?? null,
        setItem(key, value) { kept[key] = String(value); },
        removeItem(key) { delete kept[key]; }
      } });
    }
  }
  const asked = new URLSearchParams(location.search).get("lang"), own = /^zh\b/i.test(navigator.language) ? "zh" : "en";
  const lang = [asked, localStorage.getItem("book-lang"), own].find((choice) => known.test(choice));
  root.dataset.lang = lang;
  root.lang = lang === "en" ? "en" : "zh-CN";
  // Far sections wait (book.css), but not for a reader who comes to a place in the page, or comes back.
  if (!location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate") root.dataset.lazy = "";
})();
