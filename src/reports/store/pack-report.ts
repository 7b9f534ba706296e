/** A report and all that is known of it → one text, which is what a store is handed. */
import { wellFormed } from "../../tls-rpt/report/field.ts";
import type { NewReport, PackedReport } from "./store-port.ts";
import type { Arrival } from "../arrival.ts";

/** Packs a report; `text` is the JSON of `report.report`, which whoever names it has. */
export function packReport({ key, arrival, deviations }: NewReport, text: string): PackedReport {
  const named = deviations.length === 0 ? "[]" : JSON.stringify(deviations);
  const { verdict, signer } = arrival.verification;
  return {
    key,
    signer: verdict === "verified" ? wellFormed(signer ?? "") : null,
    json: `{"key":"${key}","deviations":${named},"arrival":${jsonOf(arrival)},"report":${text}}`,
  };
}

/** Files have one arrival, all of them. */
const known = new WeakMap<Arrival, string>();

function jsonOf(arrival: Arrival): string {
  let json = known.get(arrival);
  if (json === undefined) {
    json = JSON.stringify(plain(arrival));
    known.set(arrival, json);
  }
  return json;
}

/** What others wrote in a mail's head has not been through the normaliser. */
function plain({ via, receivedAt, submitter, verification }: Arrival): Arrival {
  const { verdict, signer, detail } = verification;
  return {
    via,
    receivedAt,
    submitter: submitter === null ? null : wellFormed(submitter),
    verification: {
      verdict,
      signer: signer === null ? null : wellFormed(signer),
      detail: wellFormed(detail),
    },
  };
}
