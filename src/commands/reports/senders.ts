/** `stspress reports senders`: who sends what, how, and where it deviates from RFC 8460. */
import { sendersTable } from "../../render/reports-senders.ts";
import { describeDeviation } from "../../reports/deviations.ts";
import { textOption, wantsColour, type Arguments, type ExitCode, type Io } from "../io.ts";
import { formatOf, tell } from "../report.ts";
import { siteRoot } from "../site-root.ts";
import { openStore } from "./open-store.ts";

/** Runs `reports senders`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const root = siteRoot(textOption(args, "site"));
  const store = typeof root === "string" ? await openStore(root, io) : root;
  if ("code" in store) {
    tell([store], format, io, {});
    return 2;
  }
  const senders = await store.senders().finally(() => store.close());
  if (format === "json") {
    tell([], format, io, {
      senders: senders.map(({ deviations, ...one }) => ({
        ...one,
        deviations: Object.entries(deviations).map(([code, reports]) => ({
          code,
          reports,
          about: describeDeviation(code),
        })),
      })),
    });
  } else io.out(sendersTable(senders, { colour: wantsColour(io, io.outIsTerminal) }));
  return senders.length === 0 ? 3 : 0;
}
