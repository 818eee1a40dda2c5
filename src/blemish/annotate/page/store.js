// What is drawn and where it is kept: the server's file, and until that is written, this browser.

export async function ask(path, body) {
  const sent = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  const answer = await fetch(path, { cache: "no-store", ...sent });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.error), { status: answer.status });
  return told;
}

// Shapes never change; an edit makes a new list of them. So a step of history is a list, and undo is a step back.
export class History {
  constructor(shapes) { this.steps = [shapes]; this.at = 0; }
  get shapes() { return this.steps[this.at]; }
  add(shapes) {
    this.steps.splice(this.at + 1, Infinity, shapes);
    if (this.steps.length > 300) this.steps.shift();
    this.at = this.steps.length - 1;
  }
  step(by) {
    const to = Math.min(Math.max(this.at + by, 0), this.steps.length - 1);
    const moved = to !== this.at;
    this.at = to;
    return moved;
  }
}

// A draft is what the file does not hold yet: shapes that are not saved, and the corners of an open polygon.
const key = (folder, name) => `blemish annotate ${folder}/${name}`;

export const drafts = {
  get(folder, name) {
    try { return JSON.parse(localStorage.getItem(key(folder, name))); } catch { return null; }
  },
  put(folder, name, draft) {
    try { localStorage.setItem(key(folder, name), JSON.stringify(draft)); return true; } catch { return false; }
  },
  drop(folder, name) { localStorage.removeItem(key(folder, name)); },
};

// Saves one photograph's shapes, one request at a time, always the latest; tries again while the server is away.
export class Saver {
  constructor(name, version, tell, settled) {
    Object.assign(this, { name, version, tell, settled, wanted: null, running: null, failed: false });
  }
  save(shapes) {
    this.wanted = shapes;
    this.running ??= this.run().finally(() => { this.running = null; });
    return this.running;
  }
  get idle() { return this.running === null && !this.failed; }
  async run() {
    while (this.wanted !== null) {
      const shapes = this.wanted;
      this.wanted = null;
      try {
        this.tell("saving", false);
        const told = await ask("save", { name: this.name, version: this.version, shapes });
        this.version = told.version;
        this.failed = false;
        if (this.wanted === null) this.settled(told.version);
        this.tell("saved", false);
      } catch (error) {
        this.failed = true;
        if (error.status !== undefined) { this.tell(`not saved: ${error.message}`, true); return; }
        this.tell("not saved yet: the program does not answer. Your work is kept in this browser", true);
        this.wanted ??= shapes;
        await new Promise((later) => setTimeout(later, 1500));
      }
    }
  }
}
