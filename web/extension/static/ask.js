/* Asks a question in the repository's discussions, with the page, the section and the cell that the reader looks at. */
(() => {
  const address = document.currentScript.dataset.repository, article = document.querySelector("article");
  const above = (elements) => [...elements].filter((one) => one.offsetParent && one.getBoundingClientRect().top < innerHeight / 2).pop();
  function question() {
    const heading = above(article.querySelectorAll("h1, h2, h3")), cell = above(article.querySelectorAll("div.cell[id]"));
    const section = heading && heading.closest("section"), place = new URL(location.href);
    place.hash = section ? section.id : "";
    const words = heading ? heading.innerText.replace(/#$/, "").trim() : "", code = cell && section && section.contains(cell) ? cell.id.replace("cell-", "") : "";
    const title = document.title.split(" — ")[0] + " › " + words;
    const body = `${place.href}\n${code ? `单元格 | Cell: \`${code}\`\n` : ""}\n`;
    return `${address}/discussions/new?` + new URLSearchParams({ category: "q-a", title, body });
  }
  const link = book.newElement("a", { href: address + "/discussions", target: "_blank", rel: "noopener" }, book.inLanguages("就这里提一个问题 | Ask about this place"));
  link.addEventListener("click", () => { link.href = question(); });
  article.append(book.newElement("p", { className: "ask" }, [link]));
})();
