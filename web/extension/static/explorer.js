/* The panel of nn.explore: native inputs over a picture and a line of text.
   book.mountExplorer(host, spec, ask) builds it; ask(indices) promises {src or svg, text}, from pictures made ahead or from a kernel. */
(() => {
  const element = book.newElement, words = book.inLanguages;
  const STEP = 500;                              // milliseconds a view stays while it plays

  book.drawings = {};                            // by name of the panel; each comes as a script
  book.mountExplorer = (host, spec, ask) => {
    const drawing = host.querySelector(".explorer-drawing") || element("div", { className: "explorer-drawing", hidden: true });
    const picture = host.querySelector(":scope > img") || book.described(element("img", { hidden: true }), drawing);
    const line = element("output", { className: "explorer-text" });
    const fault = element("pre", { className: "explorer-error", hidden: true });
    const inputs = [], shown = [];
    let busy = null, moved = false, playing = null;
    fault.setAttribute("role", "alert");

    const key = (control) => spec.name + "." + control.name;
    const chosen = () => inputs.map((input) => input.type === "checkbox" ? +input.checked : +input.value);

    function tell() {                            // beside each slider, to a screen reader, in the address
      const url = new URL(location.href), now = chosen();
      spec.controls.forEach((control, i) => {
        const value = control.values[now[i]];
        if (shown[i]) { shown[i].textContent = value; inputs[i].setAttribute("aria-valuetext", value); }
        url.searchParams.set(key(control), value);
      });
      return url;
    }

    function share() {
      const url = tell();
      if (host.id) url.hash = host.id;
      try { history.replaceState(null, "", url); } catch { /* some browsers refuse this on a disk */ }
    }

    function show(view) {
      fault.hidden = true;
      picture.hidden = !view.src;
      if (view.src) picture.src = view.src;
      drawing.hidden = !view.svg;
      drawing.innerHTML = view.svg || "";
      line.replaceChildren(...words(view.text));
    }

    function fail(error) { fault.textContent = error.message; fault.hidden = false; }

    function update() {                          // while one view is on its way, only the last move counts
      moved = !!busy;
      busy ||= ask(chosen()).then(show, fail).then(() => {
        busy = null;
        if (moved) return update();
      });
      return busy;
    }

    function playButton(input) {
      const button = element("button", { type: "button", className: "explorer-play" });
      function play(now) {
        clearTimeout(playing);
        playing = now;
        button.setAttribute("aria-pressed", String(playing));
        button.replaceChildren(...words(playing ? "暂停 | Pause" : "播放 | Play"));
      }
      function go(index) {
        input.value = index;
        tell();
        update().then(() => { if (playing) playing = setTimeout(step, STEP); });
      }
      function step() {
        if (+input.value < +input.max) return go(+input.value + 1);
        play(false);
        share();
      }
      button.addEventListener("click", () => {
        play(!playing);
        if (playing) go(+input.value < +input.max ? +input.value + 1 : 0);
        else share();
      });
      input.addEventListener("input", () => play(false));
      play(false);
      return button;
    }

    const asked = new URL(location.href).searchParams;
    const rows = spec.controls.map((control, i) => {
      const found = control.values.indexOf(asked.get(key(control))), start = found < 0 ? control.start : found;
      let input;
      if (control.kind === "check") input = element("input", { type: "checkbox", checked: !!start });
      else if (control.kind === "choice") input = element("select", {}, control.values.map((value, j) => new Option(value, j)));
      else {
        input = element("input", { type: "range", min: 0, max: control.values.length - 1, step: 1 });
        shown[i] = element("span", { className: "explorer-value", ariaHidden: "true" });  // aria-valuetext says it
      }
      if (control.kind !== "check") input.value = start;
      input.name = key(control);
      input.autocomplete = "off";                // a reload shows what the address says
      inputs.push(input);
      input.addEventListener("input", () => { share(); update(); });
      const label = element("label", {}, [element("span", {}, words(control.label)), input].concat(shown[i] || []));
      return element("div", { className: "explorer-row" }, control.kind === "play" ? [playButton(input), label] : [label]);
    });
    const drawn = host.querySelector(".explorer-text");  // the page already shows the first view
    if (drawn) line.append(...drawn.childNodes);
    host.replaceChildren(...rows, picture, drawing, line, fault);
    tell();
    if (!drawn || chosen().some((index, i) => index !== spec.controls[i].start)) update();
  };

  function fromDrawings(spec) {                  // made when the book was built, the last control fastest
    let drawings = spec.drawings ? null : Promise.resolve([]);
    function bring() {
      drawings ||= new Promise((done, fail) => document.head.append(element("script", { src: spec.drawings,
        onload: () => done(book.drawings[spec.name]), onerror: () => {
          drawings = null;
          fail(new Error(`图没有载入：${spec.drawings} | The drawings did not load: ${spec.drawings}`));
        } })));
      return drawings;
    }
    return {
      all: () => bring().catch(() => {}),
      ask(indices) {
        const i = indices.reduce((sum, index, i) => sum * spec.controls[i].values.length + index, 0);
        return bring().then((all) => ({ ...spec.frames[i], svg: all[spec.frames[i].drawing] }));
      }
    };
  }

  document.querySelectorAll(".explorer[data-explorer]").forEach((host) => {
    const spec = JSON.parse(host.dataset.explorer), drawings = fromDrawings(spec);
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      drawings.all();
    }, { rootMargin: "800px" }).observe(host);
    book.mountExplorer(host, spec, drawings.ask);
  });
})();
