/* A box that is wider than the page scrolls sideways. It gets a tab stop, so that a reader can scroll it by keyboard. */
(() => {
  const all = () => [...document.querySelectorAll(".katex-display, .pst-scrollable-table-container, div.cell_output, .highlight pre, article pre")];
  function settle() {                            // reads first and writes then, so that the browser lays out once
    const boxes = all(), wide = boxes.map((box) => box.scrollWidth > box.clientWidth);
    boxes.forEach((box, i) => { if (wide[i]) box.tabIndex = 0; else box.removeAttribute("tabindex"); });
  }
  all().forEach((box) => { box.tabIndex = 0; });  // until somebody needs to know: measuring would lay out far sections, too
  addEventListener("keydown", (event) => { if (event.key === "Tab") settle(); }, true);
  addEventListener("focusin", settle);           // a screen reader may move the focus without a key
})();
