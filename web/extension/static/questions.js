/* Questions: lets the reader answer what the page asks, says whether and why, and remembers it on this device alone. */
(() => {
  const { newElement: element, inLanguages: words } = book;
  const boxes = [...document.querySelectorAll("[data-question]")], button = (children, act) => book.newButton("question-button", children, act);
  if (!boxes.length) return;
  const key = (box) => `book-question ${box.id}`;  // each by itself: another tab answers others meanwhile

  // -- one way to answer for each kind: what it puts into the page, what the reader gave, what that is worth ----
  function choices(told, list, name) {
    const type = told.kind === "multiple" ? "checkbox" : "radio";
    const inputs = [...list.children].map((item) => {
      const input = element("input", { type, name }), text = item.querySelector(":scope > p") || item, face = element("span", {}, [...text.childNodes]);
      const tex = [...face.querySelectorAll("annotation")].map(({ textContent }) => textContent).join(" ");
      if (face.children.length === 1 && face.firstElementChild.matches(".katex, .math")) input.ariaLabel = tex;  // nothing else to read
      item.replaceChildren(element("label", {}, [input, face]));
      item.setAttribute("role", "presentation");
      return input;
    });
    list.setAttribute("role", type === "radio" ? "radiogroup" : "group");
    return {
      given: () => inputs.flatMap((input, i) => input.checked ? [i] : []),
      take(given) { inputs.forEach((input, i) => { input.checked = given.includes(i); }); },
      verdict(given) {
        const wrong = given.some((i) => !told.right.includes(i)), missing = told.right.length - given.length;
        return { right: !wrong && !missing, reasons: given, hint: wrong || !missing ? "" : `还少选了 ${missing} 个。 | ${missing} more to choose.` };
      },
      empty: "先选一个答案。 | Choose an answer first."
    };
  }

  function number(told, list, name) {
    const input = element("input", { type: "text", inputMode: "decimal", autocomplete: "off", name });
    list.append(element("label", {}, [...words("你算出的数 | Your number"), input]));
    function values() {                          // what a text may mean: 1,024 has two readings; ３／４, −2, =5 and 40 % have one
      const plain = input.value.normalize("NFKC").replace(/[−–—]/g, "-").replace(/\u2044/g, "/").trim();
      const [, above, below = "1"] = /^(?:[a-z]*\s*[=≈])?\s*([-+]?(?:\d[\d.,]*|\.\d+)(?:e[-+]?\d+)?)(?:\/(\d+))?[^\d/]{0,12}$/i.exec(plain) || [];
      const thousands = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.|$)/.test(above) ? above.replace(/,/g, "") : NaN;
      return [thousands, String(above).replace(",", ".")].map((one) => one / below).filter(Number.isFinite);
    }
    return {
      given: () => values().length ? [input.value] : [],
      take([text]) { input.value = text; },
      verdict() {
        const meant = values(), off = told.values.map((known) => Math.min(...meant.map((value) => Math.abs(known - value))));
        const nearest = off.indexOf(Math.min(...off));
        const known = off[nearest] <= told.tolerance * (1 + 1e-9);
        return { right: known && told.right.includes(nearest), reasons: known ? [nearest] : [], hint: known ? "" : "再算一遍。 | Work it out once more." };
      },
      empty: "请写一个数，例如 12、0.25 或 3/4。 | Write a number, such as 12, 0.25 or 3/4."
    };
  }

  function sequence(told, list, name, say) {
    const items = [...list.children], code = told.kind === "parsons";
    const indented = (item) => +item.style.getPropertyValue("--indent"), indent = (item, n) => item.style.setProperty("--indent", n);
    const shift = (by) => (item) => indent(item, Math.max(0, Math.min(4, indented(item) + by)));
    const moves = [
      ["ArrowUp", "↑", "上移 | Up", (item) => item.previousElementSibling?.before(item)],
      ["ArrowDown", "↓", "下移 | Down", (item) => item.nextElementSibling?.after(item)],
      ["ArrowLeft", "⇤", "减少缩进 | Indent less", shift(-1)], ["ArrowRight", "⇥", "增加缩进 | Indent more", shift(1)],
      ["Delete", "✕", "不用 | Leave out", (item) => item.toggleAttribute("data-out")]
    ].slice(0, code ? 5 : 2);
    function act(item, move) {
      const focused = document.activeElement;
      move(item);
      if (item.contains(focused)) focused.focus();  // a node that moves loses it
      const place = [...list.children].indexOf(item) + 1, n = indented(item);
      if (code) item.querySelector(".question-moves").lastElementChild.ariaPressed = "out" in item.dataset;
      say("out" in item.dataset ? "不用这一行 | This line is left out" : code ? `第 ${place} 行，缩进 ${n} 级 | Line ${place}, indented ${n} times` : `第 ${place} 位 | Place ${place}`);
    }
    items.forEach((item) => {
      item.draggable = true;
      item.prepend(element("span", { className: "question-moves" }, moves.map(([, sign, label, move]) => button(
        [element("span", { ariaHidden: "true" }, [sign]), element("span", { className: "question-unseen" }, [...words(label), ": ", ...item.cloneNode(true).childNodes])], () => act(item, move)))));
      item.addEventListener("keydown", (event) => {
        const found = moves.find(([key]) => key === event.key);
        if (!found || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;  // the browser's own
        event.preventDefault();
        act(item, found[3]);
      });
      item.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", ""); list.dragged = item; });
      item.addEventListener("dragover", (event) => {
        if (!list.dragged) return;               // of another question
        event.preventDefault();
        const { top, height } = item.getBoundingClientRect();
        if (list.dragged !== item) item[event.clientY < top + height / 2 ? "before" : "after"](list.dragged);
      });
      item.addEventListener("dragend", () => { list.dragged = null; });
    });
    return {
      given: () => [...list.children].map((item) => [items.indexOf(item), indented(item), "out" in item.dataset]),
      take(given) {
        given.forEach(([i, n, out]) => {
          indent(items[i], n);
          items[i].toggleAttribute("data-out", out);
          list.append(items[i]);
        });
      },
      verdict(given) {
        const used = given.filter(([, , out]) => !out), order = used.map(([i]) => i);
        const good = told.orders.some((right) => String(right) === String(order)), straight = !code || used.every(([i, n]) => n === told.indents[i]);
        const matching = Math.max(...told.orders.map((right) => [...right, -1].findIndex((i, place) => i !== order[place])));
        return { right: good && straight, reasons: [], hint: good && straight ? "" : good ? "次序对了，缩进还不对。 | The order is right, the indentation is not." :
          `前 ${matching} 行（项）位置正确。 | Counted from the top, ${matching} in place.` };
      }
    };
  }

  // -- a question --------------------------------------------------------------------------------------------
  boxes.forEach((box) => {
    const told = JSON.parse(box.dataset.question), fold = box.querySelector(":scope > details");
    const list = box.querySelector(":scope > ul") || element("div", { className: "question-entry" });
    const said = element("div", { className: "question-said", role: "status" }), reasons = fold.querySelectorAll(":scope > ul > li");
    const say = (text) => said.replaceChildren(element("p", {}, words(text)));
    const kind = { number, order: sequence, parsons: sequence }[told.kind] || choices, way = kind(told, list, box.id, say);
    function show(given) {
      const { right, reasons: which, hint } = way.verdict(given);
      say(right ? "✓ 对了。 | ✓ Right." : "✗ 还不对。 | ✗ Not yet.");
      if (hint) said.append(element("p", {}, words(hint)));
      said.append(...which.map((i) => element("p", {}, [...(reasons[i].querySelector("p") || reasons[i]).cloneNode(true).childNodes])));
      box.dataset.done = right;
      if (told.kind === "predict") box.nextElementSibling.querySelector("details.predicted").open = true;
    }
    const check = button(words("检查 | Check"), () => {
      const given = way.given();
      if (!given.length) return say(way.empty);
      show(given);
      try { localStorage.setItem(key(box), JSON.stringify({ asked: box.dataset.question, given })); } catch { /* no room: not remembered */ }
      count();
    });
    list.addEventListener("input", () => { delete box.dataset.done; said.replaceChildren(); count(); });  // another answer, not yet marked
    list.addEventListener("keydown", ({ key: pressed, target }) => { if (pressed === "Enter" && target.type === "text") check.click(); });
    const ask = box.querySelector(":scope > p:not(.rubric)");
    ask.id = `${box.id}-ask`;
    list.setAttribute("aria-labelledby", ask.id);
    fold.before(list, check, said);
    try {                                        // what another edition asked, or a stranger stored, is not this answer
      const { asked, given } = JSON.parse(localStorage.getItem(key(box))) || {};
      if (asked !== box.dataset.question) return;
      way.take(given);
      show(given);
    } catch {
      localStorage.removeItem(key(box));
      delete box.dataset.done;
      said.replaceChildren();
    }
  });

  // -- how far the reader is -----------------------------------------------------------------------------------
  const state = document.querySelector("article .question-state") || element("p");  // slides have no article
  function count() {
    const done = boxes.filter((box) => box.dataset.done === "true").length, again = boxes.filter((box) => box.dataset.done === "false");
    const links = again.flatMap((box) => [" ", element("a", { href: `#${box.id}`, textContent: boxes.indexOf(box) + 1 })]);
    state.replaceChildren(...words(`这一页有 ${boxes.length} 个问题，答对了 ${done} 个。 | This page asks ${boxes.length} questions; ${done} answered rightly.`),
      ...again.length ? [" ", ...words("还要再看： | To look at again:"), ...links] : [], " ",
      button(words("忘掉这一页的回答 | Forget my answers on this page"), () => { boxes.forEach((box) => localStorage.removeItem(key(box))); location.reload(); }));
  }
  count();
})();
