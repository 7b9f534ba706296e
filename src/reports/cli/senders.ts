/** `stspress reports senders`: who sends what, how, whether it is proven, and where it deviates from RFC 8460. */
import { sendersTable, type ListedSender } from "./print/reports-senders.ts";
import { describeDeviation } from "../../tls-rpt/report/deviations.ts";
import { countsForRollout, trustedSigners } from "../analysis/trusted-signers.ts";
import { textOption, wantsColour, type Arguments, type ExitCode, type Io } from "../../cli/io.ts";
import { loadSettings } from "../../site/load/load-site.ts";
import { formatOf, tell } from "../../cli/report.ts";
import { siteRoot } from "../../cli/site-root.ts";
import { openStore } from "../store/open-store.ts";

/** Runs `reports senders`. */
export async function run(args: Arguments, io: Io): Promise<ExitCode> {
  const format = formatOf(args);
  const root = siteRoot(textOption(args, "site"));
  const store = typeof root === "string" ? await openStore(root, io) : root;
  if ("code" in store) {
    tell([store], format, io, {});
    return 2;
  }
  // Settings with mistakes in them still have their senders; only whom they trust is unknown, which is told.
  const { declarations: settings, diagnostics } = loadSettings(
    typeof root === "string" ? root : "",
  );
  const mistakes = settings === null ? diagnostics : [];
  const trust = settings?.reportsTrust ?? "verified";
  const trusted = trustedSigners(settings?.reportsSigners ?? []);
  const habits = await store.senders().finally(() => store.close());
  const senders: ListedSender[] = habits.map((one) => ({
    ...one,
    countsForRollout: countsForRollout(one.signer, trust, trusted),
  }));
  const listed = senders.map(({ deviations, ...one }) => ({
    ...one,
    deviations: Object.entries(deviations).map(([code, reports]) => ({
      code,
      reports,
      about: describeDeviation(code),
    })),
  }));
  tell(mistakes, format, io, { senders: listed });
  if (format !== "json")
    io.out(sendersTable(senders, { colour: wantsColour(io, io.outIsTerminal) }));
  return senders.length === 0 ? 3 : 0;
}
