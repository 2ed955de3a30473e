(async () => {
  const overview = await unpack("overview");
  const heads = await unpack("heads");
  const labels = overview.labels;
  const shown = new Set(labels);
  const pieces = new Map();
  let found = heads.map((_, index) => index);
  let current = -1;
  let block = -1;
  let query = "";

  const bodyOf = async (index) => {
    const piece = Math.floor(index / overview.piece);
    if (!pieces.has(piece)) pieces.set(piece, unpack("piece-" + piece));
    return (await pieces.get(piece))[index % overview.piece];
  };

  function showTab(name) {
    for (const tab of ["overview", "documents"]) {
      $(tab + "-view").hidden = tab !== name;
      $("tab-" + tab).setAttribute("aria-selected", String(tab === name));
    }
    if (name === "documents" && current < 0 && found.length) open(found[0]);
  }

  function bar(part, whole, label) {
    const bar = make("span", undefined, { class: "bar " + groupOf(label) });
    bar.style.width = Math.max(1, Math.round(160 * part / Math.max(1, whole))) + "px";
    return bar;
  }

  function drawOverview() {
    const summary = overview.summary;
    $("title").textContent = overview.title;
    const card = (name, value) => {
      const card = make("div", undefined, { class: "card" });
      card.append(make("b", value), make("span", name, { class: "soft" }));
      $("cards").appendChild(card);
    };
    card("records read", summary.records.toLocaleString());
    card("rejected", summary.rejected.toLocaleString());
    card("of the words kept", percent(summary.kept_words, summary.words));
    for (const access of ["open", "metered", "gated"]) card(access, (summary.access[access] || 0).toLocaleString());
    const blocks = Object.entries(summary.blocks).sort((a, b) => b[1] - a[1]);
    const all = blocks.reduce((sum, [, count]) => sum + count, 0);
    $("labels").appendChild(table(["label", "blocks", "share", ""], blocks.map(([label, count]) => [label, count.toLocaleString(), percent(count, all), bar(count, blocks[0][1], label)])));
    const group = ([name, counts]) => [name, counts.records.toLocaleString(), percent(counts.gated, counts.records), percent(counts.metered, counts.records), percent(counts.words - counts.kept_words, counts.words)];
    const languages = Object.entries(summary.languages).sort((a, b) => b[1].records - a[1].records);
    const head = ["records", "gated", "metered", "chaff"];
    $("languages").appendChild(table(["language", ...head], languages.map(group)));
    $("hosts-note").textContent = overview.all_hosts ? `The ${overview.hosts.length} largest of ${overview.all_hosts}.` : "No record has an address.";
    $("hosts").appendChild(table(["host", ...head], overview.hosts.map(group)));
    $("repeats").appendChild(table(["line", "label", "times"], overview.repeats));
  }

  function drawLegend() {
    for (const label of labels) {
      const button = make("button", label, { "aria-pressed": "true", class: groupOf(label), "data-label": label });
      button.addEventListener("click", () => {
        if (shown.has(label)) shown.delete(label); else shown.add(label);
        button.setAttribute("aria-pressed", String(shown.has(label)));
        applyFilters();
      });
      $("legend").appendChild(button);
    }
  }

  function applyFilters() {
    const limit = Number($("limit").value);
    $("limit-value").textContent = (limit / 1000).toFixed(2);
    for (const element of $("blocks").children) {
      element.hidden = !shown.has(element.dataset.label) || Number(element.dataset.p) > limit;
    }
  }

  async function open(index) {
    current = index;
    block = -1;
    const head = heads[index];
    const body = await bodyOf(index);
    if (current !== index) return;
    const verdict = $("verdict");
    verdict.replaceChildren(make("b", head.access + " " + body.probability.toFixed(2)), make("span", " " + head.id, { class: "soft" }));
    // Addresses are shown, not linked: they come from the corpus.
    if (head.url) verdict.appendChild(make("div", head.url, { class: "soft" }));
    for (const at of body.evidence) verdict.appendChild(make("div", "because of: " + body.blocks[at][0]));
    const fragment = document.createDocumentFragment();
    body.blocks.forEach(([text, label, p], at) => {
      const probability = (p / 1000).toFixed(2);
      const element = make("div", undefined, { class: "block " + groupOf(labels[label]), "data-label": labels[label], "data-p": p, "data-at": at, title: `${labels[label]} ${probability}` });
      element.append(make("span", `${labels[label]} ${probability}`, { class: "tag" }), make("span", text, { class: "text" }));
      fragment.appendChild(element);
    });
    $("blocks").replaceChildren(fragment);
    $("more").textContent = head.blocks > body.blocks.length ? `… and ${head.blocks - body.blocks.length} blocks more, not shown` : "";
    $("kept").textContent = body.blocks.filter(([, label]) => labels[label] === "content").map(([text]) => text).join("\n");
    applyFilters();
    for (const button of $("list").querySelectorAll("button")) {
      const here = Number(button.dataset.index) === index;
      button.setAttribute("aria-selected", String(here));
      if (here) button.scrollIntoView({ block: "nearest" });
    }
  }

  function drawList() {
    const fragment = document.createDocumentFragment();
    for (const index of found.slice(0, 1000)) {
      const head = heads[index];
      const button = make("button", head.id, { "data-index": index, "aria-selected": String(index === current) });
      button.appendChild(make("span", ` ${head.access}, ${head.blocks} blocks`, { class: "soft" }));
      button.addEventListener("click", () => open(index));
      fragment.appendChild(make("li")).appendChild(button);
    }
    $("list").replaceChildren(fragment);
    $("found").textContent = `${found.length} of ${heads.length} documents` + (overview.shown < overview.documents ? `, a sample of ${overview.documents} records` : "") + (found.length > 1000 ? ", the first 1000 listed" : "");
  }

  /** Documents that match the search and the filters, in the order asked for. */
  async function find() {
    const asked = query;
    const access = $("access").value;
    const matches = [];
    for (let index = 0; index < heads.length; index++) {
      const head = heads[index];
      if (access && head.access !== access) continue;
      if (asked) {
        let hit = (head.id + " " + (head.url || "")).toLowerCase().includes(asked);
        if (!hit) hit = (await bodyOf(index)).blocks.some(([text]) => text.toLowerCase().includes(asked));
        if (asked !== query) return;
        if (!hit) continue;
      }
      matches.push(index);
    }
    const chaff = (head) => 1 - head.labels[0] / Math.max(1, head.blocks);
    const order = $("order").value;
    if (order === "doubt") matches.sort((a, b) => heads[b].doubt - heads[a].doubt);
    if (order === "chaff") matches.sort((a, b) => chaff(heads[b]) - chaff(heads[a]));
    found = matches;
    drawList();
    if (found.length && !found.includes(current)) await open(found[0]);
    document.body.dataset.found = String(found.length);
  }

  function moveBlock(step) {
    const visible = [...$("blocks").children].filter((element) => !element.hidden);
    if (!visible.length) return;
    const at = visible.findIndex((element) => Number(element.dataset.at) === block);
    const next = visible[Math.min(visible.length - 1, Math.max(0, at < 0 ? 0 : at + step))];
    for (const element of visible) element.classList.toggle("current", element === next);
    block = Number(next.dataset.at);
    next.scrollIntoView({ block: "nearest" });
  }

  function moveDocument(step) {
    const at = found.indexOf(current);
    const next = found[Math.min(found.length - 1, Math.max(0, at + step))];
    if (next !== undefined) open(next);
  }

  drawOverview();
  drawLegend();
  drawList();
  themeButton();
  $("tab-overview").addEventListener("click", () => showTab("overview"));
  $("tab-documents").addEventListener("click", () => showTab("documents"));
  $("order").addEventListener("change", find);
  $("access").addEventListener("change", find);
  $("limit").addEventListener("input", applyFilters);
  $("search").addEventListener("input", () => {
    query = $("search").value.trim().toLowerCase();
    showTab("documents");
    find();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input[type=search], select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = { j: () => moveBlock(1), k: () => moveBlock(-1), n: () => moveDocument(1), p: () => moveDocument(-1), "/": () => $("search").focus() };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    if (event.key !== "/") showTab("documents");
    act();
  });
  document.body.dataset.ready = "true";
})();
