/** `stspress schema`: the JSON Schema of the two kinds of file. */
import type { Context } from "../../cli/context.ts";
import type { ExitCode } from "../../cli/io.ts";
import { jsonSchema, schemaKinds } from "../../config/json-schema.ts";
import { diagnostic } from "../../diagnostics/diagnostic.ts";
import { failure, success, type Result } from "../../diagnostics/result.ts";

/** Runs `schema [site|domain]`; without an operand, the domain file's. */
export function run({ operands, io }: Context): Promise<Result<ExitCode>> {
  const [asked = "domain"] = operands;
  const kind = schemaKinds.find((one) => one === asked);
  if (kind === undefined) {
    const expected = `one of ${schemaKinds.join(", ")}`;
    const wrong = { option: "the kind", value: asked, expected, example: "stspress schema site" };
    return Promise.resolve(failure(diagnostic("usage/value", wrong)));
  }
  io.out(`${JSON.stringify(jsonSchema(kind), null, 2)}\n`);
  return Promise.resolve(success(0));
}
