/* What scrolls sideways (a long formula, a table on a phone) can be reached and scrolled by keyboard. */
(function () {
  var SCROLLS = ".katex-display, .pst-scrollable-table-container, div.cell_output, .highlight pre, article pre";
  function mark() {
    document.querySelectorAll(SCROLLS).forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
    });
  }
  addEventListener("resize", mark);              // language.js says so too when the language changes
  mark();
  document.fonts.ready.then(mark);
})();
