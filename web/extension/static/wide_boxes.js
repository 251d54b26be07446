/* A box that is wider than the page scrolls sideways. It gets a tab stop, so that a reader can scroll it by keyboard. */
(() => {
  const boxes = [...document.querySelectorAll(".katex-display, .pst-scrollable-table-container, div.cell_output, .highlight pre, article pre")];
  function settle(some) {                        // reads first and writes then, so that the browser lays out once
    const wide = some.map((box) => box.scrollWidth > box.clientWidth);
    some.forEach((box, i) => { if (wide[i]) box.tabIndex = 0; else box.removeAttribute("tabindex"); });
  }
  // An observer measures a box just after the browser has laid it out, so measuring forces no layout.
  const watch = new ResizeObserver((seen) => settle(seen.map((entry) => entry.target)));
  function measure() {                           // an observer reports each box once when it begins to observe it
    watch.disconnect();
    boxes.forEach((box) => watch.observe(box));
  }
  boxes.forEach((box) => { box.tabIndex = 0; });  // those in far sections are laid out late: perhaps they are wide
  addEventListener("keydown", () => settle(boxes), { once: true, capture: true });  // after lazy_sections.js laid them out
  document.fonts.addEventListener("loadingdone", measure);  // a font changes what is inside a box, not the box
  measure();
})();
