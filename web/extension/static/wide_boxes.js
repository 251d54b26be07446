/* A box that is wider than the page scrolls sideways. It gets a tab stop, so that a reader can scroll it by keyboard. */
(function () {
  var boxes = document.querySelectorAll(
    ".katex-display, .pst-scrollable-table-container, div.cell_output, .highlight pre, article pre");
  // An observer measures a box just after the browser has laid it out, so measuring forces no layout.
  var watch = new ResizeObserver(function (seen) {
    seen.forEach(function (entry) {
      var box = entry.target;
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
    });
  });
  function measure() {                           // an observer reports each box once when it begins to observe it
    watch.disconnect();
    boxes.forEach(function (box) { watch.observe(box); });
  }
  document.fonts.addEventListener("loadingdone", measure);  // a font changes what is inside a box, not the box
  measure();
})();
