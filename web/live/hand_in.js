/* Hand in: what a reader wrote on the exercises page leaves as the notebook of its assignment, and comes back. */
(() => {
  const parts = JSON.parse(document.currentScript.dataset.parts), element = book.newElement;
  if (!book.cells) return;                       // no Python here, so nothing was written
  const words = (source) => [source].flat().join("").replace(/\r\n?/g, "\n");  // of a cell

  Object.entries(parts).forEach(([name, written]) => {
    const areas = {};
    written.forEach((part) => {                  // answers in words have no cell on the page
      const key = `hand-in ${part}`, area = areas[part] = element("textarea", { rows: 6, value: localStorage.getItem(key) || "" });
      area.addEventListener("input", () => { try { localStorage.setItem(key, area.value); } catch { /* no room: it stays while the page does */ } });
      document.getElementById("ex-" + part.replace(/-answer$/, "")).append(
        element("label", { className: "hand-in" }, [...book.inLanguages("你的回答，下载笔记本时带上 | Your answer, which goes into the notebook"), area]));
    });
    const note = element("p", { role: "status" }), file = element("input", { type: "file", accept: ".ipynb", hidden: true });
    const say = (text) => note.replaceChildren(...book.inLanguages(text));

    function place(id) {                         // where the answer to a cell of the notebook stands: what is written there, and how to change it
      const cell = book.cells.get(`cell-${id}-stub`), area = areas[id];
      if (cell) return { text: cell.source === cell.published ? "" : cell.source, bring: (text) => cell.bring(text) };
      return area && { text: area.value.trim() && area.value, bring(text) { area.value = text; area.dispatchEvent(new Event("input")); } };
    }

    async function released() {
      const answer = await fetch(`lite/files/assignments/${name}.ipynb`);
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }

    async function leave() {
      const notebook = await released(), filled = notebook.cells.filter(({ id }) => place(id)?.text);
      filled.forEach((one) => { one.source = place(one.id).text; });
      const address = URL.createObjectURL(new Blob([JSON.stringify(notebook, null, 1) + "\n"], { type: "application/x-ipynb+json" }));
      element("a", { href: address, download: `${name}.ipynb` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60000);
      say(`${name}.ipynb 里有你的 ${filled.length} 个回答。 | ${name}.ipynb holds your answers to ${filled.length} questions.`);
    }

    async function come() {
      const text = await file.files[0].text(), given = Object.fromEntries((await released()).cells.map(({ id, source }) => [id, words(source).trim()]));
      let cells = null;
      try { cells = JSON.parse(text).cells.filter((one) => one && /string/.test(typeof [one.source].flat()[0])); } catch { /* said below */ }
      const found = (cells || []).map((one) => [one.metadata?.nbgrader?.grade_id || one.id, words(one.source)])
        .filter(([id, answer]) => id in given && place(id) && answer.trim() && answer.trim() !== given[id])
        .map(([id, answer]) => ({ to: place(id), text: answer }));
      if (!found.length) return say(cells ? `这份笔记本里没有 ${name} 的回答，请选下载过的那一份。 | This notebook holds no answers to ${name}: choose the one that you downloaded.` :
        "这不是 Jupyter 笔记本（格式 4），请选 .ipynb 文件。 | This is no Jupyter notebook of format 4: choose an .ipynb file.");
      const lost = found.filter(({ to, text }) => to.text && to.text.trim() !== text.trim());
      if (lost.length && !confirm(`页上有 ${lost.length} 个不同的回答会被换掉，要换吗？ | Different answers on this page that will be replaced: ${lost.length}. Replace them?`)) return;
      found.forEach(({ to, text }) => to.bring(text));
      say(`载入了 ${found.length} 个回答。 | Answers brought in: ${found.length}.`);
    }

    const safely = (act) => () => act().catch(() => say(book.apart || "笔记本没有下载成功，请检查网络后再试。 | The notebook was not downloaded: check the network and try again."));
    file.addEventListener("change", safely(async () => { await come(); file.value = ""; }));
    document.getElementById(`sec-exercises-${name}`).append(element("div", { className: "hand-in" }, [
      book.newButton("live-button", book.inLanguages("把我的回答下载成作业 | Download my answers as homework"), safely(leave)),
      book.newButton("live-button", book.inLanguages("载入笔记本里的回答 | Bring answers in from a notebook"), () => file.click()), file, note]));
  });
})();
