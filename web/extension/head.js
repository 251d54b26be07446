/* Stands inside <head>: what is known before anything is drawn, so nothing flashes and nothing is drawn twice. */
(function () {
  var root = document.documentElement, known = /^(zh|en|both)$/, lang;
  // A browser may refuse to store anything (blocked site data, a sandboxed frame, a full disk). Then the page's memory stands in.
  ["localStorage", "sessionStorage"].forEach(function (name) {
    var kept = Object.create(null), store;
    try {
      store = window[name];
      store.setItem("book-probe", "");
      store.removeItem("book-probe");
    } catch (refused) {
      Object.assign(kept, store);
      root.dataset.forgets = "";
      Object.defineProperty(window, name, { value: {
        getItem: function (key) { return key in kept ? kept[key] : null; },
        setItem: function (key, value) { kept[key] = String(value); },
        removeItem: function (key) { delete kept[key]; }
      } });
    }
  });
  lang = new URLSearchParams(location.search).get("lang");
  if (!known.test(lang)) lang = localStorage.getItem("book-lang");
  if (!known.test(lang)) lang = /^zh\b/i.test(navigator.language) ? "zh" : "en";
  root.dataset.lang = lang;
  root.lang = lang === "en" ? "en" : "zh-CN";
  // Far sections wait (book.css), but not for a reader who comes to a place in the page, or comes back.
  var came = performance.getEntriesByType("navigation")[0];
  if (!location.hash && came && came.type === "navigate") root.dataset.lazy = "";
})();
