/* Run by Node when the book is built: node compile.js <folder of Pyodide> <folder for the results> <archive> ...
   Packs each archive again with its Python modules compiled, by the very Python that will read them, and keeps the
   memory of a Python that has just started. */
const fs = require("fs"), zlib = require("zlib");
const [from, to, ...archives] = process.argv.slice(2);
const { loadPyodide } = require(from + "/pyodide.js");
const COMPILE = `
import contextlib, importlib.util, importlib._bootstrap_external as writer, logging, re, zipfile
logging.disable()
import matplotlib.font_manager  # its wheel's list of fonts is of another version: it makes one, which takes a second
unused = re.compile("matplotlib/mpl-data/(fonts/(afm|pdfcorefonts)|images|sample_data)/|numpy/f2py/|.*[.](pyi|pxd)$")
for name in archives:
    with zipfile.ZipFile("/from/" + name) as old, zipfile.ZipFile("/to/" + name, "w") as new:
        for place in old.namelist():
            if unused.match(place):
                continue
            data = old.read(place)
            if place == "matplotlib/fontlist.json":
                data = open(matplotlib.font_manager.__file__.replace("font_manager.py", "fontlist.json"), "rb").read()
            if place.endswith(".py"):
                with contextlib.suppress(SyntaxError):  # in an example of Python 2, say
                    code = compile(data, place, "exec", dont_inherit=True)
                    data = writer._code_to_hash_pyc(code, importlib.util.source_hash(data), False)
                    place += "c"
            new.writestr(zipfile.ZipInfo(place), data, zipfile.ZIP_DEFLATED)
`;
const BEGIN = `
import sys
sys.path.insert(0, "/page")
import web.live.session
sys.path.remove("/page")
`;

(async () => {
  const python = await loadPyodide({ indexURL: from + "/" });
  await python.loadPackage("matplotlib", { messageCallback() {} });
  for (const [place, root] of [["/from", from], ["/to", to]]) {
    python.FS.mkdirTree(place);
    python.FS.mount(python.FS.filesystems.NODEFS, { root }, place);
  }
  python.globals.set("archives", python.toPy(archives));
  python.runPython(COMPILE);
  const begun = await loadPyodide({ indexURL: from + "/", stdLibURL: to + "/python_stdlib.zip", _makeSnapshot: true });
  begun.unpackArchive(new Uint8Array(fs.readFileSync(to + "/session.zip")), "zip", { extractDir: "/page" });
  begun.runPython(BEGIN);
  fs.writeFileSync(to + "/memory.bin", zlib.gzipSync(begun.makeMemorySnapshot(), { level: 9 }));
})().then(() => process.exit(0), (error) => { console.error(String(error).slice(-2000)); process.exit(1); });
