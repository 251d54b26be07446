/* Part of language_data.js, which the search page loads after searchtools.js, and a page to which a search led (sphinx_highlight.js). */
const WORDS = /[\u3400-\u9fff]+|\d+(?:\.\d+)+|(?:(?![\u3400-\u9fff])[\p{L}\p{N}_])+(?:\+\+|#(?![\p{L}\p{N}_]))?/gu;  // as PIECES in search.py
var splitQuery = (query) => (query.match(WORDS) || [])
  .flatMap((run) => /^[\u3400-\u9fff]{2,}$/.test(run) ? Array.from(run.slice(1)).map((character, i) => run[i] + character) : [run]);

(() => {
  const stemmer = new Stemmer();
  const words = (text) => text.toLowerCase().match(WORDS) || [];
  const stems = (text) => words(text).map((word) => stemmer.stemWord(word)).join(" ");
  const either = (forms) => forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");

  const forms = (word, text, known) => {         // how a word of the query stands in a text: a pattern, or ""
    if (/[\u3400-\u9fff]/.test(word)) {
      const parts = text.includes(word) ? [word] : [];
      for (let size = word.length - 1; size > 1 && parts[0] !== word; size--)
        for (let i = 0; i + size <= word.length; i++) if (text.includes(word.slice(i, i + size))) parts.push(word.slice(i, i + size));
      return either(parts);
    }
    const stem = stemmer.stemWord(word), same = known.filter((other) => stemmer.stemWord(other) === stem);
    const found = same.length || stem.length < 3 ? same : known.filter((other) => other.includes(stem));
    const inside = "(?![\\u3400-\\u9fff])[\\p{L}\\p{N}_]";
    return found.length ? `(?<!${inside})(?:${either(found)})(?!${inside})` : "";
  };

  /* What to mark of a query in a text: the whole of it, and the glossary's word for it in the other language, else its words. */
  const pattern = (query, text) => {
    const low = text.toLowerCase(), known = [...new Set(words(low))];
    const readings = [query, ...PAIRS.filter((pair) => pair.some((term) => stems(term) === stems(query))).flat()];
    const found = readings.map((reading) => words(reading).map((word) => forms(word, low, known)));
    const whole = found.filter((parts) => parts.length && parts.every(Boolean)).map((parts) => `(?:${parts.join(")[\\s\\-/]{0,3}(?:")})`);
    const single = found[0].filter((part, i) => part && !stopwords.includes(words(query)[i]));
    const chosen = whole.length && new RegExp(whole.join("|"), "iu").test(text) ? whole : single;
    return chosen.length ? new RegExp(chosen.join("|"), "giu") : null;
  };

  const texts = (root, not) => {                 // all of an element, but of no part that is `not`
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) if (!walker.currentNode.parentElement.closest(not)) found.push(walker.currentNode);
    return found;
  };
  const NOT = "script, style, svg, button, textarea, .katex, .headerlink, .lang-sep, .highlighted";
  book.mark = (root, query, found = pattern(query, root.textContent)) => {
    for (const text of found ? texts(root, NOT) : []) {
      const pieces = [];
      let at = 0;
      for (const match of text.data.matchAll(found)) {
        pieces.push(text.data.slice(at, match.index), book.newElement("span", { className: "highlighted", textContent: match[0] }));
        at = match.index + match[0].length;
      }
      if (at) text.replaceWith(...pieces, text.data.slice(at));
    }
  };
  if (typeof Search === "undefined") return;     // a page to which a search led

  // ---- the search page
  if (origin === "null") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;  // no fetching from a disk or in a sandboxed frame
  const asked = () => (new URLSearchParams(location.search).get("q") || Search.asked || "").normalize("NFKC");  // ｒｅｌｕ is relu
  const { _parseQuery: parse, performObjectSearch: objects } = Search;
  Search._parseQuery = (query) => parse(query.normalize("NFKC"));
  Search.performObjectSearch = (...given) => objects(...given)  // Sphinx says either what a name is, or a sentence about it
    .map((hit) => hit.map((part, i) => i === 3 && DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY ? null : part));

  /* The page that is about a term comes first, then the others whose title has the words. */
  Scorer.score = ([page, title, , , score]) => {
    const query = asked().toLowerCase().trim();
    const term = Object.keys(HOME).filter((term) => query.includes(term)).sort((a, b) => b.length - a.length)[0];
    return score + (HOME[term] === page ? 200 : 0) + (query && title.toLowerCase().includes(query) ? 100 : 0);
  };

  /* Its messages in both languages: English are the keys, Chinese what stands for them. */
  for (const [en, zh] of Object.entries(Documentation.TRANSLATIONS || {}))
    if (typeof zh === "string" && /[\u3400-\u9fff]/.test(zh)) Documentation.TRANSLATIONS[en] = `${zh} | ${en}`;

  const results = document.getElementById("search-results");
  const parts = (text) => text.split(" > ").flatMap((part, i) => [...(i ? [" > "] : []), ...book.inLanguages(part)]);
  const split = () => {
    for (const text of texts(results, ".lang-sep, .context").filter(({ data }) => data.includes(" | ")))
      text.replaceWith(...parts(text.data.replace("${resultCount}", results.querySelectorAll("li").length)));
    results.querySelectorAll("li > a:not([href*='highlight='])").forEach((link) => { link.search = new URLSearchParams({ highlight: asked() }); });
  };
  new MutationObserver(split).observe(results, { childList: true, subtree: true, characterData: true });

  Search.makeSearchSummary = (html, keywords, anchor) => {  // the sentence with the term, in the reader's language only
    const page = new DOMParser().parseFromString(html, "text/html"), lang = document.documentElement.dataset.lang;
    const other = { zh: ".lang-en, .lang-sep,", en: ".lang-zh, .lang-sep," }[lang] || "";
    const name = anchor && "#" + CSS.escape(anchor.slice(1)), places = name ? [`${name} ~ dd`, name, "article"] : ["article"];
    const main = places.map((place) => page.querySelector(place)).find((part) => part && part.textContent.trim());
    main.querySelectorAll(`${other} .katex-mathml, .katex-html, .headerlink, script, style`).forEach((element) => element.remove());
    const found = pattern(asked(), main.textContent), blocks = [...main.querySelectorAll("p, dd, li, figcaption, tr")];
    const has = (block) => found && block.textContent.search(found) >= 0;
    const text = (blocks.find(has) || (has(main) ? main : blocks[0] || main)).textContent.replace(/\s+/g, " ").trim();
    const place = Math.max(found ? text.search(found) : 0, 0), before = text.slice(0, place).split(/(?<=[。！？]|[.!?] )/).pop().length;
    const from = place - Math.min(before, 150);  // a very long sentence loses its beginning
    const summary = book.newElement("p", { className: "context",
      textContent: (from ? "..." : "") + text.slice(from, from + 240).trim() + (from + 240 < text.length ? "..." : "") });
    book.mark(summary, asked(), found);
    return summary;
  };
  document.querySelectorAll('input[name="book-lang"]').forEach((radio) =>
    radio.addEventListener("change", () => {     // summaries are in one language: fetch them again
      if (asked() && DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY) location.reload();
    }));
})();
