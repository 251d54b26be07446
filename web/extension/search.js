/* Part of language_data.js, which the search page alone loads, after searchtools.js. */
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;  // no fetching there

var splitQuery = (query) => (query.match(/[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[\p{L}\p{N}_])+/gu) || [])
  .flatMap((run) => {
    if (!/^[\u3400-\u9fff]{2,}$/.test(run)) return [run];
    return Array.from(run.slice(1)).map((character, i) => run[i] + character);
  });

/* The page that is about a term comes first, then the others whose title has the words. */
Scorer.score = ([page, title, , , score]) => {
  const query = (new URLSearchParams(location.search).get("q") || Search.asked || "").toLowerCase().trim();
  const term = Object.keys(HOME).filter((term) => query.includes(term)).sort((a, b) => b.length - a.length)[0];
  return score + (HOME[term] === page ? 200 : 0) + (query && title.toLowerCase().includes(query) ? 100 : 0);
};

/* Its messages in both languages: English are the keys, Chinese what stands for them. */
for (const [en, zh] of Object.entries(Documentation.TRANSLATIONS || {}))
  if (typeof zh === "string" && /[\u3400-\u9fff]/.test(zh)) Documentation.TRANSLATIONS[en] = `${zh} | ${en}`;

(() => {
  const results = document.getElementById("search-results");
  const parts = (text) => text.split(" > ").flatMap((part, i) => [...(i ? [" > "] : []), ...book.inLanguages(part)]);
  const split = () => {
    const walker = document.createTreeWalker(results, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) if (walker.currentNode.data.includes(" | ")) found.push(walker.currentNode);
    for (const text of found) {
      if (text.parentElement.closest(".lang-sep, .context")) continue;
      text.replaceWith(...parts(text.data.replace("${resultCount}", results.querySelectorAll("li").length)));
    }
  };
  new MutationObserver(split).observe(results, { childList: true, subtree: true, characterData: true });

  const plain = Search.htmlToText;               // a summary holds the reader's language only
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html"), lang = document.documentElement.dataset.lang;
    const other = { zh: ".lang-en, .lang-sep,", en: ".lang-zh, .lang-sep," }[lang] || "";
    page.querySelectorAll(`${other} .katex-mathml, .katex-html`).forEach((element) => element.remove());
    return plain(page.documentElement.outerHTML, anchor);
  };
  document.querySelectorAll('input[name="book-lang"]').forEach((radio) =>
    radio.addEventListener("change", () => {     // summaries are in one language: fetch them again
      const asked = new URLSearchParams(location.search).get("q");
      if (asked && DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY) location.reload();
    }));
})();
