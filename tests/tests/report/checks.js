// What is wrong with the page, as a list of sentences: what a checker of accessibility would say first.
const faults = [];
const name = (element) => `${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""}.${element.getAttribute("class") || ""}`;
const every = (selector) => [...document.querySelectorAll(selector)];

let level = 0;
for (const heading of every("h1,h2,h3,h4,h5,h6")) {
  const next = Number(heading.tagName[1]);
  if (next > level + 1) faults.push(`${name(heading)} skips a level`);
  level = next;
}
if (every("h1").length !== 1) faults.push("there is not one h1");
if (every("main").length !== 1) faults.push("there is not one main");

const ids = every("[id]").map((element) => element.id);
for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(`id ${id} stands twice`);
for (const link of every('a[href^="#"]')) {
  const id = decodeURIComponent(link.getAttribute("href").slice(1));
  if (!document.getElementById(id)) faults.push(`#${id} leads nowhere`);
}
for (const link of every("a[href]")) if (!link.textContent.trim()) faults.push(`${name(link)} has no text`);
for (const part of every("[aria-labelledby]")) {
  if (!document.getElementById(part.getAttribute("aria-labelledby"))) faults.push(`${name(part)} has no name`);
}
for (const image of every("img:not([alt]),svg:not([aria-hidden])")) {
  const title = image.querySelector(":scope > title");
  if (!(title && title.textContent) && !image.getAttribute("aria-label")) faults.push(`${name(image)} has no name`);
}
for (const image of every("[role=img]")) {
  if (image.querySelector("a[href],button,[tabindex]")) faults.push(`${name(image)} hides what can be reached in it`);
}
for (const region of every("[role=group],nav,progress")) {
  if (!region.getAttribute("aria-label")) faults.push(`${name(region)} has no name`);
}
for (const cell of every("th")) if (!cell.getAttribute("scope")) faults.push(`${name(cell)} has no scope`);
for (const table of every("table")) if (!table.querySelector("thead th[scope=col]")) faults.push("a table has no head");
for (const details of every("details")) {
  if (details.firstElementChild.tagName !== "SUMMARY") faults.push(`${name(details)} has no summary`);
}
for (const scrolls of every(".wide")) if (scrolls.tabIndex !== 0) faults.push(`${name(scrolls)} is not for the keyboard`);
if (!document.documentElement.lang || !document.title) faults.push("the page has no language or no title");

// Contrast, as WCAG counts it: 4.5 for text, 3 where it is large.
const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
const light = ([r, g, b]) => {
  const linear = [r, g, b].map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const ground = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const colour = channels(getComputedStyle(at).backgroundColor);
    if (colour.length === 3 || colour[3] === 1) return colour;
  }
  return [255, 255, 255];
};
let pairs = 0;
for (const element of every("body *:not(svg *)")) {
  const tells = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!tells || element.tagName === "SCRIPT" || element.tagName === "STYLE") continue;
  const style = getComputedStyle(element);
  const [a, b] = [light(channels(style.color)), light(ground(element))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  pairs += 1;
  const least = parseFloat(style.fontSize) >= 24 ? 3 : 4.5;
  if (ratio < least) faults.push(`${name(element)} has a contrast of ${ratio.toFixed(2)}: ${element.textContent.slice(0, 40)}`);
}
if (pairs < 50) faults.push(`only ${pairs} texts were looked at`);
for (const text of every("svg text")) {
  const box = [...text.parentElement.querySelectorAll(":scope > .box,:scope > .frame")].pop();
  const paper = text.closest("svg").querySelector(".paper");
  const fill = box && getComputedStyle(box).fill !== "none" ? box : paper;
  const [a, b] = [light(channels(getComputedStyle(text).fill)), light(channels(getComputedStyle(fill).fill))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 3) faults.push(`${text.textContent} in the graph has a contrast of ${ratio.toFixed(2)}`);
}
return [...new Set(faults)];
