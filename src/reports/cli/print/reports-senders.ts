/** Who sends reports, and how, for people. */
import { describeDeviation } from "../../../tls-rpt/report/deviations.ts";
import type { SenderHabits } from "../../store/port.ts";
import { paint, printable, type TextOptions } from "../../../cli/text.ts";

/** Longer lists are cut, and the rest is counted. */
const maxSenders = 200;
const maxDeviations = 30;
const maxSigners = 3;
const maxText = 120;

/** How one reporter sends, and whether a decision may rest on its reports. */
export interface ListedSender extends SenderHabits {
  readonly countsForRollout: boolean;
}

/** A block for each sender, most reports first. */
export function sendersTable(senders: readonly ListedSender[], options: TextOptions): string {
  if (senders.length === 0)
    return "no reports yet: run `stspress reports add PATH` or `stspress reports fetch`\n";
  const blocks = senders.slice(0, maxSenders).map((one) => block(one, options));
  const more = senders.length - blocks.length;
  return `${blocks.join("\n")}${more > 0 ? `\nand ${String(more)} more\n` : ""}`;
}

function block(sender: ListedSender, options: TextOptions): string {
  const { organization, reports, firstDay, lastDay, via, verdicts } = sender;
  // The signer that proves the sender has a line of its own.
  const signers = sender.signers.filter((one) => one !== sender.signer);
  const name = organization === "" ? "(no name)" : cut(organization);
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${String(count)} ${verdict}`);
  const signed =
    signers.length === 0
      ? ""
      : `, other signatures by ${signers.slice(0, maxSigners).map(cut).join(", ")}${signers.length > maxSigners ? ` and ${String(signers.length - maxSigners)} more` : ""}`;
  const deviations = Object.entries(sender.deviations);
  const lines = [
    paint(name, "bold", options),
    `  ${String(reports)} report${reports === 1 ? "" : "s"} from ${firstDay} to ${lastDay}, by ${via.map(cut).join(" and ")}`,
    `  ${counts.map(cut).join(", ")}${signed}`,
    `  ${proof(sender)}`,
    ...deviations
      .slice(0, maxDeviations)
      .map(
        ([code, count]) =>
          `  ${String(count).padStart(6)} ${cut(describeDeviation(code))} ${paint(`[${cut(code)}]`, "dim", options)}`,
      ),
  ];
  const more = deviations.length - maxDeviations;
  if (more > 0) lines.push(`         and ${String(more)} more`);
  return lines.map((line) => `${line}\n`).join("");
}

/** Whether the reports count: the name is free text, and only a signature proves the sender. */
function proof({ signer, countsForRollout }: ListedSender): string {
  const use = countsForRollout ? "counts for a rollout" : "does not count for a rollout";
  if (signer === null) return `sender not proven: ${use}`;
  const trust = countsForRollout ? "" : ", which is not a trusted signer";
  return `proven to be from ${cut(signer)}${trust}: ${use}`;
}

function cut(text: string): string {
  return printable(text.length > maxText ? `${text.slice(0, maxText)}…` : text);
}
