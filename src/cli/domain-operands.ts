/** Domains that were typed or listed in a file → names, each once, and what is wrong with the others. */
import { locate, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { parseDomainName, type DomainName } from "../names/domain-name.ts";
import type { Io } from "./io.ts";
import { readOperand } from "./read-operand.ts";

export interface ReadDomains {
  readonly domains: readonly DomainName[];
  readonly wrong: readonly Diagnostic[];
}

/** Reads the operands of a verb. */
export function readDomains(operands: readonly string[]): ReadDomains {
  const reader = new Reader();
  for (const given of operands) reader.take("<argument>", given, 0, given);
  return reader;
}

/** Reads a file or standard input (`-`), one domain per line; what follows a `#` is not read. */
export async function readDomainList(file: string, io: Io): Promise<ReadDomains> {
  const bytes = await readOperand(file, io);
  if ("code" in bytes) return { domains: [], wrong: [bytes] };
  const text = new TextDecoder().decode(bytes);
  const reader = new Reader();
  let offset = 0;
  for (const line of text.split("\n")) {
    const bare = line.replace(/#.*/, "");
    const given = bare.trim();
    if (given !== "") {
      reader.take(file === "-" ? "<stdin>" : file, text, offset + bare.indexOf(given), given);
    }
    offset += line.length + 1;
  }
  return reader;
}

class Reader implements ReadDomains {
  readonly #domains = new Map<string, DomainName>();
  readonly wrong: Diagnostic[] = [];

  get domains(): readonly DomainName[] {
    return [...this.#domains.values()];
  }

  /** Takes the name that stands at an offset of a text. */
  take(file: string, text: string, offset: number, given: string): void {
    const parsed = parseDomainName(given);
    if (parsed.ok) {
      if (!this.#domains.has(parsed.value.ascii))
        this.#domains.set(parsed.value.ascii, parsed.value);
      return;
    }
    for (const found of parsed.problems) {
      this.wrong.push(locate(file, text, { ...found, offset: offset + found.offset }));
    }
  }
}
