/* The editor of a cell is CodeMirror. The build bundles this file with it (live_cells.py), and cell.js loads the bundle at the
   first Edit. Code has the colours of the published page, because the editor uses the class names of Pygments. */
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { indentOnInput, indentUnit } from "@codemirror/language";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { highlightTree, styleTags, tagHighlighter, tags as t } from "@lezer/highlight";

const inString = t.special(t.brace);              // what stands around a value in an f-string
const parser = pythonLanguage.parser.configure({
  props: [styleTags({ "FormatReplacement/{ FormatReplacement/} FormatSpec/:": inString })]
});
const CLASSES = tagHighlighter([
  { tag: t.comment, class: "c1" }, { tag: [t.string, t.special(t.string), t.escape, inString], class: "s2" },
  { tag: t.keyword, class: "k" }, { tag: [t.bool, t.null], class: "kc" }, { tag: t.number, class: "mf" },
  { tag: [t.operator, t.derefOperator, t.modifier], class: "o" }, { tag: t.operatorKeyword, class: "k" },
  { tag: t.function(t.definition(t.variableName)), class: "nf" }, { tag: t.definition(t.className), class: "nc" },
  { tag: t.meta, class: "nd" }, { tag: t.variableName, class: "n" }
]);
const BUILTINS = new Set(("abs all any bool bytes dict divmod enumerate filter float getattr hasattr id input int isinstance iter len list " +
  "map max min next object open pow print range repr reversed round set slice sorted str sum super tuple type vars zip").split(" "));

function tokens(source) {                        // [from, to, class] of each word that has a colour
  const found = [];
  highlightTree(parser.parse(source), CLASSES, (from, to, kind) => {
    found.push([from, to, kind === "n" && BUILTINS.has(source.slice(from, to)) ? "nb" : kind]);
  });
  return found;
}

function pieces(source) {                        // the whole source, as plain strings and pairs [class, string]
  let at = 0;
  const parts = tokens(source).flatMap(([from, to, kind]) => {
    const before = source.slice(at, from);
    at = to;
    return [before, [kind, source.slice(from, to)]];
  });
  return [...parts, source.slice(at)];
}

// A cell is short, so all of it is coloured anew at each change.
const colours = EditorView.decorations.compute(["doc"], (state) => Decoration.set(
  tokens(state.doc.toString()).map(([from, to, kind]) => Decoration.mark({ class: kind }).range(from, to))));

const look = EditorView.theme({                  // live.css has the rest; CodeMirror's own sheet would win over it here
  "&.cm-focused": { outline: "2px solid var(--pst-color-link)" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit" },
  ".cm-content": { padding: "1rem 0", caretColor: "currentColor" },
  ".cm-line": { padding: "0 1rem" }
});

/* Makes an editor of `source`. It calls changed(source, pieces) after each edit, left() when the focus has gone elsewhere,
   and escape() and run() when the reader presses their keys. */
export function makeEditor(source, { changed, left, escape, run }) {
  const does = (act) => () => { act(); return true; };
  const keys = ["Shift-Enter", "Ctrl-Enter", "Meta-Enter"].map((key) => ({ key, run: does(run) }));
  const view = new EditorView({ doc: source, extensions: [
    keymap.of([...keys, { key: "Escape", run: does(escape) }, indentWithTab, ...historyKeymap, ...defaultKeymap]),
    history(), pythonLanguage, indentUnit.of("    "), indentOnInput(), colours, look,
    EditorView.editorAttributes.of({ class: "live-editor" }),
    EditorView.contentAttributes.of({ "aria-label": "Python", tabindex: "0" }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (docChanged) changed(state.doc.toString(), pieces(state.doc.toString()));
    }),
    // A reader who goes to another window has not left: the caret waits for them.
    EditorView.domEventHandlers({ blur() { if (document.activeElement !== view.contentDOM) left(); } })
  ] });
  return {
    dom: view.dom,
    /* Begins to edit `source`, with the caret at a point of the window, or at the end. `dom` must be in the page already. */
    open(source, point, scrolled) {
      const length = view.state.doc.length;
      if (source !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: length, insert: source } });
      view.scrollDOM.scrollLeft = scrolled;
      view.requestMeasure();                     // what it knows of its place is older than its coming back to the page
      view.dispatch({ selection: { anchor: point ? view.posAtCoords(point, false) : view.state.doc.length } });
      view.focus();
    }
  };
}
