/* Runs the page's cells in Python, in a worker. Nothing is loaded before the first click. */
(function () {
  "use strict";
  var element = book.newElement;
  var boxes = [].filter.call(document.querySelectorAll("div.cell"), function (box) { return box.querySelector(".cell_input pre"); });
  if (location.protocol === "file:" || !window.Worker || !window.WebAssembly || !boxes.length) return;  // no worker from a disk
  document.documentElement.dataset.live = "";
  var code = new URL("../pyodide/worker.js?" + document.currentScript.dataset.worker, document.currentScript.src);
  var worker = null, interrupt = null, waiting = [], current = null, asks = {}, serial = 0, text = "", timer = null;
  var APART = window.origin !== "null" ? "" :      // what a frame with sandbox="allow-scripts" is
    "这一页嵌在别的网站里，浏览器不让它下载 Python。请在新标签页打开 " + location.href + " 。 | " +
    "This page is embedded in another site, where the browser lets it download no Python. Open " + location.href + " in a tab of its own.";
  var WORDS = {
    loading: "正在下载 Python（只有第一次） | Downloading Python (the first time only)",
    starting: "正在启动 Python | Starting Python", running: "正在运行 | Running", ready: "Python 已就绪 | Python is ready",
    restarted: "Python 已重启，变量都没有了 | Python was restarted; its variables are gone",
    stopped: "已停止：Python 已重启，变量都没有了 | Stopped by restarting Python; its variables are gone"
  };

  // -- the status line -------------------------------------------------------------------------------------
  var words = element("span", { className: "live-state", role: "status" });
  var progress = element("progress", { ariaLabel: "下载 | Download" }), amount = element("span", { className: "live-amount" });
  var restart = element("button", { type: "button", className: "live-button live-restart" }, book.inLanguages("重启 Python | Restart Python"));
  var line = element("div", { className: "live-status", hidden: true }, [words, progress, amount, restart]);
  restart.addEventListener("click", function () { end("restarted"); });
  boxes[0].closest("article").append(line);

  function say(state, loaded, wanted) {
    var loading = state === "loading" && wanted > 0;
    line.hidden = false;
    if (words.dataset.state !== state) words.replaceChildren.apply(words, book.inLanguages(WORDS[state] || state));
    words.dataset.state = state;
    progress.hidden = amount.hidden = !loading;
    if (!loading) return;
    progress.max = wanted;
    progress.value = loaded;
    amount.textContent = (loaded / 1e6).toFixed(1) + " / " + (wanted / 1e6).toFixed(1) + " MB";
  }

  // -- the worker ------------------------------------------------------------------------------------------
  function start() {
    worker = new Worker(code);
    worker.onmessage = function (event) { hear(event.data); };
    worker.onerror = function (event) { hear({ broken: event.message || "worker.js" }); };
    interrupt = window.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
    worker.postMessage({ boot: interrupt && interrupt.buffer });
  }

  function end(state) {                          // a worker that ran wild cannot be asked, only ended
    flush();
    if (worker) worker.terminate();
    worker = interrupt = null;
    waiting.concat(current || []).forEach(function (cell) { cell.mark(false); });
    if (current && state === "stopped") current.error("KeyboardInterrupt", WORDS.stopped);
    waiting = [];
    current = null;
    Object.keys(asks).forEach(function (ask) { asks[ask][1](new Error(WORDS.restarted)); });
    asks = {};
    say(state);
  }

  function flush() {                             // text comes line by line and is shown 25 times a second
    clearTimeout(timer);
    timer = null;
    if (text && current) current.text(text.stream, text.words);
    text = "";
  }

  function hear(message) {
    var out = message.out, kind = out && out[0];
    if (kind === "text") {
      if (text && text.stream !== out[1]) flush();
      text = text || { stream: out[1], words: "" };
      text.words += out[2];
      timer = timer || setTimeout(flush, 40);
      return;
    }
    flush();
    if (message.broken) {
      var about = "Python 停了：" + message.broken + "。再点一次“运行”会重新启动。 | Python stopped: " + message.broken + ". Run starts it anew.";
      if (current) current.error(message.broken, about);
      end(about);
    } else if (message.state) say(message.state, message.loaded, message.wanted);
    else if (kind === "explorer") current.explorer(out[1], out[2], asker(worker, out[1]));
    else if (kind) current[kind].apply(current, out.slice(1));
    else if (message.done) {
      current.mark(false);
      current = null;
      if (!message.good) waiting.splice(0).forEach(function (cell) { cell.mark(false); });  // as Jupyter does
      next();
    } else if (message.ask in asks) {
      var view = message.view, promise = asks[message.ask];
      delete asks[message.ask];
      if (view.error) promise[1](new Error(view.error)); else promise[0](view);
    }
  }

  function asker(mine, explorer) {               // what a panel calls for a view
    return function (choice) {
      if (mine !== worker) return Promise.reject(new Error("Python 已重启，请再运行这个单元格。 | Python was restarted: run this cell again."));
      return new Promise(function (resolve, reject) {
        asks[++serial] = [resolve, reject];
        worker.postMessage({ view: explorer, choice: choice, ask: serial });
      });
    };
  }

  // -- cells -----------------------------------------------------------------------------------------------
  function next() {
    if (current || !waiting.length) return;
    current = waiting.shift();
    try { if (!worker) start(); } catch (error) { return hear({ broken: error.message }); }
    current.clear();
    worker.postMessage({ run: current.number, source: current.source });
  }

  var live = {
    apart: APART,
    run: function (cells) {
      if (APART) return cells[cells.length - 1].say(APART);
      cells.forEach(function (cell) {
        if (cell.running) return;
        cell.mark(true);
        waiting.push(cell);
      });
      next();
    },
    runTo: function (cell) { live.run(cells.slice(0, cell.number + 1)); },
    stop: function () {
      if (!interrupt || interrupt[0] || words.dataset.state !== "running") return end("stopped");  // the second time
      waiting.splice(0).forEach(function (cell) { cell.mark(false); });
      interrupt[0] = 2;                          // SIGINT, as Ctrl+C would send
    }
  };
  var cells = boxes.map(function (box, number) { return new book.Cell(box, number, live); });
})();
