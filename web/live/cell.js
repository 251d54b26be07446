/* One code cell of the page: its buttons, its editor, what it shows. live.js runs it. */
window.LiveCell = (function () {
  "use strict";
  var element = window.newElement;               // explorer.js
  var TOKENS = new RegExp([
    "(#.*)", "([rbfuRBFU]{0,2}(?:\"\"\"[^]*?\"\"\"|'''[^]*?'''|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])*'))",
    "\\b(and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|" +
    "nonlocal|not|or|pass|raise|return|try|while|with|yield)\\b", "\\b(True|False|None)\\b",
    "\\b(abs|all|any|dict|enumerate|float|int|len|list|max|min|print|range|reversed|round|set|sorted|str|sum|tuple|type|zip)\\b(?=\\()",
    "\\b(\\d[\\d_]*(?:\\.\\d*)?(?:e[-+]?\\d+)?)", "([-+*/%@=<>!&|^~]+)"
  ].join("|"), "g");
  var KINDS = ["c1", "s2", "k", "kc", "nb", "mf", "o"];  // Pygments' names, which the theme colours

  function button(sign, label, className, act) {
    var made = element("button", { type: "button", className: "live-button " + className },
      [element("span", { ariaHidden: "true", textContent: sign + " " })].concat(window.inLanguages(label)));
    made.addEventListener("click", act);
    return made;
  }

  function paint(source) {                       // the code as coloured spans
    var parts = [], at = 0;
    source.replace(TOKENS, function (word) {
      var found = [].slice.call(arguments, 1, 1 + KINDS.length), start = arguments[1 + KINDS.length];
      parts.push(source.slice(at, start), element("span", { textContent: word,
        className: KINDS[found.findIndex(function (group) { return group !== undefined; })] }));
      at = start + word.length;
    });
    return parts.concat(source.slice(at));
  }

  function caretAt(pre, event) {                 // which character of the code was clicked
    var range, place;
    if (document.caretPositionFromPoint) {
      place = document.caretPositionFromPoint(event.clientX, event.clientY);
      if (!place) return 0;
      range = document.createRange();
      range.setEnd(place.offsetNode, place.offset);
    } else range = document.caretRangeFromPoint(event.clientX, event.clientY);
    range.setStart(pre, 0);
    return range.toString().length;
  }

  function type(text) { document.execCommand("insertText", false, text); }  // so that undo knows of it

  function indent(area, back) {                  // the lines of the selection, four blanks
    var from = area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, to = area.selectionEnd, start = area.selectionStart;
    if (!back && start === to) return type(" ".repeat(4 - (start - from) % 4));
    var lines = area.value.slice(from, to), moved = back ? lines.replace(/^ {1,4}/gm, "") : lines.replace(/^(?=.)/gm, "    ");
    if (moved === lines) return;
    area.setSelectionRange(from, to);
    type(moved);
    if (start === to) start = to = Math.max(from, to + moved.length - lines.length);
    else { start = from; to = from + moved.length; }
    area.setSelectionRange(start, to);
  }

  function newline(area) {                       // as far in as the line before, and further after a colon
    var before = area.value.slice(0, area.selectionStart), line = before.slice(before.lastIndexOf("\n") + 1);
    type("\n" + line.match(/^ */)[0] + (/:\s*(#.*)?$/.test(line) ? "    " : ""));
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
    cell.resetButton = button("↺", "还原 | Reset", "live-reset", function () { cell.reset(); cell.runButton.focus(); });
    cell.editButton = button("✎", "编辑 | Edit", "live-edit", function () { cell.edit(cell.source.length); });
    cell.note = element("p", { className: "live-note" });
    cell.note.setAttribute("role", "status");
    cell.area = element("textarea", { className: "live-editor", spellcheck: false, autocapitalize: "off", autocomplete: "off", wrap: "off" });
    cell.area.setAttribute("aria-label", "Python");
    cell.bar = element("div", { className: "live-bar" }, [cell.runButton,
      button("⇈", "运行到这里 | Run to here", "live-above", function () { live.runTo(cell); }), cell.editButton, cell.resetButton, cell.note]);
    cell.pre.closest(".cell_input").after(cell.bar);
    cell.bar.addEventListener("mousedown", function (event) { event.preventDefault(); });  // the editor keeps the focus
    if (!cell.output.isConnected) cell.bar.after(cell.output);
    cell.output.setAttribute("aria-live", "polite");
    cell.listen(live);
    cell.recall();
  }

  Cell.prototype = {
    listen: function (live) {
      var cell = this, area = cell.area;
      cell.pre.addEventListener("click", function (event) {
        if (getSelection().isCollapsed) cell.edit(caretAt(cell.pre, event));  // else the reader marks text
      });
      area.addEventListener("blur", function () { cell.show(area.value); });
      area.addEventListener("input", function () { cell.source = area.value; area.rows = cell.lines(); cell.keep(); });
      area.addEventListener("keydown", function (event) {
        if (event.isComposing || event.altKey) return;
        if (event.key === "Escape") cell.editButton.focus();
        else if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) live.run([cell]);
        else if (event.key === "Tab" && !event.ctrlKey && !event.metaKey) indent(area, event.shiftKey);
        else if (event.key === "Enter") newline(area);
        else return;
        event.preventDefault();
      });
    },

    lines: function () { return this.source.split("\n").length; },

    say: function (text) { this.note.replaceChildren.apply(this.note, text ? window.inLanguages(text) : []); },

    edit: function (place) {
      this.area.value = this.source;
      this.area.rows = this.lines();
      if (!this.area.isConnected) this.pre.after(this.area);
      this.pre.hidden = true;
      this.area.hidden = false;
      this.area.focus();
      this.area.setSelectionRange(place, place);
      this.say("Tab 缩进，Esc 离开，Shift+Enter 运行 | Tab indents, Esc leaves, Shift+Enter runs");
    },

    show: function (source) {                    // the code, coloured, in place of the editor
      this.source = source;
      this.resetButton.hidden = source === this.published;
      this.pre.replaceChildren.apply(this.pre, source === this.published ? this.coloured : paint(source + "\n"));
      this.pre.hidden = false;
      this.area.hidden = true;
      this.say("");
    },

    reset: function () {
      this.show(this.published);
      this.keep();
      this.publish();
    },

    keep: function () {                          // what was typed outlives the page, until it is reset
      try {
        if (this.source === this.published) localStorage.removeItem(this.key);
        else localStorage.setItem(this.key, JSON.stringify({ was: this.published, now: this.source }));
      } catch (e) { /* private window, or no room */ }
    },

    recall: function () {
      var kept = null;
      try { kept = JSON.parse(localStorage.getItem(this.key)); } catch (e) { /* as if nothing were kept */ }
      this.source = this.published;
      this.resetButton.hidden = true;
      if (!kept) return;
      this.show(kept.now);
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
      window.mountExplorer(host, spec, ask);
    },

    omitted: function (n) {
      var size = n < 1e6 ? Math.ceil(n / 1e3) + " kB" : (n / 1e6).toFixed(1) + " MB";
      this.output.append(element("p", { className: "live-hint" },
        window.inLanguages("输出太长，后面的 " + size + " 没有显示。 | Too much output: the last " + size + " are not shown.")));
    },

    error: function (words, hint) {
      this.output.append(element("pre", { className: "live-error", textContent: words }));
      if (hint) this.output.append(element("p", { className: "live-hint" }, window.inLanguages(hint)));
    },

    mark: function (running) {
      this.running = running;
      this.runButton.replaceChildren.apply(this.runButton, [element("span", { ariaHidden: "true", textContent: running ? "■ " : "▶ " })]
        .concat(window.inLanguages(running ? "停止 | Stop" : "运行 | Run")));
    }
  };
  return Cell;
})();
