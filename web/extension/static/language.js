/* The switch 中文 / English / 双语: paints the page in the chosen language and remembers the choice.
   It is the first script of every page, and makes `book`, the one name that our scripts share:
   book.newElement(tag, properties, children) makes every element, book.newButton(className, children, act) every button, book.inLanguages("中文 | English") gives the nodes of a text,
   book.described(picture, like) gives a picture another one's words; book.apart says what a frame with sandbox="allow-scripts" forbids; explorer.js adds book.mountExplorer(host, spec, ask), and
   cell.js adds book.Cell. A page opened from a disk can load no modules, so the scripts cannot import from each other. */
var book = (() => {
  const root = document.documentElement, SEP = " | ", CASED = ".lang-zh, .lang-en";
  if (location.protocol === "file:")             // where a browser shows the file, whatever the link asks
    document.querySelectorAll("a[download]").forEach((link) => { link.title = "按右键，把链接另存为文件 | Right-click, then save the link as a file"; });
  const radios = document.querySelectorAll('input[name="book-lang"]'), pageTitle = document.title;
  const attributes = ["alt", "title", "aria-label", "placeholder"].flatMap((name) =>
    [...document.querySelectorAll(`[${name}*="${SEP}"]`)].map((element) => [element, name, element.getAttribute(name)]));

  const apart = origin !== "null" || location.protocol === "file:" ? "" : `这一页嵌在别的网站里，在那里不能运行、打开、打印或下载。请在新标签页打开 ` +
    `${location.href} 。 | Embedded in another site, this page can run, open, print or download nothing. Open ${location.href} in a tab of its own.`;

  function newElement(tag, properties, children = []) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function newButton(className, children, act) {
    const made = newElement("button", { type: "button", className }, children);
    made.addEventListener("click", act);
    return made;
  }

  function halves(text) {                        // of "中文 | English", or twice the text where it is for all readers
    const found = text.split(SEP);
    return found.length === 2 ? found : [text, text];
  }

  function inLanguages(text) {
    const [zh, en] = halves(text);
    return zh === text ? [text] : [newElement("span", { className: "lang-zh", lang: "zh-CN" }, [zh]),
      newElement("span", { className: "lang-sep" }, [SEP]), newElement("span", { className: "lang-en", lang: "en" }, [en])];
  }

  function half(text, lang) {                    // "中文 | English — 书名 | Book": each part by itself
    return lang === "both" ? text : text.split(/( — | - )/).map((part) => halves(part)[lang === "en" ? 1 : 0]).join("");
  }

  function paint(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "en" ? "en" : "zh-CN";
    document.title = half(pageTitle, lang);
    attributes.forEach(([element, name, text]) => {  // Bootstrap moves title elsewhere once it drew a tooltip
      const moved = name === "title" && !element.hasAttribute("title");
      element.setAttribute(moved ? "data-bs-original-title" : name, half(text, lang));
      if (moved) element.setAttribute("aria-label", half(text, lang));
    });
    document.querySelectorAll(".copybtn").forEach((button) => { button.dataset.tooltip = lang === "en" ? "Copy" : "复制"; });
    document.querySelectorAll('a[href*="notebooks/"][href$=".ipynb"]').forEach((link) => {
      link.href = link.href.replace(/\w+(?=\/[^/]+$)/, lang);
    });
    radios.forEach((radio) => { radio.checked = radio.value === lang; });
    window.dispatchEvent(new Event("resize"));   // margin notes and scroll-spy measure again
  }

  function described(made, like) {               // a new picture says what the one before says, in the language that is shown
    const old = attributes.find(([element]) => element === like), name = made.tagName === "IMG" ? "alt" : "aria-label";
    const words = old ? half(old[2], root.dataset.lang) : like ? like.alt || like.getAttribute("aria-label") : "";
    if (words) made.setAttribute("role", "img");
    made.setAttribute(name, words || "");
    if (old) attributes.push([made, name, old[2]]);
    return made;
  }

  function choose(lang) {                        // what the reader looks at stays where it is
    const blocks = document.querySelectorAll("article h1, article h2, article h3, article div.cell, article .lang-zh, article .lang-en");
    const below = (place) => (block) => block.offsetParent && !block.closest("details:not([open])") && block.getBoundingClientRect()[place] > 80;
    let seen = [...blocks].find(below("top"));   // what begins in sight, or else what reaches into it
    if (!seen || seen.getBoundingClientRect().top > innerHeight) seen = [...blocks].find(below("bottom"));
    const before = seen && seen.getBoundingClientRect().top;
    delete root.dataset.lazy;                    // places are compared by true heights
    paint(lang);
    while (seen && !seen.offsetParent && seen !== document.body) seen = seen.nextElementSibling || seen.parentElement;
    if (seen && seen !== document.body) window.scrollBy({ top: seen.getBoundingClientRect().top - before, behavior: "instant" });
    try { localStorage.setItem("book-lang", lang); } catch { /* no room any more: not remembered */ }
    const url = new URL(location.href);
    if (!asked() && !("forgets" in root.dataset)) return;  // where nothing is stored, the address remembers
    url.searchParams.set("lang", lang);
    history.replaceState(null, "", url);
  }

  function reveal() {                            // a link into the hidden language shows both
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && !target.getClientRects().length && target.closest(CASED)) { paint("both"); target.scrollIntoView(); }
  }

  function asked() { return new URLSearchParams(location.search).has("lang"); }

  document.addEventListener("click", ({ target }) => {  // ?lang= stays while the reader goes from page to page
    const link = target.closest("a[href]:not([download])"), url = link && new URL(link.href);
    if (!url || !asked() || url.protocol + url.host !== location.protocol + location.host || url.pathname === location.pathname) return;
    url.searchParams.set("lang", root.dataset.lang);
    link.href = url.href;
  }, true);
  document.addEventListener("submit", (event) => {
    if (!asked() || event.target.elements.lang) return;
    event.target.append(newElement("input", { type: "hidden", name: "lang", value: root.dataset.lang }));
  }, true);
  function explain(event) {                      // such a frame sends no form and opens no window, and does not say so
    const { type, target, key, isComposing } = event, form = target.closest(type === "click" ? "form button:not([type=button])" : "form input");
    if (form && !isComposing && (key || "Enter") === "Enter") {  // on the search page its action ends in ?q=...#
      location.href = form.form.action.split(/[?#]/)[0] + "?" + new URLSearchParams([...new FormData(form.form), ["lang", root.dataset.lang]]);
    } else if (type === "click" && target.closest("[target=_blank], [download], .btn-download-pdf-button, .btn-fullscreen-button")) {
      document.querySelector("article").prepend(said);
      said.scrollIntoView();
    } else return;
    event.preventDefault();
  }
  const said = newElement("p", { className: "admonition apart", role: "alert" }, inLanguages(apart));
  if (apart) ["click", "keydown"].forEach((act) => document.addEventListener(act, explain));
  radios.forEach((radio) => radio.addEventListener("change", () => choose(radio.value)));
  window.addEventListener("storage", ({ key, newValue }) => { if (key === "book-lang" && newValue) paint(newValue); });
  window.addEventListener("hashchange", reveal);
  paint(root.dataset.lang);
  reveal();
  return { newElement, newButton, inLanguages, described, apart };
})();
