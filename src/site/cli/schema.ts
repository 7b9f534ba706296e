/** `stspress schema`: the JSON Schema of the two kinds of file. */
import { jsonSchema, schemaKinds } from "../../config/json-schema.ts";
import { printable } from "../../cli/text.ts";
import type { Arguments, ExitCode, Io } from "../../cli/io.ts";

/** Runs `schema [site|domain]`; without an operand, the domain file's. */
export function run(args: Arguments, io: Io): Promise<ExitCode> {
  const [asked = "domain"] = args.operands;
  const kind = schemaKinds.find((one) => one === asked);
  if (kind === undefined) {
    io.err(
      `there is no schema "${printable(asked.slice(0, 80))}"\n  fix: write one of ${schemaKinds.join(", ")}\n`,
    );
    return Promise.resolve(2);
  }
  io.out(`${JSON.stringify(jsonSchema(kind), null, 2)}\n`);
  return Promise.resolve(0);
}
