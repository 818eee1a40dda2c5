// Every command has a key; this table is also the help.

export const KEYS = [
  ["W", "polygon: click or Space sets a corner, Enter closes", { w: "polygon" }],
  ["B", "brush: drag, or hold Space and use the arrows; Shift takes away", { b: "brush" }],
  ["V", "select: drag corners; Alt-click puts one in or takes it out", { v: "select" }],
  ["arrows", "move the cross-hair by a pixel, with Shift by ten", {}],
  ["Enter, Esc", "close, give up the polygon", { Enter: "close", Escape: "cancel" }],
  ["Backspace", "take back the last corner; delete the selected mark", { Backspace: "back", Delete: "back" }],
  ["Tab", "select the next mark", { Tab: "cycle" }],
  ["1 to 9, L", "choose a label, also for the selected mark; type a new one", { l: "newlabel" }],
  ["E, D, X", "exposure up, down, back to 0", { e: "brighter", d: "darker", x: "plain" }],
  ["+, -, 0", "zoom in, out, show all; also the wheel", { "+": "in", "=": "in", "-": "out", 0: "fit" }],
  ["right drag", "move the photograph; also the middle button", {}],
  ["[, ]", "smaller, larger brush", { "[": "smaller", "]": "larger" }],
  ["M", "hide the marks while held down", { m: "hide" }],
  ["Ctrl+Z, Ctrl+Y", "undo, redo", {}],
  ["N, P", "next, previous photograph; also PageDown, PageUp", { n: "next", p: "previous", PageDown: "next", PageUp: "previous" }],
  ["R", "bring back a draft that another version of the file has overtaken", { r: "restore" }],
  ["H", "these keys", { h: "help" }],
];

const COMMANDS = Object.assign({}, ...KEYS.map((row) => row[2]));

export function commandOf(event) {
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    if (letter === "z") return event.shiftKey ? "redo" : "undo";
    return letter === "y" ? "redo" : null;
  }
  if (event.altKey) return null;
  if (/^[1-9]$/.test(letter)) return `label ${letter}`;
  return Object.hasOwn(COMMANDS, letter) ? COMMANDS[letter] : null;
}
