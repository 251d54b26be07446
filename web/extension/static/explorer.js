/* The panel of nn.explore: native inputs over a picture and a line of text.
   book.mountExplorer(host, spec, ask) builds it; ask(choice) promises {src or svg, text}, from pictures made ahead or from
   a kernel, ask(choice, once) a run's next view, or {over}, and ask(choice, place) the {values} that a click there brings. */
(() => {
  const element = book.newElement, words = book.inLanguages;
  const STEP = 500;                              // milliseconds a view stays while it plays

  book.drawings = {};                            // by name of the panel; each comes as a script
  book.mountExplorer = (host, spec, ask) => {
    const drawing = host.querySelector(".explorer-drawing") || element("div", { className: "explorer-drawing", hidden: true });
    const picture = host.querySelector(":scope > img") || book.described(element("img", { hidden: true }), drawing);
    const line = element("output", { className: "explorer-text" });
    const fault = element("pre", { className: "explorer-error", hidden: true, role: "alert" });
    const code = element("pre", { tabIndex: 0, id: "code-" + spec.name }), inputs = [], shown = [], bar = [];
    const copy = document.querySelector(".copybtn")?.cloneNode(true) || "";  // sphinx-copybutton hears clicks on any of them
    if (copy) copy.dataset.clipboardTarget = "#" + code.id;
    const folded = element("details", { hidden: true }, [element("summary", {}, words("对应的代码 | As code")), element("div", { className: "highlight" }, [code, copy])]);
    let busy = null, moved = false, playing = null, over = false, came = !spec.live;

    const key = (control) => spec.name + "." + control.name;
    const chosen = () => inputs.map((input) => input.type === "text" ? input.value : +(input.type === "checkbox" ? input.checked : input.value));

    function tell() {                            // beside each slider, to a screen reader, in the address
      const url = new URL(location.href), now = chosen();
      spec.controls.forEach((control, i) => {
        const value = control.kind === "text" ? now[i] : control.values[now[i]];
        if (shown[i]) { shown[i].textContent = value; inputs[i].setAttribute("aria-valuetext", value); }
        if (control.colors?.length) shown[i].style.setProperty("--color", control.colors[now[i]]);
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
      over = !!view.over;
      if (over) return;
      picture.hidden = !view.src;
      if (view.src) picture.src = view.src;
      drawing.hidden = !view.svg;
      drawing.innerHTML = view.svg || "";
      line.replaceChildren(...words(view.text));
      code.textContent = view.code;
      folded.hidden = !view.code;
    }

    function fail(error) {                       // ours says it in both languages; the reader's own may hold a bar, too
      const paired = /[\u3400-\u9fff].* \| /.test(error.message);
      fault.replaceChildren(...(paired ? words(error.message) : [error.message]));
      fault.hidden = false;
      over = true;
      if (picture.hidden && drawing.hidden) line.replaceChildren();
    }

    const elsewhere = () => spec.controls.some((control, i) => !control.aside && chosen()[i] !== control.start);  // than the published view

    function update(once) {                      // while one view is on its way, only the last move counts
      moved ||= !!busy && once === undefined;
      if (!came && elsewhere()) {
        picture.hidden = drawing.hidden = folded.hidden = true;
        line.replaceChildren(...words("正在按这些设置画第一幅图… | Drawing the first picture of these settings …"));
      }
      busy ||= ask(chosen(), once).then((view) => { came = true; show(view); }, fail).then(() => {
        busy = null;
        if (!moved) return;
        moved = false;
        return update();
      });
      return busy;
    }

    const button = (label, act) => book.newButton("explorer-play", words(label), act);

    function playButton(go, pause) {             // go(first) promises whether it went; a view stays for a pause
      const made = button("", () => {
        play(!playing);
        if (playing) step(true);
        else share();
      });
      function play(now) {
        clearTimeout(playing);
        playing = now;
        made.setAttribute("aria-pressed", String(playing));
        made.replaceChildren(...words(playing ? "暂停 | Pause" : "播放 | Play"));
        if (!spec.runs) return;
        line.setAttribute("aria-live", playing ? "off" : "polite");  // it would say too much
        line.replaceChildren(...line.cloneNode(true).childNodes);  // a pause says where it is
      }
      function step(first) {
        go(first).then((went) => {
          if (playing && went) playing = setTimeout(step, pause);
          else if (playing) { play(false); share(); }
        });
      }
      play(false);
      return [made, play];
    }

    function slide(input) {                      // a slider that moves by itself
      const [made, play] = playButton((first) => {
        if (!first && +input.value >= +input.max) return Promise.resolve(false);
        input.value = +input.value < +input.max ? +input.value + 1 : 0;
        tell();
        return update().then(() => true);
      }, STEP);
      input.addEventListener("input", () => play(false));
      return made;
    }

    if (spec.runs) {
      const [made, play] = playButton((first) => update(first && over ? undefined : false).then(() => !over), 0);
      const stop = (once) => { play(false); update(once); };
      bar.push(element("div", { className: "explorer-bar" },
        [made, button("走一步 | One step", () => stop(true)), button("回到起点 | Rewind", () => stop())]));
    }

    if (spec.clicks) picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect(), place = [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
      ask(chosen(), place).then(({ values }) => {
        if (!Object.keys(values).length) return;
        spec.controls.forEach((control, i) => { inputs[i].value = values[control.name] ?? inputs[i].value; });
        share();
        return update();
      }).catch(fail);
    });

    const asked = new URL(location.href).searchParams;
    const rows = spec.controls.map((control, i) => {
      const value = asked.get(key(control)), found = control.values.indexOf(value);
      const text = control.kind === "text", start = text && value !== null ? value : found < 0 ? control.start : found;
      let input;
      if (text) input = element("input", { type: "text", spellcheck: false });
      else if (control.kind === "check") input = element("input", { type: "checkbox", checked: !!start });
      else if (control.kind === "choice") input = element("select", {}, control.values.map((value, j) => new Option(value, j)));
      else {
        input = element("input", { type: "range", min: 0, max: control.values.length - 1, step: 1 });
        shown[i] = element("span", { className: "explorer-value", ariaHidden: "true" });  // aria-valuetext says it
      }
      if (control.kind !== "check") input.value = start;
      input.name = key(control);
      input.autocomplete = "off";                // a reload shows what the address says
      inputs.push(input);
      input.addEventListener(text ? "change" : "input", () => { share(); if (!control.aside) update(); });
      const label = element("label", {}, [element("span", {}, words(control.label)), input].concat(shown[i] || []));
      return element("div", { className: "explorer-row" }, control.kind === "play" ? [slide(input), label] : [label]);
    });
    const drawn = host.querySelector(".explorer-text");  // the page already shows the first view
    if (drawn && spec.live) show(spec.frames[0]);
    else if (drawn) line.append(...drawn.childNodes);
    host.classList.toggle("explorer-runs", spec.runs);
    const views = [picture, drawing, line, fault];
    host.replaceChildren(...bar, ...(spec.runs ? [...views, ...rows] : [...rows, ...views]), folded);
    tell();
    if (!drawn || elsewhere()) update();
  };

  function fromDrawings(spec) {                  // made when the book was built, the last control fastest
    let drawings = spec.drawings ? null : Promise.resolve([]);
    return (indices) => {
      const i = indices.reduce((sum, index, i) => sum * spec.controls[i].values.length + index, 0);
      drawings ||= new Promise((done, fail) => document.head.append(element("script", { src: spec.drawings,
        onload: () => done(book.drawings[spec.name]), onerror: () => {
          drawings = null;
          fail(new Error(`图没有载入：${spec.drawings} | The drawings did not load: ${spec.drawings}`));
        } })));
      return drawings.then((all) => ({ ...spec.frames[i], svg: all[spec.frames[i].drawing] }));
    };
  }

  document.querySelectorAll(".explorer[data-explorer]").forEach((host) => {
    const spec = JSON.parse(host.dataset.explorer), ask = fromDrawings(spec);
    if (spec.live) return;                       // cell.js wakes it, where Python is
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      ask(spec.controls.map(({ start }) => start)).catch(() => {});
    }, { rootMargin: "800px" }).observe(host);
    book.mountExplorer(host, spec, ask);
  });
})();
