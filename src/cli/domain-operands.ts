/** Domains that were typed or listed in a file → names, each once, and what is wrong with the others. */
import { locate, type Diagnostic } from "../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../diagnostics/result.ts";
import { parseDomainName, type DomainName } from "../names/domain-name.ts";
import type { Io } from "./io.ts";
import { readOperand } from "./read-operand.ts";

/** Reads the operands of a verb; each domain once. */
export function readDomains(operands: readonly string[]): Result<readonly DomainName[]> {
  const reader = new Reader();
  for (const given of operands) reader.take("<argument>", given, 0, given);
  return reader.result();
}

/** Reads a file or standard input (`-`), one domain per line; what follows a `#` is not read. */
export async function readDomainList(file: string, io: Io): Promise<Result<readonly DomainName[]>> {
  const bytes = await readOperand(file, io);
  if (!bytes.ok) return bytes;
  const text = new TextDecoder().decode(bytes.value);
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
  return reader.result();
}

class Reader {
  readonly #domains = new Map<string, DomainName>();
  readonly #problems: Diagnostic[] = [];

  result(): Result<readonly DomainName[]> {
    if (this.#problems.length > 0) return failure(...this.#problems);
    return success([...this.#domains.values()]);
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
      this.#problems.push(locate(file, text, { ...found, offset: offset + found.offset }));
    }
  }
}
