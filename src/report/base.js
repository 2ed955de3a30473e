"use strict";
const $ = (id) => document.getElementById(id);
/** An element with text; text never becomes markup. */
function make(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = String(text);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
const GROUPS = { content: "content", navigation: "nav", related: "nav", newsletter: "offer", ad: "offer", consent: "offer" };
for (const label of ["meter_notice", "subscribe_prompt", "pricing_tier", "plan_benefits", "login_prompt"]) GROUPS[label] = "paywall";
const groupOf = (label) => "g-" + (GROUPS[label] || "rest");
/** The data of an element: deflated, in base64. */
async function unpack(id) {
  const element = $(id);
  if (!element) return null;
  const bytes = Uint8Array.from(atob(element.textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}
const percent = (part, whole) => (whole ? (100 * part / whole).toFixed(1) : "0.0") + " %";
function table(head, rows) {
  const table = make("table");
  const top = table.appendChild(make("thead")).appendChild(make("tr"));
  head.forEach((name, index) => top.appendChild(make("th", name, { scope: "col", class: index ? "n" : "" })));
  const body = table.appendChild(make("tbody"));
  for (const cells of rows) {
    const row = body.appendChild(make("tr"));
    cells.forEach((cell, index) => {
      const td = row.appendChild(make("td", cell instanceof Node ? undefined : cell, { class: index ? "n" : "" }));
      if (cell instanceof Node) td.appendChild(cell);
    });
  }
  const wide = make("div", undefined, { class: "wide" });
  wide.appendChild(table);
  return wide;
}
function themeButton() {
  const button = $("theme");
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
}
