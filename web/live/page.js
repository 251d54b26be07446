/* Runs the page's cells in Python, in a worker. Nothing is loaded before the first click. */
(() => {
  const element = book.newElement, boxes = [...document.querySelectorAll("div.cell")].filter((box) => box.querySelector(".cell_input pre"));
  if (location.protocol === "file:" || !window.Worker || !window.WebAssembly || !boxes.length) return;  // no worker from a disk
  document.documentElement.dataset.live = "";
  const code = new URL((document.currentScript.dataset.root || "..") + "/pyodide/worker.js?" + document.currentScript.dataset.worker, document.currentScript.src);
  let worker = null, interrupt = null, waiting = [], current = null, text = null;
  const asks = [];                               // how to settle what panels asked for; the worker answers in their order
  const WORDS = {
    loading: "正在下载 Python（只有第一次） | Downloading Python (the first time only)",
    starting: "正在启动 Python | Starting Python", running: "正在运行 | Running", ready: "Python 已就绪 | Python is ready",
    restarted: "Python 已重启，变量都没有了 | Python was restarted; its variables are gone",
    stopped: "已停止：Python 已重启，变量都没有了 | Stopped by restarting Python; its variables are gone"
  };

  // -- the status line -------------------------------------------------------------------------------------
  const words = element("span", { className: "live-state", role: "status" });
  const progress = element("progress", { ariaLabel: "下载 | Download" }), amount = element("span", { className: "live-amount" });
  const restart = book.newButton("live-button live-restart", book.inLanguages("重启 Python | Restart Python"), () => end("restarted"));
  const line = element("div", { className: "live-status", hidden: true }, [words, progress, amount, restart]);
  (boxes[0].closest("article") || document.body).append(line);

  function say(state, loaded, wanted) {
    const loading = state === "loading" && wanted > 0;
    line.hidden = false;
    if (words.dataset.state !== state) words.replaceChildren(...book.inLanguages(WORDS[state] || state));
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
    worker.onmessage = (event) => hear(event.data);
    worker.onerror = (event) => hear({ broken: event.message || "worker.js" });
    interrupt = window.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
    worker.postMessage({ boot: interrupt && interrupt.buffer });
  }

  function end(state) {                          // a worker that ran wild cannot be asked, only ended
    flush();
    if (worker) worker.terminate();
    worker = interrupt = null;
    forget();
    if (current) current.mark(false);
    if (current && state === "stopped") current.error("KeyboardInterrupt", WORDS.stopped);
    current = null;
    asks.splice(0).forEach(({ reject }) => reject(new Error(WORDS.restarted)));
    say(state);
  }

  function forget() { waiting.splice(0).forEach((cell) => cell.mark(false)); }  // the cells that wait

  function flush() {                             // text comes line by line and is shown 25 times a second
    if (text) current?.text(...text);
    text = null;
  }

  function hear(message) {
    const [kind, ...out] = message.out || [];
    if (kind === "text" && text?.[0] === out[0]) {
      text[1] += out[1];
      return;
    }
    flush();
    if (kind === "text") {
      text = out;
      setTimeout(flush, 40);
    } else if (message.broken) {
      const about = `Python 停了：${message.broken}。再点一次“运行”会重新启动。 | Python stopped: ${message.broken}. Run starts it anew.`;
      if (current) current.error(message.broken, about);
      end(about);
    } else if (message.state) say(message.state, message.loaded, message.wanted);
    else if (kind === "explorer") current?.explorer(...out, asker(worker, out[0]));
    else if (kind) current?.[kind](...out);      // what is shown after its cell has ended, nobody sees
    else if (message.done) {
      current.mark(false);
      current = null;
      if (!message.good) forget();               // as Jupyter does
      next();
    } else if (message.view) {
      const { resolve, reject } = asks.shift();
      if (message.view.error) reject(new Error(message.view.error)); else resolve(message.view);
    }
  }

  function asker(mine, explorer) {               // what a panel calls for a view
    return (choice, how) => new Promise((resolve, reject) => {
      if (mine !== worker) return reject(new Error("Python 已重启，请再运行这个单元格。 | Python was restarted: run this cell again."));
      asks.push({ resolve, reject });
      worker.postMessage({ view: explorer, choice, how });
    });
  }

  // -- cells -----------------------------------------------------------------------------------------------
  function next() {
    if (current || !waiting.length) return;
    current = waiting.shift();
    try { if (!worker) start(); } catch (error) { return hear({ broken: error.message }); }
    current.clear();
    worker.postMessage({ run: current.number, source: current.source });
  }

  const live = {
    run(chosen) {
      if (book.apart) return chosen[chosen.length - 1].say(book.apart);
      const idle = chosen.filter((cell) => !cell.running);
      idle.forEach((cell) => cell.mark(true));
      waiting.push(...idle);
      next();
    },
    runTo(cell) { live.run(cells.slice(0, cell.number + 1)); },
    stop() {
      if (!interrupt || interrupt[0] || words.dataset.state !== "running") return end("stopped");  // the second time
      forget();
      interrupt[0] = 2;                          // SIGINT, as Ctrl+C would send
    }
  };
  const cells = boxes.map((box, number) => new book.Cell(box, number, live));
  book.cells = new Map(boxes.map((box, number) => [box.id, cells[number]]));
})();
