/* The panel of nn.explore: native inputs over a picture and a line of text.
   book.mountExplorer(host, spec, ask) builds it; ask(indices) promises {src, text}, from pictures made ahead or from a kernel. */
(() => {
  const element = book.newElement, words = book.inLanguages;
  const STEP = 500;                              // milliseconds a view stays while it plays

  book.mountExplorer = (host, spec, ask) => {
    const picture = host.querySelector("img") || element("img", { alt: "", hidden: true });
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
    host.replaceChildren(...rows, picture, line, fault);
    tell();
    if (!drawn || chosen().some((index, i) => index !== spec.controls[i].start)) update();
  };

  function fromPictures(spec) {                  // views made when the book was built, the last control fastest
    const views = [];
    function load(i) {
      const view = spec.frames[i];
      if (!view.src) return Promise.resolve(view);
      views[i] ||= element("img", { src: view.src }).decode().then(() => view, () => {
        views[i] = null;
        throw new Error(`图片没有载入：${view.src} | The picture did not load: ${view.src}`);
      });
      return views[i];
    }
    return {
      all: () => spec.frames.forEach((view, i) => load(i).catch(() => {})),
      ask: (indices) => load(indices.reduce((sum, index, i) => sum * spec.controls[i].values.length + index, 0))
    };
  }

  document.querySelectorAll(".explorer[data-explorer]").forEach((host) => {
    const spec = JSON.parse(host.dataset.explorer), pictures = fromPictures(spec);
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      pictures.all();
    }, { rootMargin: "800px" }).observe(host);
    book.mountExplorer(host, spec, pictures.ask);
  });
})();
