/* Run by Node when the book is built: node compile.js <folder of Pyodide> <folder for the results> <archive> ...
   Packs each archive again with its Python modules compiled, by the very Python that will read them. */
"use strict";
const [from, to, ...archives] = process.argv.slice(2);
const { loadPyodide } = require(from + "/pyodide.js");
const COMPILE = `
import contextlib, importlib.util, importlib._bootstrap_external as writer, zipfile
for name in archives:
    with zipfile.ZipFile("/from/" + name) as old, zipfile.ZipFile("/to/" + name, "w") as new:
        for place in old.namelist():
            data = old.read(place)
            if place.endswith(".py"):
                with contextlib.suppress(SyntaxError):  # in an example of Python 2, say
                    code = compile(data, place, "exec", dont_inherit=True)
                    data = writer._code_to_hash_pyc(code, importlib.util.source_hash(data), False)
                    place += "c"
            new.writestr(zipfile.ZipInfo(place), data, zipfile.ZIP_DEFLATED)
`;

(async () => {
  const python = await loadPyodide({ indexURL: from + "/" });
  for (const [place, root] of [["/from", from], ["/to", to]]) {
    python.FS.mkdirTree(place);
    python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
  }
  python.globals.set("archives", python.toPy(archives));
  python.runPython(COMPILE);
})().then(() => process.exit(0), (error) => { console.error(String(error).slice(-2000)); process.exit(1); });
