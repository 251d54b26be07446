/* One code cell of the page: its buttons, its code and what it shows. page.js runs it, editor.js edits it. */
book.Cell = (() => {
  const element = book.newElement, script = document.currentScript;
  const PAIR = /\[\[([^[\]|]*[\u3400-\u9fff][^[\]|]*\|[^[\]|]+)\]\]/;  // as languages.py finds it
  let tries = 0;

  function bringEditor() {                       // its module; a new address after a failure, which a browser may remember
    const address = new URL("editor/editor.js?" + script.dataset.editor + (tries ? "&" + tries : ""), script.src);
    return import(address).catch((error) => { tries += 1; throw error; });
  }

  const face = (sign, label) => [element("span", { ariaHidden: "true", textContent: sign + " " }), ...book.inLanguages(label)];
  const button = (sign, label, className, act) => book.newButton("live-button " + className, face(sign, label), act);

  return class Cell {
    constructor(box, number, live) {
      Object.assign(this, { number, live, pre: box.querySelector(".cell_input pre"), key: `live ${location.pathname} ${box.id || number}` });
      this.published = this.pre.textContent.replace(/\n$/, "");
      this.coloured = [...this.pre.childNodes];
      this.output = box.querySelector(".cell_output") || element("div", { className: "cell_output docutils container" });
      this.outputs = [...this.output.childNodes];
      this.figure = this.outputs.find((node) => node.tagName === "FIGURE");
      this.picture = this.figure?.firstElementChild;
      this.runButton = button("▶", "运行 | Run", "live-run", (event) => {
        if (!this.running) live.run([this]);
        else if (event.detail < 2) live.stop();  // a double click runs
      });
      this.resetButton = button("↺", "还原 | Reset", "live-reset", () => {
        this.runButton.focus();                  // an open editor is left first
        this.reset();
      });
      this.editButton = button("✎", "编辑 | Edit", "live-edit", () => this.edit());
      this.note = element("p", { className: "live-note", role: "status" });
      const above = button("⇈", "运行到这里 | Run to here", "live-above", () => live.runTo(this));
      const bar = element("div", { className: "live-bar" }, [this.runButton, above, this.editButton, this.resetButton, this.note]);
      (this.pre.closest("details") || this.pre.closest(".cell_input")).after(bar);
      bar.addEventListener("mousedown", (event) => event.preventDefault());  // the editor keeps the focus
      if (!this.output.isConnected) bar.after(this.output);
      this.output.setAttribute("aria-live", "polite");
      this.pre.addEventListener("click", (event) => {
        if (getSelection().isCollapsed) this.edit({ x: event.clientX, y: event.clientY });  // else the reader marks text
      });
      this.recall();
      this.wake();
    }

    wake() {                                     // a published panel whose views nobody could draw in advance
      const host = this.output.querySelector(".explorer[data-explorer]"), spec = host ? JSON.parse(host.dataset.explorer) : {};
      let ready = null;                          // what its cell's panel answers, once the cell has run
      if (spec.live) book.mountExplorer(host, spec, (...asked) => {
        ready ||= new Promise((resolve, reject) => {
          if (book.apart) return reject(new Error(book.apart));
          this.awaited = { resolve, reject };
          this.live.run([this]);
        });
        return ready.then((ask) => ask(...asked)).catch((error) => { ready = null; throw error; });
      });
    }

    edit(point) {                                // with the caret at a point of the window, or at the end
      bringEditor().then((module) => {
        const scrolled = this.pre.scrollLeft;
        this.editor ||= module.makeEditor(this, () => this.live.run([this]));
        if (!this.editor.dom.isConnected) this.pre.after(this.editor.dom);
        this.pre.hidden = true;
        this.editor.open(point, scrolled);
        this.say("Tab 缩进，Esc 离开，Shift+Enter 运行 | Tab indents, Esc leaves, Shift+Enter runs");
      }, () => this.say(book.apart ||
        "编辑器没有下载成功，请检查网络后再点一次“编辑”。 | The editor was not downloaded: check the network, then click Edit again."));
    }

    say(text) { this.note.replaceChildren(...(text ? book.inLanguages(text) : [])); }

    take(pieces) {                               // the code as pairs of a class and words
      this.pieces = pieces;
      this.source = pieces.map(([, words]) => words).join("");
      this.resetButton.hidden = this.source === this.published;
    }

    keep() {                                     // what was typed outlives the page, until it is reset
      try {
        if (this.source === this.published) localStorage.removeItem(this.key);
        else localStorage.setItem(this.key, JSON.stringify({ was: this.published, now: this.pieces }));
      } catch { /* private window, or no room */ }
    }

    show() {                                     // the code, coloured, in place of the editor
      const typed = () => [...this.pieces.map(([className, textContent]) => element("span", { className, textContent })), "\n"];
      this.pre.replaceChildren(...(this.source === this.published ? this.coloured : typed()));
      this.pre.hidden = false;
      if (this.editor) this.editor.dom.remove();
      this.say("");
    }

    reset() {
      this.bring(this.published);
      this.figure?.firstElementChild.replaceWith(this.picture);
      this.output.replaceChildren(...this.outputs);  // as the book was built
    }

    bring(text) {                                // from a notebook that was handed in from here, or elsewhere
      this.take([["", text.replace(/\n$/, "")]]);
      this.keep();
      this.show();
    }

    recall() {
      const published = [["", this.published]];
      let kept = null;
      try {
        kept = JSON.parse(localStorage.getItem(this.key));
        const now = kept ? kept.now : published;
        this.take(typeof now === "string" ? [["", now]] : now);  // an earlier version kept a string
      } catch {                                  // damaged, or the store is closed: as if nothing were kept
        kept = null;
        this.take(published);
      }
      if (!kept) return;
      this.show();
      if (kept.was !== this.published)
        this.say("这是你以前改过的；原文后来更新了，“还原”换成新的。 | Your earlier version; the book's has changed since. Reset brings the new one.");
    }

    // -- what it shows -----------------------------------------------------------------------------------
    clear() {
      if (this.awaited) return;
      this.output.replaceChildren();
      const fold = this.output.closest("details");
      if (fold) fold.open = true;                // who runs a cell wants to see
      this.framed = false;
    }

    place(node) {                                // the first picture takes the place of the published one, in its caption
      if (!this.figure || this.framed) return this.output.append(node);
      this.framed = true;
      this.figure.firstElementChild.replaceWith(node);
      this.output.append(this.figure);
    }

    alt() {
      const images = [this.output, ...this.outputs].map((node) => node.querySelector && node.querySelector("img, [role=img]"));
      return images.find(Boolean);
    }

    text(stream, words) {
      let last = this.output.lastElementChild;
      if (!last || last.dataset.stream !== stream) {
        last = element("div", { className: "output stream highlight-myst-ansi notranslate" },
          [element("div", { className: "highlight" }, [element("pre", {}, [element("span")])])]);
        last.dataset.stream = stream;
        this.output.append(last);
      }
      // "\r" goes back to the beginning of a line, and overwrites it: so the last line may still change, and it alone
      const line = last.querySelector("pre").lastChild, text = (line.words || "") + words, end = text.lastIndexOf("\n") + 1;
      const shown = (lines) => lines.replace(/[^\n]+/g, (one) => one.split("\r").reduce((old, now) => now + old.slice(now.length)))
        .split(PAIR).flatMap((part, i) => i % 2 ? book.inLanguages(part.replace("|", " | ")) : [part]);
      line.before(...shown(text.slice(0, end)));
      line.words = text.slice(end);
      line.replaceChildren(...shown(line.words));
    }

    image(picture) {                             // a data URL, or SVG
      const made = picture.startsWith("<svg") ? element("div", { innerHTML: picture }).firstChild : element("img", { src: picture });
      this.place(book.described(made, this.alt()));
    }

    html(innerHTML) { this.output.append(element("div", { className: "output text_html", innerHTML })); }

    explorer(number, description, ask) {
      if (this.awaited) return this.awaited.resolve(ask);
      const spec = JSON.parse(description), picture = book.described(element("div", { className: "explorer-drawing" }), this.alt());
      const host = element("div", { className: "explorer", id: "explorer-" + spec.name }, [picture]);
      this.place(host);
      book.mountExplorer(host, spec, ask);
    }

    hint(words) { this.output.append(element("p", { className: "live-hint" }, book.inLanguages(words))); }

    omitted(n) {
      const size = n < 1e6 ? Math.ceil(n / 1e3) + " kB" : (n / 1e6).toFixed(1) + " MB";
      this.hint(`输出太长，后面的 ${size} 没有显示。 | Too much output: the last ${size} are not shown.`);
    }

    error(words, hint) {
      this.output.append(element("pre", { className: "live-error", textContent: words }));
      if (hint) this.hint(hint);
    }

    mark(running) {
      if (!running && this.awaited) {
        this.awaited.reject(new Error("这里的 Python 代码没有运行成功。 | The Python code here did not run."));  // unless it has been resolved
        this.awaited = null;
      }
      this.running = running;
      this.runButton.replaceChildren(...(running ? face("■", "停止 | Stop") : face("▶", "运行 | Run")));
    }
  };
})();
