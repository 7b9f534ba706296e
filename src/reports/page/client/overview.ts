/** The script of the overview: search by name and health. It hides the rows that do not match. */
import { part } from "../../../pages/client/dom.ts";
import { thousands } from "../../../pages/wording.ts";
import { readChoice, RowIndex, writeChoice } from "./row-index.ts";

function start(): void {
  const list = document.getElementById("list");
  const controls = document.querySelector<HTMLElement>(".controls");
  // Without a domain there is no list.
  if (!(list instanceof HTMLTableElement) || controls === null) return;
  const rows = [...(list.tBodies[0]?.rows ?? [])];
  const index = new RowIndex(
    rows.map((row) => ({
      name: row.cells[0]?.textContent ?? "",
      health: row.dataset["health"] ?? "",
    })),
  );
  const search = part("search") as HTMLInputElement;
  const radios = [...controls.querySelectorAll<HTMLInputElement>("input[type=radio]")];
  const status = part("status");
  const all = status.textContent;

  const find = (): void => {
    const health = radios.find(({ checked }) => checked)?.value ?? "";
    const found = index.find(search.value, health);
    rows.forEach((row, at) => (row.hidden = !found.has(at)));
    list.hidden = found.size === 0;
    part("nothing").hidden = found.size > 0;
    status.textContent = found.size === rows.length ? all : `${thousands(found.size)} of ${all}`;
    const choice = writeChoice({ query: search.value, health });
    history.replaceState(null, "", choice === "" ? location.pathname : `#${choice}`);
  };

  const links = (): HTMLAnchorElement[] => {
    return rows.flatMap((row) => (row.hidden ? [] : (row.querySelector("a") ?? [])));
  };
  search.addEventListener("input", find);
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      links()[0]?.focus();
    }
    if (event.key === "Escape") {
      search.value = "";
      find();
    }
  });
  for (const radio of radios) radio.addEventListener("change", find);
  list.addEventListener("keydown", (event) => {
    if (!(event.target instanceof HTMLAnchorElement)) return;
    const shown = links();
    const at = shown.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (to < 0) search.focus();
    else shown[to]?.focus();
  });

  controls.hidden = rows.length < 2;
  part("tally").hidden = !controls.hidden;
  // The address keeps the search, so that Back from a domain restores it.
  const before = readChoice(location.hash.slice(1));
  search.value = before.query;
  for (const radio of radios) radio.checked = radio.value === before.health;
  if (!radios.some(({ checked }) => checked) && radios[0] !== undefined) radios[0].checked = true;
  if (before.query !== "" || before.health !== "") find();
}

start();
