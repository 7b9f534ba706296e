/** The media types of reports. @see RFC 8460 §6.4, §6.5 */

const registered: ReadonlyMap<string, "json" | "gzip"> = new Map([
  ["application/tlsrpt+json", "json"],
  ["application/tlsrpt+gzip", "gzip"],
]);
/** Some senders leave out the suffix. */
const baseType = "application/tlsrpt";

/** The registered types, and the base type. */
export const reportMediaTypes: readonly string[] = [...registered.keys(), baseType];

/** Whether a media type, in lower case, claims that something is a report, registered or not. */
export function claimsReportType(mediaType: string): boolean {
  return mediaType.startsWith(baseType);
}

/** What a registered media type says about the content; null: the type is not registered. */
export function contentOfMediaType(mediaType: string): "json" | "gzip" | null {
  return registered.get(mediaType) ?? null;
}
