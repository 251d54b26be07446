/* The switch 中文 / English / 双语: paints the page in the chosen language and remembers the choice.
   It is the first script of every page, and makes `book`, the one name that our scripts share:
   book.newElement(tag, properties, children) makes every element, book.inLanguages("中文 | English") gives the nodes of a text;
   explorer.js adds book.mountExplorer(host, spec, ask), and cell.js adds book.Cell. A page opened from a disk can load no
   modules, so the scripts cannot import from each other. */
var book = (function () {
  var root = document.documentElement, SEP = " | ", CASED = ".lang-zh, .lang-en";
  var radios = document.querySelectorAll('input[name="book-lang"]');
  var pageTitle = document.title, attributes = [];
  ["alt", "title", "aria-label", "placeholder"].forEach(function (name) {
    document.querySelectorAll("[" + name + '*=" | "]').forEach(function (element) {
      attributes.push([element, name, element.getAttribute(name)]);
    });
  });

  function newElement(tag, properties, children) {
    var made = Object.assign(document.createElement(tag), properties);
    made.append.apply(made, children || []);
    return made;
  }

  function halves(text) {                        // of "中文 | English"; null where the text is for all readers
    var found = text.split(SEP);
    return found.length === 2 ? found : null;
  }

  function inLanguages(text) {
    var pair = halves(text);
    return !pair ? [text] : [newElement("span", { className: "lang-zh", lang: "zh-CN" }, [pair[0]]),
      newElement("span", { className: "lang-sep" }, [SEP]), newElement("span", { className: "lang-en", lang: "en" }, [pair[1]])];
  }

  function half(text, lang) {                    // "中文 | English — 书名 | Book": each part by itself
    return lang === "both" ? text : text.split(/( — | - )/).map(function (part) {
      var pair = halves(part);
      return pair ? pair[lang === "en" ? 1 : 0] : part;
    }).join("");
  }

  function paint(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "en" ? "en" : "zh-CN";
    document.title = half(pageTitle, lang);
    attributes.forEach(function (a) {            // Bootstrap moves title elsewhere once it drew a tooltip
      var moved = a[1] === "title" && !a[0].hasAttribute("title");
      a[0].setAttribute(moved ? "data-bs-original-title" : a[1], half(a[2], lang));
      if (moved) a[0].setAttribute("aria-label", half(a[2], lang));
    });
    document.querySelectorAll(".copybtn").forEach(function (button) {
      button.dataset.tooltip = lang === "en" ? "Copy" : "复制";
    });
    document.querySelectorAll('a[href*="notebooks/"][href$=".ipynb"]').forEach(function (link) {
      link.href = link.href.replace(/\w+(?=\/[^/]+$)/, lang);
    });
    radios.forEach(function (radio) { radio.checked = radio.value === lang; });
    window.dispatchEvent(new Event("resize"));   // margin notes and scroll-spy measure again
  }

  function choose(lang) {                        // what the reader looks at stays where it is
    var blocks = document.querySelectorAll("article h1, article h2, article h3, article div.cell, article .lang-zh, article .lang-en");
    var seen = [].find.call(blocks, function (b) { return b.offsetParent && b.getBoundingClientRect().bottom > 80; });
    var before = seen && seen.getBoundingClientRect().top;
    delete root.dataset.lazy;                    // places are compared by true heights
    paint(lang);
    while (seen && !seen.offsetParent && seen !== document.body) seen = seen.nextElementSibling || seen.parentElement;
    if (seen && seen !== document.body) window.scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
    try { localStorage.setItem("book-lang", lang); } catch (e) { /* no room any more: not remembered */ }
    var url = new URL(location.href);
    if (!asked() && !("forgets" in root.dataset)) return;  // where nothing is stored, the address remembers
    url.searchParams.set("lang", lang);
    history.replaceState(null, "", url);
  }

  function reveal() {                            // a link into the hidden language shows both
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && !target.getClientRects().length && target.closest(CASED)) { paint("both"); target.scrollIntoView(); }
  }

  function keep(address) {                       // ?lang= stays while the reader goes from page to page
    var url = new URL(address, location.href);
    if (url.protocol + url.host === location.protocol + location.host && url.pathname !== location.pathname)
      url.searchParams.set("lang", root.dataset.lang);
    return url.href;
  }

  function asked() { return new URLSearchParams(location.search).has("lang"); }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]:not([download])");
    if (link && asked()) link.href = keep(link.href);
  }, true);
  document.addEventListener("submit", function (event) {
    if (!asked() || event.target.elements.lang) return;
    event.target.append(newElement("input", { type: "hidden", name: "lang", value: root.dataset.lang }));
  }, true);
  function send(event) {                         // a frame with sandbox="allow-scripts" sends no form, and does not say so
    var form = event.target.closest(event.type === "click" ? "form button:not([type=button])" : "form input") && event.target.closest("form");
    if (!form || event.isComposing || (event.key && event.key !== "Enter")) return;
    event.preventDefault();
    location.href = keep(form.action + "?" + new URLSearchParams(new FormData(form)));
  }
  if (origin === "null" && location.protocol !== "file:") ["click", "keydown"].forEach(function (act) { document.addEventListener(act, send); });
  radios.forEach(function (radio) { radio.addEventListener("change", function () { choose(radio.value); }); });
  window.addEventListener("storage", function (e) { if (e.key === "book-lang" && e.newValue) paint(e.newValue); });
  window.addEventListener("hashchange", reveal);
  paint(root.dataset.lang);
  reveal();
  return { newElement: newElement, inLanguages: inLanguages };
})();
