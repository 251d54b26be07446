/* Stands inside <head>: what is known before anything is drawn, so nothing flashes and nothing is drawn twice. */
(function () {
  var root = document.documentElement, known = /^(zh|en|both)$/, lang;
  lang = new URLSearchParams(location.search).get("lang");
  if (!known.test(lang)) try { lang = localStorage.getItem("book-lang"); } catch (e) { lang = null; }
  if (!known.test(lang)) lang = /^zh\b/i.test(navigator.language) ? "zh" : "en";
  root.dataset.lang = lang;
  root.lang = lang === "en" ? "en" : "zh-CN";
  // Far sections wait (book.css), but not for a reader who comes to a place in the page, or comes back.
  var came = performance.getEntriesByType("navigation")[0];
  if (!location.hash && came && came.type === "navigate") root.dataset.lazy = "";
})();
