// docs/compatibility.md, from what a run found.

/** @typedef {{cell: "ok" | "no" | "–" | "not run", why: string}} Found */
/** @typedef {{client: import('../roster.mjs').Client, version: string, found: Map<string, Found>}} Column */

const INTRO = `# Compatibility

Six published clients of the WhatsApp Cloud API against this exchange. Nothing of them is changed
but the base URL. This page is written by a test run and never by hand; the step \`clients\` of
\`cargo xtask test\` fails when a run finds something else than what stands here.
`;

const LEGEND = `**ok**: done through the client, and seen on the other side: by the person, in the exchange's
answer, or in what the client read. **no**: tried and failed. **–**: the client does not offer it.
`;

const FOOT = `## How it is made

    cargo xtask test --only clients      # runs the clients, compares with this page
    cargo xtask compatibility            # runs the clients, writes this page

The clients are installed at these versions from \`e2e/package-lock.json\`, \`e2e/requirements.txt\` and
\`e2e/bots/rust-bot/Cargo.lock\`; their programs are in \`e2e/clients/programs\`, what is asked of them
in \`e2e/clients/features\`.
`;

/** @param {string[]} cells */
const row = (cells) => `| ${cells.join(" | ")} |`;

/** @param {Column[]} columns */
function clients(columns) {
  const lines = [row(["client", "version", "from", "what is changed"]), row(["---", "---", "---", "---"])];
  for (const { client, version } of columns) lines.push(row([client.name, version, client.kind, client.base]));
  return lines;
}

/** @param {{title: string, features: {key: string, title: string}[]}} group @param {Column[]} columns @param {Notes} notes */
function table(group, columns, notes) {
  const lines = [`## ${group.title}`, "", row(["", ...columns.map((c) => c.client.name)]), row(["---", ...columns.map(() => ":-:")])];
  for (const { key, title } of group.features) {
    const cells = columns.map(({ client, found }) => {
      const { cell, why } = found.get(key) ?? { cell: "not run", why: "" };
      return cell + (why ? notes.mark(`${client.name}: ${why}`) : "");
    });
    lines.push(row([title, ...cells]));
  }
  return lines;
}

/** Numbered remarks; the same one has the same number. */
class Notes {
  constructor() {
    /** @type {string[]} */
    this.texts = [];
  }

  /** @param {string} text */
  mark(text) {
    if (!this.texts.includes(text)) this.texts.push(text);
    return ` <sup>${this.texts.indexOf(text) + 1}</sup>`;
  }
}

/**
 * @param {{title: string, features: {key: string, title: string}[]}[]} groups
 * @param {Column[]} columns
 * @param {string} date
 */
export function page(groups, columns, date) {
  const notes = new Notes();
  const tables = groups.flatMap((group) => [...table(group, columns, notes), ""]);
  const numbered = notes.texts.map((text, at) => `${at + 1}. ${text}`);
  const remarks = numbered.length > 0 ? ["## Remarks", "", ...numbered, ""] : [];
  return [INTRO, `Date of the run: ${date}`, "", ...clients(columns), "", LEGEND, ...tables, ...remarks, FOOT].join("\n");
}
