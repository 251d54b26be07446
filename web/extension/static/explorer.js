/* The panel of nn.explore: native inputs over a picture and a line of text.
   book.mountExplorer(host, spec, ask) builds it; ask(indices) promises {src, text}, from pictures made ahead or from a kernel. */
(function () {
  var element = book.newElement, words = book.inLanguages;
  var STEP = 500;                                // milliseconds a view stays while it plays

  book.mountExplorer = function (host, spec, ask) {
    var picture = host.querySelector("img") || element("img", { alt: "", hidden: true });
    var line = element("output", { className: "explorer-text" });
    var fault = element("pre", { className: "explorer-error", hidden: true });
    var inputs = [], shown = [], busy = null, moved = false, playing = null;
    fault.setAttribute("role", "alert");

    function key(control) { return spec.name + "." + control.name; }

    function chosen() {
      return inputs.map(function (input) { return input.type === "checkbox" ? +input.checked : +input.value; });
    }

    function tell() {                            // beside each slider, to a screen reader, in the address
      var url = new URL(location.href), now = chosen();
      spec.controls.forEach(function (control, i) {
        var value = control.values[now[i]];
        if (shown[i]) { shown[i].textContent = value; inputs[i].setAttribute("aria-valuetext", value); }
        url.searchParams.set(key(control), value);
      });
      return url;
    }

    function share(url) {
      if (host.id) url.hash = host.id;
      try { history.replaceState(null, "", url); } catch (e) { /* some browsers refuse this on a disk */ }
    }

    function show(view) {
      fault.hidden = true;
      picture.hidden = !view.src;
      if (view.src) picture.src = view.src;
      line.replaceChildren.apply(line, words(view.text));
    }

    function fail(error) { fault.textContent = error.message; fault.hidden = false; }

    function update() {                          // while one view is on its way, only the last move counts
      moved = !!busy;
      if (!busy) busy = ask(chosen()).then(show, fail).then(function () {
        busy = null;
        if (moved) return update();
      });
      return busy;
    }

    function stop() { clearTimeout(playing); playing = null; }

    function playButton(input) {
      var button = element("button", { type: "button", className: "explorer-play" }, words("播放 | Play"));
      function label() {
        button.setAttribute("aria-pressed", String(!!playing));
        button.replaceChildren.apply(button, words(playing ? "暂停 | Pause" : "播放 | Play"));
      }
      function go(index) {
        input.value = index;
        tell();
        update().then(function () { if (playing) playing = setTimeout(step, STEP); });
      }
      function step() {
        if (+input.value < +input.max) return go(+input.value + 1);
        stop();
        share(tell());
        label();
      }
      button.addEventListener("click", function () {
        if (playing) { stop(); share(tell()); } else {
          playing = true;
          go(+input.value < +input.max ? +input.value + 1 : 0);
        }
        label();
      });
      input.addEventListener("input", function () { stop(); label(); });
      return button;
    }

    var asked = new URL(location.href).searchParams;
    var rows = spec.controls.map(function (control, i) {
      var start = control.values.indexOf(asked.get(key(control))), input, row;
      if (start < 0) start = control.start;
      if (control.kind === "check") input = element("input", { type: "checkbox", checked: !!start });
      else if (control.kind === "choice") {
        input = element("select", {}, control.values.map(function (value, j) { return new Option(value, j); }));
        input.value = start;
      } else {
        input = element("input", { type: "range", min: 0, max: control.values.length - 1, step: 1 });
        input.value = start;
        shown[i] = element("span", { className: "explorer-value", ariaHidden: "true" });  // aria-valuetext says it
      }
      input.name = key(control);
      input.autocomplete = "off";                // a reload shows what the address says
      inputs.push(input);
      input.addEventListener("input", function () { share(tell()); update(); });
      row = element("div", { className: "explorer-row" }, [
        element("label", {}, [element("span", {}, words(control.label)), input].concat(shown[i] || []))]);
      if (control.kind === "play") row.prepend(playButton(input));
      return row;
    });
    var drawn = host.querySelector(".explorer-text");  // the page already shows the first view
    if (drawn) line.append.apply(line, drawn.childNodes);
    host.replaceChildren.apply(host, rows.concat(picture, line, fault));
    tell();
    if (!drawn || chosen().some(function (index, i) { return index !== spec.controls[i].start; })) update();
  };

  function fromPictures(spec) {                  // views made when the book was built, the last control fastest
    var views = [];
    function load(i) {
      var view = spec.frames[i], image;
      if (!view.src) return Promise.resolve(view);
      if (!views[i]) {
        image = element("img", { src: view.src });
        views[i] = image.decode().then(function () { return view; }, function () {
          views[i] = null;
          throw new Error("图片没有载入：" + view.src + " | The picture did not load: " + view.src);
        });
      }
      return views[i];
    }
    return {
      all: function () { spec.frames.forEach(function (view, i) { load(i).catch(function () {}); }); },
      ask: function (indices) {
        return load(indices.reduce(function (sum, index, i) { return sum * spec.controls[i].values.length + index; }, 0));
      }
    };
  }

  document.querySelectorAll(".explorer[data-explorer]").forEach(function (host) {
    var spec = JSON.parse(host.dataset.explorer), pictures = fromPictures(spec);
    new IntersectionObserver(function (entries, observer) {
      if (!entries.some(function (entry) { return entry.isIntersecting; })) return;
      observer.disconnect();
      pictures.all();
    }, { rootMargin: "800px" }).observe(host);
    book.mountExplorer(host, spec, pictures.ask);
  });
})();
