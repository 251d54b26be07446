/* A search leads to a page with ?highlight=words, and this script lets language_data.js (web/extension/search.js) mark them there. */
var SPHINX_HIGHLIGHT_ENABLED = false;            // Sphinx would mark pairs of Chinese characters, and no plural
(() => {
  const url = new URL(location.href), asked = url.searchParams.get("highlight"), article = document.querySelector("article");
  if (!asked || !article) return;
  url.searchParams.delete("highlight");
  try { history.replaceState(null, "", url); } catch { /* it stays in the address */ }
  const src = new URL("language_data.js", document.currentScript.src);
  document.head.append(book.newElement("script", { src, onload() { book.mark(article, asked); } }));
})();
