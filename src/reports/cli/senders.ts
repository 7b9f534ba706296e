/** `stspress reports senders`: who sends reports, whether that is proven, and how they deviate from RFC 8460. */
import { sendersTable, type ListedSender } from "./print/reports-senders.ts";
import { describeDeviation } from "../../tls-rpt/report/deviations.ts";
import { countsForRollout, trustedSigners } from "../analysis/trusted-signers.ts";
import type { Context } from "../../cli/context.ts";
import { wantsColour, type ExitCode } from "../../cli/io.ts";
import { printResult } from "../../cli/output.ts";
import { success, type Result } from "../../diagnostics/result.ts";
import { loadSettings } from "../../site/load/load-site.ts";
import { openStore } from "../store/open-store.ts";

/** Runs `reports senders`. */
export async function run(context: Context): Promise<Result<ExitCode>> {
  const { root, io } = context;
  const opened = await openStore(context);
  if (!opened.ok) return opened;
  const store = opened.value;
  // With mistakes in the settings, the senders are listed all the same, beside the diagnostics.
  const { declarations: settings, diagnostics } = loadSettings(root);
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
  printResult(context, {
    diagnostics: mistakes,
    json: { senders: listed },
    text: () => sendersTable(senders, { colour: wantsColour(io, io.outIsTerminal) }),
  });
  return success(senders.length === 0 ? 3 : 0);
}
