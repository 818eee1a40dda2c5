// The panel beside the photograph, and the line below it.

import { colourOf } from "./canvas.js";

export const at = (id) => document.getElementById(id);

export function say(text, bad = false) {
  at("status").textContent = text;
  at("status").className = bad ? "bad" : "";
}

export function showPlace({ cursor }, scale) {
  const place = cursor ? `x ${Math.floor(cursor[0])}, y ${Math.floor(cursor[1])}, ` : "";
  at("under").textContent = `${place}zoom ${scale.toFixed(2)}`;
}

export function showPanel(state, { pick, choose, select }) {
  const annotated = state.list.filter((one) => one.annotated).length;
  at("name").textContent = state.photo?.name ?? "";
  at("place").textContent = `${state.number + 1} of ${state.list.length}, ${annotated} annotated`;
  at("exposure").value = state.exposure;
  at("stops").textContent = `x \u00d7 2^${state.exposure}`;
  at("size").value = state.size;
  at("width").textContent = `${state.size} px`;
  at("tools").replaceChildren(...["polygon", "brush", "select"].map((tool) => {
    const button = element("button", "", tool, () => pick(tool));
    button.setAttribute("aria-pressed", state.tool === tool);
    return button;
  }));
  at("labels").replaceChildren(...state.labels.map((label, number) => {
    const key = element("span", "key", number < 9 ? `${number + 1}` : "");
    return row(label === state.label, () => choose(label), key, chip(state, label), element("span", "", label));
  }));
  at("marks").replaceChildren(...state.shapes.map((shape, number) => {
    const parts = [chip(state, shape.label), element("span", "", shape.label ?? "kept, not shown"), element("span", "what", shape.shape_type ?? "")];
    return row(number === state.selected, () => select(number), ...parts);
  }));
}

export function showKeys(keys) {
  at("keys").replaceChildren(...keys.map(([key, meaning]) => {
    const line = element("tr");
    line.append(element("td", "", key), element("td", "", meaning));
    return line;
  }));
}

function element(tag, className = "", textContent = "", onclick = null) {
  return Object.assign(document.createElement(tag), { className, textContent, onclick });
}

function chip(state, label) {
  const one = element("i");
  one.style.background = colourOf(state.labels, label);
  return one;
}

function row(selected, onclick, ...parts) {
  const line = element("li", "", "", onclick);
  line.setAttribute("aria-selected", selected);
  line.append(...parts);
  return line;
}
