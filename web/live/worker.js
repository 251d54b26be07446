/* Python for the cells of a page, in a Web Worker of its own. It stands beside Pyodide's files.
   In:  {boot: interrupt buffer or null} | {run: number, source} | {view: explorer, choice, how}
   Out: {state, loaded, wanted} | {run: number, out: [kind, ...]} | {run: number, done, good} | {view} | {broken: words} */
const BASE = new URL("./", self.location).href, STORE = "nnlib-python " + BASE;
const CORE = ["pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json", "session.zip"];
const TYPES = { js: "text/javascript", wasm: "application/wasm", json: "application/json" };
const SESSION = `  # the reader's IPython, if it comes, is another one
import os, random, sys
os.environ |= {"MPLBACKEND": "agg", "NNLIB_LANG": "page"}
random.seed()  # the memory it started from is the same for all
sys.path.insert(0, "/page")
from web.live.session import Session
sys.path.remove("/page")
for name in [name for name in sys.modules if name.split(".")[0] == "IPython"]: del sys.modules[name]
Session`;
const network = self.fetch.bind(self), coming = {};
let files, store, python, session, interrupt, running = null, loaded = 0, wanted = 0, told = 0;

function tell(state) { postMessage({ state, loaded, wanted }); }

function address(name) { return `${BASE}${name}?${files[name][0]}`; }  // new content, new address

async function download(name) {                  // counted as it comes; kept only if whole
  const [, size] = files[name];
  wanted += size;
  const answer = await network(address(name));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const parts = [], reader = answer.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    if (Date.now() - told > 100) { told = Date.now(); tell("loading"); }
  }
  const whole = new Blob(parts);
  if (whole.size !== size) throw new Error(`${name}: ${whole.size} / ${size} bytes`);
  const kept = new Response(whole, { headers: { "content-type": TYPES[name.split(".").pop()] || "application/octet-stream" } });
  if (store) await store.put(address(name), kept.clone()).catch(() => {});  // no room: next time again
  return kept;
}

function bring(name) {                           // from an earlier visit, else from the network; each once
  coming[name] ||= Promise.resolve(store && store.match(address(name))).catch(() => {}).then((kept) => kept || download(name));
  return coming[name].then((answer) => answer.clone());
}

async function program(name) {                   // Chromium keeps what it compiles of a file from its own cache
  const answer = await network(address(name), { cache: "only-if-cached", mode: "same-origin" }).catch(() => ({}));
  return answer.ok && answer.headers.get("content-type") === TYPES.wasm ? answer : bring(name);
}

self.fetch = (what, options) => {                // Pyodide's own requests come this way too
  const url = String(what.url || what), name = url.startsWith(BASE) ? url.slice(BASE.length) : "";
  if (!files || !(name in files)) return network(what, options);
  return name.endsWith(".wasm") ? program(name) : bring(name);
};

async function script(name) {
  const url = URL.createObjectURL(await (await bring(name)).blob());
  importScripts(url);
  URL.revokeObjectURL(url);
}

async function memory() {                        // of a Python that has started
  const { body } = await bring("memory.bin");
  return new Response(body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function boot(buffer) {
  tell("loading");
  files = await (await network(BASE + "files.json", { cache: "no-cache" })).json();
  try {                                          // where the page is secure and the reader lets sites keep data
    store = await caches.open(STORE);
    const addresses = new Set(Object.keys(files).map(address));
    for (const old of await store.keys()) if (!addresses.has(old.url)) store.delete(old);
  } catch { store = null; }                      // each visit downloads
  const early = Object.keys(files).filter((name) => CORE.includes(name) || /^(numpy|nnlib)-/.test(name));
  const begun = memory().catch(() => {});
  await Promise.all(early.map(bring));
  tell("starting");
  await script("pyodide.asm.js");                // Pyodide would fetch it past the store
  await script("pyodide.js");
  const start = (_loadSnapshot) => loadPyodide({ indexURL: BASE, packages: ["nnlib"], _loadSnapshot });
  python = await start(await begun).catch(() => start());
  if (buffer) python.setInterruptBuffer(interrupt = new Uint8Array(buffer));
  python.setStdin({ error: true });              // else Pyodide looks for window.prompt()
  python.unpackArchive(await (await bring("session.zip")).arrayBuffer(), "zip", { extractDir: "/page" });
  session = python.runPython(SESSION)((...out) => postMessage({ run: running, out }));
  tell("ready");
}

async function handle(message) {
  if ("boot" in message) return boot(message.boot);
  if ("run" in message) {
    const { run, source } = message, quiet = { messageCallback() {} };
    running = run;
    await python.loadPackagesFromImports(session.plain(source), quiet);  // before the cell runs
    if (/\bnn\b.*\.(plot|explore|playground)\b/.test(source)) await python.loadPackage("matplotlib", quiet);  // nnlib draws with it
    if (interrupt) interrupt[0] = 0;
    tell("running");
    const good = session.run(run + 1, source);  // a promise, where the cell awaits
    const watch = setInterval(() => { if (interrupt && interrupt[0]) { interrupt[0] = 0; session.task?.cancel(); } }, 100);
    postMessage({ run, done: true, good: await good });
    clearInterval(watch);
    tell("ready");
  } else {
    if (interrupt) interrupt[0] = 0;
    postMessage({ view: JSON.parse(session.view(message.view, python.toPy(message.choice), python.toPy(message.how))) });
  }
}

let queue = Promise.resolve();
self.onmessage = ({ data }) => {
  queue = queue.then(() => handle(data)).catch((error) => postMessage({ broken: String(error && error.message || error) }));
};
