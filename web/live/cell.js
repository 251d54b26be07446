/* One code cell of the page: its buttons, its code and what it shows. page.js runs it, editor.js edits it. */
book.Cell = (function () {
  "use strict";
  var element = book.newElement, script = document.currentScript, tries = 0;

  function bringEditor() {                       // its module; a new address after a failure, which a browser may remember
    var address = new URL("editor/editor.js?" + script.dataset.editor + (tries ? "&" + tries : ""), script.src);
    return import(address).catch(function (error) { tries += 1; throw error; });
  }

  function button(sign, label, className, act) {
    var made = element("button", { type: "button", className: "live-button " + className },
      [element("span", { ariaHidden: "true", textContent: sign + " " })].concat(book.inLanguages(label)));
    made.addEventListener("click", act);
    return made;
  }

  function Cell(box, number, live) {
    var cell = this;
    cell.number = number;
    cell.pre = box.querySelector(".cell_input pre");
    cell.published = cell.pre.textContent.replace(/\n$/, "");
    cell.coloured = [].slice.call(cell.pre.childNodes);
    cell.output = box.querySelector(".cell_output") || element("div", { className: "cell_output docutils container" });
    cell.outputs = [].slice.call(cell.output.childNodes);
    cell.key = "live " + location.pathname + " " + (box.id || number);
    cell.runButton = button("▶", "运行 | Run", "live-run", function (event) {
      if (!cell.running) live.run([cell]);
      else if (event.detail < 2) live.stop();    // a double click runs
    });
    cell.resetButton = button("↺", "还原 | Reset", "live-reset", function () {
      cell.runButton.focus();                    // an open editor is left first
      cell.reset();
    });
    cell.editButton = button("✎", "编辑 | Edit", "live-edit", function () { cell.edit(); });
    cell.note = element("p", { className: "live-note" });
    cell.note.setAttribute("role", "status");
    cell.bar = element("div", { className: "live-bar" }, [cell.runButton,
      button("⇈", "运行到这里 | Run to here", "live-above", function () { live.runTo(cell); }), cell.editButton, cell.resetButton, cell.note]);
    cell.pre.closest(".cell_input").after(cell.bar);
    cell.bar.addEventListener("mousedown", function (event) { event.preventDefault(); });  // the editor keeps the focus
    if (!cell.output.isConnected) cell.bar.after(cell.output);
    cell.output.setAttribute("aria-live", "polite");
    cell.pre.addEventListener("click", function (event) {
      if (getSelection().isCollapsed) cell.edit({ x: event.clientX, y: event.clientY });  // else the reader marks text
    });
    cell.edit = function (point) {               // with the caret at a point of the window, or at the end
      bringEditor().then(function (module) {
        var scrolled = cell.pre.scrollLeft;
        cell.editor = cell.editor || module.makeEditor(cell, function () { live.run([cell]); });
        if (!cell.editor.dom.isConnected) cell.pre.after(cell.editor.dom);
        cell.pre.hidden = true;
        cell.editor.open(point, scrolled);
        cell.say("Tab 缩进，Esc 离开，Shift+Enter 运行 | Tab indents, Esc leaves, Shift+Enter runs");
      }, function () {
        cell.say(live.apart || "编辑器没有下载成功，请检查网络后再点一次“编辑”。 | The editor was not downloaded: check the network, then click Edit again.");
      });
    };
    cell.recall();
  }

  Cell.prototype = {
    say: function (text) { this.note.replaceChildren.apply(this.note, text ? book.inLanguages(text) : []); },

    take: function (pieces) {                    // the code as pairs of a class and words
      this.pieces = pieces;
      this.source = pieces.map(function (piece) { return piece[1]; }).join("");
      this.resetButton.hidden = this.source === this.published;
    },

    keep: function () {                          // what was typed outlives the page, until it is reset
      try {
        if (this.source === this.published) localStorage.removeItem(this.key);
        else localStorage.setItem(this.key, JSON.stringify({ was: this.published, now: this.pieces }));
      } catch (e) { /* private window, or no room */ }
    },

    show: function () {                          // the code, coloured, in place of the editor
      this.pre.replaceChildren.apply(this.pre, this.source === this.published ? this.coloured : this.pieces.map(function (piece) {
        return element("span", { className: piece[0], textContent: piece[1] });
      }).concat("\n"));
      this.pre.hidden = false;
      if (this.editor) this.editor.dom.remove();
      this.say("");
    },

    reset: function () {
      this.take([["", this.published]]);
      this.keep();
      this.show();
      this.publish();
    },

    recall: function () {
      var kept = null;
      try { kept = JSON.parse(localStorage.getItem(this.key)); } catch (e) { /* as if nothing were kept */ }
      this.take([["", this.published]]);
      if (!kept) return;
      this.take(typeof kept.now === "string" ? [["", kept.now]] : kept.now);  // an earlier version kept a string
      this.show();
      if (kept.was !== this.published) {
        this.say("这是你以前改过的；原文后来更新了，“还原”换成新的。 | Your earlier version; the book's has changed since. Reset brings the new one.");
      }
    },

    // -- what it shows -----------------------------------------------------------------------------------
    publish: function () {                       // as the book was built
      var figure = this.figure();
      if (figure && this.picture) figure.replaceChild(this.picture, figure.firstElementChild);
      this.output.replaceChildren.apply(this.output, this.outputs);
    },

    figure: function () {
      return this.outputs.find(function (node) { return node.tagName === "FIGURE"; });
    },

    clear: function () {
      this.output.replaceChildren();
      this.pending = "";
      this.framed = false;
    },

    place: function (node) {                     // the first picture takes the place of the published one, in its caption
      var figure = this.figure(), old = figure && figure.firstElementChild;
      if (!figure || this.framed) return this.output.append(node);
      this.framed = true;
      this.picture = this.picture || old;
      figure.replaceChild(node, old);
      this.output.append(figure);
    },

    alt: function () {
      var image = this.output.querySelector("img") || this.outputs.reduce(function (found, node) {
        return found || node.querySelector && node.querySelector("img");
      }, null);
      return image ? image.alt : "";
    },

    text: function (stream, words) {
      var last = this.output.lastElementChild, pre;
      if (!last || last.dataset.stream !== stream) {
        pre = element("pre");
        last = element("div", { className: "output stream highlight-myst-ansi notranslate" }, [element("div", { className: "highlight" }, [pre])]);
        last.dataset.stream = stream;
        this.output.append(last);
      }
      last.querySelector("pre").append(words);
    },

    image: function (url) { this.place(element("img", { src: url, alt: this.alt() })); },

    html: function (markup) { this.output.append(element("div", { className: "output text_html", innerHTML: markup })); },

    explorer: function (number, description, ask) {
      var host = element("div", { className: "explorer" }, [element("img", { alt: this.alt(), hidden: true })]);
      var spec = JSON.parse(description);
      host.id = "explorer-" + spec.name;
      this.place(host);
      book.mountExplorer(host, spec, ask);
    },

    omitted: function (n) {
      var size = n < 1e6 ? Math.ceil(n / 1e3) + " kB" : (n / 1e6).toFixed(1) + " MB";
      this.output.append(element("p", { className: "live-hint" },
        book.inLanguages("输出太长，后面的 " + size + " 没有显示。 | Too much output: the last " + size + " are not shown.")));
    },

    error: function (words, hint) {
      this.output.append(element("pre", { className: "live-error", textContent: words }));
      if (hint) this.output.append(element("p", { className: "live-hint" }, book.inLanguages(hint)));
    },

    mark: function (running) {
      this.running = running;
      this.runButton.replaceChildren.apply(this.runButton, [element("span", { ariaHidden: "true", textContent: running ? "■ " : "▶ " })]
        .concat(book.inLanguages(running ? "停止 | Stop" : "运行 | Run")));
    }
  };
  return Cell;
})();
