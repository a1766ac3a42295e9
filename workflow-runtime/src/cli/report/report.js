"use strict";
// Opens what a link leads into where the browser does not, and everything for the printer.
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const details = target && target.closest("details");
  if (details && !details.open) {
    details.open = true;
    target.scrollIntoView();
  }
};
addEventListener("hashchange", reveal);
reveal();
const all = [...document.querySelectorAll("details")];
const steps = [...document.querySelectorAll(".phase details")];
const button = document.getElementById("open-all");
const areOpen = () => steps.every((details) => details.open);
const label = () => { button.textContent = areOpen() ? "Close all steps" : "Open all steps"; };
steps.forEach((details) => details.addEventListener("toggle", label));
button.addEventListener("click", () => {
  const open = !areOpen();
  steps.forEach((details) => { details.open = open; });
});
button.hidden = false;
label();
let closed = [];
addEventListener("beforeprint", () => {
  closed = all.filter((details) => !details.open);
  closed.forEach((details) => { details.open = true; });
});
addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
