/* Sections far from the screen are laid out late (book.css, head.js) and have guessed heights until then. This script lays them
   out before the reader needs their true places, so that every link into the page ends where it points. */
(() => {
  const root = document.documentElement, idle = window.requestIdleCallback || setTimeout;
  const far = [...document.querySelectorAll(".bd-article section > section")];
  function layOutAll() { delete root.dataset.lazy; }
  function layOutNext() {                        // one section whenever the browser has nothing else to do
    if (!far.length || !("lazy" in root.dataset)) return layOutAll();
    far.shift().style.contentVisibility = "visible";
    idle(layOutNext);
  }
  for (const sign of ["pointermove", "touchstart", "scroll"])  // each says that somebody is reading
    addEventListener(sign, () => idle(layOutNext), { once: true, passive: true });
  addEventListener("keydown", layOutAll, { once: true, capture: true });  // a key may move the focus into any section
  document.addEventListener("click", (event) => { if (event.target.closest('a[href*="#"]')) layOutAll(); }, true);
  addEventListener("hashchange", () => {         // the reader typed the hash, and the browser scrolled by guessed heights
    if (!("lazy" in root.dataset)) return;
    layOutAll();
    location.replace(location.href);
  });
})();
