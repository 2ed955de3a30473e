(async () => {
  const KEYS = { content: "c", meter_notice: "m", subscribe_prompt: "b", pricing_tier: "1", plan_benefits: "2", login_prompt: "l", newsletter: "w", consent: "y", navigation: "v", related: "r", share: "h", ad: "d", metadata: "t", comment: "3", legal: "g", other: "x" };
  const get = async (path) => {
    const response = await fetch(path);
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
  const { labels, documents } = await get("documents");
  let index = -1;
  let page = null;
  let at = 0;
  let anchor = 0;
  let history = [];
  let dirty = false;
  const visited = [];

  const done = () => documents.filter((item) => item.done).length;
  const say = (text) => { $("state").textContent = text; };

  function draw() {
    const blocks = [...$("blocks").children];
    const [from, to] = [Math.min(at, anchor), Math.max(at, anchor)];
    blocks.forEach((element, n) => {
      const [, label] = page.blocks[n];
      element.className = "block " + groupOf(label) + (n === at ? " current" : "") + (n >= from && n <= to && from !== to ? " selected" : "") + (label !== page.guess[n] ? " changed" : "");
      element.firstChild.textContent = `${label} ${page.blocks[n][2].toFixed(2)}`;
      element.dataset.label = label;
    });
    $("access").value = page.access;
    say(`${done()} of ${documents.length} labelled${dirty ? ", not saved" : ""}`);
    document.body.dataset.labelled = String(done());
  }

  async function open(next) {
    index = next;
    page = await get("document?n=" + index);
    page.guess = page.blocks.map(([, label]) => label);
    [at, anchor, history, dirty] = [0, 0, [], false];
    $("name").textContent = page.id;
    $("address").textContent = page.url || "";
    const fragment = document.createDocumentFragment();
    page.blocks.forEach(([text], n) => {
      const element = make("div", undefined, { class: "block" });
      element.append(make("span", "", { class: "tag" }), make("span", text, { class: "text" }));
      element.addEventListener("click", (event) => { at = n; if (!event.shiftKey) anchor = n; draw(); });
      fragment.appendChild(element);
    });
    $("blocks").replaceChildren(fragment);
    draw();
    document.body.dataset.index = String(index);
    window.scrollTo(0, 0);
  }

  function set(label) {
    const [from, to] = [Math.min(at, anchor), Math.max(at, anchor)];
    const before = [];
    for (let n = from; n <= to && n < page.blocks.length; n++) {
      before.push([n, page.blocks[n][1]]);
      page.blocks[n][1] = label;
    }
    history.push({ blocks: before, access: page.access, at: from });
    dirty = true;
    at = anchor = Math.min(to + 1, page.blocks.length - 1);
    show();
  }

  function setAccess(access) {
    history.push({ blocks: [], access: page.access, at });
    page.access = access;
    dirty = true;
    draw();
  }

  function undo() {
    const last = history.pop();
    if (!last) return;
    for (const [n, label] of last.blocks) page.blocks[n][1] = label;
    page.access = last.access;
    at = anchor = last.at;
    show();
  }

  function show() {
    draw();
    const element = $("blocks").children[at];
    if (element) element.scrollIntoView({ block: "nearest" });
  }

  function move(step, selects) {
    at = Math.min(page.blocks.length - 1, Math.max(0, at + step));
    if (!selects) anchor = at;
    show();
  }

  async function save() {
    const body = JSON.stringify({ access: page.access, labels: page.blocks.map(([, label]) => label) });
    const response = await fetch("save?n=" + index, { method: "POST", body });
    if (!response.ok) { say("not saved: " + await response.text()); return false; }
    documents[index].done = true;
    dirty = false;
    draw();
    return true;
  }

  /** The document that the model is least sure of, of those that are not labelled. */
  async function next() {
    if (!(await save())) return;
    visited.push(index);
    let best = -1;
    documents.forEach((item, n) => {
      if (!item.done && (best < 0 || item.doubt > documents[best].doubt)) best = n;
    });
    if (best >= 0) await open(best); else say("all labelled");
  }

  async function previous() {
    if (dirty && !(await save())) return;
    if (visited.length) await open(visited.pop());
  }

  for (const label of labels) {
    const button = make("button", label + " ", { class: groupOf(label), "data-label": label });
    button.appendChild(make("kbd", KEYS[label]));
    button.addEventListener("click", () => set(label));
    $("keys").appendChild(button);
  }
  const byKey = Object.fromEntries(Object.entries(KEYS).map(([label, key]) => [key, label]));
  const order = ["open", "metered", "gated"];
  const acts = { j: (e) => move(1, e.shiftKey), k: (e) => move(-1, e.shiftKey), u: undo, n: next, p: previous, s: save, o: () => setAccess(order[(order.indexOf(page.access) + 1) % 3]) };
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("select") || event.ctrlKey || event.metaKey || event.altKey || !page) return;
    const key = event.key.toLowerCase();
    if (byKey[key]) set(byKey[key]); else if (acts[key]) acts[key](event); else return;
    event.preventDefault();
  });
  $("undo").addEventListener("click", undo);
  $("next").addEventListener("click", next);
  $("previous").addEventListener("click", previous);
  $("access").addEventListener("change", () => setAccess($("access").value));
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  themeButton();
  if (documents.length) {
    let first = -1;
    documents.forEach((item, n) => {
      if (!item.done && (first < 0 || item.doubt > documents[first].doubt)) first = n;
    });
    await open(first >= 0 ? first : 0);
  } else say("there are no documents");
  document.body.dataset.ready = "true";
})();
