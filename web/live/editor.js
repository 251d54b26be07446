/* The editor of a cell is CodeMirror. The build bundles this file with it (live_cells.py), and cell.js loads the bundle at the
   first Edit. Code has the colours of the published page, because the editor uses the class names of Pygments. */
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import { indentOnInput, indentUnit } from "@codemirror/language";
import { Decoration, EditorView, keymap } from "@codemirror/view";
import { highlightCode, styleTags, tagHighlighter, tags as t } from "@lezer/highlight";

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

const PYTHONS = new Map([                        // names that Python knows, which the grammar does not tell apart
  ["n", (name) => BUILTINS.has(name) ? "nb" : ["self", "cls"].includes(name) && "bp"],
  ["nf", (name) => name.startsWith("__") && "fm"]
]);

function pieces(source) {                        // the whole source, as pairs of a class (or "") and words
  const found = [];
  highlightCode(source, parser.parse(source), CLASSES,
    (words, kind) => found.push([PYTHONS.get(kind)?.(words) || kind, words]),
    () => found.push(["", "\n"]));
  return found;
}

const colours = EditorView.decorations.compute(["doc"], (state) => {  // all anew at each change, because a cell is short
  let at = 0;
  return Decoration.set(pieces(state.doc.toString()).flatMap(([kind, words]) => {
    const from = at;
    at += words.length;
    return kind ? Decoration.mark({ class: kind }).range(from, at) : [];
  }));
});

const look = EditorView.theme({                  // live.css has the rest; CodeMirror's own sheet would win over it here
  "&.cm-focused": { outline: "2px solid var(--pst-color-link)" },
  ".cm-scroller": { fontFamily: "inherit", lineHeight: "inherit" },
  ".cm-content": { padding: "1rem 0", caretColor: "currentColor" },
  ".cm-line": { padding: "0 1rem" }
});

/* Makes the editor of a cell of cell.js; its keys can run the cell. */
export function makeEditor(cell, run) {
  const does = (act) => () => { act(); return true; };
  const keys = ["Shift-Enter", "Ctrl-Enter", "Meta-Enter"].map((key) => ({ key, run: does(run) }));
  const view = new EditorView({ doc: cell.source, extensions: [
    keymap.of([...keys, { key: "Escape", run: does(() => cell.editButton.focus()) }, indentWithTab, ...historyKeymap, ...defaultKeymap]),
    history(), pythonLanguage, indentUnit.of("    "), indentOnInput(), colours, look,
    EditorView.editorAttributes.of({ class: "live-editor" }),
    EditorView.contentAttributes.of({ "aria-label": "Python", tabindex: "0" }),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (!docChanged) return;
      cell.take(pieces(state.doc.toString()));
      cell.keep();
    }),
    // A reader who goes to another window has not left: the caret waits for them.
    EditorView.domEventHandlers({ blur() { if (document.activeElement !== view.contentDOM) cell.show(); } })
  ] });
  return {
    dom: view.dom,
    /* Takes the focus, with the caret at a point of the window, or at the end. `dom` must be in the page already. */
    open(point, scrolled) {
      const { doc } = view.state;
      if (cell.source !== doc.toString())        // the cell was reset; undo can take that back
        view.dispatch({ changes: { from: 0, to: doc.length, insert: cell.source }, annotations: isolateHistory.of("full") });
      view.scrollDOM.scrollLeft = scrolled;
      view.requestMeasure();                     // because it was measured before it came back to the page
      view.dispatch({ selection: { anchor: point ? view.posAtCoords(point, false) : view.state.doc.length } });
      view.focus();
    }
  };
}
