/* Ways to a place in the page lead there; what scrolls sideways can be reached and scrolled by keyboard. */
(function () {
  var root = document.documentElement, idle = window.requestIdleCallback || setTimeout;
  var far = [].slice.call(document.querySelectorAll(".bd-article section > section"));  // book.css
  function whole() { delete root.dataset.lazy; }
  function draw() {                              // a section at a time, when there is nothing else to do
    if (!far.length || !("lazy" in root.dataset)) return whole();
    far.shift().style.contentVisibility = "visible";
    idle(draw);
  }
  ["pointermove", "touchstart", "scroll"].forEach(function (sign) {  // somebody is reading
    addEventListener(sign, function () { idle(draw); }, { once: true, passive: true });
  });
  addEventListener("keydown", whole, { once: true, capture: true });  // the focus may go anywhere
  document.addEventListener("click", function (event) {
    if (event.target.closest('a[href*="#"]')) whole();
  }, true);
  addEventListener("hashchange", function () {   // typed by hand: the browser went there by guessed heights
    if (!("lazy" in root.dataset)) return;
    whole();
    location.replace(location.href);
  });

  var SCROLLS = ".katex-display, .pst-scrollable-table-container, div.cell_output, .highlight pre, article pre";
  var boxes = document.querySelectorAll(SCROLLS);
  var watch = new ResizeObserver(function (seen) {  // measures what was just laid out, so nothing is laid out for it
    seen.forEach(function (entry) {
      var box = entry.target;
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
    });
  });
  function look() {                              // observing says the size at once, or when the box is first drawn
    watch.disconnect();
    boxes.forEach(function (box) { watch.observe(box); });
  }
  document.fonts.addEventListener("loadingdone", look);
  look();
})();
