/* Stands inside <head>: the language is known before anything is drawn, so nothing flashes. */
(function () {
  var root = document.documentElement, known = /^(zh|en|both)$/, lang;
  lang = new URLSearchParams(location.search).get("lang");
  if (!known.test(lang)) try { lang = localStorage.getItem("book-lang"); } catch (e) { lang = null; }
  if (!known.test(lang)) lang = /^zh\b/i.test(navigator.language) ? "zh" : "en";
  root.dataset.lang = lang;
  root.lang = lang === "en" ? "en" : "zh-CN";
})();
