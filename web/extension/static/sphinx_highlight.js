/* Takes the place of Sphinx's script of this name, which would mark pairs of Chinese characters, and no plural. A search leads to a page
   with ?highlight=words, and this script lets language_data.js (web/extension/search.js) mark them there. */
var SPHINX_HIGHLIGHT_ENABLED = false;
addEventListener("DOMContentLoaded", () => {
  const url = new URL(location.href), asked = url.searchParams.get("highlight"), article = document.querySelector("article");
  if (!asked || !article) return;
  url.searchParams.delete("highlight");
  try { history.replaceState(null, "", url); } catch { /* it stays in the address */ }
  document.head.append(book.newElement("script", { src: "_static/language_data.js", onload() { book.mark(article, asked); } }));
});
